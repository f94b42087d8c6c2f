//! What came of each trial.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use desk::policies::trials::Trial;
use policy::Decision;
use serde::Serialize;
use storage::{AccountId, Timestamp};

use crate::facts::Heard;
use crate::policies::NEXT;

/// What came of all trials since the start.
#[derive(Debug, Default)]
pub struct Trials(Mutex<HashMap<(AccountId, String), Record>>);

/// What came of one, since it has the share it has.
#[derive(Debug, Clone, Default)]
pub struct Record {
    since: Timestamp,
    /// Questions both answered.
    pub compared: u64,
    /// Of them, in other words.
    pub different: u64,
    /// The last of those, oldest first.
    pub differences: VecDeque<Difference>,
    /// Questions it was asked, whether it decided or not.
    pub candidate: Calls,
    /// Questions the live version was asked meanwhile.
    pub live: Calls,
    /// Questions it decided.
    pub decided: u64,
}

/// What calls of one version came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// How many.
    pub calls: u64,
    /// Of them, failed.
    pub failures: u64,
    /// Wall time of all together, in microseconds.
    pub micros: u64,
}

/// A question that was answered in two ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Milliseconds since the epoch.
    pub at: u64,
    /// Our id of the message, where it had one by then.
    pub message_id: Option<String>,
    /// `interface.function` of the contract.
    pub question: &'static str,
    /// The answer that held, in the words of the contract.
    pub live: String,
    /// What it would have been.
    pub candidate: String,
}

impl Trials {
    /// What came of a trial so far.
    pub fn of(&self, account: AccountId, trial: &Trial) -> Record {
        let records = self.records();
        let found = records.get(&(account, trial.name.clone()));
        let same = found.filter(|record| record.since == trial.since);
        same.cloned().unwrap_or_default()
    }

    /// Adds to what came of a trial, and tells what it is now.
    pub(super) fn add(
        &self,
        account: AccountId,
        trial: &Trial,
        add: impl FnOnce(&mut Record),
    ) -> Record {
        let mut records = self.records();
        let record = records.entry((account, trial.name.clone())).or_default();
        if record.since != trial.since {
            *record = Record {
                since: trial.since,
                ..Record::default()
            };
        }
        add(record);
        record.clone()
    }

    fn records(&self) -> MutexGuard<'_, HashMap<(AccountId, String), Record>> {
        // A record is whole after every statement, so a panic elsewhere spoils nothing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    /// What was said in earnest, by whichever of the two.
    pub(super) fn note(&mut self, heard: &Heard, name: &str) {
        for decision in &heard.told.decisions {
            match decision.policy.strip_suffix(NEXT) {
                Some(tried) if tried == name => {
                    self.decided += 1;
                    self.candidate.add(decision);
                }
                None if *decision.policy == *name => self.live.add(decision),
                _ => {}
            }
        }
    }

    /// What both said to one question.
    pub(super) fn compare(&mut self, difference: Option<Difference>) {
        self.compared += 1;
        if let Some(difference) = difference {
            self.different += 1;
            if self.differences.len() >= DIFFERENCES_MAX {
                self.differences.pop_front();
            }
            self.differences.push_back(difference);
        }
    }
}

impl Calls {
    pub(super) fn add(&mut self, decision: &Decision) {
        self.calls += 1;
        self.failures += u64::from(decision.is_failure());
        self.micros = self.micros.saturating_add(decision.micros);
    }

    /// Mean wall time of a call in microseconds.
    pub fn micros_mean(&self) -> Option<u64> {
        self.micros.checked_div(self.calls)
    }
}

/// Enough to see what is different; `policy replay` shows more.
const DIFFERENCES_MAX: usize = 100;
