//! When to try a delivery again, and when to give up (RFC 5321 §4.5.4.1).

use sdk::routes::{Failure, Notification, Retry};
use sdk::settings;

/// Waits that double from `first_ms` to `longest_ms` until a message is too old.
/// The names are those of the settings, which stand under `retry.`.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Before the second attempt.
    pub first_ms: u64,
    /// Between later attempts at most.
    pub longest_ms: u64,
    /// Age from which the agents are told that a notification takes long.
    pub notice_ms: u64,
    /// Age at which a notification is given up; RFC 5321 wants 4 to 5 days.
    pub give_up_ms: u64,
    /// The same for verification mails, so that an admin sees the end (R26).
    pub verification_give_up_ms: u64,
    /// Between later attempts of a verification mail at most: greylisting opens
    /// after minutes, and somebody is waiting (R26).
    pub verification_longest_ms: u64,
}

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

impl Default for Schedule {
    fn default() -> Self {
        Self {
            first_ms: MINUTE_MS,
            longest_ms: 4 * HOUR_MS,
            notice_ms: 4 * HOUR_MS,
            give_up_ms: 5 * DAY_MS,
            verification_give_up_ms: DAY_MS,
            verification_longest_ms: 10 * MINUTE_MS,
        }
    }
}

impl Schedule {
    pub(crate) fn from_settings() -> Self {
        let default = Self::default();
        Self {
            first_ms: settings::number("retry.first_ms", default.first_ms),
            longest_ms: settings::number("retry.longest_ms", default.longest_ms),
            notice_ms: settings::number("retry.notice_ms", default.notice_ms),
            give_up_ms: settings::number("retry.give_up_ms", default.give_up_ms),
            verification_give_up_ms: settings::number(
                "retry.verification_give_up_ms",
                default.verification_give_up_ms,
            ),
            verification_longest_ms: settings::number(
                "retry.verification_longest_ms",
                default.verification_longest_ms,
            ),
        }
    }

    /// Gives up at a permanent reply or when the message is too old; the last
    /// wait is shortened so that one attempt is made at that age.
    pub fn after(&self, failure: &Failure) -> Retry {
        let verification = matches!(
            failure.notification,
            Notification::InboundVerification | Notification::OutboundVerification
        );
        let (longest, give_up) = match verification {
            true => (self.verification_longest_ms, self.verification_give_up_ms),
            false => (self.longest_ms, self.give_up_ms),
        };
        let age = failure.now.saturating_sub(failure.queued_at);
        if permanent(failure.reply_code) || age >= give_up {
            return Retry::GiveUp;
        }
        let wait = self.wait(failure.attempts, longest).min(give_up - age);
        match failure.notification {
            Notification::Ticket if age >= self.notice_ms => Retry::Delayed(wait),
            _ => Retry::After(wait),
        }
    }

    fn wait(&self, attempts: u32, longest: u64) -> u64 {
        let doublings = attempts.saturating_sub(1).min(u64::BITS - 1);
        let wait = self.first_ms.saturating_mul(1 << doublings);
        wait.min(longest).max(1)
    }
}

/// 5yz is final, except where it speaks of our login: an admin mends that.
fn permanent(reply_code: Option<u16>) -> bool {
    const LOGIN: [u16; 4] = [530, 534, 535, 538]; // RFC 4954 §6
    matches!(reply_code, Some(code) if (500..600).contains(&code) && !LOGIN.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(attempts: u32, age_ms: u64, reply_code: Option<u16>) -> Failure {
        Failure {
            attempts,
            queued_at: 1_000,
            now: 1_000 + age_ms,
            reply_code,
            enhanced_status: None,
            notification: Notification::Ticket,
        }
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let schedule = Schedule::default();
        for (attempts, minutes) in [(1, 1), (2, 2), (3, 4), (8, 128), (9, 240), (4_000_000, 240)] {
            let retry = schedule.after(&failure(attempts, 0, Some(451)));
            assert_eq!(
                retry,
                Retry::After(minutes * MINUTE_MS),
                "attempt {attempts}"
            );
        }
    }

    #[test]
    fn it_ends_at_a_permanent_reply_or_at_five_days() {
        let schedule = Schedule::default();
        let cases = [
            ("no reply", 0, None, false),
            ("R26 greylisted", 0, Some(450), false),
            ("R61 unknown mailbox", 0, Some(550), true),
            ("login refused", 0, Some(535), false),
            ("nearly too old", 5 * DAY_MS - 1, Some(451), false),
            ("too old", 5 * DAY_MS, Some(451), true),
        ];
        for (row, age, code, given_up) in cases {
            let retry = schedule.after(&failure(1, age, code));
            assert_eq!(matches!(retry, Retry::GiveUp), given_up, "{row}");
        }
    }

    /// The agents of a ticket are told; nobody reads a verification mail's delay there.
    #[test]
    fn what_takes_four_hours_is_told() {
        let schedule = Schedule::default();
        let mut failure = failure(1, 4 * HOUR_MS - 1, Some(451));
        assert_eq!(schedule.after(&failure), Retry::After(MINUTE_MS));
        failure.now += 1;
        assert_eq!(schedule.after(&failure), Retry::Delayed(MINUTE_MS));
        failure.notification = Notification::InboundVerification;
        assert_eq!(schedule.after(&failure), Retry::After(MINUTE_MS));
    }

    #[test]
    fn verification_ends_after_a_day() {
        let schedule = Schedule::default();
        let mut late = failure(9, DAY_MS - 5, Some(451));
        late.notification = Notification::OutboundVerification;
        assert_eq!(schedule.after(&late), Retry::After(5), "R26");
        late.now += 5;
        assert_eq!(schedule.after(&late), Retry::GiveUp, "R26");
    }

    #[test]
    fn time_that_runs_backwards_does_no_harm() {
        let mut failure = failure(1, 0, None);
        failure.queued_at = u64::MAX;
        assert_eq!(Schedule::default().after(&failure), Retry::After(MINUTE_MS));
    }
}
