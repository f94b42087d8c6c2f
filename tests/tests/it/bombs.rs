//! Components made to keep a compiler busy (WASM-08), before the process that compiles, with
//! its limits of memory and time, and uploaded to a program that serves mail meanwhile.

#[path = "../../../host/policy/tests/support/bombs.rs"]
mod made;

use std::fs;
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use made::End;
use relaygate_tests::house::{ACCOUNT, Cottage, Credential, DOMAIN, SUPPORT, USER, message};
use relaygate_tests::relaygate::binary;

/// The exit code that says: refused, and why stands on the standard error.
pub(crate) const REFUSED: i32 = 3;
/// By the wall clock (`policy::compiler::WALL_MAX`).
const WALL_MAX: Duration = Duration::from_secs(120);

/// Each is refused with its reason, compiled, or ended by the limits of its process, with
/// nobody's help.
#[test]
fn wasm_08_bombs_are_refused_or_compiled_within_the_limits_of_their_process() {
    let bombs = match crate::full_campaign() {
        true => made::all(),
        false => [made::counted(), made::compiled()]
            .into_iter()
            .flatten()
            .collect(),
    };
    assert!(bombs.len() >= 15, "the row wants fifteen");
    for bomb in bombs {
        let started = Instant::now();
        let (status, reason) = compile(&bomb.octets);
        let (what, took) = (bomb.what, started.elapsed());
        eprintln!("{what}: {status} after {took:?} {}", reason.trim());
        // Where the machine is busy, a minute of computing takes longer than that; the program
        // kills the process then, and nobody does here.
        let may_last = bomb.end == End::Bounded;
        assert!(took < WALL_MAX || may_last, "{what}: {took:?}");
        match (bomb.end, end(status)) {
            (_, End::Counted) => assert!(reason.contains("limit is"), "{what}: {reason}"),
            (_, End::Compiled) | (End::Bounded, End::Bounded) => {}
            (wanted, got) => panic!("{what}: {got:?}, and not {wanted:?}: {status} {reason}"),
        }
        assert!(
            bomb.end != End::Counted || status.code() == Some(REFUSED),
            "{what}"
        );
    }
}

fn end(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(0), _) => End::Compiled,
        (Some(REFUSED), _) => End::Counted,
        // Out of memory, or of time.
        (_, Some(_)) => End::Bounded,
        (code, None) => panic!("it ended with {code:?}"),
    }
}

/// The process that compiles, as the program starts it: how it ends, and what it says.
pub(crate) fn compile(octets: &[u8]) -> (ExitStatus, String) {
    let file = tempfile::tempdir().expect("a directory");
    let path = file.path().join("bomb.wasm");
    fs::write(&path, octets).expect("a file of ours");
    let mut process = Command::new(binary())
        .arg("compile-policy")
        .env_clear()
        .stdin(fs::File::open(&path).expect("it was written"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut reason = String::new();
    let mut errors = process.stderr.take().expect("it is piped");
    errors.read_to_string(&mut reason).expect("a text");
    (process.wait().expect("it ends"), reason)
}

/// Mail goes on while one bomb after the other is uploaded: nobody waits for a compiler.
#[test]
fn wasm_08_mail_does_not_wait_for_bombs() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let (mut number, done) = (0, AtomicBool::new(false));
    let mut quiet = latencies(&cottage, &credential, &mut number, |sent| sent == QUIET);
    let mut besides = thread::scope(|scope| {
        let mail =
            scope.spawn(|| latencies(&cottage, &credential, &mut number, |_| done.load(Relaxed)));
        upload_all(&cottage);
        done.store(true, Relaxed);
        mail.join().expect("mail is taken")
    });
    let (quiet, besides) = (p99(&mut quiet), (besides.len(), p99(&mut besides)));
    eprintln!(
        "p99 {quiet:?} alone; {:?} of {} messages beside bombs",
        besides.1, besides.0
    );
    assert!(besides.0 > 50, "it went on all the time: {besides:?}");
    assert!(
        besides.1 < 10 * quiet + STALL_MAX,
        "{besides:?} and {quiet:?}"
    );
}

fn upload_all(cottage: &Cottage) {
    let file = cottage.directory().join("bomb.wasm");
    let path = file.to_str().expect("a path of ours");
    let install = ["policy", "install", "-a", ACCOUNT, path, "--name", "bomb"];
    for bomb in [made::counted(), made::compiled()].into_iter().flatten() {
        fs::write(&file, &bomb.octets).expect("a file of ours");
        // None of them is a policy, so none is installed.
        let refused = cottage.relay.cli_fails(&install, "");
        assert!(
            refused.error["code"].is_string(),
            "{}: {refused:?}",
            bomb.what
        );
    }
}

/// How long each message took, from MAIL to 250.
fn latencies(
    cottage: &Cottage,
    credential: &Credential,
    number: &mut usize,
    enough: impl Fn(usize) -> bool,
) -> Vec<Duration> {
    let mut session = cottage.session(credential);
    let mut latencies = Vec::new();
    while !enough(latencies.len()) {
        *number += 1;
        let id = format!("b{number}@enduser.example");
        let text = message(USER, SUPPORT, &format!("Number {number}"), &id, "");
        let started = Instant::now();
        let reply = session.submit(USER, &[SUPPORT], &text);
        assert_eq!(reply.code, 250, "{reply:?}");
        latencies.push(started.elapsed());
        if latencies.len() % 100 == 0 {
            session = cottage.session(credential);
        }
    }
    latencies
}

fn p99(latencies: &mut [Duration]) -> Duration {
    latencies.sort_unstable();
    latencies[latencies.len() * 99 / 100]
}

const QUIET: usize = 100;
/// A machine that is busy with other things has such pauses by itself.
const STALL_MAX: Duration = Duration::from_millis(500);
