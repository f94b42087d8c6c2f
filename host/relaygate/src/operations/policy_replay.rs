//! Decisions of the past made again, with a candidate among those who decide.
//!
//! Each is made twice: as things stand now, and with the candidate. Both sides see the same
//! facts, so what differs is the candidate's doing; what differs from then is told apart.
//! Fuel is compared as well: it is the same for the same work. On one thread, beside the mail.
//!
//! Not here: how decisions are kept (`decisions`).

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use desk::policies as installed;
use policy::asked::Told;
use policy::{Chain, Digest, Policy};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use storage::{AccountId, Timestamp};

use super::policy_changes::{self, ComponentInput};
use super::{Outcome, Refusal};
use crate::decisions::{self, Decided, Decisions, Occasion, answer};
use crate::facts::Counters;
use crate::policies::Policies;
use crate::services::Services;

/// What is to be made again, as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReplayInput {
    /// Subdomain of the account; all accounts if absent.
    pub account: Option<String>,
    /// The policy the candidate takes the place of; behind all others if there is none.
    pub name: String,
    /// The candidate; what decides now, if absent.
    pub component: Option<ComponentInput>,
    /// Its settings; those of the live version if absent.
    pub settings: Option<Value>,
    /// Seconds back from now.
    pub since_seconds: u64,
    /// So many decisions at most.
    pub decisions_max: u64,
}

/// What came of it.
#[derive(Debug, Default, Serialize)]
pub struct ReplayView {
    /// Decisions made again.
    pub decisions: u64,
    /// Of them, the candidate was asked.
    pub asked: u64,
    /// Of those, with the same answer.
    pub same: u64,
    /// Of those, with another answer.
    pub different: u64,
    /// Of those, the candidate failed.
    pub failures: u64,
    /// The same input, asked twice, had another answer or used other fuel.
    pub unsteady: u64,
    /// What decides now answers otherwise than what decided then.
    pub changed_since: u64,
    /// Not made again: a policy wants more of the body than was kept.
    pub cut: u64,
    /// Records that could not be read.
    pub unreadable: u64,
    /// Fuel the candidate used in all.
    pub fuel: u64,
    /// Milliseconds it took.
    pub millis: u64,
    /// By account and change of verdict, the most frequent first.
    pub changes: Vec<ChangeView>,
    /// Some of what was different, oldest first.
    pub differences: Vec<DifferenceView>,
}

/// How often one verdict became another.
#[derive(Debug, Serialize)]
pub struct ChangeView {
    /// Subdomain of the account.
    pub account: String,
    /// `interface.function` of the contract.
    pub question: &'static str,
    /// The verdict as things stand.
    pub from: String,
    /// The verdict with the candidate.
    pub to: String,
    /// How often.
    pub count: u64,
}

/// A decision with two answers.
#[derive(Debug, Serialize)]
pub struct DifferenceView {
    /// Subdomain of the account.
    pub account: String,
    /// Milliseconds since the epoch.
    pub at: u64,
    /// Our id of the message, where it had one by then.
    pub message_id: Option<String>,
    /// `interface.function` of the contract.
    pub question: &'static str,
    /// The answer as things stand, in the words of the contract.
    pub from: String,
    /// The answer with the candidate.
    pub to: String,
}

