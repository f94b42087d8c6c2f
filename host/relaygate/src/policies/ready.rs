//! What is ready to be asked: accounts' chains, and the components they share.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
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

    /// What decides about that: a candidate in its share of mail.
    pub(super) fn about(&self, about: About<'_>, everybody: &Chain) -> Chain {
        let decides = |it: &&Arc<Candidate>| about.falls_to(&it.trial);
        match self.candidates.iter().find(decides) {
            Some(candidate) => candidate.chain.clone(),
            None => self.live(everybody),
        }
    }
}

/// What is asked about. A version on trial decides for a share of mail; whatever is asked
/// about the same thing, now or after a restart, meets the same version.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// Mail that comes: the session it came by. Mail that leaves: our id of it.
    Mail(&'a str),
    /// No mail. What is live decides.
    NoMail,
}

impl About<'_> {
    fn falls_to(self, trial: &Trial) -> bool {
        let Self::Mail(id) = self else {
            return false;
        };
        let mut hasher = DefaultHasher::new();
        // Another trial, or another share, is for other mail.
        (trial.since.0, id).hash(&mut hasher);
        hasher.finish() % 100 < u64::from(trial.percent)
    }
}

impl Ready {
    /// What decides for an account, if that is known.
    pub(super) fn chain(
        &mut self,
        account: AccountId,
        about: About<'_>,
        everybody: &Chain,
    ) -> Option<Chain> {
        self.uses += 1;
        let used = self.uses;
        let own = self.accounts.get_mut(&account)?;
        if own.again.is_some_and(|again| again <= Instant::now()) {
            return None;
        }
        own.used = used;
        Some(own.about(about, everybody))
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

#[cfg(test)]
mod tests {
    use desk::policies::Version;
    use storage::Timestamp;

    use super::*;

    fn trial(percent: u8, since: u64) -> Trial {
        Trial {
            name: "vip".to_owned(),
            version: Version {
                digest: [0; 32],
                settings: "{}".to_owned(),
                interfaces: Vec::new(),
                installed_at: Timestamp(since),
            },
            percent,
            since: Timestamp(since),
            stopped: None,
        }
    }

    #[test]
    fn a_share_is_of_mail_and_the_same_for_all_that_is_asked_about_it() {
        let ids: Vec<String> = (0..10_000).map(|id| format!("s{id}")).collect();
        let falls = |trial: &Trial| -> Vec<bool> {
            let mail = ids.iter().map(|id| About::Mail(id));
            mail.map(|about| about.falls_to(trial)).collect()
        };
        for (percent, least, most) in [
            (0, 0, 0),
            (1, 50, 200),
            (50, 4_700, 5_300),
            (99, 9_800, 9_950),
        ] {
            let of_all = falls(&trial(percent, 7));
            let count = of_all.iter().filter(|it| **it).count();
            assert!((least..=most).contains(&count), "{count} at {percent}");
            assert_eq!(of_all, falls(&trial(percent, 7)));
        }
        assert_ne!(falls(&trial(50, 7)), falls(&trial(50, 8)));
        assert!(!About::NoMail.falls_to(&trial(99, 7)));
    }
}
