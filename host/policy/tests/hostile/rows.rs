//! Every file of the suite, row by row: it ends as it says, in time, and leaves nothing behind.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use policy::{CodeCache, CompileError, Component, Digest, Limits, compiler};

use crate::ask::{self, Outcome, honest_fuel};
use crate::suite::{self, Ends, Hostile};
use crate::support::{engine, engine_settings};

/// How far a call may go beyond its deadline where nobody else computes.
const OVERSHOOT_MAX: Duration = Duration::from_millis(10);
/// Slack for a machine that is never idle: the clock of the sandbox has to get its turn.
const SLACK: Duration = Duration::from_millis(150);
/// The least of so many calls counts.
const TRIES: usize = 5;
/// What people are told fits a line of a log.
const TEXT_OCTETS_MAX: usize = 4096;

#[test]
fn wasm_01_whatever_never_ends_is_ended() {
    check("WASM-01");
}

#[test]
fn wasm_02_memory_is_denied() {
    check("WASM-02");
}

#[test]
fn wasm_03_answers_against_the_contract_are_none() {
    check("WASM-03");
}

#[test]
fn wasm_04_traps_are_failures() {
    check("WASM-04");
}

#[test]
fn wasm_05_the_host_cannot_be_flooded() {
    check("WASM-05");
}

#[test]
fn wasm_06_handles_and_instances_are_bounded() {
    check("WASM-06");
}

#[test]
fn wasm_07_depth_is_bounded() {
    check("WASM-07");
}

#[test]
fn wasm_09_what_is_no_policy_is_refused_with_its_reason() {
    check("WASM-09");
}

#[test]
fn wasm_12_what_differs_between_machines_is_the_same_here() {
    check("WASM-12");
}

#[test]
fn the_suite_is_complete() {
    let names = suite::names();
    assert!(names.len() >= 150, "{}", names.len());
    for name in names {
        let rows = [1, 2, 3, 4, 5, 6, 7, 9, 12].map(|row| format!("wasm-{row:02}-"));
        assert!(rows.iter().any(|row| name.starts_with(row)), "{name}");
    }
}

/// Runs all files of a row.
fn check(row: &str) {
    let honest = honest_fuel();
    let (mut worst, mut problems) = (Duration::ZERO, Vec::new());
    for hostile in suite::row(row) {
        let began = Instant::now();
        let ended = run(&hostile);
        eprintln!("{} took {:?}", hostile.name, began.elapsed());
        match ended {
            Ok(over) => worst = worst.max(over),
            Err(problem) => problems.push(format!("{}: {problem}", hostile.name)),
        }
        assert_eq!(honest_fuel(), honest, "after {}", hostile.name);
    }
    eprintln!("{row}: at most {worst:?} beyond the deadline");
    assert!(problems.is_empty(), "{row}:\n{}", problems.join("\n"));
}

/// How far beyond its deadline it went, or what is not as it should be.
fn run(hostile: &Hostile) -> Result<Duration, String> {
    let compiled = ask::compile(&hostile.octets);
    let otherwise = by_the_process(&hostile.octets);
    if compiled.is_ok() != otherwise.is_ok() {
        return Err(format!(
            "one way it is refused, one way it is not: {:?}, {:?}",
            compiled.err(),
            otherwise.err()
        ));
    }
    if let Err(error) = &compiled {
        eprintln!("{}: {error}", hostile.name);
    }
    match (compiled, &hostile.ends) {
        (Err(error), Ends::Refused(reason)) => {
            refused(&error, reason)?;
            let error = otherwise.err().ok_or("it cannot be refused once only")?;
            refused(&error, reason).map(|()| Duration::ZERO)
        }
        (Err(error), ends) => Err(format!("refused ({error}), and not {ends:?}")),
        (Ok(component), ends) => asked(&component, hostile, ends),
    }
}

/// The way uploads go: compiled apart, kept, loaded, tried out.
fn by_the_process(octets: &[u8]) -> Result<Component, CompileError> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let code = compiler::compile(&engine_settings(), octets)?;
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory
        .path()
        .join(COUNT.fetch_add(1, Ordering::Relaxed).to_string());
    let cache = CodeCache::open(place, &[7; 32]).expect("a cache");
    cache.keep(Digest::of(octets), &code).expect("it is kept");
    let loaded = cache.load(engine(), Digest::of(octets))?;
    let component = loaded.ok_or_else(|| CompileError::Invalid("code not loaded".into()))?;
    component.try_out()?;
    Ok(component)
}

fn refused(error: &CompileError, reason: &str) -> Result<(), String> {
    let text = error.to_string();
    assert!(!reason.is_empty(), "a refusal without its reason");
    let told = text.contains(reason);
    readable(&text)?;
    told.then_some(()).ok_or_else(|| format!("refused: {text}"))
}

fn asked(component: &Component, hostile: &Hostile, ends: &Ends) -> Result<Duration, String> {
    let limits = match ends {
        Ends::Fails(word) if word.contains("deadline") => Limits::default(),
        _ => ask::patient(),
    };
    let chain = ask::chain(component, limits.clone());
    let mut least = Duration::MAX;
    for _ in 0..TRIES {
        let outcome = ask::usual(&chain, hostile.question);
        as_it_says(&outcome, ends)?;
        readable(&outcome.failure)?;
        log_is_bounded(&outcome, &limits)?;
        let over = outcome.computed.saturating_sub(Limits::default().deadline);
        if over > SLACK {
            return Err(format!("{over:?} beyond the deadline"));
        }
        least = least.min(over);
        if over < OVERSHOOT_MAX {
            break;
        }
    }
    match least < OVERSHOOT_MAX {
        true => Ok(least),
        false => Err(format!("always at least {least:?} beyond the deadline")),
    }
}

fn as_it_says(outcome: &Outcome, ends: &Ends) -> Result<(), String> {
    let (word, fails) = match ends {
        Ends::Fails(word) => (word, true),
        Ends::Answers(word) => (word, false),
        Ends::Refused(reason) => {
            return Err(format!(
                "taken ({}: {}), and not refused: {reason}",
                outcome.word, outcome.failure
            ));
        }
    };
    let is =
        word.split('/').any(|word| word == outcome.word) && outcome.decision.is_failure() == fails;
    let took = outcome.computed;
    let told = || {
        format!(
            "{} ({}) after {took:?}, and not {ends:?}",
            outcome.word, outcome.failure
        )
    };
    is.then_some(()).ok_or_else(told)
}

/// What people are told is short and stays on its line, whatever names the component brings.
fn readable(text: &str) -> Result<(), String> {
    let short = text.len() <= TEXT_OCTETS_MAX;
    let plain = !text.contains(|c: char| c.is_control());
    let start: String = text.chars().take(300).collect();
    let told = || {
        format!(
            "its failure has {} octets or several lines: {start:?}",
            text.len()
        )
    };
    (short && plain).then_some(()).ok_or_else(told)
}

fn log_is_bounded(outcome: &Outcome, limits: &Limits) -> Result<(), String> {
    let log = &outcome.decision.log;
    let octets: usize = log.iter().map(|line| line.text.len()).sum();
    let plain = log.iter().all(|line| !line.text.contains(char::is_control));
    let bounded = octets <= limits.log_octets_max && log.len() <= 1_024;
    let told = || format!("it wrote {octets} octets in {} lines", log.len());
    (bounded && plain).then_some(()).ok_or_else(told)
}
