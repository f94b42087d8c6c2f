//! Jobs, the lanes they wait in, and the leases under which they are worked on.
//!
//! A job is work that must survive a crash. It is due at some time, is leased by
//! one worker, and ends by [`crate::Batch::finish`] in the same batch as what the
//! work brought about. A lease that runs out makes the job ready again, so every
//! piece of work must bear repetition.
//!
//! Not here: what jobs mean, when they are tried again, who runs them.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::key::{Scope, Timestamp};
use crate::text::TextId;

/// Names a job; prints as 26 letters and digits that sort by age.
///
/// Made when the batch is put together, so that rows of the same batch can name
/// it. Nothing is ever decided by the time in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub(crate) u128);

impl JobId {
    pub(crate) fn make() -> Self {
        Self(Ulid::generate().0)
    }

    /// The id as a number, to be kept in rows.
    pub fn number(self) -> u128 {
        self.0
    }

    /// When it was made, by the machine's clock: for people, nothing is decided by it.
    pub fn made_at(self) -> Timestamp {
        Timestamp(Ulid(self.0).timestamp_ms())
    }

    /// The way back from [`JobId::number`].
    pub fn from_number(number: u128) -> Self {
        Self(number)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ulid(self.0).fmt(f)
    }
}

/// The text is not the printed form of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of 26 letters and digits")]
pub struct BadId;

impl FromStr for JobId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        Ulid::from_string(text)
            .map(|id| Self(id.0))
            .map_err(|_| BadId)
    }
}

/// A queue of its own within the store, for example `intake` or one per
/// destination; leasing takes from one lane.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lane(pub String);

impl Lane {
    /// A lane by its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Work to be stored with a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// Whose work it is; its texts are looked up in this scope.
    pub scope: Scope,
    /// Where it waits.
    pub lane: Lane,
    /// Not before this time.
    pub due: Timestamp,
    /// What is to be done, in the caller's own encoding.
    pub payload: Vec<u8>,
    /// Texts the job needs: they stay at least as long as the job does.
    pub texts: Vec<TextId>,
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Waits for its time, or for a worker.
    Due,
    /// A worker has it.
    Leased,
    /// An operator stopped it.
    Held,
    /// Given up; kept to be looked at.
    Failed,
    /// Came out of a backup. What became of it after the backup was made nobody
    /// here knows, so nobody works on it until an operator says so.
    Restored,
}

impl JobState {
    /// Every way to stand.
    pub const ALL: [Self; 5] = [
        Self::Due,
        Self::Leased,
        Self::Held,
        Self::Failed,
        Self::Restored,
    ];

    /// Whether [`JobChange::Release`] lets it go on.
    pub fn waits_for_release(self) -> bool {
        matches!(self, Self::Held | Self::Restored)
    }

    /// The word for lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Leased => "leased",
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Restored => "restored",
        }
    }
}

/// A stored job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub id: JobId,
    /// Whose work it is.
    pub scope: Scope,
    /// Where it waits.
    pub lane: Lane,
    /// Not before this time.
    pub due: Timestamp,
    /// How it stands.
    pub state: JobState,
    /// What is to be done.
    pub payload: Vec<u8>,
    /// The texts it needs.
    pub texts: Vec<TextId>,
}

/// How much of one lane stands in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The lane.
    pub lane: Lane,
    /// How it stands.
    pub state: JobState,
    /// Jobs.
    pub jobs: u64,
    /// When the oldest of them was made.
    pub oldest: Timestamp,
}

/// The right to work on a job for a while.
///
/// Ends with the commit of a batch that settles it ([`crate::Batch::finish`],
/// [`crate::Batch::again`], [`crate::Batch::fail`]), or when its time is up and
/// somebody else takes the job. A batch only names it, so it outlives one that is
/// refused: whoever has done the work reads again and says so once more, rather
/// than see the work repeated. Settling it twice is `LeaseLost`.
#[derive(Debug)]
pub struct Lease {
    pub(crate) job: Job,
    pub(crate) until: Timestamp,
    /// Grows whenever the job is leased; settling compares it.
    pub(crate) epoch: u64,
}

/// Which lease a batch settles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeaseMark {
    pub(crate) job: JobId,
    pub(crate) epoch: u64,
}

impl Lease {
    pub(crate) fn mark(&self) -> LeaseMark {
        LeaseMark {
            job: self.job.id,
            epoch: self.epoch,
        }
    }

    /// The job as it was when the lease was taken.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// From this time on somebody else may take the job.
    pub fn until(&self) -> Timestamp {
        self.until
    }
}

/// How many jobs of one scope are worked on at once, so that one account's backlog
/// does not keep the others waiting.
#[derive(Clone, Debug)]
pub struct Share {
    each: usize,
    taken: HashMap<Scope, usize>,
}

impl Share {
    /// No bound: whoever waits longest is served.
    pub fn unbounded() -> Self {
        Self::new(usize::MAX)
    }

    /// Each scope has at most `each`; nobody has any yet.
    pub fn new(each: usize) -> Self {
        Self {
            each,
            taken: HashMap::new(),
        }
    }

    /// The scope has one more. Returns how many it has now.
    pub fn take(&mut self, scope: Scope) -> usize {
        let taken = self.taken.entry(scope).or_insert(0);
        *taken += 1;
        *taken
    }

    /// The scope has one less.
    pub fn give_back(&mut self, scope: Scope) {
        if let Some(taken) = self.taken.get_mut(&scope) {
            *taken = taken.saturating_sub(1);
            if *taken == 0 {
                self.taken.remove(&scope);
            }
        }
    }

    /// Whether the scope has as much as it may.
    pub fn is_used_up(&self, scope: Scope) -> bool {
        self.taken.get(&scope).copied().unwrap_or(0) >= self.each
    }
}

/// What an operator does to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobChange {
    /// No new lease until it is released. A lease somebody has already got stays
    /// valid: the work may be done, and forgetting that would do it twice.
    Hold,
    /// A held or restored job waits for its time again. Does nothing to others.
    Release,
    /// Due at the time given, whether it was due, held, restored or failed.
    Retry(Timestamp),
    /// It came out of a backup; see [`JobState::Restored`]. Does nothing to a job
    /// that waits for an operator anyway.
    Restored,
    /// Away with it, and with texts nobody else holds. A lease on it is lost.
    Delete,
}

/// Which jobs [`crate::Store::jobs`] returns: those that match every field
/// that is set, oldest first.
#[derive(Clone, Debug)]
pub struct JobFilter {
    /// Only jobs of this scope.
    pub scope: Option<Scope>,
    /// Only jobs in this lane.
    pub lane: Option<Lane>,
    /// Only jobs that stand so.
    pub state: Option<JobState>,
    /// Only jobs younger than this one: the last of the page before.
    pub after: Option<JobId>,
    /// At most so many.
    pub limit: usize,
}

impl JobFilter {
    /// The first `limit` jobs, whatever they are.
    pub fn first(limit: usize) -> Self {
        Self {
            scope: None,
            lane: None,
            state: None,
            after: None,
            limit,
        }
    }

    pub(crate) fn matches(&self, job: &Job) -> bool {
        self.scope.is_none_or(|scope| scope == job.scope)
            && self.lane.as_ref().is_none_or(|lane| *lane == job.lane)
            && self.state.is_none_or(|state| state == job.state)
    }
}
