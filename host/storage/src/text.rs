//! Message texts on their way into the store and out again.
//!
//! A text is written once, in pieces, and read by range. While it is small it
//! stays in memory and travels inside the journal record; a larger one goes to a
//! file of its own while it is being written, and that file is on the disk,
//! directory entry included, before any record can name it.
//!
//! What a text begins with may be known last: a file leaves room for a head
//! before its first octet, a hole that takes no space on the disk.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::error::{Error, StageError};
use crate::key::Scope;
use crate::queue::BadId;

/// Up to this size a text lives in the journal, above it in a file of its own.
pub(crate) const SMALL_TEXT_OCTETS_MAX: usize = 256 * 1024;

/// The room for a head in the file of a large text.
pub const HEAD_OCTETS_MAX: usize = 1024 * 1024;

/// Names a text within its scope; prints as 26 letters and digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TextId(pub(crate) u128);

impl TextId {
    /// The id as a number, to be kept in rows.
    pub fn number(self) -> u128 {
        self.0
    }

    /// The way back from [`TextId::number`].
    pub fn from_number(number: u128) -> Self {
        Self(number)
    }
}

impl fmt::Display for TextId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ulid(self.0).fmt(f)
    }
}

impl FromStr for TextId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        Ulid::from_string(text)
            .map(|id| Self(id.0))
            .map_err(|_| BadId)
    }
}

/// Takes a text in pieces. Memory use is bounded whatever its size.
#[derive(Debug)]
pub struct TextWriter {
    scope: Scope,
    id: TextId,
    directory: Arc<Path>,
    pending: Vec<u8>,
    spill: Option<Spill>,
    octets: u64,
    checksum: u32,
}

impl TextWriter {
    /// Large texts go to `directory`.
    pub(crate) fn new(scope: Scope, directory: Arc<Path>) -> Self {
        Self {
            scope,
            id: TextId(Ulid::generate().0),
            directory,
            pending: Vec::new(),
            spill: None,
            octets: 0,
            checksum: 0,
        }
    }

    /// What the text will be called.
    pub fn id(&self) -> TextId {
        self.id
    }

    /// How much has been written.
    pub fn octets(&self) -> u64 {
        self.octets
    }

    /// Adds a piece. After an error the writer is of no use any more.
    pub async fn write(&mut self, mut piece: &[u8]) -> Result<(), StageError> {
        self.octets += piece.len() as u64;
        self.checksum = crc32c::crc32c_append(self.checksum, piece);
        while self.pending.len() + piece.len() > SMALL_TEXT_OCTETS_MAX {
            let (fits, rest) = piece.split_at(SMALL_TEXT_OCTETS_MAX - self.pending.len());
            self.pending.extend_from_slice(fits);
            piece = rest;
            self.spill(None).await?;
        }
        self.pending.extend_from_slice(piece);
        Ok(())
    }

    /// Ends the text. A large one is on the disk when this returns.
    pub async fn finish(self) -> Result<StagedText, StageError> {
        self.finish_behind(Vec::new()).await
    }

    /// The same with a head before everything that was written, at most
    /// [`HEAD_OCTETS_MAX`].
    pub async fn finish_behind(mut self, head: Vec<u8>) -> Result<StagedText, StageError> {
        if head.len() > HEAD_OCTETS_MAX {
            return Err(StageError::Head);
        }
        let written = usize::try_from(self.octets).unwrap_or(usize::MAX);
        self.checksum = crc32c::crc32c_combine(crc32c::crc32c(&head), self.checksum, written);
        self.octets += head.len() as u64;
        let small = self.spill.is_none() && self.octets <= SMALL_TEXT_OCTETS_MAX as u64;
        let place = if small {
            let mut whole = head;
            whole.append(&mut self.pending);
            Staged::Memory(whole)
        } else {
            self.spill(Some(head)).await?;
            self.spill
                .take()
                .map_or(Staged::Memory(Vec::new()), Staged::File)
        };
        Ok(StagedText {
            scope: self.scope,
            id: self.id,
            octets: self.octets,
            checksum: self.checksum,
            place,
        })
    }

    /// Moves what is pending to the file; with the head, the file is complete and
    /// goes to the disk.
    async fn spill(&mut self, head: Option<Vec<u8>>) -> Result<(), StageError> {
        let pending = std::mem::take(&mut self.pending);
        let path = self.directory.join(file_name(self.scope, self.id));
        let spill = self.spill.take();
        let (spill, pending) = blocking(move || {
            let mut spill = match spill {
                Some(spill) => spill,
                None => Spill::create(path)?,
            };
            spill.file.write_all(&pending)?;
            if let Some(head) = head {
                spill.complete(&head)?;
            }
            Ok((spill, pending))
        })
        .await
        .map_err(stage_error)?;
        self.spill = Some(spill);
        self.pending = pending;
        self.pending.clear();
        Ok(())
    }
}

