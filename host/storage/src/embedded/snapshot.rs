//! Snapshots: everything that is kept up to some commit, in key order.
//!
//! One is made from the snapshot before and the segments since, never from the
//! view. Each segment becomes a sorted run first, then all are merged in one
//! pass, so memory is bounded by one segment without its texts.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::files::{FileName, Layout, remove, sync_directory};
use super::record::{self, Frame, Kind};
use super::scan::{Found, Scanner};
use super::state::{Change, Edit, Origin, Place, StoredText, decode, encode, text_id};
use crate::key::Scope;
use crate::text::TextId;

/// A finished snapshot.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) name: FileName,
    /// Segments in which live texts are, and which.
    pub(crate) live: BTreeMap<u64, Live>,
}

/// The live texts of one segment.
#[derive(Debug, Default)]
pub(crate) struct Live {
    pub(crate) octets: u64,
    /// The first of them, at most [`LIVE_NAMES_MAX`] and one more.
    pub(crate) names: Vec<(Scope, TextId)>,
}

impl Live {
    fn add(&mut self, name: (Scope, TextId), octets: u64) {
        self.octets += octets;
        if self.names.len() <= LIVE_NAMES_MAX {
            self.names.push(name);
        }
    }
}

/// Makes the snapshot that covers `previous` and `sealed`; `None` if that is
/// nothing new. Ends early, with an error, when `stop` is set.
pub(crate) fn make(
    layout: &Layout,
    previous: Option<FileName>,
    sealed: &[FileName],
    stop: &AtomicBool,
) -> io::Result<Option<Made>> {
    let covered = previous.map_or(0, |name| name.sequence);
    let mut last = covered;
    let mut runs = Vec::new();
    for (number, name) in sealed.iter().enumerate() {
        check(stop)?;
        let path = layout.snapshots().join(format!("run-{number}.{TEMPORARY}"));
        last = last.max(write_run(layout, *name, covered, &path)?);
        runs.push(path);
    }
    let made = (last > covered).then(|| merge(layout, previous, &runs, last, stop));
    for run in &runs {
        remove(run)?;
    }
    made.transpose()
}

/// Writes what a segment changed, in key order; returns its last commit.
fn write_run(layout: &Layout, name: FileName, covered: u64, path: &Path) -> io::Result<u64> {
    let source = layout.segment(name);
    let mut scanner = Scanner::open(&source, name.salt)?;
    let mut edits = BTreeMap::new();
    let mut last = 0;
    while let Some(found) = scanner.next()? {
        match found {
            Found::Record(record) if record.header.kind == Kind::Commit => {
                let sequence = record.header.sequence;
                if sequence <= covered.max(last) {
                    continue;
                }
                last = sequence;
                let origin = Origin {
                    sequence,
                    segment: name.sequence,
                    tail: record.tail(),
                };
                let changes: Vec<Change> = decode(&record.payload).unwrap_or_default();
                edits.extend(changes.into_iter().map(|change| change.into_edit(origin)));
            }
            Found::Record(record) => {
                layout.quarantine_range(&source, record.offset, record.header.octets() as u64)?;
            }
            Found::Damage { offset, octets } => {
                tracing::error!(file = %source.display(), offset, octets, "journal is damaged");
                layout.quarantine_range(&source, offset, octets)?;
            }
            Found::NewerFormat(version) => {
                return Err(io::Error::other(format!("segment has format {version}")));
            }
        }
    }
    let mut run = BlockWriter::create(path, RUN_SALT, last)?;
    for (key, value) in edits {
        run.add(key, value)?;
    }
    run.finish()?;
    Ok(last)
}

fn merge(
    layout: &Layout,
    previous: Option<FileName>,
    runs: &[PathBuf],
    last: u64,
    stop: &AtomicBool,
) -> io::Result<Made> {
    let name = FileName::fresh(last);
    let temporary = layout.snapshots().join(format!("new.{TEMPORARY}"));
    let mut sources = Vec::new();
    for run in runs.iter().rev() {
        sources.push(BlockReader::open(run, RUN_SALT)?.peekable());
    }
    if let Some(previous) = previous {
        let path = layout.snapshot(previous);
        let reader = BlockReader::open(&path, previous.salt)?;
        sources.push(reader.with_quarantine(layout).peekable());
    }
    let mut out = BlockWriter::create(&temporary, name.salt, last)?;
    let mut live = BTreeMap::<u64, Live>::new();
    while let Some((key, value)) = next_newest(&mut sources)? {
        check(stop)?;
        let Some(value) = value else {
            continue;
        };
        if let Some((segment, name, octets)) = small_text(&key, &value) {
            live.entry(segment).or_default().add(name, octets);
        }
        out.add(key, Some(value))?;
    }
    out.finish()?;
    fs::rename(&temporary, layout.snapshot(name))?;
    sync_directory(&layout.snapshots())?;
    Ok(Made { name, live })
}

/// The smallest key of all sources, with the value of the first that has it.
fn next_newest(sources: &mut [Peekable<BlockReader>]) -> io::Result<Option<Edit>> {
    let mut smallest: Option<Vec<u8>> = None;
    for source in sources.iter_mut() {
        if let Some(Err(_)) = source.peek() {
            // Take the error out; peeking only lends it.
            source.next().transpose()?;
        }
        if let Some(Ok((key, _))) = source.peek()
            && smallest.as_ref().is_none_or(|least| key < least)
        {
            smallest = Some(key.clone());
        }
    }
    let Some(key) = smallest else {
        return Ok(None);
    };
    let mut newest = None;
    for source in sources {
        let same = source.next_if(|item| item.as_ref().is_ok_and(|(other, _)| *other == key));
        if let Some(Ok((_, value))) = same {
            newest.get_or_insert(value);
        }
    }
    Ok(newest.map(|value| (key, value)))
}

