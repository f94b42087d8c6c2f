//! When a failed attempt is repeated: what the routing policy said, made safe.
//!
//! The policy decides; the host adds jitter, so that a thousand messages held
//! up by one outage do not come back in the same millisecond, and keeps the
//! delay within bounds whatever a policy says.

use std::time::Duration;

use storage::{Batch, Lease, Timestamp};

use super::Card;
use crate::clock::later;

/// What happens after an attempt that did not end the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Again, so much later.
    After(Duration),
    /// Never: what has no answer yet has failed.
    GiveUp,
}

impl Retry {
    /// Puts a job off, or gives it up, as this says.
    pub fn put(self, batch: &mut Batch, lease: &Lease, card: &Card, now: Timestamp) {
        match self {
            Self::After(delay) => {
                let due = later(now, spread(delay, rand::random()));
                batch.again(lease, due, card.to_payload());
            }
            Self::GiveUp => batch.fail(lease, card.to_payload()),
        }
    }
}

/// Our own answer when the policy gave none: exponential, never giving up
/// before `EXPIRES_AFTER`, since unknown trouble defers.
pub fn without_policy(attempts: u32, age: Duration) -> Retry {
    if age >= EXPIRES_AFTER {
        return Retry::GiveUp;
    }
    let doublings = attempts.saturating_sub(1).min(DOUBLINGS_MAX);
    Retry::After(FIRST_DELAY * 2_u32.pow(doublings))
}

/// The delay within our bounds, spread by up to a tenth either way. `chance` is
/// a number from 0 to 1.
pub fn spread(delay: Duration, chance: f64) -> Duration {
    let bounded = delay.clamp(DELAY_MIN, DELAY_MAX);
    bounded.mul_f64(1.0 - SPREAD + 2.0 * SPREAD * chance.clamp(0.0, 1.0))
}

/// How far, as a share of the delay, a retry may move.
const SPREAD: f64 = 0.1;
const FIRST_DELAY: Duration = Duration::from_secs(30);
const DOUBLINGS_MAX: u32 = 8;
const DELAY_MIN: Duration = Duration::from_secs(1);
const DELAY_MAX: Duration = Duration::from_secs(6 * 3_600);
/// RFC 5321 §4.5.4.1: give up after four to five days.
const EXPIRES_AFTER: Duration = Duration::from_secs(5 * 24 * 3_600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_and_end_after_five_days() {
        let young = Duration::ZERO;
        assert_eq!(
            without_policy(1, young),
            Retry::After(Duration::from_secs(30))
        );
        assert_eq!(
            without_policy(4, young),
            Retry::After(Duration::from_secs(240))
        );
        assert_eq!(
            without_policy(u32::MAX, young),
            Retry::After(Duration::from_secs(7_680))
        );
        assert_eq!(
            without_policy(4, Duration::from_secs(5 * 24 * 3_600)),
            Retry::GiveUp
        );
    }

    #[test]
    fn jitter_stays_within_a_tenth_and_within_the_bounds() {
        let minute = Duration::from_secs(60);
        assert_eq!(spread(minute, 0.0), Duration::from_secs(54));
        assert_eq!(spread(minute, 1.0), Duration::from_secs(66));
        assert!(spread(Duration::ZERO, 0.5) >= Duration::from_millis(900));
        assert!(spread(Duration::MAX, 0.5) <= Duration::from_secs(7 * 3_600));
    }
}
