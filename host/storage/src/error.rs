//! Why the store said no.
//!
//! Each variant is something a caller can act upon; `Display` names no value
//! and no message text.

use std::io;

use crate::key::Key;
use crate::queue::JobId;
use crate::text::TextId;

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such text in this scope (any more).
    #[error("text {0} does not exist")]
    NoSuchText(TextId),
    /// The text is larger than the caller is willing to read at once.
    #[error("text has {octets} octets, at most {limit} were asked for")]
    TooLarge {
        /// Its size.
        octets: u64,
        /// What the caller named.
        limit: u64,
    },
    /// What is on the disk is not what was written.
    #[error("{0} is damaged")]
    Damaged(String),
    /// The index over the journal fails; a restart rebuilds it.
    #[error("index failed: {0}")]
    View(String),
    /// The store has been closed.
    #[error("store is closed")]
    Closed,
    /// The operating system said no.
    #[error("read")]
    Io(#[source] io::Error),
}

/// Why a text could not be staged. Nothing of it is left behind.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The head is longer than the room there is for it.
    #[error(
        "head of a text is longer than {} octets",
        crate::text::HEAD_OCTETS_MAX
    )]
    Head,
    /// No room on the disk; try again later.
    #[error("no space left")]
    Full,
    /// The operating system said no.
    #[error("write text")]
    Io(#[source] io::Error),
}

/// Why a batch was not committed.
///
/// After every variant but [`CommitError::Failed`] nothing of the batch is in
/// the store and nothing ever will be.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// A row is not at the revision the batch expects: read again, decide again.
    #[error("{key} has changed")]
    Conflict {
        /// The row.
        key: Box<Key>,
    },
    /// The lease ran out and somebody else took the job, or it was deleted.
    #[error("lease on job {0} is lost")]
    LeaseLost(JobId),
    /// The batch changes a job that is not there.
    #[error("job {0} does not exist")]
    NoSuchJob(JobId),
    /// The batch names a text that is not there, or not in the scope.
    #[error("text {0} does not exist")]
    NoSuchText(TextId),
    /// The batch is larger than one record may be.
    #[error("batch has {octets} octets, the limit is {limit}")]
    TooLarge {
        /// Its size.
        octets: u64,
        /// The largest one.
        limit: u64,
    },
    /// No room on the disk; try again later.
    #[error("no space left")]
    Full,
    /// The store has been closed.
    #[error("store is closed")]
    Closed,
    /// The disk failed. Whether the batch is kept shows after a restart; this
    /// process will commit nothing any more and should end.
    #[error("store has failed")]
    Failed,
}
