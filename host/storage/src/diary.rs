//! Records in the order in which they came, for as long as there is room: what is good to
//! have and may be lost. Never synced, so a power cut takes the last of it; bounded in size
//! and in age, so the oldest go.
//!
//! Files are named by the time of their first record; a start begins a new one. Damage
//! costs the records it hits.
//!
//! Not here: what must survive (the journal), what a record means.

use std::collections::VecDeque;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::Timestamp;
use crate::embedded::record::{self, Frame, HEADER_OCTETS, Kind, RECORD_OCTETS_MAX};
use crate::embedded::scan::{Found, Scanner};

/// How much a diary keeps.
#[derive(Debug, Clone, Copy)]
pub struct DiaryBounds {
    /// Octets of all files together.
    pub octets_max: u64,
    /// Milliseconds.
    pub keep_ms: u64,
}

/// A diary being written.
#[derive(Debug)]
pub struct Diary {
    directory: PathBuf,
    bounds: DiaryBounds,
    page: Option<Page>,
    sequence: u64,
    frame: Vec<u8>,
}

/// The file that is being written.
#[derive(Debug)]
struct Page {
    file: BufWriter<File>,
    began: Timestamp,
    octets: u64,
}

impl Diary {
    /// A diary in that directory, which is made if there is none.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn open(directory: PathBuf, bounds: DiaryBounds) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)?;
        Ok(Self {
            directory,
            bounds,
            page: None,
            sequence: 0,
            frame: Vec::new(),
        })
    }

    /// Whether the next record begins a new file, which is read without those before it.
    pub fn begins_anew(&self, now: Timestamp) -> bool {
        let full = |page: &Page| {
            page.octets >= self.page_octets_max()
                || now.0.saturating_sub(page.began.0) >= self.bounds.keep_ms / PAGES_KEPT
        };
        self.page.as_ref().is_none_or(full)
    }

    /// Writes a record down. Not in the file before [`Diary::flush`].
    ///
    /// # Errors
    /// Whatever the file system says; a record that is too large is
    /// [`io::ErrorKind::InvalidInput`].
    pub fn append(&mut self, octets: &[u8], now: Timestamp) -> io::Result<()> {
        if octets.len() > RECORD_OCTETS_MAX - HEADER_OCTETS {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        if self.begins_anew(now) {
            self.turn_over(now)?;
        }
        self.sequence += 1;
        self.frame.clear();
        let frame = Frame {
            kind: Kind::Block,
            sequence: self.sequence,
            synced: 0,
            payload: octets,
            tail: &[],
        };
        record::write(&mut self.frame, SALT, frame);
        if let Some(page) = &mut self.page {
            page.octets += self.frame.len() as u64;
            page.file.write_all(&self.frame)?;
        }
        Ok(())
    }

    /// Lets readers see what was written.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn flush(&mut self) -> io::Result<()> {
        self.page.as_mut().map_or(Ok(()), |page| page.file.flush())
    }

    fn turn_over(&mut self, now: Timestamp) -> io::Result<()> {
        self.flush()?;
        self.page = None;
        self.make_room(now)?;
        let path = self.directory.join(format!("{:016x}.{ENDING}", now.0));
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)?;
        self.page = Some(Page {
            file: BufWriter::new(file),
            began: now,
            octets: 0,
        });
        Ok(())
    }

    /// Removes the oldest files until a whole new one has room.
    fn make_room(&self, now: Timestamp) -> io::Result<()> {
        let mut pages = pages(&self.directory)?;
        let mut octets: u64 = pages.iter().map(|page| page.octets).sum();
        let room = self
            .bounds
            .octets_max
            .saturating_sub(self.page_octets_max());
        while let Some(oldest) = pages.pop_front() {
            let ended = pages.front().map_or(oldest.began, |next| next.began);
            let old = now.0.saturating_sub(ended.0) > self.bounds.keep_ms;
            if !old && octets <= room {
                break;
            }
            fs::remove_file(&oldest.path)?;
            octets -= oldest.octets;
        }
        Ok(())
    }

    fn page_octets_max(&self) -> u64 {
        self.bounds.octets_max / PAGES_KEPT
    }
}

/// A file of a diary.
#[derive(Debug)]
struct Written {
    path: PathBuf,
    began: Timestamp,
    octets: u64,
}

/// The files, oldest first.
fn pages(directory: &Path) -> io::Result<VecDeque<Written>> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        let named = path.extension().is_some_and(|ending| ending == ENDING);
        let began = path.file_stem().and_then(|stem| stem.to_str());
        let began = began.and_then(|stem| u64::from_str_radix(stem, 16).ok());
        if let Some(began) = began.filter(|_| named) {
            pages.push(Written {
                began: Timestamp(began),
                octets: entry.metadata()?.len(),
                path,
            });
        }
    }
    pages.sort_by_key(|page| page.began);
    Ok(pages.into())
}

