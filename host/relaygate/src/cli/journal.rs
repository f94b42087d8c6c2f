//! `journal verify` and `journal dump`: read the store, change nothing.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::json;
use storage::embedded::OpenError;
use storage::journal::{self, Report};

use super::{Context, Failure, print};
use crate::config::{self, io_reason};

/// Reads all of it. A damaged journal is exit code 1.
pub(super) fn verify(context: &Context, store: &Option<PathBuf>) -> Result<(), Failure> {
    let report = journal::verify(&directory(context, store)?).map_err(unreadable)?;
    let answer = json!({"journal": report});
    context.print(&answer, |answer| print::pretty(&answer["journal"]))?;
    verdict(&report)
}

/// One JSON object a record, with and without `--json`: it is for machines and
/// for people with patience.
pub(super) fn dump(context: &Context, store: &Option<PathBuf>) -> Result<(), Failure> {
    let directory = directory(context, store)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut show = |entry: journal::Entry| {
        // A closed pipe means that somebody has read enough.
        drop(serde_json::to_writer(&mut out, &entry).map(|()| out.write_all(b"\n")));
    };
    verdict(&journal::dump(&directory, &mut show).map_err(unreadable)?)
}

fn verdict(report: &Report) -> Result<(), Failure> {
    if report.damages.is_empty() && report.texts_damaged.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        "journal_damaged",
        "the journal is damaged; what is whole is kept at the next start",
    ))
}

fn directory(context: &Context, store: &Option<PathBuf>) -> Result<PathBuf, Failure> {
    match store {
        Some(directory) => Ok(directory.clone()),
        None => Ok(config::read(&context.config)?.store_dir()),
    }
}

fn unreadable(error: OpenError) -> Failure {
    let reason = match &error {
        OpenError::Io { path, source } => format!("{} ({})", path.display(), io_reason(source)),
        other => other.to_string(),
    };
    Failure::new(
        "journal_unreadable",
        format!("the store cannot be read: {reason}"),
    )
}
