//! Reads the records of a file one after the other, past any damage.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::record::{HEADER_OCTETS, Header, MAGIC, NoHeader, RECORD_OCTETS_MAX};

/// What comes next in a file.
#[derive(Debug)]
pub(crate) enum Found {
    Record(Record),
    /// Octets that are no record.
    Damage {
        offset: u64,
        octets: u64,
    },
    /// An intact header of a later format; nothing behind it can be read.
    NewerFormat(u8),
}

/// An intact record. The tail has been checked and left where it is.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) offset: u64,
    pub(crate) header: Header,
    pub(crate) payload: Vec<u8>,
}

impl Record {
    /// Where the tail begins in the file.
    pub(crate) fn tail(&self) -> u64 {
        self.offset + (HEADER_OCTETS + self.payload.len()) as u64
    }

    /// Where the next record begins.
    pub(crate) fn end(&self) -> u64 {
        self.offset + self.header.octets() as u64
    }
}

/// Goes through a file. Memory use is bounded by the largest record.
#[derive(Debug)]
pub(crate) struct Scanner {
    window: Window,
    salt: u32,
    offset: u64,
}

impl Scanner {
    pub(crate) fn open(path: &Path, salt: u32) -> io::Result<Self> {
        Ok(Self {
            window: Window::new(File::open(path)?)?,
            salt,
            offset: 0,
        })
    }

    /// `None` at the end of the file.
    pub(crate) fn next(&mut self) -> io::Result<Option<Found>> {
        if self.offset >= self.window.length {
            return Ok(None);
        }
        match self.record_at(self.offset)? {
            At::Record(record) => {
                self.offset = record.end();
                Ok(Some(Found::Record(record)))
            }
            At::NewerFormat(version) => {
                self.offset = self.window.length;
                Ok(Some(Found::NewerFormat(version)))
            }
            At::Damaged { resume } => self.step_over(resume).map(Some),
        }
    }

    fn step_over(&mut self, resume: u64) -> io::Result<Found> {
        let start = self.offset;
        let next = self.next_intact(resume)?;
        self.offset = next.unwrap_or(self.window.length);
        Ok(Found::Damage {
            offset: start,
            octets: self.offset - start,
        })
    }

    fn next_intact(&mut self, from: u64) -> io::Result<Option<u64>> {
        let mut at = from;
        while let Some(candidate) = self.window.find_magic(at)? {
            match self.record_at(candidate)? {
                At::Record(_) | At::NewerFormat(_) => return Ok(Some(candidate)),
                At::Damaged { resume } => at = resume,
            }
        }
        Ok(None)
    }

    fn record_at(&mut self, offset: u64) -> io::Result<At> {
        let search_on = At::Damaged { resume: offset + 1 };
        let Some(octets) = self.window.octets(offset, HEADER_OCTETS)? else {
            return Ok(search_on);
        };
        let header = match Header::parse(octets, self.salt) {
            Ok(header) if header.octets() <= RECORD_OCTETS_MAX => header,
            Ok(_) | Err(NoHeader::Damaged) => return Ok(search_on),
            Err(NoHeader::Version(version)) => return Ok(At::NewerFormat(version)),
        };
        let body = offset + HEADER_OCTETS as u64;
        let resume = offset + header.octets() as u64;
        match self.window.octets(body, header.octets() - HEADER_OCTETS)? {
            Some(octets) if header.fits(octets) => Ok(At::Record(Record {
                offset,
                header,
                payload: octets[..header.payload_octets as usize].to_vec(),
            })),
            _ => Ok(At::Damaged { resume }),
        }
    }
}

/// What is at one place of a file.
enum At {
    Record(Record),
    NewerFormat(u8),
    /// Nothing to be used; go on from there.
    Damaged {
        resume: u64,
    },
}

/// A part of a file in memory.
#[derive(Debug)]
struct Window {
    file: File,
    length: u64,
    start: u64,
    octets: Vec<u8>,
}

impl Window {
    fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self {
            file,
            length,
            start: 0,
            octets: Vec::new(),
        })
    }

    /// `None` if the file ends before.
    fn octets(&mut self, offset: u64, length: usize) -> io::Result<Option<&[u8]>> {
        let end = offset + length as u64;
        if end > self.length {
            return Ok(None);
        }
        if offset < self.start || end > self.start + self.octets.len() as u64 {
            self.load(offset, length)?;
        }
        let at = (offset - self.start) as usize;
        Ok(Some(&self.octets[at..at + length]))
    }

    fn load(&mut self, offset: u64, length: usize) -> io::Result<()> {
        let wanted = length.max(WINDOW_OCTETS) as u64;
        let wanted = wanted.min(self.length - offset) as usize;
        self.octets.resize(wanted, 0);
        self.start = offset;
        let outcome = self.file.read_exact_at(&mut self.octets, offset);
        if outcome.is_err() {
            self.octets.clear();
        }
        outcome
    }

    /// The first place from `offset` on where a record might begin.
    fn find_magic(&mut self, mut offset: u64) -> io::Result<Option<u64>> {
        while offset + HEADER_OCTETS as u64 <= self.length {
            let piece = (self.length - offset).min(WINDOW_OCTETS as u64) as usize;
            let Some(octets) = self.octets(offset, piece)? else {
                return Ok(None);
            };
            if let Some(at) = octets.windows(MAGIC.len()).position(|four| four == MAGIC) {
                return Ok(Some(offset + at as u64));
            }
            offset += (piece - (MAGIC.len() - 1)) as u64;
        }
        Ok(None)
    }
}

const WINDOW_OCTETS: usize = 1024 * 1024;
