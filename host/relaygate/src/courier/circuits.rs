//! Servers that cannot be reached: after a few failures in a row their jobs are
//! not each tried, but put off until one of them, the probe, has got through
//! (OUT-04). A dead server of one account costs the others no time then.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use storage::Timestamp;

use crate::clock::later;

/// How the servers we connect to have been reached lately.
#[derive(Debug, Default)]
pub struct Circuits(Mutex<HashMap<Server, Circuit>>);

/// Name or address, in lower case, and port.
type Server = (String, u16);

/// A server that could not be reached the last time.
#[derive(Debug, Default)]
struct Circuit {
    failures: u32,
    /// From then on one may try.
    opens: Timestamp,
}

impl Circuits {
    /// Whether the server may be tried now; if not, when. Who is let through to a
    /// server that was dead is its probe, and nobody else is until it is back.
    pub(super) fn ask(&self, host: &str, port: u16, now: Timestamp) -> Result<(), Timestamp> {
        let mut circuits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match circuits.get_mut(&server(host, port)) {
            Some(circuit) if circuit.failures >= FAILURES_MAX => {
                if now < circuit.opens {
                    return Err(circuit.opens);
                }
                circuit.opens = later(now, PROBE_TIME);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Servers that count as dead, the longest dead first: name or address, port, failures
    /// in a row, and from when on one message may try.
    pub fn dead(&self) -> Vec<(String, u16, u32, Timestamp)> {
        let circuits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let dead = circuits.iter();
        let dead = dead.filter(|(_, circuit)| circuit.failures >= FAILURES_MAX);
        let mut dead: Vec<_> = dead
            .map(|((host, port), it)| (host.clone(), *port, it.failures, it.opens))
            .collect();
        dead.sort_by(|a, b| (b.2, &a.0, a.1).cmp(&(a.2, &b.0, b.1)));
        dead.truncate(DEAD_TOLD_MAX);
        dead
    }

    /// Notes how it went.
    pub(super) fn note(&self, host: &str, port: u16, reached: bool, now: Timestamp) {
        let mut circuits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if reached {
            circuits.remove(&server(host, port));
            return;
        }
        if circuits.len() >= SERVERS_MAX {
            circuits.clear();
        }
        let circuit = circuits.entry(server(host, port)).or_default();
        circuit.failures = circuit.failures.saturating_add(1);
        let doublings = circuit.failures.saturating_sub(FAILURES_MAX);
        circuit.opens = later(now, pause(doublings));
    }
}

fn server(host: &str, port: u16) -> Server {
    (host.trim_end_matches('.').to_ascii_lowercase(), port)
}

fn pause(doublings: u32) -> Duration {
    let factor = 2_u32.saturating_pow(doublings);
    FIRST_PAUSE.saturating_mul(factor).min(PAUSE_MAX)
}

/// Failures in a row after which a server counts as dead.
const FAILURES_MAX: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_secs(30);
/// A server that is back is noticed after that at the latest.
const PAUSE_MAX: Duration = Duration::from_secs(600);
/// How long the others wait for the probe: longer than a connection may take.
const PROBE_TIME: Duration = Duration::from_secs(60);
/// Dead servers remembered; forgetting them costs some attempts.
const SERVERS_MAX: usize = 10_000;
/// Dead servers told at once.
const DEAD_TOLD_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "mx.acme.example";

    fn at(seconds: u64) -> Timestamp {
        Timestamp(seconds * 1_000)
    }

    /// A server that has failed so often at time zero.
    fn failed(times: u32) -> Circuits {
        let circuits = Circuits::default();
        for _ in 0..times {
            circuits.note(HOST, 587, false, at(0));
        }
        circuits
    }

    #[test]
    fn two_failures_may_be_chance() {
        assert_eq!(failed(2).ask(HOST, 587, at(0)), Ok(()));
    }

    #[test]
    fn a_dead_server_is_tried_by_one_at_a_time() {
        let circuits = failed(3);
        assert_eq!(circuits.ask("MX.acme.example.", 587, at(29)), Err(at(30)));
        assert_eq!(circuits.ask(HOST, 587, at(30)), Ok(()), "the probe");
        assert_eq!(circuits.ask(HOST, 587, at(31)), Err(at(90)));
        circuits.note(HOST, 587, false, at(31));
        assert_eq!(circuits.ask(HOST, 587, at(32)), Err(at(91)), "longer");
    }

    #[test]
    fn one_that_is_back_is_open_to_all() {
        let circuits = failed(9);
        circuits.note(HOST, 587, true, at(1));
        assert_eq!(circuits.ask(HOST, 587, at(1)), Ok(()));
        assert_eq!(circuits.ask(HOST, 587, at(1)), Ok(()));
    }

    #[test]
    fn a_dead_server_says_nothing_about_its_neighbours() {
        let circuits = failed(3);
        assert_eq!(circuits.ask(HOST, 465, at(0)), Ok(()));
        assert_eq!(circuits.ask("mx.other.example", 587, at(0)), Ok(()));
    }

    #[test]
    fn the_dead_are_told_and_those_that_may_be_chance_are_not() {
        let circuits = failed(3);
        circuits.note("mx.other.example", 587, false, at(0));
        let dead = [(HOST.to_owned(), 587, 3, at(30))];
        assert_eq!(circuits.dead(), dead);
        circuits.note(HOST, 587, true, at(1));
        assert_eq!(circuits.dead(), []);
    }

    #[test]
    fn the_pause_has_an_end() {
        assert_eq!(
            failed(u32::from(u8::MAX)).ask(HOST, 587, at(0)),
            Err(at(600))
        );
    }
}
