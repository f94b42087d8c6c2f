//! Failed AUTH attempts, counted by peer (FAULTS AUTH-05).
//!
//! Counts live in memory, start at zero with the process and are bounded: when
//! the table is full, the oldest windows go first. A peer that is over its
//! share is answered without looking at its password.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use storage::Timestamp;

/// The counters of one process.
#[derive(Debug)]
pub struct Throttle {
    per_peer_max: u32,
    peers: Mutex<HashMap<IpAddr, Window>>,
}

/// When a peer's window began, and its failures since.
#[derive(Debug, Clone, Copy)]
struct Window {
    began: Timestamp,
    failures: u32,
}

impl Throttle {
    /// No failures yet; a peer may have `per_peer_max` a minute.
    pub fn new(per_peer_max: u32) -> Self {
        Self {
            per_peer_max,
            peers: Mutex::default(),
        }
    }

    /// Whether this peer has failed so often that it must wait.
    pub fn is_blocked(&self, peer: IpAddr, now: Timestamp) -> bool {
        let window = self.windows().get(&peer.to_canonical()).copied();
        window.is_some_and(|window| window.runs(now) && window.failures >= self.per_peer_max)
    }

    /// Counts a failure. True for the one that locks the peer out: once for each
    /// lock-out, however many connections fail beside each other.
    pub fn failed(&self, peer: IpAddr, now: Timestamp) -> bool {
        let peer = peer.to_canonical();
        let mut windows = self.windows();
        if windows.len() >= PEERS_MAX && !windows.contains_key(&peer) {
            make_room(&mut windows, now);
        }
        let window = windows.entry(peer).or_insert(Window {
            began: now,
            failures: 0,
        });
        if !window.runs(now) {
            *window = Window {
                began: now,
                failures: 0,
            };
        }
        window.failures = window.failures.saturating_add(1);
        window.failures == self.per_peer_max
    }

    // A window is whole after every statement, so a panic elsewhere spoils nothing.
    fn windows(&self) -> MutexGuard<'_, HashMap<IpAddr, Window>> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    fn runs(self, now: Timestamp) -> bool {
        now.0.saturating_sub(self.began.0) < WINDOW_MS
    }
}

fn make_room(windows: &mut HashMap<IpAddr, Window>, now: Timestamp) {
    windows.retain(|_, window| window.runs(now));
    if windows.len() < PEERS_MAX {
        return;
    }
    let oldest = windows
        .iter()
        .min_by_key(|(_, window)| window.began.0)
        .map(|(peer, _)| *peer);
    oldest.and_then(|peer| windows.remove(&peer));
}

const WINDOW_MS: u64 = 60_000;
/// Peers remembered at once; a flood from more than that pushes out the oldest.
const PEERS_MAX: usize = 16_384;

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const PEER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

    #[test]
    fn the_eleventh_guess_within_a_minute_waits() {
        let throttle = Throttle::new(10);
        for second in 0..10 {
            assert!(!throttle.is_blocked(PEER, Timestamp(second * 1_000)));
            let locked_out = throttle.failed(PEER, Timestamp(second * 1_000));
            assert_eq!(locked_out, second == 9);
        }
        assert!(!throttle.failed(PEER, Timestamp(9_500)), "it is told once");
        assert!(throttle.is_blocked(PEER, Timestamp(10_000)));
        assert!(!throttle.is_blocked(OTHER, Timestamp(10_000)));
        assert!(
            !throttle.is_blocked(PEER, Timestamp(60_000)),
            "the window has passed"
        );
    }
}
