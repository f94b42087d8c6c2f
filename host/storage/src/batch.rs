//! The unit of change: preconditions, rows, texts and jobs, all or nothing.

use crate::embedded::Place;
use crate::key::{Key, Revision, Scope, Timestamp};
use crate::queue::{JobChange, JobId, Lease, LeaseMark, NewJob};
use crate::text::{StagedText, TextId};

/// Changes that happen together or not at all.
///
/// Preconditions are about the state before the batch, whatever the order of the
/// calls. Of several changes to one row the last one stands. Empty batches
/// commit, too.
#[derive(Debug, Default)]
#[must_use = "a batch does nothing until it is committed"]
pub struct Batch {
    pub(crate) expected: Vec<(Key, Option<Revision>)>,
    pub(crate) rows: Vec<(Key, Option<Vec<u8>>)>,
    /// With how many keep each.
    pub(crate) texts: Vec<(StagedText, u32)>,
    pub(crate) dropped: Vec<(Scope, TextId)>,
    pub(crate) jobs: Vec<JobStep>,
    /// Small texts that are to stand at the journal's end.
    pub(crate) moved: Vec<Moved>,
}

/// A small text on its way from an old segment to the open one.
#[derive(Debug)]
pub(crate) struct Moved {
    pub(crate) scope: Scope,
    pub(crate) id: TextId,
    /// Where it was read; if it is elsewhere by now nothing happens.
    pub(crate) from: Place,
    pub(crate) octets: Vec<u8>,
}

/// What a batch does to one job.
#[derive(Debug)]
pub(crate) enum JobStep {
    Enqueue(JobId, NewJob),
    Finish(LeaseMark),
    Again(LeaseMark, Timestamp, Vec<u8>),
    Fail(LeaseMark, Vec<u8>),
    Change(JobId, JobChange),
}

impl Batch {
    /// A batch that changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Commit only if the row is at this revision; `None`: does not exist.
    pub fn expect(&mut self, key: Key, revision: Option<Revision>) {
        self.expected.push((key, revision));
    }

    /// Writes a row.
    pub fn put(&mut self, key: Key, value: impl Into<Vec<u8>>) {
        self.rows.push((key, Some(value.into())));
    }

    /// Writes a row that must not exist yet.
    pub fn create(&mut self, key: Key, value: impl Into<Vec<u8>>) {
        self.expect(key.clone(), None);
        self.put(key, value);
    }

    /// Writes a row that must be at `revision`.
    pub fn update(&mut self, key: Key, revision: Revision, value: impl Into<Vec<u8>>) {
        self.expect(key.clone(), Some(revision));
        self.put(key, value);
    }

    /// Removes a row; one that is not there is no error.
    pub fn delete(&mut self, key: Key) {
        self.rows.push((key, None));
    }

    /// Keeps a staged text until it is dropped.
    pub fn text(&mut self, text: StagedText) -> TextId {
        self.shared_text(text, 1)
    }

    /// Keeps a staged text for several who know nothing of each other: until it
    /// is dropped so many times, once by each.
    pub fn shared_text(&mut self, text: StagedText, keepers: u32) -> TextId {
        let id = text.id();
        self.texts.push((text, keepers));
        id
    }

    /// Lets go of a text. It is gone once nobody else keeps it and no job names
    /// it either; so a text
    /// added and dropped in the batch that enqueues a job lives as long as the job.
    pub fn drop_text(&mut self, scope: impl Into<Scope>, id: TextId) {
        self.dropped.push((scope.into(), id));
    }

    /// Adds a job.
    pub fn enqueue(&mut self, job: NewJob) -> JobId {
        let id = JobId::make();
        self.jobs.push(JobStep::Enqueue(id, job));
        id
    }

    /// The work is done: the job goes.
    pub fn finish(&mut self, lease: &Lease) {
        self.jobs.push(JobStep::Finish(lease.mark()));
    }

    /// The work is to be tried again at `due`, with `payload` in place of the old one.
    pub fn again(&mut self, lease: &Lease, due: Timestamp, payload: impl Into<Vec<u8>>) {
        let step = JobStep::Again(lease.mark(), due, payload.into());
        self.jobs.push(step);
    }

    /// The work is given up: the job stays as [`crate::JobState::Failed`].
    pub fn fail(&mut self, lease: &Lease, payload: impl Into<Vec<u8>>) {
        self.jobs.push(JobStep::Fail(lease.mark(), payload.into()));
    }

    /// What an operator asked for.
    pub fn change_job(&mut self, job: JobId, change: JobChange) {
        self.jobs.push(JobStep::Change(job, change));
    }

    /// True if nothing would change and nothing is expected.
    pub fn is_empty(&self) -> bool {
        self.expected.is_empty()
            && self.rows.is_empty()
            && self.texts.is_empty()
            && self.dropped.is_empty()
            && self.jobs.is_empty()
            && self.moved.is_empty()
    }

    /// About how much memory the batch takes.
    pub(crate) fn octets(&self) -> usize {
        let rows = self
            .rows
            .iter()
            .map(|(key, value)| key.id.len() + value.as_ref().map_or(0, Vec::len));
        let texts = self.texts.iter().map(|(text, _)| text.place.octets());
        let jobs = self.jobs.iter().map(|step| match step {
            JobStep::Enqueue(_, job) => job.payload.len(),
            JobStep::Again(_, _, payload) | JobStep::Fail(_, payload) => payload.len(),
            JobStep::Finish(_) | JobStep::Change(..) => 0,
        });
        let moved = self.moved.iter().map(|moved| moved.octets.len());
        rows.chain(texts).chain(jobs).chain(moved).sum()
    }

    /// Whether the batch ends or lessens something. Such batches may use the last
    /// of the space, since refusing them would repeat work that is done.
    pub(crate) fn settles(&self) -> bool {
        self.texts.is_empty()
            && self
                .jobs
                .iter()
                .all(|step| !matches!(step, JobStep::Enqueue(..)))
            && (!self.jobs.is_empty() || !self.dropped.is_empty())
    }
}
