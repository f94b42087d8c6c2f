//! Keeps what must survive a crash: rows, message texts and jobs.
//!
//! Callers see [`Store`]. Everything changes through [`Store::commit`], which
//! takes a [`Batch`] and returns only when the batch is on the disk. There is one
//! backend so far, [`embedded::Embedded`]: an append-only journal, which is the
//! truth, and a sled database, which is an index over it that can be thrown away.
//!
//! Not here: what rows mean, clocks, retries, anything of SMTP.

mod account;
pub mod backup;
mod batch;
pub mod contract;
mod diary;
mod durable;
pub mod embedded;
mod error;
pub mod journal;
mod key;
mod queue;
mod text;

use async_trait::async_trait;
use tokio::sync::watch;

pub use account::Account;
pub use batch::Batch;
pub use diary::{Diary, DiaryBounds, DiaryEntry, DiaryReader};
pub use durable::Durable;
pub use error::{CommitError, Error, StageError};
pub use key::{AccountId, Key, ListRange, Revision, Scope, Table, Timestamp, Versioned};
pub use queue::{
    Backlog, BadId, Job, JobChange, JobFilter, JobId, JobState, Lane, Lease, NewJob, Share,
};
pub use text::{HEAD_OCTETS_MAX, StagedText, TextId, TextReader, TextWriter};

/// What every backend can do.
///
/// Each sentence below is a test in [`contract`]; every backend passes it.
#[async_trait]
pub trait Store: Send + Sync {
    /// Reads one row. What was committed before the call is seen; what is not
    /// yet durable is not.
    async fn get(&self, key: &Key) -> Result<Option<Versioned>, Error>;

    /// Reads rows of one table of one scope in the octet order of their ids.
    async fn list(
        &self,
        scope: Scope,
        table: Table,
        range: ListRange,
    ) -> Result<Vec<(Vec<u8>, Versioned)>, Error>;

    /// Makes a batch happen, all of it or nothing. Once this returns `Ok`, a
    /// crash cannot lose it; the SMTP reply 250 waits for that.
    ///
    /// A row that is not at the expected revision is a `Conflict`. A lease that
    /// was taken over or settled, or whose job is gone, is `LeaseLost`. After an
    /// error nothing of the batch is seen, and its leases stand as before. (After
    /// `Failed` and `Closed` nothing is leased any more.) Dropping the future does
    /// not recall the batch.
    async fn commit(&self, batch: Batch) -> Result<Durable, CommitError>;

    /// Begins a text. It becomes part of the store with the batch it is put into
    /// ([`Batch::text`]); dropped before that, it leaves nothing behind.
    fn stage(&self, scope: Scope) -> TextWriter;

    /// Opens a text. A text of another scope does not exist. An open reader
    /// keeps reading although the text is dropped meanwhile.
    async fn text(&self, scope: Scope, id: TextId) -> Result<TextReader, Error>;

    /// Takes up to `limit` jobs of the lane that are due at `now`, the one that
    /// waits longest first. Nobody else gets them before `until`; after that
    /// anybody may, so a job can be handed over twice. A restart ends all leases
    /// of the process.
    async fn lease(
        &self,
        lane: &Lane,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Lease>, Error> {
        let share = Share::unbounded();
        self.lease_within(lane, now, until, limit, &share).await
    }

    /// The same, but of no scope more jobs than `share` has left for it. Others
    /// are served although its jobs wait longer.
    async fn lease_within(
        &self,
        lane: &Lane,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
        share: &Share,
    ) -> Result<Vec<Lease>, Error>;

    /// When [`Store::lease`] will next have something: the earliest due time or
    /// end of a lease in the lane.
    async fn next_due(&self, lane: &Lane) -> Result<Option<Timestamp>, Error> {
        self.next_due_within(lane, &Share::unbounded()).await
    }

    /// The same for [`Store::lease_within`].
    async fn next_due_within(&self, lane: &Lane, share: &Share)
    -> Result<Option<Timestamp>, Error>;

    /// A counter that moves when a job was added or given a new due time.
    fn enqueued(&self) -> watch::Receiver<u64>;

    /// Looks at one job.
    async fn job(&self, id: JobId) -> Result<Option<Job>, Error>;

    /// Looks at jobs, oldest first.
    async fn jobs(&self, filter: JobFilter) -> Result<Vec<Job>, Error>;
}
