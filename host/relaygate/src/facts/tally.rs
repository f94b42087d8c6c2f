//! How often each policy was asked each question, what it answered, and how long it took:
//! for each account by itself, so that one learns nothing of another.
//!
//! In memory, zero after a start. Bounded: a full table starts anew.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use policy::questions::Question;
use policy::{Decision, Digest};
use storage::AccountId;

/// The answers of one process.
#[derive(Debug, Default)]
pub struct Tally(Mutex<HashMap<Key, Answers>>);

/// Whose message it was about, who was asked and what. One component may decide twice, under
/// two names.
type Key = (Option<AccountId>, Arc<str>, Digest, Question);

/// What one policy answered to one question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Times it was asked.
    pub calls: u64,
    /// Times it failed to answer.
    pub failures: u64,
    /// Wall time of all calls together, in microseconds.
    pub micros: u64,
    /// Fuel of all calls together, where it is metered.
    pub fuel: Option<u64>,
    /// How often each answer was given; failures by what failed.
    pub verdicts: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Adds one answer.
    pub fn add(&self, account: Option<AccountId>, decision: &Decision) {
        // A count is whole after every statement, so a panic elsewhere spoils nothing.
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = Arc::clone(&decision.policy);
        let key = (account, name, decision.digest, decision.question);
        if answers.len() >= KEYS_MAX && !answers.contains_key(&key) {
            answers.clear();
        }
        answers.entry(key).or_default().add(decision);
    }

    /// What that policy answered an account to that question.
    pub fn of(
        &self,
        account: AccountId,
        (name, digest): (&str, Digest),
        question: Question,
    ) -> Answers {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = answers.get(&(Some(account), name.into(), digest, question));
        found.cloned().unwrap_or_default()
    }
}

impl Answers {
    fn add(&mut self, decision: &Decision) {
        self.calls += 1;
        self.failures += u64::from(decision.is_failure());
        self.micros = self.micros.saturating_add(decision.micros);
        if let Some(fuel) = decision.fuel {
            self.fuel = Some(self.fuel.unwrap_or(0).saturating_add(fuel));
        }
        *self.verdicts.entry(decision.verdict).or_insert(0) += 1;
    }

    /// Mean wall time of a call in microseconds.
    pub fn micros_mean(&self) -> Option<u64> {
        self.micros.checked_div(self.calls)
    }

    /// Mean fuel of a call.
    pub fn fuel_mean(&self) -> Option<u64> {
        self.fuel?.checked_div(self.calls)
    }
}

/// Accounts times policies times questions: some thousand accounts' worth.
const KEYS_MAX: usize = 65_536;

#[cfg(test)]
mod tests {
    use policy::Failed;

    use super::*;

    fn decision(verdict: &'static str, code: Option<&str>, micros: u64) -> Decision {
        Decision {
            policy: "routing".into(),
            digest: Digest::of(b"routing"),
            own: false,
            question: Question::RouteInbound,
            verdict,
            code: code.map(str::to_owned),
            micros,
            fuel: None,
            memory_octets: 65_536,
            log: Vec::new(),
        }
    }

    #[test]
    fn answers_failures_and_time_are_counted_for_each_account() {
        let tally = Tally::default();
        let [one, other] = [1, 2].map(|id| AccountId::new(id).expect("not zero"));
        tally.add(Some(one), &decision("ticket", None, 10));
        tally.add(Some(one), &decision("ticket", None, 20));
        tally.add(Some(one), &decision("trap", Some(Failed::CODE), 90));
        tally.add(None, &decision("ticket", None, 1_000));
        let asked = |account, name| {
            tally.of(
                account,
                (name, Digest::of(b"routing")),
                Question::RouteInbound,
            )
        };
        let found = asked(one, "routing");
        assert_eq!((found.calls, found.failures), (3, 1));
        assert_eq!(found.micros_mean(), Some(40));
        assert_eq!(found.fuel_mean(), None);
        assert_eq!(found.verdicts, BTreeMap::from([("ticket", 2), ("trap", 1)]));
        for nothing in [asked(other, "routing"), asked(one, "its twin")] {
            assert_eq!(nothing, Answers::default());
            assert_eq!(nothing.micros_mean(), None);
        }
    }
}
