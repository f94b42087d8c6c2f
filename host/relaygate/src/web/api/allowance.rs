//! How much an account may ask: a bucket of a minute's requests that fills up again
//! evenly. One for each account that has asked, so their number is bounded by that of
//! the accounts.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use storage::AccountId;

/// The buckets of all accounts.
pub(super) struct Allowances {
    per_minute: u32,
    buckets: Mutex<HashMap<AccountId, Bucket>>,
}

struct Bucket {
    tokens: f64,
    at: Instant,
}

/// Nothing is left for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    /// Until there is.
    pub(super) wait: Duration,
}

impl Allowances {
    /// So many requests a minute for each account.
    pub(super) fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            buckets: Mutex::default(),
        }
    }

    /// What an account may ask in a minute.
    pub(super) fn per_minute(&self) -> u32 {
        self.per_minute
    }

    /// Takes one request from an account's bucket; what is left in it.
    pub(super) fn take(&self, account: AccountId, now: Instant) -> Result<u32, Refused> {
        let full = f64::from(self.per_minute);
        let mut buckets = self.buckets.lock().expect("nobody panics with the lock");
        let bucket = buckets.entry(account).or_insert(Bucket {
            tokens: full,
            at: now,
        });
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.tokens = (bucket.tokens + passed * full / SECONDS).min(full);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            let wait = Duration::from_secs_f64((1.0 - bucket.tokens) * SECONDS / full);
            return Err(Refused { wait });
        }
        bucket.tokens -= 1.0;
        // Below `per_minute`, so it fits.
        Ok(bucket.tokens as u32)
    }
}

/// Of a minute.
const SECONDS: f64 = 60.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_s_worth_at_once_and_then_evenly() {
        let allowances = Allowances::new(60);
        let (acme, rival) = (AccountId::new(1).expect("1"), AccountId::new(2).expect("2"));
        let start = Instant::now();
        for left in (0..60).rev() {
            assert_eq!(allowances.take(acme, start), Ok(left));
        }
        let wait = Duration::from_secs(1);
        assert_eq!(allowances.take(acme, start), Err(Refused { wait }));
        assert_eq!(
            allowances.take(rival, start),
            Ok(59),
            "another's is their own"
        );
        assert_eq!(allowances.take(acme, start + wait), Ok(0));
        let later = start + Duration::from_secs(3_600);
        assert_eq!(
            allowances.take(acme, later),
            Ok(59),
            "no more than a minute's worth"
        );
    }
}
