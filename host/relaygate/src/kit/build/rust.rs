//! Rust: the author's own cargo, with the flags the built-in policies are built with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use memory_first::memory_first;
use serde_json::Value;

use super::{Made, trouble};
use crate::cli::Failure;
use crate::config::io_reason;

#[path = "../../../../../policies/guest_flags.rs"]
mod guest_flags;

use guest_flags::{GUEST_FLAGS, TARGET};

/// The component cargo makes, called as it is, its memory first where that can be.
pub(super) fn build(directory: &Path) -> Result<Made, Failure> {
    let file = cargo(directory)?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let linked = std::fs::read(&file).map_err(|error| trouble(&file, &error))?;
    Ok(Made {
        octets: memory_first(&linked).unwrap_or(linked),
        name: name.replace('_', "-"),
    })
}

/// Lets cargo build the package; the file it says it made.
fn cargo(directory: &Path) -> Result<PathBuf, Failure> {
    let linker = PathBuf::from(rustc("sysroot")?)
        .join("lib/rustlib")
        .join(rustc("host-tuple")?)
        .join("bin/wasm-component-ld");
    if !linker.exists() {
        let problem = "this toolchain brings no wasm-component-ld; install Rust 1.95 with rustup";
        return Err(Failure::new("toolchain", problem));
    }
    let output = Command::new("cargo")
        .current_dir(directory)
        .args(["build", "--release", "--lib", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics"])
        .args(["--config", &format!("target.{TARGET}.linker={linker:?}")])
        .args([
            "--config",
            &format!("target.{TARGET}.rustflags={GUEST_FLAGS:?}"),
        ])
        .stderr(Stdio::inherit())
        .output();
    let output = output.map_err(|error| {
        let problem = format!("cargo cannot be started ({})", io_reason(&error));
        Failure::new("toolchain", format!("{problem}; install Rust with rustup"))
    })?;
    if !output.status.success() {
        let problem = format!(
            "it does not build; see above. If the target is missing: rustup target add {TARGET}"
        );
        return Err(Failure::new("build", problem));
    }
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let made = lines.lines().rev().find_map(component_of);
    made.ok_or_else(|| {
        let problem = "cargo made no WebAssembly; the package needs `crate-type = [\"cdylib\"]`";
        Failure::new("build", problem)
    })
}

/// The file a line of cargo's tells of.
fn component_of(line: &str) -> Option<PathBuf> {
    let told: Value = serde_json::from_str(line).ok()?;
    let files = told["filenames"].as_array()?;
    let mut files = files.iter().filter_map(Value::as_str).map(PathBuf::from);
    files.find(|file| file.extension().is_some_and(|end| end == "wasm"))
}

/// What the author's compiler says of itself.
fn rustc(what: &str) -> Result<String, Failure> {
    let output = Command::new("rustc").args(["--print", what]).output();
    let output = output.map_err(|error| {
        let problem = format!("rustc cannot be started ({})", io_reason(&error));
        Failure::new("toolchain", format!("{problem}; install Rust with rustup"))
    })?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
