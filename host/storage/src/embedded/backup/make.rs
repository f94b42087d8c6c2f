//! Making a backup: second names for what is there, then copies of them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::super::files::{FileName, Layout};
use super::super::inspect;
use super::super::state::Place;
use super::copy::{PARTS, copy, make_directories, sync_all};
use super::manifest::Manifest;
use super::{BackupError, Report, verify};
use crate::key::Timestamp;
use crate::text::file_name;

/// The files of a cut under names of their own; gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Linked {
    directory: PathBuf,
    /// The last commit before the cut.
    sequence: u64,
}

impl Drop for Linked {
    fn drop(&mut self) {
        // What stays goes at the next start.
        drop(fs::remove_dir_all(&self.directory));
    }
}

/// Gives every file of the cut a second name, so that it can be copied although
/// the store removes it meanwhile. Texts that are just being written get one,
/// too: which of them count, the journal says.
pub(crate) fn link(
    layout: &Layout,
    sequence: u64,
    snapshot: Option<FileName>,
    segments: &[FileName],
) -> io::Result<Linked> {
    remove_links(layout)?;
    let linked = Linked {
        directory: layout.backup(),
        sequence,
    };
    for part in PARTS {
        fs::create_dir_all(linked.directory.join(part))?;
    }
    let target = Layout::new(&linked.directory);
    for name in segments {
        fs::hard_link(layout.segment(*name), target.segment(*name))?;
    }
    if let Some(name) = snapshot {
        fs::hard_link(layout.snapshot(name), target.snapshot(name))?;
    }
    for entry in fs::read_dir(layout.texts())? {
        let entry = entry?;
        match fs::hard_link(entry.path(), target.texts().join(entry.file_name())) {
            // Whoever was writing it has given up.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            outcome => outcome?,
        }
    }
    Ok(linked)
}

/// Removes what an interrupted backup left in the store.
pub(crate) fn remove_links(layout: &Layout) -> io::Result<()> {
    match fs::remove_dir_all(layout.backup()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

/// Copies a cut to `target` and reads it back.
pub(crate) fn make(
    linked: &Linked,
    target: &Path,
    now: Timestamp,
    stop: &AtomicBool,
) -> Result<Report, BackupError> {
    make_directories(target)?;
    let mut files = Vec::new();
    for path in paths(linked)? {
        files.push(copy(&linked.directory, target, &path, stop)?);
    }
    sync_all(target).map_err(BackupError::at(target))?;
    let manifest = Manifest::new(now.0, linked.sequence, files);
    manifest.write(target).map_err(BackupError::at(target))?;
    verify(target)
}

/// Everything that belongs to the cut.
fn paths(linked: &Linked) -> Result<Vec<String>, BackupError> {
    let layout = Layout::new(&linked.directory);
    let mut paths = Vec::new();
    for part in ["journal", "snapshot"] {
        let directory = linked.directory.join(part);
        for entry in fs::read_dir(&directory).map_err(BackupError::at(&directory))? {
            let name = entry.map_err(BackupError::at(&directory))?.file_name();
            paths.push(format!("{part}/{}", name.to_string_lossy()));
        }
    }
    for ((scope, id), text) in inspect::contents(&layout)?.texts {
        let name = file_name(scope, id);
        // One that is missing is the damage `verify` names.
        let is_there = layout.texts().join(&name).exists();
        if is_there && matches!(text.place, Place::File(_)) {
            paths.push(format!("texts/{name}"));
        }
    }
    Ok(paths)
}
