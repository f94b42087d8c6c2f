//! Batches on their way through the committing thread, and the groups they form.

use tokio::sync::oneshot;

use super::draft::Approved;
use super::state::{Edit, StoredJob};
use crate::batch::Batch;
use crate::durable::Durable;
use crate::error::CommitError;
use crate::queue::JobId;

pub(super) type Answer = oneshot::Sender<Result<Durable, CommitError>>;

/// A batch that waits for its judgement.
pub(super) struct Commit {
    pub(super) batch: Batch,
    pub(super) answer: Answer,
}

/// A commit on its way to the disk.
pub(super) struct Accepted {
    pub(super) answer: Answer,
    pub(super) sequence: u64,
    pub(super) jobs: Vec<(JobId, Option<StoredJob>)>,
    pub(super) approved: Approved,
}

impl Accepted {
    pub(super) fn refused(self, error: CommitError) -> Refused {
        Refused {
            answer: self.answer,
            error,
        }
    }
}

/// One group between judgement and answer.
#[derive(Default)]
pub(super) struct Group {
    pub(super) octets: Vec<u8>,
    pub(super) edits: Vec<Edit>,
    pub(super) accepted: Vec<Accepted>,
    pub(super) refused: Vec<Refused>,
}

/// A batch that does not happen.
pub(super) struct Refused {
    pub(super) answer: Answer,
    pub(super) error: CommitError,
}

impl Group {
    /// From the write on a record may name the files.
    pub(super) fn keep_files(&mut self, keep: bool) {
        for accepted in &mut self.accepted {
            accepted
                .approved
                .spills
                .iter_mut()
                .for_each(|spill| spill.keep(keep));
        }
    }
}
