//! The store of one machine: a journal on the disk and sled as its index.
//!
//! ```text
//! commit -> writer: judge (draft) -> append (segment, record) -> sync
//!                   -> view (sled), ready (due times) -> answer
//! open   -> recovery: replay (snapshot, scan) -> view, ready
//! behind -> housekeeping: snapshot, away with old segments and texts
//! ```

pub(crate) mod backup;
mod draft;
mod files;
mod group;
mod housekeeping;
pub(crate) mod inspect;
mod mover;
mod options;
mod ready;
pub(crate) mod record;
mod recovery;
mod replay;
pub(crate) mod scan;
mod segment;
mod shared;
mod snapshot;
mod state;
mod view;
mod writer;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot, watch};

use crate::Store;
use crate::batch::Batch;
use crate::durable::Durable;
use backup::BackupError;

use crate::error::{CommitError, Error};
use crate::key::{Key, ListRange, Scope, Table, Timestamp, Versioned};
use crate::queue::{Backlog, Job, JobFilter, JobId, JobState, Lane, Lease, Share};
use crate::text::{TextId, TextReader, TextWriter};
use files::Layout;
use housekeeping::Housekeeping;
use mover::Mover;
pub use options::{Counters, JournalSize, OpenError, Options, Recovery};
use recovery::{Recovered, split_segments};
pub(crate) use segment::Synced;
pub(crate) use shared::Shared;
pub(crate) use state::Place;
use state::{JOB, StoredJob, decode, job_id, job_key, key_of, table_prefix, versioned};
use view::View;
use writer::{Request, Writer};

/// The embedded store.
#[derive(Debug)]
pub struct Embedded {
    shared: Arc<Shared>,
    requests: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
    recovery: Recovery,
}

