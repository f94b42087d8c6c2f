//! Reads what is on the disk, in order, and finds out what is damaged.
//!
//! Used by recovery and by `relaygate journal`; only reads.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::OpenError;
use super::files::{FileName, Layout};
use super::record::{Kind, VERSION};
use super::scan::{Found, Record, Scanner};
use super::snapshot::{BlockReader, is_complete};
use super::state::{Change, Edit, Origin, decode};
use crate::journal::{Damage, DamageKind};

/// What [`replay`] shows, in the order it happened.
pub(crate) enum Piece<'a> {
    /// A part of the snapshot.
    Snapshot(Vec<Edit>),
    /// A commit.
    Commit {
        segment: FileName,
        record: &'a Record,
        changes: Vec<Change>,
        /// The snapshot has it already.
        covered: bool,
    },
}

impl Piece<'_> {
    /// What is new in it.
    pub(crate) fn into_edits(self) -> Vec<Edit> {
        match self {
            Self::Snapshot(edits) => edits,
            Self::Commit { covered: true, .. } => Vec::new(),
            Self::Commit {
                segment,
                record,
                changes,
                covered: false,
            } => {
                let origin = Origin {
                    sequence: record.header.sequence,
                    segment: segment.sequence,
                    tail: record.tail(),
                };
                changes.into_iter().map(|c| c.into_edit(origin)).collect()
            }
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) snapshot: Option<FileName>,
    /// The last intact commit.
    pub(crate) last: u64,
    /// The last commit that is known to have been on the disk.
    pub(crate) known: u64,
    pub(crate) records: u64,
    pub(crate) segments: Vec<FileName>,
    /// Of the segments, those the snapshot covers wholly.
    pub(crate) covered: usize,
    pub(crate) damages: Vec<Damage>,
    /// Where the last segment's last record ends.
    pub(crate) end: u64,
    /// From where on the last segment may not be on the disk yet, although it
    /// could be read: a sync may have failed before.
    pub(crate) unsynced: u64,
}

