//! Decides whether a batch may happen, and what it changes.
//!
//! A batch is judged against the view and, on top of it, against those batches
//! of its group that come before it. The outcome is a list of changes that says
//! everything: replaying it needs no judgement.

use std::collections::{BTreeMap, HashMap};

use super::ready::Ready;
use super::record::{HEADER_OCTETS, RECORD_OCTETS_MAX};
use super::state::{
    Change, Edit, Place, StoredJob, StoredText, decode, encode, job_key, key_of, text_key,
    versioned,
};
use super::view::View;
use crate::batch::{Batch, JobStep, Moved};
use crate::error::{CommitError, Error};
use crate::key::{Key, Revision, Scope, Timestamp};
use crate::queue::{JobChange, JobId, JobState, LeaseMark, NewJob};
use crate::text::{Spill, Staged, StagedText, TextId};

/// What the batches of the group so far will have changed.
pub(crate) struct Pending<'a> {
    view: &'a View,
    edits: HashMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'a> Pending<'a> {
    pub(crate) fn new(view: &'a View) -> Self {
        Self {
            view,
            edits: HashMap::new(),
        }
    }

    pub(crate) fn add(&mut self, edits: &[Edit]) {
        self.edits.extend(edits.iter().cloned());
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
        match self.edits.get(key) {
            Some(value) => Ok(value.clone()),
            None => Ok(self.view.get(key)?.map(|value| value.to_vec())),
        }
    }

    fn decoded<T: serde::de::DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, Refusal> {
        let Some(octets) = self.get(key)? else {
            return Ok(None);
        };
        let value = decode(&octets).ok_or_else(|| Error::View("value does not decode".into()))?;
        Ok(Some(value))
    }
}

/// Why a batch does not happen.
pub(crate) enum Refusal {
    /// The batch is at fault.
    Batch(CommitError),
    /// The view is; no batch can be judged any more.
    View(Error),
}

impl From<CommitError> for Refusal {
    fn from(error: CommitError) -> Self {
        Self::Batch(error)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::View(error)
    }
}

/// A batch that may happen.
pub(crate) struct Approved {
    pub(crate) changes: Vec<Change>,
    pub(crate) payload: Vec<u8>,
    pub(crate) tail: Vec<Vec<u8>>,
    /// Files the record names.
    pub(crate) spills: Vec<Spill>,
    /// Files nobody will need afterwards.
    pub(crate) dropped_files: Vec<(Scope, TextId)>,
    /// Jobs whose lease the batch settles.
    pub(crate) settled: Vec<JobId>,
    /// Whether a job was added or got a new due time.
    pub(crate) enqueues: bool,
}

/// Judges `batch`.
pub(crate) fn judge(
    batch: Batch,
    pending: &Pending<'_>,
    ready: &Ready,
) -> Result<Approved, Refusal> {
    for (key, revision) in &batch.expected {
        expect(pending, key, *revision)?;
    }
    let mut draft = Draft::new(pending, ready);
    for (text, keepers) in batch.texts {
        draft.add_text(text, keepers);
    }
    for step in batch.jobs {
        draft.job_step(step)?;
    }
    for (scope, id) in batch.dropped {
        let text = draft.text(scope, id)?;
        text.keepers = text.keepers.saturating_sub(1);
    }
    for moved in batch.moved {
        draft.move_text(moved)?;
    }
    for (key, value) in batch.rows {
        draft.rows.insert(key, value);
    }
    draft.finish()
}

fn expect(pending: &Pending<'_>, key: &Key, revision: Option<Revision>) -> Result<(), Refusal> {
    let found = pending.get(&key_of(key))?;
    let found = found.and_then(|octets| versioned(&octets));
    if found.map(|row| row.revision) == revision {
        return Ok(());
    }
    let key = Box::new(key.clone());
    Err(CommitError::Conflict { key }.into())
}