impl Embedded {
    /// Opens or makes the store. Blocks while it reads the journal.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        let begun = Instant::now();
        let layout = Layout::new(&options.directory);
        layout.create()?;
        let lock = layout.take_lock()?;
        let recovered = recovery::recover(&layout, &options)?;
        let mut store = Self::start(layout, options, lock, recovered)?;
        store.recovery.took = begun.elapsed();
        Ok(store)
    }

    fn start(
        layout: Layout,
        options: Options,
        lock: File,
        recovered: Recovered,
    ) -> Result<Self, OpenError> {
        let directory = layout.root().to_owned();
        let current = recovered.segment.name;
        let (covered, sealed) = split_segments(&recovered.outcome, current);
        let mut segments = recovered.outcome.segments;
        segments.push(current);
        let (view, ready) = (recovered.view, recovered.ready);
        let shared = Arc::new(Shared::new(layout, options, view, ready, &segments));
        let (requests, waiting) = mpsc::channel(REQUESTS_WAITING_MAX);
        let housekeeping = Housekeeping {
            mover: Mover {
                requests: requests.downgrade(),
            },
            shared: Arc::clone(&shared),
            snapshot: recovered.outcome.snapshot,
            sealed,
            covered,
        };
        let (tasks, todo) = std::sync::mpsc::channel();
        let housekeeping = spawn("housekeeping", &directory, move || housekeeping.run(&todo))?;
        let writer = Writer {
            shared: Arc::clone(&shared),
            segment: recovered.segment,
            sequence: recovered.sequence,
            tasks,
            housekeeping,
            lock,
        };
        let thread = spawn("journal", &directory, move || writer.run(waiting))?;
        Ok(Self {
            shared,
            requests: Some(requests),
            thread: Some(thread),
            recovery: recovered.report,
        })
    }

    /// What opening found.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// False once the disk has failed: nothing will be committed any more, the
    /// process should end.
    pub fn healthy(&self) -> bool {
        !self.shared.failed.load(Ordering::Acquire)
    }

    /// False while the disk is so full that even a batch that ends work would be
    /// refused as `Full`. Work done now could not be noted and would be repeated.
    pub fn can_settle(&self) -> bool {
        self.counters().free_octets >= self.shared.options.reserve_octets / 2
    }

    /// What the store has done since it was opened.
    pub fn counters(&self) -> Counters {
        self.shared.counters()
    }

    /// A digest over everything that is kept: equal digests, equal contents.
    pub fn digest(&self) -> Result<[u8; 32], Error> {
        self.shared.with_view(View::digest)
    }

    /// Closes the current segment, makes a snapshot, removes what is superseded;
    /// once more if texts had to be moved for that. True if there is a snapshot of
    /// everything now.
    pub async fn compact(&self) -> bool {
        match self.compact_once().await {
            Some(0) => true,
            Some(_) => self.compact_once().await.is_some(),
            None => false,
        }
    }

    async fn compact_once(&self) -> Option<usize> {
        let (answer, done) = oneshot::channel();
        let sent = self.send(Request::Compact(answer)).await;
        if sent {
            done.await.ok().flatten()
        } else {
            None
        }
    }

    /// How many jobs there are of each lane, by how they stand. From memory, so it may be
    /// asked often.
    pub fn backlog(&self) -> Vec<Backlog> {
        self.shared.ready().backlog()
    }

    /// How much journal there is at the moment.
    pub fn journal_size(&self) -> Result<JournalSize, Error> {
        let layout = &self.shared.layout;
        let names = layout.list_segments().map_err(Error::Io)?;
        let sizes = names.iter().map(|name| layout.segment(*name).metadata());
        Ok(JournalSize {
            segments: names.len() as u64,
            // One may be gone by now.
            octets: sizes.flatten().map(|file| file.len()).sum(),
        })
    }

    /// Copies everything up to this moment to a directory that is empty or not
    /// there, and reads the copy back. Nobody waits for it; one at a time.
    pub async fn backup(
        &self,
        target: &Path,
        now: Timestamp,
    ) -> Result<backup::Report, BackupError> {
        let turn = Arc::clone(&self.shared.backups).try_acquire_owned();
        let turn = turn.map_err(|_| BackupError::Busy)?;
        let (answer, linked) = oneshot::channel();
        if !self.send(Request::Cut(answer)).await {
            return Err(BackupError::Closed);
        }
        let linked = linked.await.map_err(|_| BackupError::Closed)?;
        let linked = linked.map_err(BackupError::at(&self.shared.layout.backup()))?;
        let (shared, target) = (Arc::clone(&self.shared), target.to_owned());
        let copied = tokio::task::spawn_blocking(move || {
            let report = backup::make(&linked, &target, now, &shared.stopping);
            drop((linked, turn));
            report
        });
        copied.await.unwrap_or(Err(BackupError::Closed))
    }

    /// Ends cleanly: commits what is under way, marks the index as trustworthy.
    /// Dropping does the same, but blocks.
    pub async fn close(&self) {
        let (answer, done) = oneshot::channel();
        if self.send(Request::Close(answer)).await {
            // An error says that the thread has ended, which is what we want.
            let _ = done.await;
        }
    }

    fn find_jobs(&self, filter: &JobFilter) -> Result<Vec<Job>, Error> {
        let mut jobs = Vec::new();
        if filter.limit == 0 {
            return Ok(jobs);
        }
        let after = filter.after.map(job_key);
        self.shared.with_view(|view| {
            view.scan(&[JOB], after.as_deref(), |key, value| {
                let found = job_id(key).zip(decode::<StoredJob>(value));
                let job = found.map(|(id, job)| {
                    let leased = self.shared.ready().is_leased(id);
                    job.into_job(id, leased)
                });
                jobs.extend(job.filter(|job| filter.matches(job)));
                jobs.len() < filter.limit
            })
        })?;
        Ok(jobs)
    }

    /// [`Store::commit`] for a thread that may block.
    fn commit_blocking(&self, batch: Batch) -> Result<Durable, CommitError> {
        let (answer, outcome) = oneshot::channel();
        let requests = self.requests.as_ref().ok_or(CommitError::Closed)?;
        let request = Request::Commit(batch, answer);
        requests.blocking_send(request).map_err(|_| self.closed())?;
        outcome
            .blocking_recv()
            .unwrap_or_else(|_| Err(self.closed()))
    }

    async fn send(&self, request: Request) -> bool {
        match &self.requests {
            Some(requests) => requests.send(request).await.is_ok(),
            None => false,
        }
    }

    fn closed(&self) -> CommitError {
        if self.healthy() {
            CommitError::Closed
        } else {
            CommitError::Failed
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(thread) = self.thread.take() {
            // A panic in it has been logged by the panic hook.
            let _ = thread.join();
        }
    }
}

