//! The ordered index over the journal: sled, which may be thrown away.
//!
//! sled reports neither a failed sync nor a shortened file, and may panic on a
//! flipped bit. So it is never asked to keep anything: its directory is trusted
//! only if a marker, synced after a clean stop, names every file in it with its
//! checksum and the commit it stands at. Otherwise it is built anew.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::files::{Layout, remove, sync_directory};
use super::record::{self, Frame, HEADER_OCTETS, Header, Kind};
use super::state::{self, Edit};
use crate::error::Error;

/// The open index.
#[derive(Debug)]
pub(crate) struct View {
    // One tree for all kinds: a batch becomes visible at once.
    tree: sled::Tree,
    database: sled::Db,
}

impl View {
    /// Opens what is in the directory, or begins an empty index.
    pub(crate) fn open(directory: &Path, cache_octets: u64) -> Result<Self, Error> {
        guarded(|| {
            let database = sled::Config::new()
                .path(directory)
                .cache_capacity(cache_octets)
                .flush_every_ms(None)
                .open()?;
            let tree = database.open_tree(TREE)?;
            Ok(Self { tree, database })
        })
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<sled::IVec>, Error> {
        guarded(|| self.tree.get(key))
    }

    /// Makes all edits visible together.
    pub(crate) fn apply(&self, edits: &[Edit]) -> Result<(), Error> {
        let mut batch = sled::Batch::default();
        for (key, value) in edits {
            match value {
                Some(value) => batch.insert(key.as_slice(), value.as_slice()),
                None => batch.remove(key.as_slice()),
            }
        }
        guarded(|| self.tree.apply_batch(batch))
    }

    /// Shows keys that begin with `prefix`, in order, from behind `after` on,
    /// until `show` says that it has enough.
    pub(crate) fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        mut show: impl FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), Error> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let start = match after {
            Some(after) if after >= prefix => Excluded(after),
            _ => Included(prefix),
        };
        guarded(|| {
            for item in self.tree.range::<&[u8], _>((start, Unbounded)) {
                let (key, value) = item?;
                if !key.starts_with(prefix) || !show(&key, &value) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// A digest of everything in it, but for where in the journal texts stand.
    pub(crate) fn digest(&self) -> Result<[u8; 32], Error> {
        let mut hash = Sha256::new();
        self.scan(b"", None, |key, value| {
            let value = &*state::without_place(key, value);
            hash.update((key.len() as u64).to_le_bytes());
            hash.update(key);
            hash.update((value.len() as u64).to_le_bytes());
            hash.update(value);
            true
        })?;
        Ok(hash.finalize().into())
    }

    /// Closes the index and marks it as good.
    pub(crate) fn close(self, layout: &Layout, sequence: u64) -> Result<(), Error> {
        guarded(|| self.tree.flush())?;
        guarded(|| self.database.flush())?;
        guarded(move || {
            drop(self);
            Ok(())
        })?;
        let marker = Marker {
            sequence,
            files: inventory(&layout.view(), true).map_err(Error::Io)?,
        };
        marker.write(layout).map_err(Error::Io)
    }
}

/// Turns what sled does on damage, errors and panics alike, into an error.
fn guarded<T>(work: impl FnOnce() -> sled::Result<T>) -> Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Error::View(error.to_string())),
        Err(_) => Err(Error::View("panic".to_owned())),
    }
}

/// What a clean stop leaves behind.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marker {
    /// The last commit in the index.
    pub(crate) sequence: u64,
    files: Vec<Item>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Item {
    path: PathBuf,
    octets: u64,
    checksum: u32,
}

impl Marker {
    fn write(&self, layout: &Layout) -> io::Result<()> {
        let mut octets = Vec::new();
        let frame = Frame {
            kind: Kind::Marker,
            sequence: self.sequence,
            synced: self.sequence,
            payload: &state::encode(self),
            tail: &[],
        };
        record::write(&mut octets, 0, frame);
        let temporary = layout.marker().with_extension("new");
        fs::write(&temporary, &octets)?;
        File::open(&temporary)?.sync_all()?;
        fs::rename(&temporary, layout.marker())?;
        sync_directory(layout.root())
    }

    /// Reads the marker and removes it: from now on the index may change.
    pub(crate) fn take(layout: &Layout) -> io::Result<Option<Self>> {
        let octets = match fs::read(layout.marker()) {
            Ok(octets) => octets,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        remove(&layout.marker())?;
        sync_directory(layout.root())?;
        Ok(Self::parse(&octets))
    }

    fn parse(octets: &[u8]) -> Option<Self> {
        let header = Header::parse(octets, 0).ok()?;
        let body = &octets[HEADER_OCTETS..];
        header.fits(body).then(|| state::decode(body)).flatten()
    }

    /// Whether every file of the index is as it was left.
    pub(crate) fn matches(&self, layout: &Layout) -> bool {
        inventory(&layout.view(), false).is_ok_and(|files| files == self.files)
    }
}

/// Every file below `directory`; `sync`: and moves them to the disk.
fn inventory(directory: &Path, sync: bool) -> io::Result<Vec<Item>> {
    let mut items = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            items.extend(inventory(&path, sync)?);
        } else {
            items.push(item(path, sync)?);
        }
    }
    if sync {
        sync_directory(directory)?;
    }
    items.sort_unstable();
    Ok(items)
}

fn item(path: PathBuf, sync: bool) -> io::Result<Item> {
    let mut file = File::open(&path)?;
    if sync {
        file.sync_all()?;
    }
    let mut piece = vec![0; PIECE_OCTETS];
    let (mut octets, mut checksum) = (0, 0);
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            break;
        }
        octets += count as u64;
        checksum = crc32c::crc32c_append(checksum, &piece[..count]);
    }
    Ok(Item {
        path,
        octets,
        checksum,
    })
}

const TREE: &str = "kept";
const PIECE_OCTETS: usize = 256 * 1024;
