//! From a directory with a policy's source to a component.
//!
//! Rust is built by the author's own cargo, with the flags the built-in policies are
//! built with. Beside the source may stand `settings.schema.json`: it is checked and put
//! into the component.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use policy::{Digest, manifest};
use serde::Serialize;
use serde_json::Value;

use crate::cli::Failure;
use crate::config::io_reason;

#[path = "../../../../policies/guest_flags.rs"]
mod guest_flags;

use guest_flags::{GUEST_FLAGS, TARGET};

/// A component that was just built.
#[derive(Debug, Serialize)]
pub struct Built {
    /// Where it is.
    pub file: PathBuf,
    /// SHA-256 of it in hexadecimal digits.
    pub digest: String,
    /// Its size.
    pub octets: usize,
}

/// Builds the policy in that directory, into that file or beside its source.
///
/// # Errors
/// [`Failure`], with the mend.
pub fn build(directory: &Path, output: Option<&Path>) -> Result<Built, Failure> {
    if !directory.join("Cargo.toml").exists() {
        let problem = format!("{} has no Cargo.toml", directory.display());
        return Err(Failure::new("source", problem));
    }
    let made = cargo(directory)?;
    let mut component = std::fs::read(&made).map_err(|error| trouble(&made, &error))?;
    if let Some(schema) = schema(directory)? {
        component = manifest::with_settings_schema(component, &schema);
    }
    let file = output.map_or_else(|| beside(directory, &made), Path::to_path_buf);
    std::fs::write(&file, &component).map_err(|error| trouble(&file, &error))?;
    Ok(Built {
        digest: Digest::of(&component).to_string(),
        octets: component.len(),
        file,
    })
}

fn beside(directory: &Path, made: &Path) -> PathBuf {
    let name = made.file_name().unwrap_or_default().to_string_lossy();
    directory.join(name.replace('_', "-"))
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

/// The schema of the settings, if the author wrote one: JSON, and a schema.
fn schema(directory: &Path) -> Result<Option<String>, Failure> {
    let file = directory.join("settings.schema.json");
    if !file.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&file).map_err(|error| trouble(&file, &error))?;
    let wrong = |reason: String| Failure::new("schema", format!("{}: {reason}", file.display()));
    let schema: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    jsonschema::meta::validate(&schema).map_err(|error| wrong(error.to_string()))?;
    Ok(Some(schema.to_string()))
}

fn trouble(file: &Path, error: &std::io::Error) -> Failure {
    let problem = format!("{} cannot be used ({})", file.display(), io_reason(error));
    Failure::new("file", problem)
}