/// The segment a text is in, its name and its size.
fn small_text(key: &[u8], value: &[u8]) -> Option<(u64, (Scope, TextId), u64)> {
    let name = text_id(key)?;
    let text: StoredText = decode(value)?;
    match text.place {
        Place::Segment { segment, .. } => Some((segment, name, text.octets)),
        Place::File(_) | Place::Tail(_) => None,
    }
}

fn check(stop: &AtomicBool) -> io::Result<()> {
    if stop.load(Ordering::Acquire) {
        return Err(io::Error::new(
            io::ErrorKind::Interrupted,
            "store is closing",
        ));
    }
    Ok(())
}

/// Writes edits in blocks.
struct BlockWriter {
    file: BufWriter<File>,
    salt: u32,
    sequence: u64,
    block: Vec<Edit>,
    octets: usize,
    entries: u64,
}

impl BlockWriter {
    fn create(path: &Path, salt: u32, sequence: u64) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::new(File::create(path)?),
            salt,
            sequence,
            block: Vec::new(),
            octets: 0,
            entries: 0,
        })
    }

    fn add(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) -> io::Result<()> {
        self.octets += key.len() + value.as_ref().map_or(0, Vec::len);
        self.entries += 1;
        self.block.push((key, value));
        if self.octets >= BLOCK_OCTETS {
            self.write_block()?;
        }
        Ok(())
    }

    fn write_block(&mut self) -> io::Result<()> {
        let payload = encode(&self.block);
        self.write(Kind::Block, &payload)?;
        self.block.clear();
        self.octets = 0;
        Ok(())
    }

    fn write(&mut self, kind: Kind, payload: &[u8]) -> io::Result<()> {
        let mut octets = Vec::new();
        let frame = Frame {
            kind,
            sequence: self.sequence,
            synced: 0,
            payload,
            tail: &[],
        };
        record::write(&mut octets, self.salt, frame);
        self.file.write_all(&octets)
    }

    fn finish(mut self) -> io::Result<()> {
        self.write_block()?;
        let entries = encode(&self.entries);
        self.write(Kind::End, &entries)?;
        self.file.flush()?;
        self.file.get_ref().sync_all()
    }
}

/// Reads edits back, past any damage.
pub(crate) struct BlockReader {
    scanner: Scanner,
    path: PathBuf,
    block: std::vec::IntoIter<Edit>,
    quarantine: Option<Layout>,
    /// Damaged ranges so far: offset and octets.
    pub(crate) damages: Vec<(u64, u64)>,
    /// Whether the end was reached and everything before it was there.
    pub(crate) complete: bool,
    entries: u64,
}

impl BlockReader {
    pub(crate) fn open(path: &Path, salt: u32) -> io::Result<Self> {
        Ok(Self {
            scanner: Scanner::open(path, salt)?,
            path: path.to_owned(),
            block: Vec::new().into_iter(),
            quarantine: None,
            damages: Vec::new(),
            complete: false,
            entries: 0,
        })
    }

    /// Damage is put aside instead of being an error.
    pub(crate) fn with_quarantine(mut self, layout: &Layout) -> Self {
        self.quarantine = Some(layout.clone());
        self
    }

    /// The next block; `None` at the end.
    pub(crate) fn next_block(&mut self) -> io::Result<Option<Vec<Edit>>> {
        while let Some(found) = self.scanner.next()? {
            match found {
                Found::Record(record) if record.header.kind == Kind::Block => {
                    let block: Vec<Edit> = decode(&record.payload).unwrap_or_default();
                    self.entries += block.len() as u64;
                    return Ok(Some(block));
                }
                Found::Record(record) => {
                    self.complete = record.header.kind == Kind::End
                        && decode(&record.payload) == Some(self.entries);
                }
                Found::Damage { offset, octets } => self.damaged(offset, octets)?,
                Found::NewerFormat(version) => {
                    return Err(io::Error::other(format!("snapshot has format {version}")));
                }
            }
        }
        Ok(None)
    }

    fn damaged(&mut self, offset: u64, octets: u64) -> io::Result<()> {
        self.damages.push((offset, octets));
        match &self.quarantine {
            Some(layout) => layout.quarantine_range(&self.path, offset, octets),
            None => Ok(()),
        }
    }
}

impl Iterator for BlockReader {
    type Item = io::Result<Edit>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(edit) = self.block.next() {
                return Some(Ok(edit));
            }
            match self.next_block() {
                Ok(Some(block)) => self.block = block.into_iter(),
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// Whether the snapshot is whole.
pub(crate) fn is_complete(layout: &Layout, name: FileName) -> io::Result<bool> {
    let mut reader = BlockReader::open(&layout.snapshot(name), name.salt)?;
    while reader.next_block()?.is_some() {}
    Ok(reader.complete && reader.damages.is_empty())
}

/// Removes what an interrupted snapshot left behind.
pub(crate) fn remove_temporaries(layout: &Layout) -> io::Result<()> {
    for entry in fs::read_dir(layout.snapshots())? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == TEMPORARY)
        {
            remove(&path)?;
        }
    }
    Ok(())
}

/// A segment with more live texts is worth keeping.
pub(crate) const LIVE_NAMES_MAX: usize = 4_096;
const TEMPORARY: &str = "tmp";
/// Runs are read by the process that wrote them, just before.
const RUN_SALT: u32 = 0;
const BLOCK_OCTETS: usize = 256 * 1024;
