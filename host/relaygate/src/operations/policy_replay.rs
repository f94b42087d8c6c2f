//! Decisions of the past made again, with a candidate among those who decide.
//!
//! Each is made twice: as things stand now, and with the candidate. Both sides see the same
//! facts, so what differs is the candidate's doing; what differs from then is told apart.
//! Fuel is compared as well: it is the same for the same work. Reading and asking is done on a
//! thread of its own ([`stage`]), beside the mail, and once at a time; the policies of each
//! account are made ready here when it asks for them.
//!
//! An account whose policies cannot be asked is left out and named, so that one of ten thousand
//! does not keep the operator from hearing about the others.
//!
//! Not here: how decisions are kept (`decisions`).

mod stage;
mod turns;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use desk::policies as installed;
use desk::{Account, Error};
use policy::{Chain, Policy, Settings};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use storage::{AccountId, Timestamp};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::policy_changes::{self, ComponentInput};
use super::{Outcome, Refusal};
use crate::decisions::{self, Decisions};
use crate::services::Services;
use stage::{Prepared, Stage, Wanted};
pub use turns::Turns;

/// What is to be made again, as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReplayInput {
    /// Subdomain of the account; all accounts if absent.
    pub account: Option<String>,
    /// The policy the candidate takes the place of; behind all others if there is none.
    pub name: String,
    /// The candidate; what decides now, if absent. Its digest is enough if an account is given
    /// that has it.
    pub component: Option<ComponentInput>,
    /// Its settings; those of the live version if absent.
    pub settings: Option<Value>,
    /// The interfaces it is asked about, none meaning all it answers; those of the live version
    /// if absent.
    #[serde(default)]
    pub interfaces: Option<Vec<String>>,
    /// Seconds back from now.
    pub since_seconds: u64,
    /// So many decisions at most.
    pub decisions_max: u64,
    /// Milliseconds it may take; as long as it takes if absent.
    #[serde(default)]
    pub millis_max: Option<u64>,
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
    /// It ended because it took too long, before all were made again.
    pub out_of_time: bool,
    /// By account and change of verdict, the most frequent first.
    pub changes: Vec<ChangeView>,
    /// Some of what was different, oldest first.
    pub differences: Vec<DifferenceView>,
    /// Accounts whose decisions were left out, since their policies cannot be asked.
    pub accounts_left_out: u64,
    /// Some of them, and why.
    pub not_ready: Vec<NotReadyView>,
}

/// An account whose policies cannot be asked.
#[derive(Debug, Serialize)]
pub struct NotReadyView {
    /// Subdomain of the account.
    pub account: String,
    /// Which policy, and what stands in its way.
    pub reason: String,
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
    let turn = services.replays.take()?;
    let account = match &input.account {
        Some(account) => Some(super::account(services, account).await?),
        None => None,
    };
    let candidate = candidate(services, account.as_ref(), input).await?;
    let past = opened(
        &decisions::directory(&services.config),
        since(services, input),
    )?;
    let wanted = Wanted {
        account: account.as_ref().map(Account::id),
        decisions_max: input.decisions_max,
        time_max: input
            .millis_max
            .map_or(Duration::MAX, Duration::from_millis),
    };
    let ((asks, asked), (gives, given)) = (mpsc::channel(1), mpsc::channel(1));
    let playing = spawn_blocking(move || {
        let _turn = turn;
        Stage::new(asks, given).play_all(past, &wanted)
    });
    let prepared = prepare(services, input, candidate.as_ref(), (asked, gives)).await;
    let played = playing.await.map_err(|error| Refusal::internal(&error))?;
    prepared?;
    played.map_err(|error| Refusal::internal(&error))
}

