//! Where decisions are made again: on one thread that may wait for the disk and compute as long
//! as it takes.
//!
//! Not here: which policies an account has, and making them ready (the module above).

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use policy::Policy;
use policy::asked::Told;
use storage::AccountId;
use tokio::sync::mpsc::{Receiver, Sender};

use super::{ChangeView, DifferenceView, NotReadyView, Pair, ReplayView};
use crate::decisions::{Decided, Decisions, Occasion, answer};
use crate::facts::Counters;

/// Which decisions.
pub(super) struct Wanted {
    /// Of this account only.
    pub(super) account: Option<AccountId>,
    /// So many at most.
    pub(super) decisions_max: u64,
    /// For so long at most.
    pub(super) time_max: Duration,
}

/// What was made ready for an account.
pub(super) enum Prepared {
    /// Its chains.
    Ready(Arc<Pair>),
    /// Why there are none.
    LeftOut(NotReadyView),
}

/// What is being played.
pub(super) struct Stage {
    /// Asks for the chains of an account, and gets them.
    asks: Sender<AccountId>,
    given: Receiver<Prepared>,
    /// Absent for an account that is left out.
    chains: HashMap<AccountId, Option<Arc<Pair>>>,
    /// For what is asked as things stand, with the candidate, and with it once more.
    counters: [Arc<Counters>; 3],
    seen: ReplayView,
    changes: BTreeMap<(AccountId, &'static str, String, String), u64>,
}

impl Stage {
    pub(super) fn new(asks: Sender<AccountId>, given: Receiver<Prepared>) -> Self {
        Self {
            asks,
            given,
            chains: HashMap::new(),
            counters: Default::default(),
            seen: ReplayView::default(),
            changes: BTreeMap::new(),
        }
    }

    /// Makes them again, oldest first, until there are no more or nobody waits for it.
    pub(super) fn play_all(
        mut self,
        mut past: Decisions,
        wanted: &Wanted,
    ) -> io::Result<ReplayView> {
        let started = Instant::now();
        while self.seen.decisions < wanted.decisions_max
            && !self.asks.is_closed()
            && !self.is_out_of_time(started, wanted.time_max)
            && let Some((decided, occasion)) = past.read_on()?
        {
            let account = decided.account;
            let account = account.filter(|it| wanted.account.is_none_or(|wanted| wanted == *it));
            if let Some(account) = account
                && let Some(pair) = self.pair(account)
            {
                self.play((account, &pair), &decided, &occasion);
            }
        }
        self.seen.unreadable = past.unreadable();
        self.seen.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(self.told())
    }

    fn is_out_of_time(&mut self, started: Instant, time_max: Duration) -> bool {
        self.seen.out_of_time = started.elapsed() >= time_max;
        self.seen.out_of_time
    }

    /// The chains of an account; `None` if it is left out, or nobody waits any more.
    fn pair(&mut self, account: AccountId) -> Option<Arc<Pair>> {
        if let Some(known) = self.chains.get(&account) {
            return known.clone();
        }
        self.asks.blocking_send(account).ok()?;
        let pair = match self.given.blocking_recv()? {
            Prepared::Ready(pair) => Some(pair),
            Prepared::LeftOut(account) => {
                self.leave_out(account);
                None
            }
        };
        self.chains.insert(account, pair.clone());
        pair
    }

    fn leave_out(&mut self, account: NotReadyView) {
        self.seen.accounts_left_out += 1;
        if self.seen.not_ready.len() < NOT_READY_MAX {
            self.seen.not_ready.push(account);
        }
    }

    fn play(
        &mut self,
        (account, pair): (AccountId, &Pair),
        decided: &Decided,
        occasion: &Occasion,
    ) {
        let question = decided.parameters.question();
        let tellings = self
            .counters
            .each_ref()
            .map(|counters| occasion.facts(counters));
        let chains = [&pair.live, &pair.with, &pair.with];
        let ask = |at: usize| {
            let facts: Arc<dyn policy::Facts> = tellings[at].clone();
            decided.parameters.ask(chains[at], &facts)
        };
        let [live, with, once_more] = [ask(0), ask(1), ask(2)];
        self.seen.decisions += 1;
        if tellings.iter().any(|facts| facts.went_beyond()) {
            self.seen.cut += 1;
            return;
        }
        self.seen.changed_since += u64::from(answer(&live) != decided.answer);
        self.seen.unsteady += u64::from(!steady(&with, &once_more));
        if pair
            .candidate
            .as_ref()
            .is_some_and(|it| it.answers(question))
        {
            self.compare((account, pair), decided, &live, &with);
        }
    }

    fn compare(
        &mut self,
        (account, pair): (AccountId, &Pair),
        decided: &Decided,
        live: &Told,
        with: &Told,
    ) {
        let question = decided.parameters.question();
        let name = pair.candidate.as_ref().map(Policy::name);
        let said = with
            .decisions
            .iter()
            .find(|said| Some(&*said.policy) == name);
        self.seen.asked += 1;
        self.seen.failures += u64::from(said.is_some_and(|said| said.is_failure()));
        self.seen.fuel += said.and_then(|said| said.fuel).unwrap_or(0);
        let (from, to) = (answer(live), answer(with));
        if from == to {
            self.seen.same += 1;
            return;
        }
        self.seen.different += 1;
        let change = (account, question.name(), word(live), word(with));
        *self.changes.entry(change).or_insert(0) += 1;
        if self.seen.differences.len() < DIFFERENCES_MAX {
            self.seen.differences.push(DifferenceView {
                account: pair.account.clone(),
                at: decided.at.0,
                message_id: decided.message_id.clone(),
                question: question.name(),
                from: from.unwrap_or_else(|failure| failure),
                to: to.unwrap_or_else(|failure| failure),
            });
        }
    }

    fn told(mut self) -> ReplayView {
        let named = |account| {
            let pair = self.chains.get(&account).and_then(Option::as_ref);
            pair.map(|pair| pair.account.clone()).unwrap_or_default()
        };
        let changes = self.changes.into_iter();
        let changes = changes.map(|((account, question, from, to), count)| ChangeView {
            account: named(account),
            question,
            from,
            to,
            count,
        });
        self.seen.changes = changes.collect();
        let most = |change: &ChangeView| std::cmp::Reverse(change.count);
        self.seen.changes.sort_by_key(most);
        self.seen
    }
}

/// The same answer with the same fuel.
fn steady(one: &Told, other: &Told) -> bool {
    let fuel = |told: &Told| -> Vec<_> { told.decisions.iter().map(|said| said.fuel).collect() };
    answer(one) == answer(other) && fuel(one) == fuel(other)
}

/// The last verdict with its code: `reject attachment_type`.
fn word(told: &Told) -> String {
    match told.decisions.last() {
        Some(last) => match &last.code {
            Some(code) => format!("{} {code}", last.verdict),
            None => last.verdict.to_owned(),
        },
        None => "unanswered".to_owned(),
    }
}

/// Enough to look at; the counts are of all.
const DIFFERENCES_MAX: usize = 100;
const NOT_READY_MAX: usize = 100;
