//! The example policies as their authors have them: a project of its own, built and asked by
//! the commands they would type, with the tools their projects pin.
//!
//! Nothing is written into the checkout. A component that takes long is built once for each state
//! of its sources and of ours that build it, and found again by the next run.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::process::{self, installed};
use crate::relaygate::binary;
use crate::repository;

/// Why no policy in JavaScript can be built here.
pub fn javascript_unavailable() -> Option<&'static str> {
    let there = installed("node") && tools().join(JCO).is_file();
    (!there).then_some("there is no jco (tests/setup.sh installs it)")
}

/// Why no policy in Python can be built here.
pub fn python_unavailable() -> Option<&'static str> {
    let there = tools().join(COMPONENTIZE_PY).is_file();
    (!there).then_some("there is no componentize-py (tests/setup.sh installs it)")
}

/// Runs `relaygate policy …`; what it builds and keeps goes below the scratch directory.
pub fn policy(scratch: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command
        .arg("policy")
        .args(arguments)
        .env("CARGO_TARGET_DIR", scratch)
        .env("XDG_CACHE_HOME", scratch.join("cache"))
        .env_remove("VIRTUAL_ENV");
    process::run(&mut command, b"")
}

/// The same, with what it printed as JSON; panics if it fails.
pub fn told(scratch: &Path, arguments: &[&str]) -> Value {
    let output = policy(scratch, &[arguments, &["--json"]].concat());
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{arguments:?}: {stdout}{stderr}");
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {stdout}"))
}

/// A copy of the example in the directory, with the tools it is built with; one in Rust stays
/// where it is, beside the SDK.
pub fn project(directory: &Path, example: &str) -> PathBuf {
    let (own, copy) = (source(example), directory.join(example));
    if own.join("Cargo.toml").is_file() {
        return own;
    }
    copied(&own, &copy);
    link_tools(&copy);
    copy
}

/// Gives a project the tools that `npm ci` and `pip install` would.
pub fn link_tools(project: &Path) {
    for (theirs, ours) in [
        ("node_modules", "jco/node_modules"),
        (".venv", "componentize-py"),
    ] {
        symlink(tools().join(ours), project.join(theirs)).expect("a link of ours");
    }
}

/// The component of the example, from the scratch directory if it was built of the same before.
pub fn built(scratch: &Path, example: &str) -> PathBuf {
    // One at a time: two tests may want the same.
    static BUILDING: Mutex<()> = Mutex::new(());
    let _one = BUILDING.lock();
    let states = scratch.join("components").join(example);
    let folder = states.join(&state_of(example)[..16]);
    let file = folder.join(format!("{example}.wasm"));
    if !file.is_file() {
        drop(fs::remove_dir_all(&states));
        fs::create_dir_all(&folder).expect("a directory of ours");
        let directory = tempfile::tempdir().expect("a directory");
        let project = project(directory.path(), example);
        let made = folder.join("new");
        told(scratch, &["build", text(&project), "--output", text(&made)]);
        fs::rename(made, &file).expect("a file of ours");
    }
    file
}

/// The example in the checkout.
pub fn source(example: &str) -> PathBuf {
    repository::root().join("examples").join(example)
}

/// A path of ours as text.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path of ours")
}

/// What a component is made of, and what makes it.
fn state_of(example: &str) -> String {
    let example = format!("examples/{example}/");
    let folders = [
        &example,
        "wit/",
        "policies/",
        "host/relaygate/src/kit/build/",
    ];
    let counts = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
    let mut state = Sha256::new();
    for file in repository::files() {
        if counts(&file.to_string_lossy()) {
            state.update(file.to_string_lossy().as_bytes());
            state.update(fs::read(repository::root().join(&file)).expect("a file of ours"));
        }
    }
    let octets = state.finalize();
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory of ours");
    for entry in fs::read_dir(from).expect("a directory of ours").flatten() {
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        match path.is_dir() {
            _ if OWN_LEAVINGS.iter().any(|own| entry.file_name() == *own) => {}
            true => copied(&path, &copy),
            false => drop(fs::copy(&path, &copy).expect("a file of ours")),
        }
    }
}

/// Where `tests/setup.sh` puts them.
fn tools() -> PathBuf {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    cache
        .unwrap_or_else(|| home.join(".cache"))
        .join("relaygate")
}

const JCO: &str = "jco/node_modules/.bin/jco";
const COMPONENTIZE_PY: &str = "componentize-py/bin/componentize-py";

/// What somebody who built an example where it stands left there.
const OWN_LEAVINGS: [&str; 4] = ["node_modules", ".venv", "target", "deps"];
