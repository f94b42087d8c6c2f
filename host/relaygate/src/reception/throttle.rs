//! Failed AUTH attempts, counted by who tries and as whom (FAULTS AUTH-05).
//!
//! Guesses from one place are many for the peer; guesses from many places at one account are
//! many for the credential set or the user name they present. Both are counted as they are
//! presented, whether there is such a set or not: a lock-out tells nobody which exist
//! (AUTH-06).
//!
//! A peer a set is known to be used from is judged by its own failures with that set alone,
//! so that strangers cannot lock a customer's server out; so is a person's browser that they
//! have signed in with before.
//!
//! Counts live in memory, start at zero with the process and are bounded: when a table is
//! full, the oldest windows that lock nobody out go first. Who is over their share is answered
//! without a look at the password.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use desk::credentials::{CredentialId, peers};
use storage::Timestamp;

use crate::config::AuthConfig;

/// The counters of one process.
#[derive(Debug)]
pub struct Throttle {
    peers: Windows<IpAddr>,
    credentials: Windows<CredentialId>,
    /// By a keyed digest, since a name is up to a stranger and long.
    users: Windows<u64>,
    /// What a set's own peers fail with it, and people in browsers of theirs.
    pairs: Windows<u64>,
    digests: RandomState,
}

/// Who tries to log in, and as whom.
#[derive(Debug, Clone)]
pub struct Attempt<'a> {
    peer: IpAddr,
    user: &'a str,
    credential: Option<CredentialId>,
    browser: Option<&'a str>,
}

/// Who was locked out by a failure: once for each lock-out, however many connections fail
/// beside each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LockedOut {
    /// The peer, whatever it tries.
    pub peer: bool,
    /// The credential set or the user name, from wherever it is not known.
    pub login: bool,
}

impl<'a> Attempt<'a> {
    /// The password is looked at for the id in it only.
    pub fn new(peer: IpAddr, user: &'a str, password: &str) -> Self {
        Self {
            peer: peers::network(peer),
            user,
            credential: CredentialId::named_in(password),
            browser: None,
        }
    }

    /// A person who signs in, with a browser they have signed in with before, if they have.
    pub fn of_person(peer: IpAddr, user: &'a str, browser: Option<&'a str>) -> Self {
        Self {
            peer: peers::network(peer),
            user,
            credential: None,
            browser,
        }
    }

    /// Whether the person has signed in with this browser before.
    pub fn is_familiar(&self) -> bool {
        self.browser.is_some()
    }

    /// Who tries; a network of IPv6 is one peer.
    pub fn peer(&self) -> IpAddr {
        self.peer
    }

    /// The user name, as presented.
    pub fn user(&self) -> &str {
        self.user
    }

    /// The set the password names, if it has the form of one of ours.
    pub fn credential(&self) -> Option<&CredentialId> {
        self.credential.as_ref()
    }
}

impl Throttle {
    /// No failures yet.
    pub fn new(settings: &AuthConfig) -> Self {
        let per_peer = (settings.failures_per_peer_max, settings.peer_seconds);
        let per_login = (settings.failures_per_login_max, settings.login_seconds);
        Self {
            peers: Windows::new(per_peer),
            credentials: Windows::new(per_login),
            users: Windows::new(per_login),
            pairs: Windows::new(per_login),
            digests: RandomState::new(),
        }
    }

    /// Whether somebody whom the set is not known to be used by has to wait.
    pub fn is_blocked(&self, attempt: &Attempt<'_>, now: Timestamp) -> bool {
        let of_set = |id| self.credentials.is_full(id, now);
        self.peers.is_full(&attempt.peer, now)
            || attempt.credential.as_ref().is_some_and(of_set)
            || self.users.is_full(&self.digest(attempt.user), now)
    }

    /// Whether even a peer the set is known to be used from has to wait, or a browser of the
    /// person's own.
    pub fn is_blocked_though_known(&self, attempt: &Attempt<'_>, now: Timestamp) -> bool {
        let pair = self.pair(attempt);
        pair.is_some_and(|pair| self.pairs.is_full(&pair, now))
    }

