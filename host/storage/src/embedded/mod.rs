//! The store of one machine: a journal on the disk and sled as its index.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use tokio::sync::watch;

use crate::Store;
use crate::batch::Batch;
use crate::durable::Durable;
use crate::error::{CommitError, Error};
use crate::key::{Key, ListRange, Scope, Table, Timestamp, Versioned};
use crate::queue::{Job, JobFilter, JobId, Lane, Lease};
use crate::text::{TextId, TextReader, TextWriter};

/// Proof that a sync returned success.
#[derive(Debug)]
pub(crate) struct Synced {
    _private: (),
}

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
    pub damages: Vec<crate::journal::Damage>,
    /// Why the index had to be built anew, if it had.
    pub rebuilt: Option<String>,
    /// Files of texts no batch ever committed; removed.
    pub orphans: u64,
    /// How long it took.
    pub took: Duration,
}

/// The embedded store.
#[derive(Debug)]
pub struct Embedded {}

impl Embedded {
    /// Opens or makes the store. Blocks while it reads the journal.
    pub fn open(_options: Options) -> Result<Self, OpenError> {
        todo!()
    }

    /// What opening found.
    pub fn recovery(&self) -> &Recovery {
        todo!()
    }

    /// False once the disk has failed: nothing will be committed any more, the
    /// process should end.
    pub fn healthy(&self) -> bool {
        todo!()
    }

    /// Closes the current segment, makes a snapshot, removes what is superseded.
    pub async fn compact(&self) -> Result<(), Error> {
        todo!()
    }

    /// Ends cleanly: commits what is under way, marks the index as trustworthy.
    /// Dropping does the same, but blocks.
    pub async fn close(&self) {
        todo!()
    }
}

#[async_trait]
impl Store for Embedded {
    async fn get(&self, _key: &Key) -> Result<Option<Versioned>, Error> {
        todo!()
    }

    async fn list(
        &self,
        _scope: Scope,
        _table: Table,
        _range: ListRange,
    ) -> Result<Vec<(Vec<u8>, Versioned)>, Error> {
        todo!()
    }

    async fn commit(&self, _batch: Batch) -> Result<Durable, CommitError> {
        todo!()
    }

    fn stage(&self, _scope: Scope) -> TextWriter {
        todo!()
    }

    async fn text(&self, _scope: Scope, _id: TextId) -> Result<TextReader, Error> {
        todo!()
    }

    async fn lease(
        &self,
        _lane: &Lane,
        _now: Timestamp,
        _until: Timestamp,
        _limit: usize,
    ) -> Result<Vec<Lease>, Error> {
        todo!()
    }

    async fn next_due(&self, _lane: &Lane) -> Result<Option<Timestamp>, Error> {
        todo!()
    }

    fn enqueued(&self) -> watch::Receiver<u64> {
        todo!()
    }

    async fn job(&self, _id: JobId) -> Result<Option<Job>, Error> {
        todo!()
    }

    async fn jobs(&self, _filter: JobFilter) -> Result<Vec<Job>, Error> {
        todo!()
    }
}