/// Reads a diary from some time on, in whole files: the first records may be older.
#[derive(Debug)]
pub struct DiaryReader {
    pages: VecDeque<Written>,
    page: Option<Scanner>,
    damages: u64,
}

/// What a reader comes to.
#[derive(Debug)]
pub enum DiaryEntry {
    /// A new file begins.
    Page,
    /// A record.
    Record(Vec<u8>),
}

impl DiaryReader {
    /// A reader of the diary in that directory.
    ///
    /// # Errors
    /// Whatever the file system says; there is no such directory.
    pub fn since(directory: &Path, since: Timestamp) -> io::Result<Self> {
        let mut pages = pages(directory)?;
        while pages.get(1).is_some_and(|next| next.began <= since) {
            pages.pop_front();
        }
        Ok(Self {
            pages,
            page: None,
            damages: 0,
        })
    }

    /// Places that were no record: damage, or an end that was not written.
    pub fn damages(&self) -> u64 {
        self.damages
    }

    /// What comes next; `None` at the end.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn read_on(&mut self) -> io::Result<Option<DiaryEntry>> {
        loop {
            let Some(page) = &mut self.page else {
                let Some(next) = self.pages.pop_front() else {
                    return Ok(None);
                };
                match Scanner::open(&next.path, SALT) {
                    Ok(page) => self.page = Some(page),
                    // It was too old meanwhile.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                }
                return Ok(Some(DiaryEntry::Page));
            };
            match page.next()? {
                Some(Found::Record(record)) => return Ok(Some(DiaryEntry::Record(record.payload))),
                Some(Found::Damage { .. } | Found::NewerFormat(_)) => self.damages += 1,
                None => self.page = None,
            }
        }
    }
}

const ENDING: &str = "diary";
/// "diar": no record of a journal is one of ours.
const SALT: u32 = 0x6469_6172;
/// Into so many files a full diary is divided.
const PAGES_KEPT: u64 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: DiaryBounds = DiaryBounds {
        octets_max: 16_000,
        keep_ms: 16_000,
    };

    fn read(directory: &Path, since: u64) -> (Vec<Vec<u8>>, u64) {
        let mut reader = DiaryReader::since(directory, Timestamp(since)).expect("a reader");
        let mut records = Vec::new();
        while let Some(read) = reader.read_on().expect("readable") {
            if let DiaryEntry::Record(octets) = read {
                records.push(octets);
            }
        }
        (records, reader.damages())
    }

    fn write(directory: &Path, records: &[(u64, &[u8])]) {
        let mut diary = Diary::open(directory.to_owned(), BOUNDS).expect("a diary");
        for (at, octets) in records {
            diary.append(octets, Timestamp(*at)).expect("written");
        }
        diary.flush().expect("flushed");
    }

    #[test]
    fn what_was_written_is_read_in_order_over_restarts() {
        let directory = tempfile::tempdir().expect("a directory");
        write(directory.path(), &[(1, b"one"), (2, b"two")]);
        write(directory.path(), &[(3, b"three")]);
        let (records, damages) = read(directory.path(), 0);
        assert_eq!(
            records,
            [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]
        );
        assert_eq!(damages, 0);
        assert_eq!(read(directory.path(), 3).0, [b"three".to_vec()]);
    }

    #[test]
    fn the_oldest_go_by_size_and_by_age() {
        let directory = tempfile::tempdir().expect("a directory");
        let large = [7_u8; 900];
        let many: Vec<(u64, &[u8])> = (0..100).map(|at| (at, &large[..])).collect();
        write(directory.path(), &many);
        let (kept, _) = read(directory.path(), 0);
        assert!((10..=18).contains(&kept.len()), "{}", kept.len());
        write(directory.path(), &[(50_000, b"late")]);
        assert_eq!(read(directory.path(), 0).0, [b"late".to_vec()]);
    }

    #[test]
    fn damage_costs_the_record_it_hits() {
        let directory = tempfile::tempdir().expect("a directory");
        write(directory.path(), &[(1, b"one"), (1, b"two"), (1, b"three")]);
        let path = directory.path().join(format!("{:016x}.{ENDING}", 1));
        let mut octets = fs::read(&path).expect("the file");
        octets[HEADER_OCTETS + 3 + HEADER_OCTETS + 1] ^= 1;
        octets.truncate(octets.len() - 1);
        fs::write(&path, octets).expect("damaged");
        let (records, damages) = read(directory.path(), 0);
        assert_eq!(records, [b"one".to_vec()]);
        assert!(damages > 0);
    }
}
