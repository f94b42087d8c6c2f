//! Decisions of the past, oldest first, each with its message.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;

use mail::message::Headers;
use storage::{DiaryEntry, DiaryReader, Timestamp};

use super::again::{Occasion, Seen};
use super::entry::{Decided, Entry, Mail};
use super::writer::{SHAPE, remember};
use crate::facts::MessageStart;

/// Reads the diary.
pub struct Decisions {
    diary: DiaryReader,
    since: Timestamp,
    known: VecDeque<Known>,
    unreadable: u64,
}

/// A message that may be named.
struct Known {
    digest: [u8; 32],
    seen: Option<Seen>,
}

impl Decisions {
    /// Those in that directory, from then on.
    ///
    /// # Errors
    /// Whatever the file system says; there is no such directory.
    pub fn since(directory: &Path, since: Timestamp) -> io::Result<Self> {
        Ok(Self {
            diary: DiaryReader::since(directory, since)?,
            since,
            known: VecDeque::new(),
            unreadable: 0,
        })
    }

    /// Records that could not be read: damaged, or written by another version.
    pub fn unreadable(&self) -> u64 {
        self.unreadable + self.diary.damages()
    }

    /// The next one; `None` at the end.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn read_on(&mut self) -> io::Result<Option<(Decided, Occasion)>> {
        while let Some(next) = self.diary.read_on()? {
            match next {
                DiaryEntry::Page => self.known.clear(),
                DiaryEntry::Record(octets) => {
                    if let Some(decided) = self.entry(&octets) {
                        let occasion = self.occasion(&decided);
                        return Ok(Some((decided, occasion)));
                    }
                }
            }
        }
        Ok(None)
    }

    fn entry(&mut self, octets: &[u8]) -> Option<Decided> {
        match postcard::from_bytes::<(u8, Entry)>(octets) {
            Ok((SHAPE, Entry::Decided(decided))) => {
                Some(*decided).filter(|decided| decided.at >= self.since)
            }
            Ok((SHAPE, Entry::Mail(mail))) => {
                remember(&mut self.known, known(mail));
                None
            }
            Ok(_) | Err(_) => {
                self.unreadable += 1;
                None
            }
        }
    }

    fn occasion(&self, decided: &Decided) -> Occasion {
        let known = self.known.iter();
        let named = decided.mail.and_then(|digest| {
            let mut named = known.filter(|known| known.digest == digest);
            named.next().and_then(|known| known.seen.clone())
        });
        Occasion::of(decided, named)
    }
}

fn known(mail: Mail) -> Known {
    let seen = Headers::parse(&mail.start).ok().map(|headers| Seen {
        message: MessageStart {
            headers: Arc::new(headers),
            start: mail.start.into(),
            octets: mail.octets,
        },
        cut: mail.cut,
    });
    Known {
        digest: mail.digest,
        seen,
    }
}