/// A batch on its way to becoming a list of changes.
struct Draft<'a> {
    pending: &'a Pending<'a>,
    ready: &'a Ready,
    rows: BTreeMap<Key, Option<Vec<u8>>>,
    jobs: BTreeMap<JobId, Option<StoredJob>>,
    texts: BTreeMap<(Scope, TextId), StoredText>,
    small: Vec<((Scope, TextId), Vec<u8>)>,
    spills: Vec<((Scope, TextId), Spill)>,
    settled: Vec<JobId>,
    enqueues: bool,
}

impl<'a> Draft<'a> {
    fn new(pending: &'a Pending<'a>, ready: &'a Ready) -> Self {
        Self {
            pending,
            ready,
            rows: BTreeMap::new(),
            jobs: BTreeMap::new(),
            texts: BTreeMap::new(),
            small: Vec::new(),
            spills: Vec::new(),
            settled: Vec::new(),
            enqueues: false,
        }
    }

    fn add_text(&mut self, text: StagedText, keepers: u32) {
        let name = (text.scope, text.id);
        let stored = StoredText {
            octets: text.octets,
            checksum: text.checksum,
            place: match &text.place {
                // Put right when the record is made.
                Staged::Memory(_) => Place::Tail(0),
                Staged::File(spill) => Place::File(spill.start()),
            },
            keepers,
            jobs: 0,
        };
        self.texts.insert(name, stored);
        match text.place {
            Staged::Memory(octets) => self.small.push((name, octets)),
            Staged::File(spill) => self.spills.push((name, spill)),
        }
    }

