//! What is left of hostile calls after ten thousand of them, or a million: nothing.
//!
//! The process that is measured is one of its own, since the tests beside it need memory too.

use std::fs;
use std::process::Command;
use std::time::Duration;

use policy::{Chain, Limits};

use crate::ask::{self, honest_fuel};
use crate::suite::{self, Ends, Hostile};
use crate::support::engine;

/// Set in the process that is measured.
const ALONE: &str = "RELAYGATE_HOSTILE_ALONE";
/// What an allocator may keep for itself, whatever number of calls.
const GROWN_KIB_MAX: u64 = 8 * 1024;

/// A flood of handles, of instances, of memory, of everything that is taken and then fails.
#[test]
fn wasm_06_ten_thousand_hostile_calls_leave_nothing() {
    if std::env::var_os(ALONE).is_some() {
        return flood();
    }
    let program = std::env::current_exe().expect("we are a program");
    let mut again = Command::new(program);
    again.args([
        "--exact",
        "--nocapture",
        "flat::wasm_06_ten_thousand_hostile_calls_leave_nothing",
    ]);
    let status = again.env(ALONE, "1").status().expect("it starts");
    assert!(status.success());
}

fn flood() {
    let chains = chains();
    let honest = honest_fuel();
    let calls = crate::times(10_000, 1_000_000);
    let mut done = rounds(&chains, chains.len() * 3);
    let before = resident_kib();
    while done < calls {
        done += rounds(&chains, 1_000.min(calls - done));
        assert_eq!(honest_fuel(), honest);
    }
    let after = resident_kib();
    eprintln!(
        "{} components, {done} calls: {before} KiB, then {after} KiB",
        chains.len()
    );
    assert!(
        after.saturating_sub(before) < GROWN_KIB_MAX,
        "{before} KiB, then {after} KiB"
    );
}

fn rounds(chains: &[(Hostile, Chain)], calls: usize) -> usize {
    for (hostile, chain) in chains.iter().cycle().take(calls) {
        let outcome = ask::usual(chain, hostile.question);
        let word = outcome.word;
        let (Ends::Fails(expected) | Ends::Answers(expected)) = &hostile.ends else {
            panic!("{} is taken", hostile.name);
        };
        let as_ever = expected.split('/').any(|it| it == word) || word == "deadline";
        assert!(as_ever, "{}: {word}", hostile.name);
    }
    calls
}

/// All that are taken, with a deadline short enough for a million calls.
fn chains() -> Vec<(Hostile, Chain)> {
    let limits = || Limits {
        deadline: Duration::from_millis(1),
        ..Limits::default()
    };
    let rows = [1, 2, 3, 4, 5, 6, 7].map(|row| format!("WASM-{row:02}"));
    let all = rows.iter().flat_map(|row| suite::row(row));
    let taken = all.filter(|hostile| !matches!(hostile.ends, Ends::Refused(_)));
    taken
        .map(|hostile| {
            let component = engine().compile(&hostile.octets).expect("it compiles");
            let chain = ask::chain(&component, limits());
            (hostile, chain)
        })
        .collect()
}

/// Memory of this process that is really there.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the kernel tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse().ok()).expect("a number")
}
