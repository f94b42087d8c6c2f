//! What each account's own policies use, as metrics: calls, failures, fuel, time, memory.
//!
//! An account is named by its number. So many are told apart as a monitoring system can
//! bear; those that come later are counted together, and told apart by `policy list`.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use metrics::{counter, gauge};
use policy::Decision;
use storage::AccountId;

/// Which accounts have a name of their own in the metrics.
#[derive(Debug, Default)]
pub(super) struct Metering(Mutex<HashSet<AccountId>>);

impl Metering {
    /// Adds a decision of an account's own policy.
    pub(super) fn add(&self, account: Option<AccountId>, decision: &Decision) {
        let Some(account) = account.filter(|_| decision.own) else {
            return;
        };
        let labels = [
            ("account", self.name(account)),
            ("question", decision.question.name().to_owned()),
        ];
        counter!("relaygate_account_policy_calls_total", &labels).increment(1);
        counter!("relaygate_account_policy_micros_total", &labels).increment(decision.micros);
        let fuel = decision.fuel.unwrap_or(0);
        counter!("relaygate_account_policy_fuel_total", &labels).increment(fuel);
        gauge!("relaygate_account_policy_memory_octets", &labels)
            .set(decision.memory_octets as f64);
        if decision.is_failure() {
            counter!("relaygate_account_policy_failures_total", &labels).increment(1);
        }
    }

    fn name(&self, account: AccountId) -> String {
        let mut named = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if named.len() < NAMED_MAX {
            named.insert(account);
        }
        match named.contains(&account) {
            true => account.get().to_string(),
            false => "other".to_owned(),
        }
    }
}

/// Times eleven questions and five figures.
const NAMED_MAX: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_accounts_have_a_name() {
        let metering = Metering::default();
        let account = |id| AccountId::new(id).expect("not zero");
        let names: HashSet<String> = (1..=1_000).map(|id| metering.name(account(id))).collect();
        assert_eq!(names.len(), NAMED_MAX + 1);
        assert_eq!(metering.name(account(1)), "1", "the first keep theirs");
        assert_eq!(metering.name(account(1_000)), "other");
    }
}
