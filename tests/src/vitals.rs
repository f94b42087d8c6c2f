//! What a running program uses of the machine, and a bystander who shows that it still
//! serves: the general condition of the fault catalogue.
//!
//! "Back near the baseline" is said of a process that has been at work before: what is
//! set up once (caches, a pool's threads) is there already when the baseline is taken.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustls::ClientConfig;

use crate::house::{Cottage, Credential, message};
use crate::relaygate::{HOSTNAME, Relaygate};
use crate::smtp::Client;
use crate::wait::{self, PATIENCE};

/// Memory, descriptors and threads of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vitals {
    /// Resident octets.
    pub resident: usize,
    /// The most it ever had resident.
    pub resident_peak: usize,
    /// Open descriptors; zero if we may not look, which takes root.
    pub descriptors: usize,
    /// Threads.
    pub threads: usize,
}

impl Vitals {
    /// Those of the program, now.
    pub fn of(relay: &Relaygate) -> Self {
        let process = format!("/proc/{}", relay.id());
        let status = fs::read_to_string(format!("{process}/status")).unwrap_or_default();
        let descriptors = fs::read_dir(format!("{process}/fd"));
        Self {
            resident: figure(&status, "VmRSS:") * KIB,
            resident_peak: figure(&status, "VmHWM:") * KIB,
            descriptors: descriptors.map_or(0, Iterator::count),
            threads: figure(&status, "Threads:"),
        }
    }

    /// Waits until the program is ready and uses hardly more than it did then.
    pub fn return_to(self, relay: &Relaygate) {
        let mut now = self;
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            now = Self::of(relay);
            let ready = relay
                .http("/readyz")
                .is_some_and(|(status, _)| status == 200);
            if ready && now.is_near(&self) {
                return;
            }
            wait::pause(LOOK_AGAIN);
        }
        panic!("it did not recover: {self:?} before, {now:?} after");
    }

    fn is_near(&self, before: &Self) -> bool {
        let near = |now: usize, before: usize, slack: usize| now <= before + before / 20 + slack;
        near(self.resident, before.resident, RESIDENT_SLACK)
            && near(self.descriptors, before.descriptors, SLACK)
            && near(self.threads, before.threads, SLACK)
    }
}

/// An honest customer that hands in one message after the other, each in a session of its
/// own, while somebody else misbehaves.
pub struct Bystander {
    stop: Arc<AtomicBool>,
    work: JoinHandle<Vec<Duration>>,
}

impl Bystander {
    /// Starts handing in, as a tenant of its own.
    pub fn start(cottage: &Cottage) -> Self {
        let credential = cottage.connect(BYSTANDER, BYSTANDER_DOMAIN);
        let (port, tls) = (cottage.relay.ports().implicit, cottage.tls());
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let work = thread::spawn(move || {
            let mut took = Vec::new();
            while !stopped.load(Ordering::SeqCst) {
                took.push(hand_in(port, &tls, &credential, took.len()));
            }
            took
        });
        Self { stop, work }
    }

    /// Stops, and tells how long each session took from the first octet to 250, shortest
    /// first. Panics if one was turned away.
    pub fn stop(self) -> Vec<Duration> {
        self.stop.store(true, Ordering::SeqCst);
        let mut took = self.work.join().expect("every message was taken");
        took.sort_unstable();
        assert!(!took.is_empty(), "nobody was there to see");
        took
    }
}

fn hand_in(port: u16, tls: &Arc<ClientConfig>, credential: &Credential, number: usize) -> Duration {
    let start = Instant::now();
    // A place may be lost to a flood between the first octet and the login; a relay comes again.
    let mut client = wait::until("a session", PATIENCE, || log_in(port, tls, credential));
    let to = format!("support@{BYSTANDER_DOMAIN}");
    let (from, id) = ("eve@enduser.example", format!("b{number}@enduser.example"));
    let text = message(from, &to, "bystander", &id, "");
    let reply = client.submit(from, &[&to], &text);
    assert_eq!(reply.code, 250, "the bystander's message {number}: {reply}");
    client.say("QUIT");
    start.elapsed()
}

fn log_in(port: u16, tls: &Arc<ClientConfig>, credential: &Credential) -> Option<Client> {
    let mut client = Client::try_implicit(port, tls, HOSTNAME).ok()?;
    client.say("EHLO mail.bystander.example");
    let reply = client.auth_plain(&credential.username, &credential.password);
    (reply.code == 235).then_some(client)
}

/// The number behind a word in `/proc/PID/status` (proc(5)).
fn figure(status: &str, word: &str) -> usize {
    let line = status.lines().find_map(|line| line.strip_prefix(word));
    let digits = line.and_then(|rest| rest.split_whitespace().next());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

const BYSTANDER: &str = "bystander";
const BYSTANDER_DOMAIN: &str = "bystander.example";
const KIB: usize = 1_024;
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Of descriptors and threads: what happens to be under way at the moment.
const SLACK: usize = 4;
/// What an allocator keeps of what was given back to it, and what the bystander's own mail
/// leaves in the store's caches.
const RESIDENT_SLACK: usize = 64 * 1_024 * KIB;