    /// Counts a failure.
    pub fn failed(&self, attempt: &Attempt<'_>, now: Timestamp) -> LockedOut {
        if let Some(pair) = self.pair(attempt) {
            self.pairs.count(pair, now);
        }
        let set = attempt.credential.clone();
        let of_set = set.is_some_and(|id| self.credentials.count(id, now));
        let of_user = self.users.count(self.digest(attempt.user), now);
        LockedOut {
            peer: self.peers.count(attempt.peer, now),
            login: of_set || of_user,
        }
    }

    /// A set and where it is used from, or a name and the browser.
    fn pair(&self, attempt: &Attempt<'_>) -> Option<u64> {
        match (&attempt.credential, attempt.browser) {
            (Some(set), _) => Some(self.digests.hash_one((set, attempt.peer))),
            (None, Some(browser)) => {
                let user = self.digest(attempt.user);
                Some(self.digests.hash_one((user, browser)))
            }
            (None, None) => None,
        }
    }

    /// Names differ in case only where they lead to the same login.
    fn digest(&self, user: &str) -> u64 {
        self.digests.hash_one(user.to_ascii_lowercase())
    }
}

/// Failures of one kind, each in the window that began with the first.
#[derive(Debug)]
struct Windows<K> {
    failures_max: u32,
    length_ms: u64,
    windows: Mutex<HashMap<K, Window>>,
}

/// When a window began, and the failures since.
#[derive(Debug, Clone, Copy)]
struct Window {
    began: Timestamp,
    failures: u32,
}

impl<K: Eq + Hash + Clone> Windows<K> {
    fn new((failures_max, seconds): (u32, u64)) -> Self {
        Self {
            failures_max,
            length_ms: seconds * 1_000,
            windows: Mutex::default(),
        }
    }

    fn is_full(&self, key: &K, now: Timestamp) -> bool {
        let window = self.held().get(key).copied();
        window.is_some_and(|window| self.runs(window, now) && self.locks(window))
    }

    /// True for the failure that fills the window.
    fn count(&self, key: K, now: Timestamp) -> bool {
        let mut windows = self.held();
        if windows.len() >= WINDOWS_MAX && !windows.contains_key(&key) {
            self.make_room(&mut windows, now);
        }
        let fresh = Window {
            began: now,
            failures: 0,
        };
        let window = windows.entry(key).or_insert(fresh);
        if !self.runs(*window, now) {
            *window = fresh;
        }
        window.failures = window.failures.saturating_add(1);
        window.failures == self.failures_max
    }

    /// Over first, then those that lock nobody out, then the oldest: a flood of names that
    /// are tried once each must not end a lock-out.
    fn make_room(&self, windows: &mut HashMap<K, Window>, now: Timestamp) {
        windows.retain(|_, window| self.runs(*window, now));
        if windows.len() < WINDOWS_MAX {
            return;
        }
        let first = windows
            .iter()
            .min_by_key(|(_, window)| (self.locks(**window), window.began.0))
            .map(|(key, _)| key.clone());
        first.and_then(|key| windows.remove(&key));
    }

    fn runs(&self, window: Window, now: Timestamp) -> bool {
        now.0.saturating_sub(window.began.0) < self.length_ms
    }

    fn locks(&self, window: Window) -> bool {
        window.failures >= self.failures_max
    }

    // A window is whole after every statement, so a panic elsewhere spoils nothing.
    fn held(&self) -> MutexGuard<'_, HashMap<K, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Windows of one kind remembered at once. Filling a table with others takes as many hashes,
/// which take longer than a window lasts on most machines.
const WINDOWS_MAX: usize = 16_384;

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str = "192.0.2.1";
    const ALIAS: &str = "acme@acme.desk.example";
    const SET: &str = "rg_2222222222.wrong";

