//! Python: `componentize-py` from a virtual environment (`.venv` in the project or above it,
//! or the one that is active), else from the `PATH`.
//!
//! The component brings CPython with the modules the policy imports, 18 MB; it is admitted
//! like any other (`policy::inspect::Bounds`), takes some twenty seconds to compile once, and
//! some milliseconds a call. WASI is stubbed: CPython draws random numbers whenever it starts,
//! and the host's WASI has none to give.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Made, read_made, run, tool, trouble};
use crate::cli::Failure;
use crate::kit::contract;

/// The component componentize-py makes, called as its directory.
pub(super) fn build(directory: &Path) -> Result<Made, Failure> {
    let name = name(directory)?;
    let install = format!(
        "in {} run `python3 -m venv .venv && .venv/bin/pip install -r requirements.txt`",
        directory.display()
    );
    let componentize = installed(directory);
    contract::write(directory)?;
    let octets = read_made(|file| {
        let mut command = Command::new(&componentize);
        command
            .current_dir(directory)
            .args(["--quiet", "--wit-path", contract::FOLDER])
            .args(["--world", contract::WORLD, "componentize", MODULE])
            .args(["--stub-wasi", "--output"])
            .arg(file)
            // Whoever made a mistake in Python is told in Python.
            .env("RUST_BACKTRACE", "0");
        run(&mut command, &install)
    })?;
    Ok(Made { octets, name })
}

/// What the directory is called: a module's name says nothing here.
pub(super) fn name(directory: &Path) -> Result<String, Failure> {
    let whole = directory
        .canonicalize()
        .map_err(|error| trouble(directory, &error))?;
    let name = whole.file_name().unwrap_or_default();
    Ok(name.to_string_lossy().into_owned())
}

fn installed(directory: &Path) -> PathBuf {
    let active = || {
        let environment = PathBuf::from(std::env::var_os("VIRTUAL_ENV")?);
        Some(environment.join("bin").join(TOOL)).filter(|tool| tool.is_file())
    };
    tool(directory, &format!(".venv/bin/{TOOL}"))
        .or_else(active)
        .unwrap_or_else(|| TOOL.into())
}

const TOOL: &str = "componentize-py";

/// `policy.py`
const MODULE: &str = "policy";