/// Makes the decisions of some time again.
pub async fn replay(services: &Services, input: &ReplayInput) -> Outcome<ReplayView> {
    let account = match &input.account {
        Some(account) => Some(super::account(services, account).await?),
        None => None,
    };
    let candidate = candidate(&services.policies, account.as_ref(), input).await?;
    let wanted = account.map(|account| account.id());
    let mut stage = Stage {
        chains: HashMap::new(),
        counters: [Arc::default(), Arc::default(), Arc::default()],
        seen: ReplayView::default(),
        changes: BTreeMap::new(),
    };
    let started = Instant::now();
    let since = services
        .clock
        .now()
        .0
        .saturating_sub(input.since_seconds.saturating_mul(1_000));
    let directory = decisions::directory(&services.config);
    let mut past = opened(&directory, Timestamp(since))?;
    while stage.seen.decisions < input.decisions_max
        && let Some((decided, occasion)) = read_on(&mut past)?
    {
        let Some(account) = decided
            .account
            .filter(|it| wanted.is_none_or(|wanted| wanted == *it))
        else {
            continue;
        };
        let pair = match stage.chains.remove(&account) {
            Some(pair) => pair,
            None => pair(services, account, input, &candidate).await?,
        };
        stage.play((account, &pair), &decided, &occasion);
        stage.chains.insert(account, pair);
        // Mail is served by the same threads.
        tokio::task::yield_now().await;
    }
    stage.seen.unreadable = past.unreadable();
    stage.seen.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(stage.told())
}

fn opened(directory: &Path, since: Timestamp) -> Outcome<Decisions> {
    Decisions::since(directory, since).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let hint = "no decisions are kept; set policy.decisions.keep_hours";
            Refusal::field("since", "decisions_not_kept", hint)
        }
        _ => Refusal::internal(&error),
    })
}

fn read_on(past: &mut Decisions) -> Outcome<Option<(Decided, Occasion)>> {
    past.read_on().map_err(|error| Refusal::internal(&error))
}

/// The candidate's component, ready to be asked.
async fn candidate(
    policies: &Policies,
    account: Option<&desk::Account>,
    input: &ReplayInput,
) -> Outcome<Option<policy::Component>> {
    let Some(component) = &input.component else {
        return Ok(None);
    };
    let octets = match account {
        Some(account) => policy_changes::given_or_kept(account, component).await?,
        None => policy_changes::octets(component)?,
    };
    let found = policies.component(Digest::of(&octets), async { Ok(octets) });
    let found = found
        .await
        .map_err(|error| policy_changes::not_ready(&error))?;
    Ok(Some(found))
}

/// The two chains of an account.
struct Pair {
    account: String,
    live: Chain,
    with: Chain,
    /// The candidate, or the live policy of that name.
    candidate: Option<Policy>,
}

async fn pair(
    services: &Services,
    id: AccountId,
    input: &ReplayInput,
    candidate: &Option<policy::Component>,
) -> Outcome<Pair> {
    let (account, policies) = (services.desk.account(id), &services.policies);
    let own = policies.live(&account).await;
    let own = own.map_err(|error| policy_changes::not_ready(&error))?;
    let live = policies.chain(own.clone());
    let replaced = own.iter().find(|policy| policy.name() == input.name);
    let candidate = match candidate {
        None => replaced.cloned(),
        Some(component) => {
            let settings = settings(&account, input).await?;
            let policy = policies.policy(&input.name, component, &settings);
            Some(policy.map_err(|error| policy_changes::not_ready(&error))?)
        }
    };
    Ok(Pair {
        account: super::log::subdomain(&account).await?,
        with: match &candidate {
            Some(policy) => policies.instead(&own, &input.name, policy.clone()),
            None => live.clone(),
        },
        live,
        candidate,
    })
}

/// Those that were given, or the live version's.
async fn settings(account: &desk::Account, input: &ReplayInput) -> Outcome<String> {
    if let Some(settings) = &input.settings {
        return Ok(settings.to_string());
    }
    match installed::find(account, &input.name).await {
        Ok(installed) => Ok(installed.live().settings.clone()),
        Err(desk::Error::NotFound(_)) => Ok(json!({}).to_string()),
        Err(error) => Err(error.into()),
    }
}

/// What is being played.
struct Stage {
    chains: HashMap<AccountId, Pair>,
    /// For what is asked as things stand, with the candidate, and with it once more.
    counters: [Arc<Counters>; 3],
    seen: ReplayView,
    changes: BTreeMap<(AccountId, &'static str, String, String), u64>,
}

impl Stage {
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
            let pair = self.chains.get(&account);
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