fn spawn(
    name: &str,
    directory: &Path,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, OpenError> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(work).map_err(OpenError::at(directory))
}

#[async_trait]
impl Store for Embedded {
    async fn get(&self, key: &Key) -> Result<Option<Versioned>, Error> {
        let octets = self.shared.with_view(|view| view.get(&key_of(key)))?;
        Ok(octets.and_then(|octets| versioned(&octets)))
    }

    async fn list(
        &self,
        scope: Scope,
        table: Table,
        range: ListRange,
    ) -> Result<Vec<(Vec<u8>, Versioned)>, Error> {
        let table = table_prefix(scope, table);
        let prefix = [table.as_slice(), &range.prefix].concat();
        let after = range.after.map(|after| [table.as_slice(), &after].concat());
        let mut rows = Vec::new();
        if range.limit == 0 {
            return Ok(rows);
        }
        self.shared.with_view(|view| {
            view.scan(&prefix, after.as_deref(), |key, value| {
                let row = versioned(value);
                rows.extend(row.map(|row| (key[table.len()..].to_vec(), row)));
                rows.len() < range.limit
            })
        })?;
        Ok(rows)
    }

    async fn commit(&self, batch: Batch) -> Result<Durable, CommitError> {
        let (answer, outcome) = oneshot::channel();
        if !self.healthy() || !self.send(Request::Commit(batch, answer)).await {
            return Err(self.closed());
        }
        // The thread drops an answer only when it panics or ends.
        outcome.await.unwrap_or_else(|_| Err(self.closed()))
    }

    fn stage(&self, scope: Scope) -> TextWriter {
        TextWriter::new(scope, Arc::clone(&self.shared.texts))
    }

    async fn text(&self, scope: Scope, id: TextId) -> Result<TextReader, Error> {
        self.shared.open_text(scope, id)
    }

    async fn lease_within(
        &self,
        lane: &Lane,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
        share: &Share,
    ) -> Result<Vec<Lease>, Error> {
        let leased = self.shared.ready().lease(lane, now, until, limit, share);
        let mut leases = Vec::with_capacity(leased.len());
        for (id, epoch) in leased {
            // A job that ended or was held this moment may still be in the list.
            let job = self.shared.find_job(id)?;
            let job = job.filter(|job| job.state == JobState::Leased);
            leases.extend(job.map(|job| Lease { job, until, epoch }));
        }
        Ok(leases)
    }

    async fn next_due_within(
        &self,
        lane: &Lane,
        share: &Share,
    ) -> Result<Option<Timestamp>, Error> {
        Ok(self.shared.ready().next_due(lane, share))
    }

    fn enqueued(&self) -> watch::Receiver<u64> {
        self.shared.enqueued.subscribe()
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, Error> {
        self.shared.find_job(id)
    }

    async fn jobs(&self, filter: JobFilter) -> Result<Vec<Job>, Error> {
        self.find_jobs(&filter)
    }
}

/// Commits that may wait for the committing thread; more wait in their tasks.
const REQUESTS_WAITING_MAX: usize = 1024;
