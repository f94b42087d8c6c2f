//! What `verify` and `dump` do: the same replay, without opening the store.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::OpenError;
use super::files::{FileName, Layout};
use super::replay::{Outcome, Piece, replay};
use super::state::{Change, Place, StoredText, decode, job_id, text_id};
use crate::journal::{self, Entry, Report};
use crate::key::Scope;
use crate::queue::JobId;
use crate::text::{TextId, file_name};

/// Reads everything, texts included.
pub(crate) fn verify(directory: &Path) -> Result<Report, OpenError> {
    retry(directory, |layout| {
        let contents = contents(layout)?;
        let mut report = report(layout, &contents.outcome);
        report.texts = contents.texts.len() as u64;
        report.texts_damaged = contents.damaged_texts(layout);
        Ok(report)
    })
}

/// What a store holds, by name.
pub(super) struct Contents {
    pub(super) outcome: Outcome,
    pub(super) texts: BTreeMap<(Scope, TextId), StoredText>,
    pub(super) jobs: BTreeSet<JobId>,
}

/// Goes through everything but the texts themselves.
pub(super) fn contents(layout: &Layout) -> Result<Contents, OpenError> {
    let mut texts = BTreeMap::new();
    let mut jobs = BTreeSet::new();
    let outcome = replay(layout, 0, true, &mut |piece| {
        for (key, value) in piece.into_edits() {
            if let Some(name) = text_id(&key) {
                match value.as_deref().and_then(decode::<StoredText>) {
                    Some(text) => texts.insert(name, text),
                    None => texts.remove(&name),
                };
            } else if let Some(id) = job_id(&key) {
                match value {
                    Some(_) => jobs.insert(id),
                    None => jobs.remove(&id),
                };
            }
        }
        Ok(())
    })?;
    Ok(Contents {
        outcome,
        texts,
        jobs,
    })
}

impl Contents {
    /// Reads every text; names those that are not what was written.
    pub(super) fn damaged_texts(&self, layout: &Layout) -> Vec<String> {
        damaged_texts(layout, &self.outcome, &self.texts)
    }
}

/// Shows every commit in the journal.
pub(crate) fn dump(directory: &Path, show: &mut dyn FnMut(Entry)) -> Result<Report, OpenError> {
    // Shown commits cannot be taken back, so this is not tried again.
    let layout = Layout::new(directory);
    let outcome = replay(&layout, 0, true, &mut |piece| {
        if let Piece::Commit {
            segment,
            record,
            changes,
            ..
        } = piece
        {
            show(Entry {
                sequence: record.header.sequence,
                segment: layout.segment(segment),
                offset: record.offset,
                octets: record.header.octets() as u64,
                changes: changes.iter().map(change).collect(),
            });
        }
        Ok(())
    })?;
    Ok(report(&layout, &outcome))
}

/// While the store is in use its housekeeping may remove a file in between.
fn retry(
    directory: &Path,
    mut work: impl FnMut(&Layout) -> Result<Report, OpenError>,
) -> Result<Report, OpenError> {
    let layout = Layout::new(directory);
    for _ in 1..ATTEMPTS_MAX {
        match work(&layout) {
            Err(OpenError::Io { source, .. })
                if layout.in_use() && source.kind() == io::ErrorKind::NotFound => {}
            done => return done,
        }
    }
    work(&layout)
}

fn report(layout: &Layout, outcome: &Outcome) -> Report {
    Report {
        in_use: layout.in_use(),
        snapshot: outcome.snapshot.map_or(0, |name| name.sequence),
        segments: outcome.segments.len() as u64,
        records: outcome.records,
        sequence: outcome.last,
        damages: outcome.damages.clone(),
        ..Report::default()
    }
}

fn damaged_texts(
    layout: &Layout,
    outcome: &Outcome,
    texts: &BTreeMap<(Scope, TextId), StoredText>,
) -> Vec<String> {
    let segments: BTreeMap<u64, FileName> = outcome
        .segments
        .iter()
        .map(|name| (name.sequence, *name))
        .collect();
    let mut damaged = Vec::new();
    for ((scope, id), text) in texts {
        let (path, start) = match text.place {
            Place::Segment { segment, offset } => match segments.get(&segment) {
                Some(name) => (layout.segment(*name), offset),
                None => (layout.journal(), offset),
            },
            Place::File(start) | Place::Tail(start) => {
                (layout.texts().join(file_name(*scope, *id)), start)
            }
        };
        if checksum(&path, start, text.octets).ok() != Some(text.checksum) {
            damaged.push(format!("{scope} text {id}"));
        }
    }
    damaged
}

fn checksum(path: &Path, start: u64, octets: u64) -> io::Result<u32> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut file = file.take(octets);
    let mut piece = vec![0; PIECE_OCTETS];
    let (mut checksum, mut left) = (0, octets);
    while left > 0 {
        let count = file.read(&mut piece)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        checksum = crc32c::crc32c_append(checksum, &piece[..count]);
        left -= count as u64;
    }
    Ok(checksum)
}

fn change(change: &Change) -> journal::Change {
    match change {
        Change::Row {
            scope,
            table,
            id,
            value,
        } => journal::Change {
            verb: verb(value),
            what: "row",
            scope: Scope::from_number(*scope).to_string(),
            table: table.clone(),
            id: id.escape_ascii().to_string(),
            octets: value.as_ref().map_or(0, |value| value.len() as u64),
        },
        Change::Job { id, job } => journal::Change {
            verb: verb(job),
            what: "job",
            scope: job
                .as_ref()
                .map_or_else(String::new, |job| Scope::from_number(job.scope).to_string()),
            table: job
                .as_ref()
                .map_or_else(String::new, |job| job.lane.0.clone()),
            id: JobId(*id).to_string(),
            octets: job.as_ref().map_or(0, |job| job.payload.len() as u64),
        },
        Change::Text { scope, id, text } => journal::Change {
            verb: verb(text),
            what: "text",
            scope: Scope::from_number(*scope).to_string(),
            table: String::new(),
            id: TextId(*id).to_string(),
            octets: text.as_ref().map_or(0, |text| text.octets),
        },
    }
}

fn verb<T>(new: &Option<T>) -> &'static str {
    match new {
        Some(_) => "put",
        None => "delete",
    }
}

const ATTEMPTS_MAX: usize = 3;
const PIECE_OCTETS: usize = 256 * 1024;
