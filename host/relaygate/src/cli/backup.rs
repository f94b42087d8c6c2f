//! `backup verify` and `restore`: they work on files, without the program.

use std::path::Path;

use serde_json::{Value, json};
use storage::backup::{self, BackupError};

use super::args::RestoreArguments;
use super::{Context, Failure, print};
use crate::config;
use crate::operations;
use crate::services::store_options;

/// Reads a backup. A damaged one is exit code 1.
pub(super) fn verify(context: &Context, directory: &Path) -> Result<(), Failure> {
    let report = backup::verify(directory).map_err(|error| failure(&error))?;
    let answer = json!({"backup": report});
    context.print(&answer, |answer| print::pretty(&answer["backup"]))?;
    match report.damages.is_empty() {
        true => Ok(()),
        false => Err(Failure::new("backup_damaged", "the backup is damaged")),
    }
}

/// Makes the store of the configuration out of a backup.
pub(super) fn restore(context: &Context, arguments: &RestoreArguments) -> Result<(), Failure> {
    let config = config::read(&context.config)?;
    let options = store_options(&config);
    let restored = backup::restore(&arguments.directory, options, arguments.damaged)
        .map_err(|error| failure(&error))?;
    let key = config.key_file.display().to_string();
    let answer = json!({
        "restored": restored,
        "key_file": key,
        "key_file_is_there": config.key_file.exists(),
    });
    context.print(&answer, words)
}

fn words(answer: &Value) -> String {
    let restored = &answer["restored"];
    let key = answer["key_file"].as_str().unwrap_or_default();
    let mut text = format!(
        "restored: {} texts, {} jobs, as after commit {}\n",
        restored["backup"]["texts"], restored["backup"]["jobs"], restored["backup"]["sequence"],
    );
    text += &format!(
        "{} jobs are held: what became of them after the backup was made is not in it.\n\
         Look at them with `relaygate queue list --state restored`, let them go with\n\
         `relaygate queue release --restored`. What was delivered meanwhile is sent again then.\n",
        restored["held"],
    );
    text += &match answer["key_file_is_there"].as_bool() {
        Some(true) => {
            format!("Sealing key: {key}. It has to be the one this data was made with.\n")
        }
        _ => format!(
            "THE SEALING KEY {key} IS MISSING: put the one this data was made with there.\n"
        ),
    };
    text
}

fn failure(error: &BackupError) -> Failure {
    operations::backup::refused(error).into()
}
