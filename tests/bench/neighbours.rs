//! What one account feels of another whose policy does what it should not.
//!
//! The neighbour hands in messages one after the other; beside it an account begins
//! transactions as fast as it can, each of which asks its policy. In turns that policy
//! answers, loops, or traps; the flood is the same, so what differs is the policy's doing.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use relaygate_tests::house::{ACCOUNT, Cottage, Credential, DOMAIN, SUPPORT, USER, message};
use serde_json::{Value, json};

use crate::{NeighboursArgs, say};

/// What the flood's policy does: the setting `do` of the policy of the sandbox's tests.
const KINDS: [&str; 4] = ["answers", "loop", "trap", "memory"];
const HOSTILE: &str = "globex";
const HOSTILE_DOMAIN: &str = "globex.example";
const FLOODS: usize = 4;

/// One kind's rounds.
#[derive(Default)]
struct Felt {
    latencies: Vec<Duration>,
    /// Transactions the flood began.
    begun: u64,
}

/// Takes the rounds and prints what the neighbour felt.
pub(crate) fn run(arguments: &NeighboursArgs) -> ExitCode {
    let mut cottage = Cottage::start("");
    // That policies fail is what it is about.
    cottage.relay.announce("");
    let neighbour = cottage.connect(ACCOUNT, DOMAIN);
    let hostile = cottage.connect(HOSTILE, HOSTILE_DOMAIN);
    let mut felt: [Felt; KINDS.len()] = Default::default();
    for round in 0..arguments.rounds {
        for (kind, felt) in KINDS.into_iter().zip(&mut felt) {
            install(&cottage, arguments, kind);
            one_round(
                &cottage,
                (&neighbour, &hostile),
                arguments.messages,
                round,
                felt,
            );
        }
    }
    report(&felt, arguments.json);
    ExitCode::SUCCESS
}

fn install(cottage: &Cottage, arguments: &NeighboursArgs, kind: &str) {
    let settings = cottage.directory().join("settings.json");
    let written = std::fs::write(&settings, json!({ "do": kind }).to_string());
    written.expect("the directory is ours");
    let file = |path: &std::path::Path| path.to_string_lossy().into_owned();
    cottage.relay.cli(&[
        "policy",
        "install",
        "-a",
        HOSTILE,
        &file(&arguments.component),
        "--name",
        "mischief",
        "--settings",
        &file(&settings),
    ]);
}

fn one_round(
    cottage: &Cottage,
    (neighbour, hostile): (&Credential, &Credential),
    messages: u32,
    round: u32,
    felt: &mut Felt,
) {
    let (done, begun) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..FLOODS {
            scope.spawn(|| flood(cottage, hostile, &done, &begun));
        }
        let mut session = cottage.session(neighbour);
        for n in 0..messages {
            let id = format!("{round}-{n}-{:p}@enduser.example", &raw const done);
            let text = message(USER, SUPPORT, "printer", &id, "");
            let started = Instant::now();
            let reply = session.submit(USER, &[SUPPORT], &text);
            assert_eq!(reply.code, 250, "{reply:?}");
            felt.latencies.push(started.elapsed());
            thread::sleep(PAUSE);
        }
        done.store(true, Relaxed);
    });
    felt.begun += begun.into_inner();
}

/// Begins transactions until it is told to stop; a session that was ended is begun anew.
fn flood(cottage: &Cottage, hostile: &Credential, done: &AtomicBool, begun: &AtomicU64) {
    let mut session = cottage.session(hostile);
    while !done.load(Relaxed) {
        begun.fetch_add(1, Relaxed);
        let taken = session.say(&format!("MAIL FROM:<{USER}>"));
        let reset = match taken.code {
            421 => taken,
            _ => session.say("RSET"),
        };
        if reset.code == 421 || reset.is_end() {
            session = cottage.session(hostile);
        }
    }
}

fn report(felt: &[Felt], as_json: bool) {
    let mut rows = Vec::new();
    let usual = percentile(&felt[0].latencies, 990);
    for (kind, felt) in KINDS.into_iter().zip(felt) {
        let (p50, p99) = (
            percentile(&felt.latencies, 500),
            percentile(&felt.latencies, 990),
        );
        let row = json!({
            "policy": kind,
            "p50_ms": p50,
            "p99_ms": p99,
            "p99_ratio": p99 / usual,
            "flood_transactions": felt.begun,
        });
        if !as_json {
            say(&format!(
                "{kind:>8}: p50 {p50:6.2} ms, p99 {p99:6.2} ms, {:.2} of the usual; \
                 the flood began {} transactions",
                p99 / usual,
                felt.begun
            ));
        }
        rows.push(row);
    }
    if as_json {
        say(&json!({ "neighbour": Value::Array(rows) }).to_string());
    }
}

/// In milliseconds.
fn percentile(latencies: &[Duration], per_mille: usize) -> f64 {
    let mut sorted = latencies.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().saturating_sub(1);
    let at = (sorted.len() * per_mille / 1000).min(last);
    sorted.get(at).map_or(0.0, |it| it.as_secs_f64() * 1e3)
}

/// An account that writes now and then is not what makes the machine busy.
const PAUSE: Duration = Duration::from_millis(2);
