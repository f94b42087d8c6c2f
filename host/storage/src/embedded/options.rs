//! What an embedded store is told and what it tells: settings, errors, reports.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::journal::Damage;

/// Where an embedded store lives, and its bounds.
#[derive(Clone, Debug)]
pub struct Options {
    /// The directory; made if absent. Nothing else may be in it.
    pub directory: PathBuf,
    /// A journal segment is closed once it has this size.
    pub segment_octets: u64,
    /// Memory for the index.
    pub cache_octets: u64,
    /// Below this much free space batches that add something are refused as
    /// `Full`; below half of it all are.
    pub reserve_octets: u64,
    /// A snapshot is made after so many closed segments.
    pub snapshot_segments: usize,
}

impl Options {
    /// The defaults for a store in `directory`.
    pub fn new(directory: impl AsRef<Path>) -> Self {
        Self {
            directory: directory.as_ref().to_owned(),
            segment_octets: 64 * 1024 * 1024,
            cache_octets: 64 * 1024 * 1024,
            reserve_octets: 64 * 1024 * 1024,
            snapshot_segments: 4,
        }
    }
}

/// Why a store could not be opened. Nothing has been changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("{directory} is in use by another process ({holder})")]
    InUse {
        /// The store.
        directory: PathBuf,
        /// What that process wrote about itself.
        holder: String,
    },
    /// Written by a newer program.
    #[error("{file} has format {version}, this program reads up to {supported}")]
    NewerFormat {
        /// The file.
        file: PathBuf,
        /// Its format.
        version: u8,
        /// The newest format known here.
        supported: u8,
    },
    /// The operating system said no.
    #[error("{path}")]
    Io {
        /// What was being worked on.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The index cannot be built.
    #[error("build index: {0}")]
    View(String),
}

/// What opening found and did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Recovery {
    /// The last commit that was found.
    pub sequence: u64,
    /// Records read behind the snapshot.
    pub records: u64,
    /// What was damaged; it has been copied to `quarantine/`.
    pub damages: Vec<Damage>,
    /// Why the index had to be built anew, if it had.
    pub rebuilt: Option<String>,
    /// Files of texts no batch ever committed; removed.
    pub orphans: u64,
    /// How long it took.
    pub took: Duration,
}

impl OpenError {
    /// Says where an error of the operating system happened.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// How much journal there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalSize {
    /// Segments, the open one included.
    pub segments: u64,
    /// Their octets.
    pub octets: u64,
}

/// For metrics and readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Batches committed.
    pub commits: u64,
    /// Syncs of the journal; several commits share one.
    pub syncs: u64,
    /// Space left on the store's file system.
    pub free_octets: u64,
}