/// Makes ready what the thread asks for, until it asks no more. It ends when this does.
async fn prepare(
    services: &Services,
    input: &ReplayInput,
    candidate: Option<&policy::Component>,
    (mut asked, gives): (mpsc::Receiver<AccountId>, mpsc::Sender<Prepared>),
) -> Outcome<()> {
    while let Some(id) = asked.recv().await {
        let account = services.desk.account(id);
        let prepared = match pair(services, &account, input, candidate).await? {
            Err(reason) if input.account.is_some() => return Err(unready(&reason)),
            Err(reason) => Prepared::LeftOut(NotReadyView {
                account: super::log::subdomain(&account).await?,
                reason,
            }),
            Ok(pair) => Prepared::Ready(Arc::new(pair)),
        };
        if gives.send(prepared).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// The same for somebody of the account: so long at most, and not all the time.
pub async fn replay_own(services: &Services, input: &ReplayInput) -> Outcome<ReplayView> {
    let account = input.account.as_deref().unwrap_or_default();
    let account = super::account(services, account).await?.id();
    services.replays.check(account)?;
    let input = ReplayInput {
        decisions_max: OWN_DECISIONS_MAX,
        millis_max: Some(OWN_MILLIS_MAX),
        ..input.clone()
    };
    let seen = replay(services, &input).await?;
    let took = Duration::from_millis(seen.millis);
    services.replays.pause(account, took);
    Ok(seen)
}

fn since(services: &Services, input: &ReplayInput) -> Timestamp {
    let back = input.since_seconds.saturating_mul(1_000);
    Timestamp(services.clock.now().0.saturating_sub(back))
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

fn unready(reason: &str) -> Refusal {
    let message = format!("the account's policies cannot be asked: {reason}");
    Refusal::new("policies_not_ready", message)
}

/// The candidate's component, ready to be asked.
async fn candidate(
    services: &Services,
    account: Option<&Account>,
    input: &ReplayInput,
) -> Outcome<Option<policy::Component>> {
    let Some(component) = &input.component else {
        return Ok(None);
    };
    let octets = match account {
        Some(account) => policy_changes::given_or_kept(account, component).await?,
        None => policy_changes::octets(component)?,
    };
    if let Some(settings) = &input.settings {
        policy_changes::check_settings(&octets, settings)?;
    }
    let found = policy_changes::ready(services, account, &octets).await?;
    let interfaces = input.interfaces.as_deref().unwrap_or_default();
    policy_changes::check_interfaces(&found, interfaces)?;
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

/// The inner error: why this account is left out.
async fn pair(
    services: &Services,
    account: &Account,
    input: &ReplayInput,
    component: Option<&policy::Component>,
) -> Outcome<Result<Pair, String>> {
    let policies = &services.policies;
    let own = match policies.live(account).await {
        Ok(own) => own,
        Err(error) => return Ok(Err(told(&error))),
    };
    let live = policies.chain(own.clone()).unwatched();
    let replaced = own.iter().find(|policy| policy.name() == input.name);
    let candidate = match component {
        None => same_component(replaced, input)?,
        Some(component) => {
            let (settings, interfaces) = terms(account, input).await?;
            match policies.policy(&input.name, component, (&settings, &interfaces)) {
                Ok(policy) => Some(policy),
                Err(error) => return Ok(Err(told(&error))),
            }
        }
    };
    let with = match &candidate {
        Some(policy) => policies
            .instead(&own, &input.name, policy.clone())
            .unwatched(),
        None => live.clone(),
    };
    Ok(Ok(Pair {
        account: super::log::subdomain(account).await?,
        live,
        with,
        candidate,
    }))
}

/// With all that led to it.
fn told(reason: &dyn std::error::Error) -> String {
    let reasons = std::iter::successors(Some(reason), |reason| reason.source());
    let told: Vec<String> = reasons.map(ToString::to_string).collect();
    told.join(": ")
}

/// The live version, with other settings if there are any.
fn same_component(live: Option<&Policy>, input: &ReplayInput) -> Outcome<Option<Policy>> {
    let (Some(live), Some(settings)) = (live, &input.settings) else {
        return Ok(live.cloned());
    };
    let settings = Settings::from_json(settings)
        .map_err(|error| Refusal::field("settings", "settings_unfit", &error.to_string()))?;
    Ok(Some(live.clone().with_settings(settings)))
}

/// Settings and interfaces: those that were given, or the live version's.
async fn terms(account: &Account, input: &ReplayInput) -> Outcome<(String, Vec<String>)> {
    let (settings, interfaces) = match installed::find(account, &input.name).await {
        Ok(installed) => {
            let live = installed.live();
            (live.settings.clone(), live.interfaces.clone())
        }
        Err(Error::NotFound(_)) => (json!({}).to_string(), Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let given = input.settings.as_ref().map(ToString::to_string);
    Ok((
        given.unwrap_or(settings),
        input.interfaces.clone().unwrap_or(interfaces),
    ))
}

const OWN_DECISIONS_MAX: u64 = 20_000;
/// A page has to come within its time.
const OWN_MILLIS_MAX: u64 = 10_000;
