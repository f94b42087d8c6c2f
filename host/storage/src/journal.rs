//! Looking into a journal without opening the store: for `relaygate journal`.
//!
//! Both functions only read. On a store that is in use they see what was
//! complete when they came by, and say that it is in use.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::embedded::{OpenError, inspect};

/// A part of a file that does not hold what was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The file.
    pub file: PathBuf,
    /// Where the damage begins.
    pub offset: u64,
    /// How long it is.
    pub octets: u64,
    /// What kind it is.
    pub kind: DamageKind,
}

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum DamageKind {
    /// The end of the last segment was never completely written: a crash during
    /// a commit nobody was told about. No harm.
    TornTail,
    /// Commits are lost: those from the first to the last number.
    Lost {
        /// First lost commit.
        first: u64,
        /// Last lost commit.
        last: u64,
    },
    /// Rows, jobs or texts that were in a snapshot are lost.
    Snapshot,
    /// No commit is lost: a snapshot has those that were here, or none ever was.
    /// Small texts in it may be, see `texts_damaged`.
    Harmless,
}

/// What [`verify`] found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Whether a process has the store open.
    pub in_use: bool,
    /// The commit up to which the snapshot reaches.
    pub snapshot: u64,
    /// Segments read.
    pub segments: u64,
    /// Intact records read.
    pub records: u64,
    /// The last commit.
    pub sequence: u64,
    /// What is damaged.
    pub damages: Vec<Damage>,
    /// Texts that are kept.
    pub texts: u64,
    /// Texts whose octets are missing or differ from their checksum.
    pub texts_damaged: Vec<String>,
}

/// One commit, for people.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Its number.
    pub sequence: u64,
    /// The segment it is in.
    pub segment: PathBuf,
    /// Where in the segment.
    pub offset: u64,
    /// Its size with everything.
    pub octets: u64,
    /// What it changed.
    pub changes: Vec<Change>,
}

/// One change, for people: names and sizes, no contents.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// `put` or `delete`.
    pub verb: &'static str,
    /// `row`, `job` or `text`.
    pub what: &'static str,
    /// `installation` or `account N`; empty where the kind has none.
    pub scope: String,
    /// Table of a row, lane of a job.
    pub table: String,
    /// The id.
    pub id: String,
    /// Size of what was put.
    pub octets: u64,
}

/// Reads everything, texts included, and says what is wrong.
pub fn verify(directory: &Path) -> Result<Report, OpenError> {
    inspect::verify(directory)
}

/// Shows every commit still in the journal, oldest first. Texts are not read.
pub fn dump(directory: &Path, show: &mut dyn FnMut(Entry)) -> Result<Report, OpenError> {
    inspect::dump(directory, show)
}
