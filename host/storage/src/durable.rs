//! The proof that something is on the disk.

use crate::embedded::Synced;
use crate::key::Revision;

/// Says that a batch survives a power cut.
///
/// The only way to one is [`crate::Store::commit`]; inside this crate it takes a
/// [`Synced`], which only a sync that returned success can make. Whoever writes
/// the SMTP reply 250 asks for one (RFC 5321 §6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Durable {
    revision: Revision,
}

impl Durable {
    pub(crate) fn after_sync(revision: Revision, _proof: &Synced) -> Self {
        Self { revision }
    }

    /// The revision every row of the batch now has.
    pub fn revision(&self) -> Revision {
        self.revision
    }
}
