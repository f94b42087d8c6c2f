//! What keeps one account's policies from taking the machine from all others.
//!
//! A [`Breaker`] stands before each policy: one that fails time after time is not asked for
//! a while, so that its failing costs nothing. An [`Allowance`] is an account's: computing
//! time its policies may use, which fills up again as time passes. Both make a question fail
//! at once, which defers mail before 250 as every failure does; mail after it is asked about
//! again later, since neither says anything about the message.
//!
//! The operator's policies have neither: what they cost is the operator's own choice.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::Failure;

/// Opens after failures that answers do not make good for.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<Row>);

#[derive(Debug, Default)]
struct Row {
    failures: u32,
    pauses: u32,
    until: Option<Instant>,
}

impl Breaker {
    /// Whether the policy is to be asked now. After a pause one call may try; the others
    /// wait for what becomes of it.
    pub(crate) fn admits(&self, now: Instant) -> bool {
        let mut row = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match row.until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                row.until = Some(now + pause(row.pauses));
                true
            }
        }
    }

    /// What became of a call. An answer makes good for one failure, not for all: a policy that
    /// loops whenever a letter says so would answer the next one and go on for ever.
    pub(crate) fn note(&self, failure: Option<&Failure>, now: Instant) {
        let mut row = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failure) = failure else {
            row.answered();
            return;
        };
        row.failures = (row.failures + weight(failure)).min(FAILURES_MAX);
        if row.failures >= FAILURES_MAX {
            row.until = Some(now + pause(row.pauses));
            row.pauses += 1;
        }
    }
}

impl Row {
    fn answered(&mut self) {
        self.failures = self.failures.saturating_sub(1);
        self.until = None;
        if self.failures == 0 {
            self.pauses = 0;
        }
    }
}

/// A missed deadline has cost a core all that time; others wait for it.
fn weight(failure: &Failure) -> u32 {
    match failure {
        Failure::Deadline(_) => 5,
        _ => 1,
    }
}

/// Twice as long each time.
fn pause(pauses: u32) -> Duration {
    (FIRST_PAUSE * 2_u32.saturating_pow(pauses)).min(LONGEST_PAUSE)
}

/// More than answers; a message or two may be at fault themselves.
const FAILURES_MAX: u32 = 20;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Computing time of an account's policies. They may use what has come together at once.
#[derive(Debug)]
pub struct Allowance {
    share: f64,
    left: Mutex<Left>,
}

#[derive(Debug)]
struct Left {
    seconds: f64,
    at: Instant,
}

impl Allowance {
    /// So many hundredths of one core, and at most what comes together in some seconds.
    pub fn percent_of_a_core(percent: u32) -> Self {
        let share = f64::from(percent) / 100.0;
        Self {
            share,
            left: Mutex::new(Left {
                seconds: share * GATHERED_SECONDS_MAX,
                at: Instant::now(),
            }),
        }
    }

    /// Whether any is left.
    pub(crate) fn has_left(&self, now: Instant) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_duration_since(left.at).as_secs_f64();
        let most = self.share * GATHERED_SECONDS_MAX;
        left.seconds = (left.seconds + passed * self.share).min(most);
        left.at = now;
        left.seconds > 0.0
    }

    /// So much was used.
    pub(crate) fn take(&self, used: Duration) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.seconds -= used.as_secs_f64();
    }
}

const GATHERED_SECONDS_MAX: f64 = 2.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breaker_opens_after_failures_in_a_row_and_closes_with_a_success() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..FAILURES_MAX - 1 {
            breaker.note(Some(&Failure::Fuel), start);
        }
        assert!(breaker.admits(start), "one more is allowed");
        breaker.note(Some(&Failure::Fuel), start);
        assert!(!breaker.admits(start));
        let later = start + FIRST_PAUSE;
        assert!(breaker.admits(later), "one may try");
        assert!(!breaker.admits(later), "and only one");
        breaker.note(Some(&Failure::Fuel), later);
        assert!(!breaker.admits(later + FIRST_PAUSE), "twice as long");
        let later = later + 2 * FIRST_PAUSE;
        assert!(breaker.admits(later));
        breaker.note(None, later);
        assert!(breaker.admits(later) && breaker.admits(later));
    }

    #[test]
    fn single_failures_open_nothing() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..10 * FAILURES_MAX {
            breaker.note(Some(&Failure::Fuel), now);
            breaker.note(None, now);
        }
        assert!(breaker.admits(now));
        let late = Failure::Deadline(Duration::from_millis(20));
        for _ in 0..4 {
            assert!(breaker.admits(now));
            breaker.note(Some(&late), now);
        }
        assert!(!breaker.admits(now), "four loops are enough");
    }

    #[test]
    fn loops_between_answers_open_it_too() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        let late = Failure::Deadline(Duration::from_millis(20));
        for _ in 0..4 {
            breaker.note(Some(&late), now);
            breaker.note(None, now);
            assert!(breaker.admits(now));
        }
        breaker.note(Some(&late), now);
        assert!(!breaker.admits(now), "it loops half of the time");
        let later = now + FIRST_PAUSE;
        assert!(breaker.admits(later), "one may try");
        breaker.note(None, later);
        assert!(breaker.admits(later), "it has answered");
        breaker.note(Some(&late), later);
        assert!(
            !breaker.admits(later + FIRST_PAUSE),
            "and goes on as before"
        );
        for _ in 0..FAILURES_MAX {
            breaker.note(None, later);
        }
        breaker.note(Some(&Failure::Fuel), later);
        assert!(breaker.admits(later), "all is made good");
    }

    #[test]
    fn an_allowance_is_used_up_and_fills_again() {
        let allowance = Allowance::percent_of_a_core(50);
        let now = Instant::now();
        assert!(allowance.has_left(now));
        allowance.take(Duration::from_millis(1_500));
        assert!(!allowance.has_left(now), "half a second too much");
        assert!(!allowance.has_left(now + Duration::from_millis(900)));
        assert!(allowance.has_left(now + Duration::from_millis(1_100)));
        assert!(allowance.has_left(now + Duration::from_secs(1_000)));
        allowance.take(Duration::from_millis(1_100));
        let later = now + Duration::from_secs(1_000);
        assert!(
            !allowance.has_left(later),
            "no more than two seconds come together"
        );
    }
}
