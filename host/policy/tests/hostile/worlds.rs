//! WASM-09: random worlds (wit-smith), each as the package it stands in and as a component that
//! has just what it says. None is ours, so none may be taken, and each is told why.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use policy::CompileError;

use crate::support::engine;
use crate::uploads::has_reason;

#[test]
fn wasm_09_random_worlds_are_refused_with_a_reason() {
    let directory = tempfile::tempdir().expect("a directory");
    make(directory.path(), crate::times(150, 10_000));
    let mut refused = BTreeMap::<&str, usize>::new();
    for entry in fs::read_dir(directory.path()).expect("it is ours") {
        let path = entry.expect("an entry").path();
        let octets = fs::read(&path).expect("it is ours");
        let what = path.display().to_string();
        let Err(error) = engine().compile(&octets) else {
            panic!("{what}: taken");
        };
        has_reason(&what, &error);
        *refused.entry(kind(&error)).or_default() += 1;
    }
    eprintln!("random worlds: {refused:?}");
    // Most worlds are refused for what they are, not for how they are written.
    let count = |kind: &str| refused.get(kind).copied().unwrap_or_default();
    assert!(
        count("no question") >= 100 && count("foreign import") >= 5,
        "{refused:?}"
    );
}

fn kind(error: &CompileError) -> &'static str {
    match error {
        CompileError::TooComplex(_) => "too complex",
        CompileError::Invalid(_) => "invalid",
        CompileError::ForeignImport(_) => "foreign import",
        CompileError::Mismatch(_) => "mismatch",
        CompileError::NoQuestion => "no question",
        CompileError::Start(_) => "start",
    }
}

/// What so many seeds make, by a program beside us: with its libraries in this one, the runtime
/// would be built twice.
fn make(directory: &Path, seeds: usize) {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo tells");
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("worlds");
    let built = Command::new("cargo")
        .current_dir(PathBuf::from(package).join("tests/worlds"))
        .args(["run", "--quiet", "--locked", "--"])
        .args([directory.as_os_str(), seeds.to_string().as_ref()])
        .env("CARGO_TARGET_DIR", target)
        .status()
        .expect("cargo starts");
    assert!(built.success(), "no worlds were made");
}