    /// One that is gone or elsewhere by now is left alone.
    fn move_text(&mut self, moved: Moved) -> Result<(), Refusal> {
        let name = (moved.scope, moved.id);
        match self.text(moved.scope, moved.id) {
            Ok(text) if text.place == moved.from => {
                text.place = Place::Tail(0);
                self.small.push((name, moved.octets));
                Ok(())
            }
            Ok(_) | Err(Refusal::Batch(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn text(&mut self, scope: Scope, id: TextId) -> Result<&mut StoredText, Refusal> {
        use std::collections::btree_map::Entry;
        match self.texts.entry((scope, id)) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let found = self.pending.decoded(&text_key(scope, id))?;
                let found = found.ok_or(CommitError::NoSuchText(id))?;
                Ok(entry.insert(found))
            }
        }
    }

    fn job(&self, id: JobId) -> Result<Option<StoredJob>, Refusal> {
        match self.jobs.get(&id) {
            Some(job) => Ok(job.clone()),
            None => self.pending.decoded(&job_key(id)),
        }
    }

    fn job_step(&mut self, step: JobStep) -> Result<(), Refusal> {
        match step {
            JobStep::Enqueue(id, job) => self.enqueue(id, job),
            JobStep::Finish(lease) => {
                let job = self.settle(lease)?;
                self.remove_job(lease.job, &job)
            }
            JobStep::Again(lease, due, payload) => {
                let job = self.settle(lease)?;
                self.put_again(lease.job, job, due, payload);
                Ok(())
            }
            JobStep::Fail(lease, payload) => {
                let mut job = self.settle(lease)?;
                job.state = JobState::Failed;
                job.payload = payload;
                self.jobs.insert(lease.job, Some(job));
                Ok(())
            }
            JobStep::Change(id, change) => self.change_job(id, change),
        }
    }

    fn enqueue(&mut self, id: JobId, job: NewJob) -> Result<(), Refusal> {
        for text in &job.texts {
            self.text(job.scope, *text)?.jobs += 1;
        }
        let job = StoredJob {
            scope: job.scope.number(),
            lane: job.lane,
            due: job.due,
            state: JobState::Due,
            payload: job.payload,
            texts: job.texts,
        };
        self.jobs.insert(id, Some(job));
        self.enqueues = true;
        Ok(())
    }

    /// The job behind a lease that still counts.
    fn settle(&mut self, lease: LeaseMark) -> Result<StoredJob, Refusal> {
        let id = lease.job;
        if !self.ready.holds(id, lease.epoch) {
            return Err(CommitError::LeaseLost(id).into());
        }
        let job = self.job(id)?.ok_or(CommitError::LeaseLost(id))?;
        self.settled.push(id);
        Ok(job)
    }

    /// A job that was held meanwhile stays held.
    fn put_again(&mut self, id: JobId, mut job: StoredJob, due: Timestamp, payload: Vec<u8>) {
        job.due = due;
        job.payload = payload;
        self.jobs.insert(id, Some(job));
        self.enqueues = true;
    }

    fn remove_job(&mut self, id: JobId, job: &StoredJob) -> Result<(), Refusal> {
        for text in &job.texts {
            match self.text(Scope::from_number(job.scope), *text) {
                Ok(text) => text.jobs = text.jobs.saturating_sub(1),
                // Only damage can have taken it; the job must be able to end.
                Err(Refusal::Batch(_)) => {}
                Err(error) => return Err(error),
            }
        }
        self.jobs.insert(id, None);
        Ok(())
    }

    fn change_job(&mut self, id: JobId, change: JobChange) -> Result<(), Refusal> {
        let mut job = self.job(id)?.ok_or(CommitError::NoSuchJob(id))?;
        match change {
            JobChange::Delete => return self.remove_job(id, &job),
            JobChange::Hold => job.state = JobState::Held,
            JobChange::Release if job.state.waits_for_release() => job.state = JobState::Due,
            JobChange::Restored if job.state == JobState::Due => job.state = JobState::Restored,
            JobChange::Release | JobChange::Restored => {}
            JobChange::Retry(due) => {
                job.state = JobState::Due;
                job.due = due;
            }
        }
        self.enqueues = true;
        self.jobs.insert(id, Some(job));
        Ok(())
    }

    fn finish(mut self) -> Result<Approved, Refusal> {
        let tail = self.lay_out_tail();
        let mut dropped_files = Vec::new();
        let mut changes = Vec::new();
        for ((scope, id), text) in self.texts {
            if !text.is_held() && matches!(text.place, Place::File(_)) {
                dropped_files.push((scope, id));
            }
            changes.push(Change::Text {
                scope: scope.number(),
                id: id.0,
                text: text.is_held().then_some(text),
            });
        }
        changes.extend(
            self.jobs
                .into_iter()
                .map(|(id, job)| Change::Job { id: id.0, job }),
        );
        changes.extend(self.rows.into_iter().map(row_change));
        let payload = encode(&changes);
        check_size(&payload, &tail)?;
        Ok(Approved {
            changes,
            payload,
            tail,
            spills: self.spills.into_iter().map(|(_, spill)| spill).collect(),
            dropped_files,
            settled: self.settled,
            enqueues: self.enqueues,
        })
    }

    /// Gives every small text its place behind the payload.
    fn lay_out_tail(&mut self) -> Vec<Vec<u8>> {
        let mut at = 0;
        let mut tail = Vec::new();
        for (name, octets) in std::mem::take(&mut self.small) {
            let Some(text) = self.texts.get_mut(&name).filter(|text| text.is_held()) else {
                continue;
            };
            text.place = Place::Tail(at);
            at += octets.len() as u64;
            tail.push(octets);
        }
        tail
    }
}

fn row_change((key, value): (Key, Option<Vec<u8>>)) -> Change {
    Change::Row {
        scope: key.scope.number(),
        table: key.table.0.to_owned(),
        id: key.id,
        value,
    }
}

fn check_size(payload: &[u8], tail: &[Vec<u8>]) -> Result<(), CommitError> {
    let octets = HEADER_OCTETS + payload.len() + tail.iter().map(Vec::len).sum::<usize>();
    if octets <= RECORD_OCTETS_MAX {
        return Ok(());
    }
    Err(CommitError::TooLarge {
        octets: octets as u64,
        limit: RECORD_OCTETS_MAX as u64,
    })
}
