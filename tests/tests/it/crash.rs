//! The program dies at a system call: on the way from the first octet of a session over 250,
//! ticket and notification to the last note about the delivery.
//!
//! A recording run counts, over all threads, every call that changes the store's files or
//! speaks to a peer. Then the program is killed at each of them in turn, before and after the
//! kernel has done it, and started again on the same store ([`Tracer`] says why not strace).
//! The client keeps a ledger and sends again what was not acknowledged.
//!
//! `make test` meets some points, evenly spread; `make campaign-crash` meets all, and insists
//! that each kind of call was met. What only the store does, beside the way of a message
//! (snapshots, closed segments), is killed in `host/storage/tests/crash.rs`.

use std::collections::BTreeMap;

use relaygate_tests::house::{Credential, House, Plan};
use relaygate_tests::ledger::{Entry, Ledger};
use relaygate_tests::relaygate::HOSTNAME;
use relaygate_tests::smtp::Client;
use relaygate_tests::tracer::{Counts, Edge, Kind, Point, Tracer};
use relaygate_tests::wait::{self, PATIENCE};

use crate::{full_campaign, needs_postfix};

/// STO-02, R10
#[test]
fn a_kill_at_any_system_call_loses_nothing_and_doubles_nothing() {
    needs_postfix!();
    let (house, credential) = House::ready(&Plan::default());
    let mut stage = Stage {
        house,
        credential,
        rounds: 0,
    };
    // What happens only once after a start is done before it counts.
    stage.ledger().check(&stage.house.relay);
    let counts = match stage.record() {
        Ok(counts) => counts,
        Err(reason) => return skip::skipped(&reason),
    };
    let all = points(&counts);
    let chosen = match full_campaign() {
        true => all,
        false => spread(&all, POINTS_SHORT),
    };
    let mut met: BTreeMap<Kind, u32> = BTreeMap::new();
    for point in &chosen {
        let times = met.entry(point.kind).or_insert(0);
        *times += u32::from(stage.round(*point));
    }
    report(&counts, &chosen, &met);
    assert!(
        met.values().sum::<u32>() > 0,
        "no point was met: {counts:?}"
    );
    if full_campaign() {
        assert!(
            met.values().all(|times| *times > 0),
            "a kind was never met: {met:?}"
        );
    }
}

/// Every edge of every call that was seen.
fn points(counts: &Counts) -> Vec<Point> {
    let edges = |kind: Kind, occurrence: u32| {
        [Edge::Before, Edge::After].map(|edge| Point {
            kind,
            occurrence,
            edge,
        })
    };
    counts
        .iter()
        .flat_map(|(kind, count)| (1..=*count).flat_map(|occurrence| edges(kind, occurrence)))
        .collect()
}

/// So many of them, at even distances.
fn spread(points: &[Point], count: usize) -> Vec<Point> {
    let step = points.len().div_ceil(count).max(1);
    points.iter().copied().step_by(step).collect()
}

fn report(counts: &Counts, chosen: &[Point], met: &BTreeMap<Kind, u32>) {
    eprintln!("kind of call: seen in the recording, points tried (2 a call if all), met");
    for (kind, count) in counts {
        let tried = chosen.iter().filter(|point| point.kind == *kind).count();
        let met = met.get(kind).copied().unwrap_or(0);
        eprintln!("{kind}: {count}, {tried}, {met}");
    }
    let met: u32 = met.values().sum();
    eprintln!("killed at {met} of {} points", chosen.len());
}

/// The house with everything in it, and how often it was used.
struct Stage {
    house: House,
    credential: Credential,
    rounds: u32,
}

impl Stage {
    /// Counts what one round calls; `Err` says why this machine cannot.
    fn record(&mut self) -> Result<Counts, String> {
        let tracer = self.attach(None)?;
        let ledger = self.ledger();
        assert_eq!(ledger.acknowledged(), ledger.entries().len());
        self.await_answers(&ledger, &tracer);
        let of_sockets = tracer.counts();
        // Asking for the queue is answered over a socket; that is no part of the way.
        self.await_empty_queue(&tracer);
        let mut counts = tracer.counts();
        for (kind, count) in &mut counts {
            if let Some(before) = of_sockets.get(kind).filter(|_| is_of_sockets(kind)) {
                *count = *before;
            }
        }
        tracer.end();
        self.house.relay.kill_and_restart();
        Ok(counts)
    }