/// Shows everything to `show`; with `all`, also segments the snapshot covers.
/// `known` is a commit known to have been on the disk.
pub(crate) fn replay(
    layout: &Layout,
    known: u64,
    all: bool,
    show: &mut dyn FnMut(Piece<'_>) -> Result<(), OpenError>,
) -> Result<Outcome, OpenError> {
    let mut outcome = Outcome::default();
    read_snapshot(layout, &mut outcome, show)?;
    let directory = layout.journal();
    outcome.segments = layout.list_segments().map_err(OpenError::at(&directory))?;
    outcome.covered = covered_segments(&outcome.segments, outcome.last);
    outcome.known = known.max(outcome.last);
    let first = if all { 0 } else { outcome.covered };
    let mut walk = Walk {
        covered: outcome.last,
        outcome,
        open: None,
        newest: 0,
        maybe_unsynced: VecDeque::new(),
    };
    for name in walk.outcome.segments.clone().into_iter().skip(first) {
        walk.segment(layout, name, show)?;
    }
    Ok(walk.finish(layout))
}

/// How many segments hold nothing behind the snapshot.
fn covered_segments(segments: &[FileName], snapshot: u64) -> usize {
    let behind = segments.iter().skip(1);
    behind
        .take_while(|name| name.sequence <= snapshot + 1)
        .count()
}

fn read_snapshot(
    layout: &Layout,
    outcome: &mut Outcome,
    show: &mut dyn FnMut(Piece<'_>) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    let Some(name) = choose_snapshot(layout)? else {
        return Ok(());
    };
    let path = layout.snapshot(name);
    let mut reader = BlockReader::open(&path, name.salt).map_err(OpenError::at(&path))?;
    while let Some(block) = reader.next_block().map_err(OpenError::at(&path))? {
        show(Piece::Snapshot(block))?;
    }
    let damage = |(offset, octets)| Damage {
        file: path.clone(),
        offset,
        octets,
        kind: DamageKind::Snapshot,
    };
    outcome
        .damages
        .extend(reader.damages.iter().copied().map(damage));
    if reader.damages.is_empty() && !reader.complete {
        outcome.damages.push(damage((0, 0)));
    }
    outcome.snapshot = Some(name);
    outcome.last = name.sequence;
    Ok(())
}

/// The newest that is whole; else the newest.
fn choose_snapshot(layout: &Layout) -> Result<Option<FileName>, OpenError> {
    let directory = layout.snapshots();
    let names = layout.list_snapshots().map_err(OpenError::at(&directory))?;
    // One is the rule; two after a crash between rename and removal.
    if let [_, _, ..] = names.as_slice() {
        for name in names.iter().rev() {
            if is_complete(layout, *name).map_err(OpenError::at(&layout.snapshot(*name)))? {
                return Ok(Some(*name));
            }
        }
    }
    Ok(names.last().copied())
}

/// The way through the segments.
struct Walk {
    outcome: Outcome,
    /// Up to here the snapshot has everything.
    covered: u64,
    /// Damage of which the next record will tell what it cost.
    open: Option<(PathBuf, u64, u64)>,
    /// The last commit seen, covered or not.
    newest: u64,
    /// Commits of the current segment that no later one calls synced, with
    /// where they begin.
    maybe_unsynced: VecDeque<(u64, u64)>,
}

impl Walk {
    fn segment(
        &mut self,
        layout: &Layout,
        name: FileName,
        show: &mut dyn FnMut(Piece<'_>) -> Result<(), OpenError>,
    ) -> Result<(), OpenError> {
        let path = layout.segment(name);
        let mut scanner = Scanner::open(&path, name.salt).map_err(OpenError::at(&path))?;
        self.outcome.end = 0;
        self.maybe_unsynced.clear();
        while let Some(found) = scanner.next().map_err(OpenError::at(&path))? {
            match found {
                Found::Record(record) => self.record(&path, name, record, show)?,
                Found::Damage { offset, octets } => self.damaged(&path, offset, octets),
                Found::NewerFormat(version) => {
                    return Err(OpenError::NewerFormat {
                        file: path,
                        version,
                        supported: VERSION,
                    });
                }
            }
        }
        let unsynced = self.maybe_unsynced.front().map(|(_, offset)| *offset);
        self.outcome.unsynced = unsynced.unwrap_or(self.outcome.end);
        Ok(())
    }

    fn record(
        &mut self,
        path: &std::path::Path,
        name: FileName,
        record: Record,
        show: &mut dyn FnMut(Piece<'_>) -> Result<(), OpenError>,
    ) -> Result<(), OpenError> {
        self.outcome.end = record.end();
        let sequence = record.header.sequence;
        let octets = record.header.octets() as u64;
        let changes = decode(&record.payload).filter(|_| record.header.kind == Kind::Commit);
        let (Some(changes), true) = (changes, sequence > self.newest) else {
            self.damaged(path, record.offset, octets);
            return Ok(());
        };
        self.close_damage(path, record.offset, sequence);
        self.newest = sequence;
        self.outcome.last = self.outcome.last.max(sequence);
        self.outcome.records += 1;
        self.outcome.known = self.outcome.known.max(record.header.synced);
        self.maybe_unsynced.push_back((sequence, record.offset));
        let synced = record.header.synced;
        while self
            .maybe_unsynced
            .front()
            .is_some_and(|(first, _)| *first <= synced)
        {
            self.maybe_unsynced.pop_front();
        }
        show(Piece::Commit {
            segment: name,
            record: &record,
            changes,
            covered: sequence <= self.covered,
        })
    }

    fn damaged(&mut self, path: &std::path::Path, offset: u64, octets: u64) {
        match &mut self.open {
            Some((file, start, length)) if file == path && *start + *length == offset => {
                *length += octets;
            }
            Some(_) => {
                self.push_open(DamageKind::Harmless);
                self.open = Some((path.to_owned(), offset, octets));
            }
            None => self.open = Some((path.to_owned(), offset, octets)),
        }
    }

    /// An intact commit follows: now it shows what is missing before it.
    fn close_damage(&mut self, path: &std::path::Path, offset: u64, sequence: u64) {
        let first = self.outcome.last.max(self.covered) + 1;
        if sequence > first {
            let open = self.open.take();
            self.open = open.or_else(|| Some((path.to_owned(), offset, 0)));
            let last = sequence - 1;
            self.push_open(DamageKind::Lost { first, last });
        } else {
            self.push_open(DamageKind::Harmless);
        }
    }

    fn push_open(&mut self, kind: DamageKind) {
        if let Some((file, offset, octets)) = self.open.take() {
            self.outcome.damages.push(Damage {
                file,
                offset,
                octets,
                kind,
            });
        }
    }

    /// What is open now has no record behind it: a torn tail, unless something
    /// says that those commits were on the disk once.
    fn finish(mut self, layout: &Layout) -> Outcome {
        let (last, known) = (self.outcome.last, self.outcome.known);
        let path = self
            .outcome
            .segments
            .last()
            .map(|name| layout.segment(*name));
        let path = path.unwrap_or_else(|| layout.journal());
        if known > last {
            let end = self.outcome.end;
            self.open.get_or_insert((path, end, 0));
            let first = last + 1;
            self.push_open(DamageKind::Lost { first, last: known });
        } else if self.open.as_ref().is_some_and(|(file, ..)| *file == path) {
            self.push_open(DamageKind::TornTail);
        } else {
            self.push_open(DamageKind::Harmless);
        }
        self.outcome
    }
}
