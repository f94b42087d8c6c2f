//! What is ready to be asked: accounts' chains, and the components they share.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use desk::policies::trials::Trial;
use policy::{Chain, Digest, Policy, WeakComponent};
use storage::AccountId;

/// What is ready to be asked.
#[derive(Default)]
pub(super) struct Ready {
    /// Counts changes, so that what was read before one is not kept after it.
    pub(super) changes: u64,
    uses: u64,
    accounts: HashMap<AccountId, Own>,
    pub(super) components: HashMap<Digest, WeakComponent>,
}

/// The chain of one account.
pub(super) struct Own {
    /// Absent if it has no policies of its own.
    chain: Option<Chain>,
    candidates: Vec<Arc<Candidate>>,
    /// Hundredths of messages the candidate decides for that have come together.
    share: u8,
    /// It could not be made ready; it is tried again then.
    again: Option<Instant>,
    used: u64,
}

/// A version on trial, ready to be asked.
pub struct Candidate {
    /// The chain as it would be with it.
    pub chain: Chain,
    /// The candidate itself.
    pub policy: Policy,
    /// What the desk knows of it.
    pub trial: Trial,
}

impl Own {
    pub(super) fn new(chain: Option<Chain>) -> Self {
        Self {
            chain,
            candidates: Vec::new(),
            share: 0,
            again: None,
            used: 0,
        }
    }

    pub(super) fn again_after(mut self, wait: Duration) -> Self {
        self.again = Some(Instant::now() + wait);
        self
    }

    pub(super) fn with(mut self, candidates: Vec<Arc<Candidate>>) -> Self {
        self.candidates = candidates;
        self
    }

    /// What decides, no candidate among it.
    pub(super) fn live(&self, everybody: &Chain) -> Chain {
        self.chain.as_ref().unwrap_or(everybody).clone()
    }

    /// What decides this time: a candidate in its share of times, evenly spread.
    fn this_time(&mut self, everybody: &Chain) -> Chain {
        let deciding = self.candidates.iter().find(|it| it.trial.percent > 0);
        if let Some(candidate) = deciding {
            self.share += candidate.trial.percent;
            if self.share >= 100 {
                self.share -= 100;
                return candidate.chain.clone();
            }
        }
        self.live(everybody)
    }
}

impl Ready {
    /// What decides for an account this time, if that is known.
    pub(super) fn chain(&mut self, account: AccountId, everybody: &Chain) -> Option<Chain> {
        self.uses += 1;
        let used = self.uses;
        let own = self.accounts.get_mut(&account)?;
        if own.again.is_some_and(|again| again <= Instant::now()) {
            return None;
        }
        own.used = used;
        Some(own.this_time(everybody))
    }

    pub(super) fn on_trial(&self, account: AccountId) -> Vec<Arc<Candidate>> {
        let own = self.accounts.get(&account);
        own.map(|own| own.candidates.clone()).unwrap_or_default()
    }

    pub(super) fn forget(&mut self, account: AccountId) {
        self.changes += 1;
        self.accounts.remove(&account);
        self.drop_unused();
    }

    pub(super) fn remember(&mut self, account: AccountId, mut own: Own) {
        self.uses += 1;
        own.used = self.uses;
        self.accounts.insert(account, own);
        self.make_room();
    }

    /// Lets go of the chains that were not asked for longest; they are read again.
    fn make_room(&mut self) {
        if self.accounts.len() <= READY_MAX {
            return;
        }
        let mut uses: Vec<u64> = self.accounts.values().map(|own| own.used).collect();
        uses.sort_unstable();
        let oldest = uses[uses.len() / 10];
        self.accounts.retain(|_, own| own.used > oldest);
        self.drop_unused();
    }

    fn drop_unused(&mut self) {
        self.components
            .retain(|_, component| component.upgrade().is_some());
    }
}

/// Accounts whose chains are ready. Each component of theirs takes three memory maps, of
/// which a process has 65,530 unless the operator raises `vm.max_map_count`.
const READY_MAX: usize = 12_000;