    /// One round with a kill; true if the point was met.
    fn round(&mut self, point: Point) -> bool {
        let tracer = self
            .attach(Some(point))
            .expect("the recording could attach as well");
        let mut ledger = self.ledger();
        self.await_answers(&ledger, &tracer);
        self.await_empty_queue(&tracer);
        let met = tracer.end();
        self.house.relay.kill_and_restart();
        ledger.check(&self.house.relay);
        let mut client = self.session().expect("it runs again");
        ledger.send_again(&mut client);
        ledger.check(&self.house.relay);
        for entry in ledger.entries() {
            self.check_answer(entry, point);
        }
        met
    }

    fn attach(&self, point: Option<Point>) -> Result<Tracer, String> {
        Tracer::attach(self.house.relay.id(), &self.house.relay.data(), point)
    }

    /// A client that hands in a short, a long and another short message, as far as it gets.
    fn ledger(&mut self) -> Ledger {
        self.rounds += 1;
        let mut ledger = Ledger::default();
        let mut client = self.session();
        for (part, octets) in MESSAGES.into_iter().enumerate() {
            let name = format!("crash-{}-{part}", self.rounds);
            match &mut client {
                Some(client) => {
                    ledger.hand_in(client, &name, octets);
                }
                None => ledger.note_unsent(&name, octets),
            }
        }
        ledger
    }

    /// A session that has logged in; `None` if the program died on the way there.
    fn session(&self) -> Option<Client> {
        let port = self.house.relay.ports().implicit;
        let mut client = Client::try_implicit(port, &self.house.tls(), HOSTNAME).ok()?;
        client.say("EHLO mail.acme.example");
        let Credential {
            username, password, ..
        } = &self.credential;
        (client.auth_plain(username, password).code == 235).then_some(client)
    }

    /// Until every acknowledged message was answered, or the program is dead.
    fn await_answers(&self, ledger: &Ledger, tracer: &Tracer) {
        let kept = ledger.entries().iter().filter(|entry| entry.acknowledged);
        for entry in kept {
            wait::until("an acknowledgement", PATIENCE, || {
                let arrived = !self.house.mail().of(&entry.author).is_empty();
                (arrived || tracer.has_killed()).then_some(())
            });
        }
    }

    /// Until nothing is left to be done, or the program is dead.
    fn await_empty_queue(&self, tracer: &Tracer) {
        wait::until("an empty queue", PATIENCE, || {
            let output = self.house.relay.run(&["queue", "list"], "");
            let idle = output.stdout.starts_with(br#"{"jobs":[]}"#);
            (idle || tracer.has_killed()).then_some(())
        });
    }

    /// The author was told, in one message; the kill may have come between the far end's 250
    /// and our note of it, so it may be there twice, with one Message-ID (OUT-05).
    fn check_answer(&self, entry: &Entry, point: Point) {
        let copies = wait::until("an acknowledgement", PATIENCE, || {
            let copies = self.house.mail().of(&entry.author);
            (!copies.is_empty()).then_some(copies)
        });
        let mut ids: Vec<_> = copies
            .iter()
            .map(|copy| copy.header("Message-ID"))
            .collect();
        assert!(ids.len() <= COPIES_MAX, "{point:?}: {ids:?}");
        ids.dedup();
        assert_eq!(ids.len(), 1, "{point:?}: {ids:?}");
    }
}

fn is_of_sockets(kind: &str) -> bool {
    kind.contains("socket") || kind.starts_with("send")
}

/// Octets of each message of a round; the long one does not fit into the journal and is kept
/// in a file of its own.
const MESSAGES: [usize; 3] = [500, 400 * 1024, 500];
/// So many points in `make test`.
const POINTS_SHORT: usize = 14;
/// One delivery, and one more by a program that did not know of it.
const COPIES_MAX: usize = 2;
