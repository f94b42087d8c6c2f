//! When a version that decides is stopped.

use super::record::Record;

/// Why a version has to be stopped, if it has to be: it fails, or takes much longer than the
/// live one, which is not asked twice.
pub(super) fn reason(record: &Record) -> Option<String> {
    let (candidate, live) = (&record.candidate, &record.live);
    let failures = candidate.failures;
    let often = failures * 1_000 > candidate.calls * FAILED_PERMILLE_MAX;
    if failures >= FAILURES_MIN && often {
        return Some(format!("{failures} of {} calls failed", candidate.calls));
    }
    let (mean, usual) = (candidate.micros_mean()?, live.micros_mean().unwrap_or(0));
    let slow = mean > usual * SLOWER_MAX + SLACK_MICROS;
    (candidate.calls >= CALLS_MIN && slow)
        .then(|| format!("{mean} microseconds a call, where the live version takes {usual}"))
}

/// One failure may be the message's fault.
const FAILURES_MIN: u64 = 3;
const FAILED_PERMILLE_MAX: u64 = 20;
const CALLS_MIN: u64 = 20;
/// So many times the live version's time ...
const SLOWER_MAX: u64 = 3;
/// ... and a machine's moods.
const SLACK_MICROS: u64 = 2_000;

#[cfg(test)]
mod tests {
    use super::super::record::Calls;
    use super::*;

    fn record(calls: u64, failures: u64, mean: u64, live_mean: u64) -> Record {
        let mut record = Record::default();
        record.candidate = Calls {
            calls,
            failures,
            micros: calls * mean,
        };
        record.live = Calls {
            calls: 100,
            failures: 0,
            micros: 100 * live_mean,
        };
        record
    }

    #[test]
    fn one_that_fails_or_dawdles_is_stopped() {
        assert_eq!(
            reason(&record(1_000, 2, 50, 50)),
            None,
            "the message's fault"
        );
        assert_eq!(reason(&record(1_000, 20, 50, 50)), None, "at the bound");
        let failed = reason(&record(3, 3, 50, 50)).expect("stopped");
        assert_eq!(failed, "3 of 3 calls failed");
        assert_eq!(reason(&record(20, 0, 2_100, 50)), None, "a mood");
        assert!(reason(&record(20, 0, 2_200, 50)).is_some());
        assert_eq!(reason(&record(19, 0, 20_000, 50)), None, "too few to say");
    }
}
