//! What becomes of a question that got no answer.
//!
//! Some failures say something about the message and the policy together: it trapped on it,
//! it was too slow with it. Asked again it would fail again, so it is decided without it, as
//! whoever asks sees fit. Others say nothing about the message: the account's computing time
//! is used up, the policy is not asked for a while, it is not ready yet. Those pass, and the
//! job is put back and asks again; for some hours, so that nothing waits for ever for a
//! policy that never comes round.
//!
//! Not here: when the job comes again (`runner::backoff`), what failed and why (`policy`).

use std::time::Duration;

use desk::messages::Verdict;
use policy::{Answered, Failed};

use crate::facts::noted;
use crate::runner::backoff::{Retry, without_policy};

/// Whether a job may still be put back because a policy cannot be asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// It may.
    Left,
    /// It is decided now, one way or another.
    Over,
}

impl Patience {
    /// What is left after so many attempts. They count, not the time: a job that lay in a
    /// stopped program, or in a backup, has not been tried for that. One so old that it would
    /// not come again is decided, too.
    pub(super) fn after(attempts: u32, age: Duration) -> Self {
        let comes_again = without_policy(attempts.saturating_add(1), age) != Retry::GiveUp;
        match comes_again && attempts < ATTEMPTS_MAX {
            true => Self::Left,
            false => Self::Over,
        }
    }
}

/// Hears the policies out about one message.
pub(super) struct Hearing {
    patience: Patience,
    /// What they said, for the message's log.
    pub(super) verdicts: Vec<Verdict>,
}

impl Hearing {
    pub(super) fn new(patience: Patience) -> Self {
        Self {
            patience,
            verdicts: Vec::new(),
        }
    }

    /// The answer; `None` if a policy failed and asking again would not help.
    ///
    /// # Errors
    /// The question is to be asked again later.
    pub(super) fn hear<T>(&mut self, answered: Answered<T>) -> Result<Option<T>, Failed> {
        match noted(answered, &mut self.verdicts) {
            Ok(answer) => Ok(Some(answer)),
            Err(failed) if self.patience == Patience::Left && failed.failure.passes() => {
                Err(failed)
            }
            Err(_) => Ok(None),
        }
    }
}

/// By the waits of `runner::backoff`, some four hours.
const ATTEMPTS_MAX: u32 = 9;

#[cfg(test)]
mod tests {
    use policy::Digest;
    use policy::Failure::{Busy, Deadline, Missing, Spent, Trap, Tripped, Unanswered};
    use policy::questions::Question;

    use super::*;

    fn failed(failure: policy::Failure) -> Answered<()> {
        Answered {
            answer: Err(Failed {
                policy: "vip".into(),
                digest: Digest::default(),
                question: Question::Tags,
                failure,
            }),
            decisions: Vec::new(),
        }
    }

    #[test]
    fn what_passes_is_asked_again_until_patience_is_over() {
        for failure in [Busy, Spent, Tripped, Missing] {
            let heard = |patience| Hearing::new(patience).hear(failed(failure.clone()));
            let again = heard(Patience::Left).expect_err("it is asked again");
            assert_eq!(again.failure, failure);
            assert_eq!(heard(Patience::Over), Ok(None), "{failure}");
        }
    }

    #[test]
    fn what_would_fail_again_is_not_asked_again() {
        for failure in [
            Trap("unreachable".into()),
            Deadline(Duration::from_millis(20)),
            Unanswered,
        ] {
            let heard = Hearing::new(Patience::Left).hear(failed(failure.clone()));
            assert_eq!(heard, Ok(None), "{failure}");
        }
    }

    #[test]
    fn patience_lasts_for_some_hours() {
        let after = |attempts| Patience::after(attempts, Duration::ZERO);
        assert_eq!(after(0), Patience::Left);
        let waited = (0..)
            .take_while(|attempts| after(*attempts) == Patience::Left)
            .map(
                |attempts| match without_policy(attempts + 1, Duration::ZERO) {
                    Retry::After(delay) => delay,
                    Retry::GiveUp => Duration::ZERO,
                },
            );
        let hours = waited.sum::<Duration>().as_secs() / 3_600;
        assert!((2..=6).contains(&hours), "{hours}");
    }

    #[test]
    fn what_would_not_come_again_is_decided() {
        let days = |days: u64| Duration::from_secs(days * 24 * 3_600);
        assert_eq!(Patience::after(0, days(4)), Patience::Left);
        assert_eq!(Patience::after(0, days(6)), Patience::Over);
    }
}