/// A complete text that no batch has committed yet. Dropped, it is gone.
#[derive(Debug)]
pub struct StagedText {
    pub(crate) scope: Scope,
    pub(crate) id: TextId,
    pub(crate) octets: u64,
    /// CRC32C of the whole text.
    pub(crate) checksum: u32,
    pub(crate) place: Staged,
}

impl StagedText {
    /// What it is called.
    pub fn id(&self) -> TextId {
        self.id
    }

    /// Its size.
    pub fn octets(&self) -> u64 {
        self.octets
    }

    /// Whose text it is.
    pub fn scope(&self) -> Scope {
        self.scope
    }
}

#[derive(Debug)]
pub(crate) enum Staged {
    Memory(Vec<u8>),
    File(Spill),
}

impl Staged {
    /// How much memory it takes.
    pub(crate) fn octets(&self) -> usize {
        match self {
            Self::Memory(octets) => octets.len(),
            Self::File(_) => 0,
        }
    }
}

/// A file that removes itself unless somebody keeps it.
#[derive(Debug)]
pub(crate) struct Spill {
    path: PathBuf,
    file: File,
    /// Where the head begins.
    start: u64,
    kept: bool,
}

impl Spill {
    fn create(path: PathBuf) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        file.seek(SeekFrom::Start(HEAD_OCTETS_MAX as u64))?;
        Ok(Self {
            path,
            file,
            start: HEAD_OCTETS_MAX as u64,
            kept: false,
        })
    }

    fn complete(&mut self, head: &[u8]) -> io::Result<()> {
        self.start -= head.len() as u64;
        self.file.write_all_at(head, self.start)?;
        self.file.sync_data()?;
        let directory = self.path.parent().unwrap_or(Path::new("."));
        File::open(directory)?.sync_all()
    }

    /// Where the text begins in the file.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// Whether a record that may be on the disk names the file.
    pub(crate) fn keep(&mut self, keep: bool) {
        self.kept = keep;
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is an orphan for the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The file of a large text.
pub(crate) fn file_name(scope: Scope, id: TextId) -> String {
    format!("{}-{id}", scope.number())
}

/// The way back from [`file_name`].
pub(crate) fn parse_file_name(name: &str) -> Option<(Scope, TextId)> {
    let (scope, id) = name.split_once('-')?;
    Some((Scope::from_number(scope.parse().ok()?), id.parse().ok()?))
}

/// Reads a text by range. Memory use is what the caller asks for.
#[derive(Clone, Debug)]
pub struct TextReader {
    file: Arc<File>,
    start: u64,
    octets: u64,
    checksum: u32,
    id: TextId,
}

impl TextReader {
    pub(crate) fn new(id: TextId, file: File, start: u64, octets: u64, checksum: u32) -> Self {
        Self {
            file: Arc::new(file),
            start,
            octets,
            checksum,
            id,
        }
    }

    /// Its size.
    pub fn octets(&self) -> u64 {
        self.octets
    }

    /// Up to `length` octets from `offset` on: fewer only where the text ends.
    pub async fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, Error> {
        let left = self.octets.saturating_sub(offset);
        let length = usize::try_from(left).map_or(length, |left| left.min(length));
        let (file, start) = (Arc::clone(&self.file), self.start + offset);
        let outcome = blocking(move || {
            let mut octets = vec![0; length];
            file.read_exact_at(&mut octets, start)?;
            Ok(octets)
        })
        .await;
        outcome.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.damaged(),
            _ => Error::Io(error),
        })
    }

    /// The whole text, compared with its checksum. `TooLarge` above `limit`.
    pub async fn read_all(&self, limit: usize) -> Result<Vec<u8>, Error> {
        if self.octets > limit as u64 {
            return Err(Error::TooLarge {
                octets: self.octets,
                limit: limit as u64,
            });
        }
        let octets = self.read(0, limit).await?;
        if crc32c::crc32c(&octets) != self.checksum {
            return Err(self.damaged());
        }
        Ok(octets)
    }

    fn damaged(&self) -> Error {
        Error::Damaged(format!("text {}", self.id))
    }
}

/// Runs disk work where it may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))
}

fn stage_error(error: io::Error) -> StageError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StageError::Full,
        _ => StageError::Io(error),
    }
}
