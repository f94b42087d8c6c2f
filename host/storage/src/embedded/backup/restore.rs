//! The way back: a store out of a backup, its queue held.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::super::files::{remove, sync_directory};
use super::super::{Embedded, Options, files::Layout};
use super::copy::{copy, is_empty, make_directories, sync_all};
use super::manifest::Manifest;
use super::{BackupError, Report, Restored, verify};
use crate::batch::Batch;
use crate::queue::{JobChange, JobFilter, JobState};

/// Makes the store `options` names out of a backup. Nothing may be there yet; it
/// appears whole or not at all. `damaged`: take what is whole of a damaged one.
/// Blocks, so it is not for a thread that runs tasks.
pub fn restore(backup: &Path, options: Options, damaged: bool) -> Result<Restored, BackupError> {
    let target = options.directory.clone();
    if !is_empty(&target).map_err(BackupError::at(&target))? {
        return Err(BackupError::NotEmpty(target));
    }
    let report = verify(backup)?;
    if !report.damages.is_empty() && !damaged {
        return Err(BackupError::Damaged(Box::new(report)));
    }
    let workplace = workplace(&target)?;
    copy_all(backup, &workplace, &report)?;
    let held = hold_all(Options {
        directory: workplace.clone(),
        ..options
    })?;
    put_in_place(&workplace, &target).map_err(BackupError::at(&target))?;
    Ok(Restored {
        backup: report,
        held,
    })
}

/// An empty directory beside the target, so that it can be renamed to it.
fn workplace(target: &Path) -> Result<PathBuf, BackupError> {
    let mut name = OsString::from(target);
    name.push(".restoring");
    let workplace = PathBuf::from(name);
    match fs::remove_dir_all(&workplace) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(BackupError::at(&workplace)(error));
        }
        _ => {}
    }
    make_directories(&workplace)?;
    Ok(workplace)
}

fn copy_all(backup: &Path, target: &Path, report: &Report) -> Result<(), BackupError> {
    let never = AtomicBool::new(false);
    for file in Manifest::read(backup)?.files {
        // A damaged backup may lack it; its report says so.
        if report.damages.is_empty() || backup.join(&file.path).exists() {
            copy(backup, target, &file.path, &never)?;
        }
    }
    sync_all(target).map_err(BackupError::at(target))
}

/// Holds every job that waited when the backup was made.
fn hold_all(options: Options) -> Result<u64, BackupError> {
    let layout = Layout::new(&options.directory);
    let store = Embedded::open(options)?;
    let mut filter = JobFilter::first(JOBS_AT_ONCE);
    filter.state = Some(JobState::Due);
    let mut held = 0;
    loop {
        let jobs = store.find_jobs(&filter)?;
        let Some(last) = jobs.last() else {
            break;
        };
        filter.after = Some(last.id);
        let mut batch = Batch::new();
        for job in &jobs {
            batch.change_job(job.id, JobChange::Restored);
        }
        store.commit_blocking(batch).map_err(|error| {
            let error = io::Error::other(error);
            BackupError::at(layout.root())(error)
        })?;
        held += jobs.len() as u64;
    }
    drop(store);
    // Its marker names files where they were made; a start builds it anew.
    remove(&layout.marker()).map_err(BackupError::at(&layout.marker()))?;
    fs::remove_dir_all(layout.view()).map_err(BackupError::at(&layout.view()))?;
    Ok(held)
}

fn put_in_place(workplace: &Path, target: &Path) -> io::Result<()> {
    sync_directory(workplace)?;
    fs::rename(workplace, target)?;
    match target.parent() {
        Some(parent) if parent != Path::new("") => sync_directory(parent),
        _ => Ok(()),
    }
}

/// Jobs held in one batch.
const JOBS_AT_ONCE: usize = 1_000;