    fn attempt<'a>(peer: &str, user: &'a str, password: &str) -> Attempt<'a> {
        Attempt::new(peer.parse().unwrap(), user, password)
    }

    fn second(second: u64) -> Timestamp {
        Timestamp(second * 1_000)
    }

    fn stranger(number: u64) -> String {
        format!("10.{}.{}.1", number / 256 % 256, number % 256)
    }

    #[test]
    fn the_eleventh_guess_within_a_minute_waits() {
        let throttle = Throttle::new(&AuthConfig::default());
        for guess in 0..10 {
            let user = format!("user{guess}");
            let guessed = attempt(PEER, &user, "secret");
            assert!(!throttle.is_blocked(&guessed, second(guess)));
            let locked_out = throttle.failed(&guessed, second(guess));
            assert_eq!(locked_out.peer, guess == 9);
            assert!(!locked_out.login, "each name was tried once");
        }
        let next = attempt(PEER, "another", "secret");
        let told_again = throttle.failed(&next, second(9)).peer;
        assert!(!told_again, "it is told once");
        assert!(throttle.is_blocked(&next, second(10)));
        let other = attempt("192.0.2.2", "another", "secret");
        assert!(!throttle.is_blocked(&other, second(10)));
        assert!(
            !throttle.is_blocked(&next, second(60)),
            "the window has passed"
        );
    }

    #[test]
    fn guesses_from_many_places_lock_the_login_and_nobody_who_is_known() {
        let throttle = Throttle::new(&AuthConfig::default());
        for guess in 0..10 {
            let guessed = attempt(&stranger(guess), "acme-x", SET);
            assert!(!throttle.is_blocked(&guessed, second(guess)));
            assert_eq!(
                throttle.failed(&guessed, second(guess)).login,
                guess == 9,
                "set and name are one lock-out"
            );
        }
        let another_name = attempt(&stranger(10), ALIAS, SET);
        assert!(throttle.is_blocked(&another_name, second(599)), "the set");
        let another_set = attempt(&stranger(11), "ACME-X", "rg_3333333333.wrong");
        assert!(throttle.is_blocked(&another_set, second(599)), "the name");
        let neither = attempt(&stranger(12), ALIAS, "rg_3333333333.wrong");
        assert!(!throttle.is_blocked(&neither, second(599)));
        let known = attempt(PEER, "acme-x", SET);
        assert!(!throttle.is_blocked_though_known(&known, second(599)));
        assert!(!throttle.is_blocked(&known, second(600)), "it has passed");
    }

    #[test]
    fn what_is_known_is_judged_by_its_own_failures() {
        let throttle = Throttle::new(&AuthConfig::default());
        let known = attempt(PEER, ALIAS, SET);
        for guess in 0..10 {
            assert!(!throttle.is_blocked_though_known(&known, second(guess)));
            throttle.failed(&known, second(guess));
        }
        assert!(throttle.is_blocked_though_known(&known, second(10)));
        let beside = attempt("192.0.2.2", ALIAS, SET);
        assert!(!throttle.is_blocked_though_known(&beside, second(10)));
    }

    #[test]
    fn a_persons_own_browser_is_judged_by_itself() {
        let throttle = Throttle::new(&AuthConfig::default());
        let (name, peer) = ("acme anna@staff.example", PEER.parse().unwrap());
        for guess in 0..10 {
            throttle.failed(&attempt(&stranger(guess), name, "wrong"), second(guess));
        }
        let own = Attempt::of_person(peer, name, Some("a mark"));
        assert!(throttle.is_blocked(&own, second(10)), "as a stranger");
        for guess in 0..10 {
            assert!(!throttle.is_blocked_though_known(&own, second(10 + guess)));
            throttle.failed(&own, second(10 + guess));
        }
        assert!(throttle.is_blocked_though_known(&own, second(20)));
        let at_home = Attempt::of_person(peer, name, Some("another"));
        assert!(!throttle.is_blocked_though_known(&at_home, second(20)));
    }

    #[test]
    fn a_network_of_ipv6_has_one_share() {
        let throttle = Throttle::new(&AuthConfig::default());
        for guess in 0..10 {
            let (peer, user) = (format!("2001:db8:1:2::{guess:x}"), format!("user{guess}"));
            throttle.failed(&attempt(&peer, &user, "secret"), second(guess));
        }
        let neighbour = attempt("2001:db8:1:2:ffff::1", "another", "secret");
        assert!(throttle.is_blocked(&neighbour, second(10)));
        let next_door = attempt("2001:db8:1:3::1", "another", "secret");
        assert!(!throttle.is_blocked(&next_door, second(10)));
    }

    #[test]
    fn a_flood_of_names_ends_no_lock_out() {
        let windows = Windows::new((2, 600));
        windows.count(0, second(0));
        assert!(windows.count(0, second(0)));
        for key in 1..WINDOWS_MAX + 100 {
            windows.count(key, second(1));
        }
        assert!(windows.is_full(&0, second(2)));
        assert_eq!(windows.held().len(), WINDOWS_MAX);
    }
}
