//! What is counted about policies: the windowed counters they may use, one set for each
//! account and policy, and what they answered ([`Tally`]); and who hears every question.
//!
//! The windows are rough on purpose (`wit/counters.wit`): in memory, zero after a start, a
//! window of two halves. Bounded: when the table is full the stalest keys go.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use storage::{AccountId, Timestamp};

use super::heard::Ears;
use super::metering::Metering;
use super::tally::Tally;

/// The counters of one process.
#[derive(Debug, Default)]
pub struct Counters {
    windows: Mutex<HashMap<CounterKey, Window>>,
    /// What policies answered.
    pub tally: Tally,
    /// What accounts' own policies use.
    pub(super) metering: Metering,
    /// Who hears every question and its answer.
    pub ears: Ears,
}

type CounterKey = (Option<AccountId>, String, String, u32);

/// How often something happened in the half window that runs, and in the one before.
#[derive(Debug, Clone, Copy)]
struct Window {
    began: Timestamp,
    before: u64,
    running: u64,
}

impl Counters {
    /// Adds one and tells how often that was done in the last `window_seconds`,
    /// this time included.
    pub fn add(
        &self,
        account: Option<AccountId>,
        policy: &str,
        key: &str,
        window_seconds: u32,
        now: Timestamp,
    ) -> u64 {
        let half_ms = half_window_ms(window_seconds);
        // A count is whole after every statement, so a panic elsewhere spoils nothing.
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= KEYS_MAX {
            windows.retain(|_, window| now.0.saturating_sub(window.began.0) < STALE_AFTER_MS);
        }
        if windows.len() >= KEYS_MAX {
            windows.clear();
        }
        let key = (account, policy.to_owned(), key.to_owned(), window_seconds);
        let window = windows.entry(key).or_insert(Window {
            began: now,
            before: 0,
            running: 0,
        });
        window.turn(now, half_ms);
        window.running += 1;
        window.before + window.running
    }
}

impl Window {
    fn turn(&mut self, now: Timestamp, half_ms: u64) {
        let age = now.0.saturating_sub(self.began.0);
        if age < half_ms {
            return;
        }
        let before = if age < 2 * half_ms { self.running } else { 0 };
        *self = Self {
            began: now,
            before,
            running: 0,
        };
    }
}

fn half_window_ms(window_seconds: u32) -> u64 {
    u64::from(window_seconds.clamp(1, WINDOW_SECONDS_MAX)) * 500
}

const WINDOW_SECONDS_MAX: u32 = 86_400;
const KEYS_MAX: usize = 65_536;
const STALE_AFTER_MS: u64 = 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_fades_with_its_window() {
        let counters = Counters::default();
        let add = |ms| counters.add(None, "tagging", "mails", 60, Timestamp(ms));
        assert_eq!([add(0), add(1_000), add(29_000)], [1, 2, 3]);
        assert_eq!(add(31_000), 4, "the half before still counts");
        assert_eq!(add(200_000), 1, "long past");
    }

    #[test]
    fn accounts_and_policies_do_not_share() {
        let counters = Counters::default();
        let now = Timestamp(0);
        assert_eq!(counters.add(AccountId::new(1), "a", "k", 60, now), 1);
        assert_eq!(counters.add(AccountId::new(2), "a", "k", 60, now), 1);
        assert_eq!(counters.add(AccountId::new(1), "b", "k", 60, now), 1);
        assert_eq!(counters.add(AccountId::new(1), "a", "k", 60, now), 2);
    }
}
