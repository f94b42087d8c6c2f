//! A policy's mistakes are found without its source, made small, and shown again by the
//! command that is told: ten policies with a mistake each, and one with none.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use relaygate_tests::relaygate::binary;
use relaygate_tests::repository;
use serde_json::Value;

#[path = "../../buggy-policies/building.rs"]
mod building;

/// Found something; nothing was found.
const FOUND: i32 = 3;
const NOTHING: i32 = 0;

/// The mistakes and what they are found as. Each is told in the first lines of its policy
/// (`tests/buggy-policies/examples`).
const PLANTED: [(&str, &str); 10] = [
    ("subject_word", "trap"),
    ("attachment_sum", "trap"),
    ("override_route", "trap"),
    ("same_values", "deadline"),
    ("nested_parts", "deadline"),
    ("body_quote", "memory"),
    ("duplicate_fields", "refused"),
    ("ticket_tag", "dropped"),
    ("half_sample", "non-determinism"),
    ("clear_text", "invariant"),
];

/// What `clear_text` breaks.
const INVARIANT: &str = "session.tls != null || verdict != 'accept'";

/// Where guests are built, together with those of other scenarios.
fn target() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("examples")
}

/// The ten, built once; the directory they are in.
pub(crate) fn buggy() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| building::built(&repository::root(), &target()))
}

/// Runs the program; its exit code and what it printed.
fn run(arguments: &[&str]) -> (Option<i32>, Value) {
    let ran = Command::new(binary())
        .arg("--json")
        .args(arguments)
        .output();
    let ran = ran.expect("the program starts");
    let printed = serde_json::from_slice(&ran.stdout);
    let errors = String::from_utf8_lossy(&ran.stderr);
    let printed = printed.unwrap_or_else(|_| panic!("{arguments:?} prints no JSON: {errors}"));
    (ran.status.code(), printed)
}

/// Every planted mistake is found by itself, as what it is, within a bounded number of
/// inputs; what shows it is small, and shows it again.
#[test]
fn every_planted_mistake_is_found_and_shown_again() {
    let corpus = tempfile::tempdir().expect("a directory");
    for (name, kind) in PLANTED {
        let component = buggy().join(format!("{name}.wasm"));
        let component = component.to_str().expect("a path of ours");
        let corpus = corpus.path().join(name);
        let corpus = corpus.to_str().expect("a path of ours");
        let mut command = vec!["policy", "fuzz", component, "--corpus", corpus];
        command.extend(["--executions", "20000", "--findings", "1"]);
        if kind == "memory" {
            command.extend(["--memory-mib", "8"]);
        }
        if kind == "invariant" {
            command.extend(["--question", "limits.sender", "--invariant", INVARIANT]);
        }
        let (code, report) = run(&command);
        assert_eq!(code, Some(FOUND), "{name}: {report}");
        let found = &report["findings"][0];
        assert_eq!(found["kind"], kind, "{name}: {found}");
        assert!(small(found), "{name}: {found}");
        assert!(shows_again(found), "{name}: {found}");
    }
}

/// A message of a few fields and lines; those that need many to be slow may have many.
fn small(found: &Value) -> bool {
    let Some(mail) = found["mail"].as_str() else {
        return true;
    };
    let octets = fs::metadata(mail).expect("it is there").len();
    match found["kind"].as_str() {
        Some("deadline" | "memory") => octets < 128 * 1024,
        _ => octets < 200,
    }
}

/// Does what the report says, word by word.
fn shows_again(found: &Value) -> bool {
    let command = found["command"].as_str().expect("a command");
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words[0], "relaygate");
    let (code, told) = run(&words[1..]);
    match found["kind"].as_str() {
        Some("non-determinism" | "dropped") => {
            code == Some(FOUND) && told["findings"][0]["kind"] == found["kind"]
        }
        Some("invariant") => {
            told["verdict"] == "accept" && told["facts"]["session"]["tls"].is_null()
        }
        _ => {
            let failure = told["failure"].as_str().unwrap_or_default();
            found["what"].as_str().is_some_and(|what| what == failure)
        }
    }
}

/// A sound policy has no findings, whatever settings its schema allows; what was learnt is
/// kept and used by the next run.
#[test]
fn a_sound_policy_has_no_findings() {
    let directory = tempfile::tempdir().expect("a directory");
    let component = directory.path().join("attachment-types.wasm");
    let component = component.to_str().expect("a path of ours");
    let built = Command::new(binary())
        .args(["policy", "build", "--output", component])
        .arg(repository::root().join("examples/attachment-types"))
        .env("CARGO_TARGET_DIR", target())
        .status()
        .expect("the program starts");
    assert!(built.success());
    // Our code is not optimised here, and a host's time is the policy's.
    let fuzz = |executions| {
        let command = [
            "policy",
            "fuzz",
            component,
            "--deadline",
            "2s",
            "--executions",
            executions,
        ];
        let (code, report) = run(&command);
        assert_eq!(code, Some(NOTHING), "{report}");
        report
    };
    let first = fuzz("3000");
    let passed = |report: &Value| report["end"]["edges"].as_u64().expect("a number");
    assert!(passed(&first) > 100, "{}", first["end"]);
    let kept = first["end"]["inputs"].as_u64().expect("a number");
    let again = fuzz("1");
    assert!(passed(&again) * 10 > passed(&first) * 9, "{}", again["end"]);
    assert!(
        again["end"]["executions"].as_u64() >= Some(kept / 2),
        "{}",
        again["end"]
    );
}

/// What cannot be done is told before anything is tried.
#[test]
fn what_cannot_be_fuzzed_is_told() {
    let component = buggy().join("clear_text.wasm");
    let component = component.to_str().expect("a path of ours");
    let told = |more: &[&str]| {
        let (code, told) = run(&[&["policy", "fuzz", component], more].concat());
        (code, told["error"]["message"].to_string())
    };
    let (code, message) = told(&["--invariant", "session.tls =="]);
    assert_eq!(code, Some(2));
    assert!(message.contains("no CEL expression"), "{message}");
    let (code, message) = told(&["--invariant", "arrival.brand == 1"]);
    assert_eq!(code, Some(2));
    assert!(message.contains("arrival"), "{message}");
    let (code, message) = told(&["--question", "limits.anything"]);
    assert_eq!(code, Some(2));
    assert!(message.contains("limits.sender"), "{message}");
    let (code, message) = told(&["--question", "tags.delivery"]);
    assert_eq!(code, Some(1));
    assert!(message.contains("none of these questions"), "{message}");
}
