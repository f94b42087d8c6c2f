//! The machine fails: a disk that gives errors or is slow, no descriptors left, no names.
//!
//! strace makes the running program's system calls fail or wait (`-e inject`), prlimit takes
//! its descriptors away.

use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use relaygate_tests::house::{
    ACCOUNT, Cottage, Credential, DOMAIN, SUPPORT, message, wait_for_ticket,
};
use relaygate_tests::ledger::Ledger;
use relaygate_tests::process::{self, Daemon};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

/// The journal cannot be synced: nothing is promised any more, the program ends with an error,
/// and the next start knows all that was promised before: STO-04.
#[test]
fn a_disk_that_fails_ends_the_program() {
    let mut cottage = Cottage::start("");
    for said in [
        "sync of the journal failed",
        "store has failed",
        "the disk has failed",
        "\"deferred\"",
    ] {
        cottage.relay.announce(said);
    }
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut ledger = Ledger::default();
    let mut client = cottage.session(&credential);
    ledger.hand_in(&mut client, "before", 500);
    wait_for_ticket(&cottage.relay, ACCOUNT, "kept before");
    // Nobody but the client writes in the next half minute.
    wait::until("everything to be put off", PATIENCE, || {
        let queue = cottage.relay.cli(&["queue", "list"]);
        let mut jobs = queue["jobs"].as_array()?.iter();
        jobs.all(|job| job["attempts"].as_u64() > Some(0))
            .then_some(())
    });
    let strace = match inject(&cottage, "error=EIO") {
        Ok(strace) => strace,
        Err(reason) => return skip::skipped(&reason),
    };
    let replies: Vec<u16> = ["first", "second"]
        .map(|name| ledger.hand_in(&mut client, name, 500))
        .to_vec();
    assert_eq!(replies[0], 451);
    // 421, or already gone.
    assert!([451, 421, 0].contains(&replies[1]), "{replies:?}");
    let status = cottage.relay.await_end();
    assert_eq!(status.code(), Some(1), "{status}");
    drop(strace);
    cottage.relay.restart();
    ledger.check(&cottage.relay);
    ledger.send_again(&mut cottage.session(&credential));
    ledger.check(&cottage.relay);
}

/// Each sync takes half a second: replies take longer, many share one sync, and everything is
/// there once: STO-12.
#[test]
fn a_slow_disk_makes_mail_slow_and_nothing_else() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let strace = match inject(&cottage, "delay_enter=500000") {
        Ok(strace) => strace,
        Err(reason) => return skip::skipped(&reason),
    };
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let mut client = cottage.session(&credential);
            thread::spawn(move || {
                let mut ledger = Ledger::default();
                for part in 0..PER_CLIENT {
                    let began = Instant::now();
                    let reply = ledger.hand_in(&mut client, &format!("slow-{number}-{part}"), 500);
                    assert_eq!(reply, 250);
                    let took = began.elapsed();
                    assert!((SYNC..PATIENCE).contains(&took), "{took:?}");
                }
                ledger
            })
        })
        .collect();
    let mut all = Ledger::default();
    for client in clients {
        all.join(client.join().expect("a client does not fail"));
    }
    all.check(&cottage.relay);
    drop(strace);
}

/// No descriptor is left: accepting pauses and costs next to nothing, and goes on when there are
/// some again: STO-10.
#[test]
fn without_descriptors_accepting_pauses() {
    let mut cottage = Cottage::start("[limits]\nconnections_per_peer_max = 200\n");
    for said in [
        "could not accept a connection",
        "admin connection not accepted",
        "text of a message cannot be read",
    ] {
        cottage.relay.announce(said);
    }
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    limit_descriptors(&cottage, FEW);
    let port = cottage.relay.ports().starttls;
    let crowd: Vec<TcpStream> = (0..2 * FEW)
        .map(|_| TcpStream::connect(("127.0.0.1", port)).expect("the backlog has room"))
        .collect();
    wait::until("descriptors to run out", PATIENCE, || {
        let log = cottage.relay.log();
        log.contains("could not accept a connection").then_some(())
    });
    let (began, before) = (Instant::now(), cottage.relay.computing_time());
    wait::until("some time to pass", PATIENCE, || {
        (began.elapsed() > WATCHED).then_some(())
    });
    let busy = (cottage.relay.computing_time() - before).as_secs_f64();
    let share = busy / began.elapsed().as_secs_f64();
    assert!(share < 0.05, "computes for {share:.3} of the time");
    drop(crowd);
    let mut ledger = Ledger::default();
    wait::until("a session to be served", PATIENCE, || {
        let mut client = relaygate_tests::smtp::Client::try_implicit(
            cottage.relay.ports().implicit,
            &cottage.tls(),
            relaygate_tests::relaygate::HOSTNAME,
        )
        .ok()?;
        served(&mut client, &credential).then(|| ledger.hand_in(&mut client, "afterwards", 500))
    });
    assert_eq!(ledger.acknowledged(), 1);
    ledger.check(&cottage.relay);
}

