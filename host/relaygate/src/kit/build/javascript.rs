//! JavaScript: `jco componentize` from the project's own `node_modules`.
//!
//! QuickJS is the engine, not SpiderMonkey: a component of 1.6 MB in place of 12. A policy
//! runs once for each message in a fresh instance, where a compiler inside the guest never
//! pays.
//!
//! Its library imports WASI, and that is left as it is: the host has one that gives nothing,
//! says what was called, and puts an exception's text and place into the policy's log. Stubbed
//! at build time all of that would be a bare trap, and each call a tenth slower for the stubs.
//!
//! `main` of `package.json` names the first source; it may import others of the project.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Made, read_made, run, tool, trouble};
use crate::cli::Failure;
use crate::kit::contract;

/// The component jco makes, called as the package.
pub(super) fn build(directory: &Path) -> Result<Made, Failure> {
    let name = name(directory)?;
    let source = package(directory)?["main"].as_str().map(str::to_owned);
    let source = source.unwrap_or_else(|| "policy.js".to_owned());
    let npm = match directory.join("package-lock.json").is_file() {
        true => "npm ci",
        false => "npm install",
    };
    let install = format!("run `{npm}` in {} first", directory.display());
    let jco = tool(directory, "node_modules/.bin/jco")
        .ok_or_else(|| Failure::new("toolchain", format!("jco is not installed; {install}")))?;
    contract::write(directory)?;
    let octets = read_made(|file| {
        let mut command = Command::new(&jco);
        command
            .current_dir(directory)
            .args(["componentize", &source, "--out"])
            .arg(file)
            .args(["--wit", contract::FOLDER, "--world-name", contract::WORLD])
            .args(ENGINE);
        run(&mut command, &install)
    })?;
    Ok(Made { octets, name })
}

/// What the package calls itself.
pub(super) fn name(directory: &Path) -> Result<String, Failure> {
    let package = package(directory)?;
    // `@acme/vip-tagging` is the package of somebody.
    let name = package["name"]
        .as_str()
        .and_then(|it| it.rsplit('/').next());
    name.map(str::to_owned)
        .ok_or_else(|| Failure::new("source", "package.json has no `name`"))
}

fn package(directory: &Path) -> Result<Value, Failure> {
    let file = directory.join("package.json");
    let text = std::fs::read(&file).map_err(|error| trouble(&file, &error))?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::new("source", format!("{}: {error}", file.display())))
}

/// Small, and answering at once.
const ENGINE: [&str; 3] = ["--backend", "qjs", "--backend-qjs-disable-async"];
