//! Backups, made while mail flows.
//!
//! The store knows how ([`storage::backup`]); here is where to, and what is told.
//! `restore` is no operation: it wants a store nobody has open.

use std::path::Path;

use serde::Serialize;
use storage::backup::{BackupError, Report};
use tracing::{error, info};

use super::{Outcome, Refusal};
use crate::config::io_reason;
use crate::services::Services;

/// What was made.
#[derive(Debug, Serialize)]
pub struct BackupView {
    /// It, as read back.
    pub backup: Report,
    /// What is not in it and has to be kept elsewhere: the sealing key.
    pub key_file: String,
}

/// Copies the store as it stands at this moment to a directory that is empty or
/// not there, and reads the copy back. Mail is taken and delivered meanwhile.
pub async fn make(services: &Services, directory: &str) -> Outcome<BackupView> {
    let directory = target(services, Path::new(directory))?;
    let now = services.clock.now();
    let made = services.embedded.backup(directory, now).await;
    let report = made.map_err(|error| refused(&error))?;
    if let Some(first) = report.damages.first() {
        error!(damages = report.damages.len(), "backup is damaged");
        let said = format!("the backup is there, but not everything in it is whole: {first}");
        return Err(Refusal::new("backup_damaged", said));
    }
    let (sequence, octets) = (report.sequence, report.octets);
    info!(sequence, octets, "backup made");
    Ok(BackupView {
        backup: report,
        key_file: services.config.key_file.display().to_string(),
    })
}

/// The program has another working directory than whoever asks, and a backup
/// within the data would be lost with it.
fn target<'p>(services: &Services, directory: &'p Path) -> Outcome<&'p Path> {
    if !directory.is_absolute() {
        let hint = "give the whole path, from / on";
        return Err(Refusal::field("directory", "backup_path_relative", hint));
    }
    if directory.starts_with(&services.config.data_dir) {
        let hint = "name a place outside data_dir, best on another disk";
        return Err(Refusal::field("directory", "backup_inside_data", hint));
    }
    Ok(directory)
}

/// A failure in words; also for the commands that work without the program.
pub fn refused(error: &BackupError) -> Refusal {
    match error {
        BackupError::Busy => Refusal::new("backup_busy", "another backup is being made; wait"),
        BackupError::NotEmpty(path) => Refusal::new(
            "not_empty",
            format!("{} is not empty; nothing was changed", path.display()),
        ),
        BackupError::NoBackup(path) => Refusal::new(
            "no_backup",
            format!("{} holds no finished backup", path.display()),
        ),
        BackupError::Manifest(path) => Refusal::new(
            "manifest_unreadable",
            format!("the manifest of {} cannot be read", path.display()),
        ),
        BackupError::Damaged(report) => {
            let first = report.damages.first().map_or("", String::as_str);
            let said = format!("the backup is damaged ({first}); --damaged takes what is whole");
            Refusal::new("backup_damaged", said)
        }
        BackupError::Io { path, source } => Refusal::new(
            "backup_failed",
            format!("{}: {}", path.display(), io_reason(source)),
        ),
        BackupError::Closed => Refusal::new("store_closed", "the program is about to end"),
        BackupError::Open(_) | BackupError::Read(_) => {
            error!(%error, source = ?std::error::Error::source(error), "backup failed");
            Refusal::new(
                "backup_unreadable",
                format!("the copy cannot be read ({error})"),
            )
        }
    }
}
