//! From a directory with a policy's source to a component.
//!
//! | there is | it is | built by the author's own |
//! |---|---|---|
//! | `Cargo.toml` | Rust | cargo, with the flags of the built-in policies; `memory_first` rearranges it |
//! | `package.json` | JavaScript | `jco componentize`, from `node_modules` |
//! | `policy.py` | Python | `componentize-py`, from a virtual environment or the `PATH` |
//!
//! The tools are the project's: it pins their versions, and what is missing is told with
//! the command that installs it. What comes out runs without any WASI, whatever the language
//! (`policy::wasi` says how). The contract comes out of this program ([`super::contract`]),
//! so that a policy is built against the very host that will ask it. Beside the source may
//! stand `settings.schema.json`: it is checked and put into the component.

mod javascript;
mod python;
mod rust;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use policy::{Digest, manifest};
use serde::Serialize;
use serde_json::Value;

use crate::cli::Failure;
use crate::config::io_reason;

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

/// What a directory holds.
enum Language {
    Rust,
    JavaScript,
    Python,
}

/// What a tool made: the component as it is, and what to call it.
struct Made {
    octets: Vec<u8>,
    name: String,
}

/// Builds the policy in that directory, into that file or beside its source.
///
/// # Errors
/// [`Failure`], with the mend.
pub fn build(directory: &Path, output: Option<&Path>) -> Result<Built, Failure> {
    let schema = schema(directory)?;
    let made = match language(directory)? {
        Language::Rust => rust::build(directory)?,
        Language::JavaScript => javascript::build(directory)?,
        Language::Python => python::build(directory)?,
    };
    let component = match schema {
        Some(schema) => manifest::with_settings_schema(made.octets, &schema),
        None => made.octets,
    };
    let file = match output {
        Some(file) => file.to_path_buf(),
        None => directory.join(format!("{}.wasm", made.name)),
    };
    std::fs::write(&file, &component).map_err(|error| trouble(&file, &error))?;
    Ok(Built {
        digest: Digest::of(&component).to_string(),
        octets: component.len(),
        file,
    })
}

/// The component of that directory: built now, unless it is there and newer than everything
/// it is made of. Cargo knows that better than we do and is always asked.
///
/// # Errors
/// [`Failure`], with the mend.
pub fn fresh(directory: &Path) -> Result<PathBuf, Failure> {
    let name = match language(directory)? {
        Language::Rust => return Ok(build(directory, None)?.file),
        Language::JavaScript => javascript::name(directory)?,
        Language::Python => python::name(directory)?,
    };
    let file = directory.join(format!("{name}.wasm"));
    let built = file.metadata().and_then(|about| about.modified());
    if built.is_ok_and(|built| newest(directory) < built) {
        return Ok(file);
    }
    Ok(build(directory, None)?.file)
}

fn language(directory: &Path) -> Result<Language, Failure> {
    let has = |name: &str| directory.join(name).is_file();
    match (has("Cargo.toml"), has("package.json"), has("policy.py")) {
        (true, _, _) => Ok(Language::Rust),
        (_, true, _) => Ok(Language::JavaScript),
        (_, _, true) => Ok(Language::Python),
        _ => {
            let place = directory.display();
            let problem = format!("{place} has no Cargo.toml, package.json or policy.py");
            let mend = "`relaygate policy new` makes a directory that has";
            Err(Failure::new("source", format!("{problem}; {mend}")))
        }
    }
}

/// When anything a component is made of was last changed.
fn newest(directory: &Path) -> SystemTime {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let changed = entries.filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let about = entry.metadata().ok()?;
        let other = name.starts_with('.') || name.ends_with(".wasm");
        match about.is_dir() {
            _ if other || NOT_SOURCES.contains(&name.as_str()) => None,
            true => Some(newest(&entry.path())),
            false => about.modified().ok(),
        }
    });
    changed.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Runs a tool in the project; what it says goes to standard error, since standard output
/// is for what we say.
fn run(tool: &mut Command, install: &str) -> Result<(), Failure> {
    let name = tool.get_program().to_string_lossy().into_owned();
    let output = tool.stderr(std::process::Stdio::inherit()).output();
    let output = output.map_err(|error| {
        let problem = format!("{name} cannot be started ({})", io_reason(&error));
        Failure::new("toolchain", format!("{problem}; {install}"))
    })?;
    if output.status.success() {
        return Ok(());
    }
    // If nobody reads it, the exit code has to do.
    drop(std::io::Write::write_all(
        &mut std::io::stderr(),
        &output.stdout,
    ));
    Err(Failure::new("build", "it does not build; see above"))
}

/// A tool of the project: in the directory or one above it, at that place.
fn tool(directory: &Path, place: &str) -> Option<PathBuf> {
    let directory = directory.canonicalize().ok()?;
    let found = directory.ancestors().map(|above| above.join(place));
    found.into_iter().find(|tool| tool.is_file())
}

/// Where a tool that only writes files puts the component.
fn read_made(write: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<Vec<u8>, Failure> {
    let name = format!(
        "relaygate-{}-{}.wasm",
        std::process::id(),
        rand::random::<u64>()
    );
    let file = std::env::temp_dir().join(name);
    let made =
        write(&file).and_then(|()| std::fs::read(&file).map_err(|error| trouble(&file, &error)));
    drop(std::fs::remove_file(&file));
    made
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

/// Directories beside the source that it is not made of.
const NOT_SOURCES: [&str; 5] = ["node_modules", "target", "tests", "deps", "__pycache__"];
