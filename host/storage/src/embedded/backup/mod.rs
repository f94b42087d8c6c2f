//! Backups: what a store held after one commit, taken while it is in use.
//!
//! ```text
//! manifest.json         what belongs to it, with digests; written last
//! journal/ snapshot/    as in a store; closed files only
//! texts/                the large texts that were held
//! ```
//!
//! The committing thread closes its segment (the cut), housekeeping, the only one
//! that removes files, gives each a second name, and from then on nobody waits for
//! the copying. A directory without a manifest is no backup.
//!
//! What the program did after the cut is not in a backup. So [`restore`] holds
//! every job that waited then, as [`crate::JobState::Restored`]: it may have been
//! done meanwhile, and only a person can know. What comes in later is not held.
//!
//! Not here: the sealing key, which is no part of a store; what the jobs mean.

mod copy;
mod make;
mod manifest;
mod restore;
mod verify;

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

pub(super) use make::{Linked, link, make, remove_links};
pub use manifest::{BackedUp, Manifest};
pub use restore::restore;
pub use verify::verify;

use super::OpenError;
use crate::error::Error;

/// What was found in a backup.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The backup.
    pub directory: PathBuf,
    /// When it was begun, in milliseconds since the epoch.
    pub made_at: u64,
    /// The last commit in it.
    pub sequence: u64,
    /// Files in it.
    pub files: u64,
    /// Their size.
    pub octets: u64,
    /// Texts that were held.
    pub texts: u64,
    /// Jobs that had not ended.
    pub jobs: u64,
    /// What is missing or is not what was written.
    pub damages: Vec<String>,
}

/// What [`restore`] did.
#[derive(Clone, Debug, Serialize)]
pub struct Restored {
    /// What the backup held.
    pub backup: Report,
    /// Jobs that wait for somebody to release them.
    pub held: u64,
}

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Another one is being made.
    #[error("another backup is being made")]
    Busy,
    /// Something is there already.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// There is no manifest.
    #[error("{} is no finished backup", .0.display())]
    NoBackup(PathBuf),
    /// The manifest cannot be read, or is one of a later program.
    #[error("manifest of {} cannot be read", .0.display())]
    Manifest(PathBuf),
    /// Not everything is there.
    #[error("backup is damaged")]
    Damaged(Box<Report>),
    /// The store is closed, about to close, or has failed.
    #[error("store is closed")]
    Closed,
    /// What was copied does not open.
    #[error("open the copy")]
    Open(#[from] OpenError),
    /// What was copied cannot be read.
    #[error("read the copy")]
    Read(#[from] Error),
    /// The operating system said no.
    #[error("{}", path.display())]
    Io {
        /// What was being worked on.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl BackupError {
    /// Says where an error of the operating system happened.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