/// Nobody answers about names, or only with errors or nonsense: mail is taken as ever and becomes
/// tickets; what has to leave by our own path waits: OPS-03.
#[test]
fn without_names_mail_is_taken_and_waits() {
    for mood in [Mood::Silent, Mood::Fails, Mood::Raves] {
        let names = Names::start(mood);
        let mut cottage =
            Cottage::start(&format!("[resolver]\nservers = [\"{}\"]\n", names.address));
        cottage
            .relay
            .announce("ignoring response with wrong message id");
        let credential = cottage.connect(ACCOUNT, DOMAIN);
        let mut client = cottage.session(&credential);
        for part in 0..PER_CLIENT {
            let began = Instant::now();
            let (from, id) = (
                format!("eve{part}@far.example"),
                format!("far-{part}@far.example"),
            );
            let text = message(&from, SUPPORT, &format!("far {part}"), &id, "");
            assert_eq!(
                client.submit(&from, &[SUPPORT], &text).code,
                250,
                "{mood:?}"
            );
            assert!(
                began.elapsed() < TAKEN_WITHIN,
                "{mood:?}: {:?}",
                began.elapsed()
            );
            wait_for_ticket(&cottage.relay, ACCOUNT, &format!("far {part}"));
        }
        wait::until("the answers to be put off", PATIENCE, || {
            let queue = cottage.relay.cli(&["queue", "list", "--lane", "native"]);
            let jobs = queue["jobs"].as_array()?.clone();
            let waits = |job: &Value| job["attempts"].as_u64() > Some(0) && job["state"] == "due";
            (jobs.iter().filter(|job| waits(job)).count() >= PER_CLIENT).then_some(())
        });
        assert!(names.asked() > 0, "{mood:?}: nobody asked");
    }
}

/// How a name server is no help.
#[derive(Debug, Clone, Copy)]
enum Mood {
    Silent,
    Fails,
    Raves,
}

/// A name server on 127.0.0.1 that is no help.
struct Names {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Names {
    fn start(mood: Mood) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = socket.local_addr().expect("it is bound");
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        // Ends with the test's process; there is nobody to tell it earlier.
        thread::spawn(move || {
            let mut question = [0; 512];
            while let Ok((octets, peer)) = socket.recv_from(&mut question) {
                count.fetch_add(1, Ordering::AcqRel);
                if let Some(answer) = mood.answer(&question[..octets]) {
                    // Whoever asked may be gone.
                    drop(socket.send_to(&answer, peer));
                }
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Acquire)
    }
}

impl Mood {
    fn answer(self, question: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Silent => None,
            Self::Raves => Some(vec![0xff; question.len()]),
            Self::Fails => {
                let mut answer = question.to_vec();
                // RFC 1035 §4.1.1: a response, and 2 is SERVFAIL.
                answer[2] |= 0x80;
                answer[3] = 0x80 | 2;
                Some(answer)
            }
        }
    }
}

fn served(client: &mut relaygate_tests::smtp::Client, credential: &Credential) -> bool {
    client.say("EHLO mail.acme.example");
    client
        .auth_plain(&credential.username, &credential.password)
        .code
        == 235
}

/// Has every `fdatasync` of the running program do so, until the result is dropped.
fn inject(cottage: &Cottage, fault: &str) -> Result<Daemon, String> {
    let process = cottage.relay.id();
    let mut command = Command::new("strace");
    command
        .args([
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=fdatasync",
            "-e",
        ])
        .arg(format!("inject=fdatasync:{fault}"))
        .args(["-p", &process.to_string()]);
    let log = cottage.directory().join("strace.log");
    let mut strace = Daemon::start("strace", &command, &log).map_err(|error| error.to_string())?;
    wait::until("strace to attach or give up", PATIENCE, || {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        if strace.ended().is_some() {
            return Some(Err(format!("strace may not: {}", strace.output())));
        }
        let tracer = status
            .lines()
            .find_map(|line| line.strip_prefix("TracerPid:"));
        tracer.filter(|id| id.trim() != "0").map(|_| Ok(()))
    })?;
    Ok(strace)
}

fn limit_descriptors(cottage: &Cottage, descriptors: usize) {
    let mut command = Command::new("prlimit");
    command
        .args(["--pid", &cottage.relay.id().to_string()])
        .arg(format!("--nofile={descriptors}:{descriptors}"));
    let output = process::run(&mut command, b"");
    assert!(output.status.success(), "{output:?}");
}

const CLIENTS: usize = 4;
const PER_CLIENT: usize = 3;
const SYNC: Duration = Duration::from_millis(500);
const TAKEN_WITHIN: Duration = Duration::from_secs(5);
const FEW: usize = 64;
const WATCHED: Duration = Duration::from_secs(2);
