//! Work whose outcome is known: after step `n` of a lane the store holds exactly
//! what [`expect`] computes from `n`, whatever happened to the process.

#![allow(dead_code)] // each test binary uses its part

use std::collections::BTreeSet;
use std::path::Path;

use storage::embedded::{Embedded, Options};
use storage::{
    Batch, CommitError, Durable, Error, JobFilter, Key, Lane, Lease, ListRange, NewJob, Scope,
    StageError, Store, Table, TextId, Timestamp,
};

/// Why a step was not done.
#[derive(Debug)]
pub(crate) enum StepError {
    Commit(CommitError),
    Stage(StageError),
    Read(Error),
}

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        Self::Read(error)
    }
}

/// One worker's sequence of steps.
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    pub(crate) number: u64,
    /// Every so many steps the text is a large one; 0: never.
    pub(crate) large_every: u64,
}

impl Worker {
    fn lane(&self) -> Lane {
        Lane::new(format!("lane-{}", self.number))
    }

    fn scope(&self) -> Scope {
        Scope::Account(storage::AccountId::new(self.number).unwrap())
    }

    fn key(&self, table: &'static str, id: impl Into<Vec<u8>>) -> Key {
        Key::new(self.scope(), Table(table), id)
    }

    /// How many steps are in the store.
    pub(crate) async fn done(&self, store: &dyn Store) -> Result<u64, Error> {
        let row = store.get(&self.key("latest", "")).await?;
        Ok(row.map_or(0, |row| u64::from_be_bytes(row.value.try_into().unwrap())))
    }

    /// Does step `step`: two of three take in a message, the third finishes one.
    pub(crate) async fn step(&self, store: &dyn Store, step: u64) -> Result<Durable, StepError> {
        let mut batch = Batch::new();
        batch.put(self.key("latest", ""), step.to_be_bytes());
        for table in ["left", "right"] {
            batch.create(self.key(table, step.to_be_bytes()), content(step, 200));
        }
        if finishes(step) {
            // The lease ends at once: a step that fails can be done again.
            let (now, until) = (Timestamp(u64::MAX), Timestamp(0));
            let mut leases = store.lease(&self.lane(), now, until, 1).await?;
            self.finish_one(&mut batch, leases.pop().expect("a job is due"));
        } else {
            self.take_in(&mut batch, store, step)
                .await
                .map_err(StepError::Stage)?;
        }
        store.commit(batch).await.map_err(StepError::Commit)
    }

    async fn take_in(
        &self,
        batch: &mut Batch,
        store: &dyn Store,
        step: u64,
    ) -> Result<(), StageError> {
        let mut writer = store.stage(self.scope());
        for piece in self.text(step).chunks(50_000) {
            writer.write(piece).await?;
        }
        let text = batch.text(writer.finish().await?);
        batch.enqueue(NewJob {
            scope: self.scope(),
            lane: self.lane(),
            due: Timestamp(step),
            payload: step.to_be_bytes().to_vec(),
            texts: vec![text],
        });
        Ok(())
    }

    fn finish_one(&self, batch: &mut Batch, lease: Lease) {
        let job = lease.job();
        batch.create(self.key("finished", job.payload.clone()), "");
        batch.drop_text(self.scope(), job.texts[0]);
        batch.finish(&lease);
    }

    fn text(&self, step: u64) -> Vec<u8> {
        let large = self.large_every > 0 && step.is_multiple_of(self.large_every);
        content(step, if large { 400_000 } else { 1_000 })
    }

    /// Panics unless the store holds steps 1 to `done`, wholly, and nothing else;
    /// returns the names of the files there must be.
    pub(crate) async fn expect(&self, store: &dyn Store, done: u64) -> BTreeSet<TextId> {
        assert_eq!(self.done(store).await.unwrap(), done);
        let steps: Vec<u64> = (1..=done).collect();
        for table in ["left", "right"] {
            assert_eq!(self.rows(store, table).await, steps, "rows of {table}");
        }
        let taken: Vec<u64> = steps.iter().copied().filter(|s| !finishes(*s)).collect();
        let (finished, waiting) = taken.split_at(steps.len() - taken.len());
        assert_eq!(self.rows(store, "finished").await, finished);
        self.expect_jobs(store, waiting).await
    }

    async fn expect_jobs(&self, store: &dyn Store, waiting: &[u64]) -> BTreeSet<TextId> {
        let mut filter = JobFilter::first(usize::MAX);
        filter.lane = Some(self.lane());
        let mut jobs = store.jobs(filter).await.unwrap();
        jobs.sort_unstable_by_key(|job| job.due);
        let due: Vec<u64> = jobs.iter().map(|job| job.due.0).collect();
        assert_eq!(due, waiting, "jobs");
        let mut files = BTreeSet::new();
        for job in jobs {
            let text = store.text(self.scope(), job.texts[0]).await.unwrap();
            let octets = text.read_all(1 << 20).await.unwrap();
            assert!(octets == self.text(job.due.0), "text of step {}", job.due.0);
            if octets.len() > 256 * 1024 {
                files.insert(job.texts[0]);
            }
        }
        files
    }

    async fn rows(&self, store: &dyn Store, table: &'static str) -> Vec<u64> {
        let range = ListRange::first(usize::MAX);
        let rows = store.list(self.scope(), Table(table), range).await.unwrap();
        let ids = rows.into_iter().map(|(id, _)| id.try_into().unwrap());
        ids.map(u64::from_be_bytes).collect()
    }
}

/// Every third step ends a job instead of beginning one.
fn finishes(step: u64) -> bool {
    step.is_multiple_of(3)
}

/// Octets that belong to one step only.
pub(crate) fn content(step: u64, octets: usize) -> Vec<u8> {
    let seed = step.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let words =
        (0u64..).flat_map(|at| (seed ^ at.wrapping_mul(0xff51_afd7_ed55_8ccd)).to_le_bytes());
    words.take(octets).collect()
}

/// A store with segments so small that everything happens often.
pub(crate) fn small_options(directory: &Path) -> Options {
    let mut options = Options::new(directory);
    options.segment_octets = 16 * 1024;
    options.snapshot_segments = 2;
    options.reserve_octets = 0;
    options.cache_octets = 4 * 1024 * 1024;
    options
}

/// Opens the store and does steps `1..=steps` for one worker.
pub(crate) async fn filled(options: Options, worker: &Worker, steps: u64) -> Embedded {
    let store = Embedded::open(options).unwrap();
    for step in 1..=steps {
        worker.step(&store, step).await.unwrap();
    }
    store
}

/// Whether the long campaign was asked for.
pub(crate) fn full_campaign() -> bool {
    std::env::var("RELAYGATE_CAMPAIGN").is_ok_and(|value| value == "full")
}

/// Copies a store as it lies on the disk, open or not.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
