//! Copies files, with digests, for the owner's eyes only.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest as _, Sha256};

use super::BackupError;
use super::manifest::{BackedUp, hex};

/// Copies `from/path` to `to/path`. On the disk only after [`sync_all`]: one wait
/// for a hundred thousand texts, not one for each.
pub(super) fn copy(
    from: &Path,
    to: &Path,
    path: &str,
    stop: &AtomicBool,
) -> Result<BackedUp, BackupError> {
    let (source, target) = (from.join(path), to.join(path));
    let mut reader = File::open(&source).map_err(BackupError::at(&source))?;
    let mut writer = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&target)
        .map_err(BackupError::at(&target))?;
    digested(path, &mut reader, &mut writer, stop)
        .map_err(BackupError::at(&target))?
        .ok_or(BackupError::Closed)
}

/// Reads a file of a backup for its size and digest.
pub(super) fn look(directory: &Path, path: &str) -> io::Result<BackedUp> {
    let mut reader = File::open(directory.join(path))?;
    let never = AtomicBool::new(false);
    let seen = digested(path, &mut reader, &mut io::sink(), &never)?;
    seen.ok_or_else(|| io::ErrorKind::Interrupted.into())
}

/// `None` if it was told to stop.
fn digested(
    path: &str,
    reader: &mut File,
    writer: &mut dyn io::Write,
    stop: &AtomicBool,
) -> io::Result<Option<BackedUp>> {
    let (mut hash, mut octets) = (Sha256::new(), 0);
    let mut piece = vec![0; PIECE_OCTETS];
    loop {
        if stop.load(Ordering::Acquire) {
            return Ok(None);
        }
        let count = reader.read(&mut piece)?;
        if count == 0 {
            break;
        }
        hash.update(&piece[..count]);
        writer.write_all(&piece[..count])?;
        octets += count as u64;
    }
    Ok(Some(BackedUp {
        path: path.to_owned(),
        octets,
        sha256: hex(&hash.finalize()),
    }))
}

/// Makes a directory, unless it is there and empty, and those in it.
pub(super) fn make_directories(directory: &Path) -> Result<(), BackupError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
        .create(directory)
        .map_err(BackupError::at(directory))?;
    if !is_empty(directory).map_err(BackupError::at(directory))? {
        return Err(BackupError::NotEmpty(directory.to_owned()));
    }
    for part in PARTS {
        let path = directory.join(part);
        builder.create(&path).map_err(BackupError::at(&path))?;
    }
    Ok(())
}

/// Whether there is nothing, or a directory with nothing in it.
pub(super) fn is_empty(directory: &Path) -> io::Result<bool> {
    match fs::read_dir(directory) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// Waits until the disk has everything below `directory`.
pub(super) fn sync_all(directory: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(directory)?)?)
}

/// The directories of a store that are its truth.
pub(super) const PARTS: [&str; 3] = ["journal", "snapshot", "texts"];
const PIECE_OCTETS: usize = 256 * 1024;
