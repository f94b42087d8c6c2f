//! Versions on trial: begun beside the live one, given a share, made live, ended.
//!
//! Not here: asking them and comparing (`trials`), checking components (`policy_changes`).

use std::sync::Arc;

use desk::Account;
use desk::policies::trials::{self, Trial};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use storage::Batch;
use tokio::sync::mpsc::UnboundedReceiver;
use tracing::{error, warn};

use super::policy_changes::{self, InstallInput, InstalledView};
use super::{Actor, Outcome, audit, retried};
use crate::policies::digest_of;
use crate::services::Services;
use crate::trials::{Difference, Stop};

/// What happens to a trial.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PromoteInput {
    /// Subdomain of the account.
    pub account: String,
    /// What the account calls the policy.
    pub name: String,
    /// For so many of a hundred messages it decides; it becomes the live version if absent.
    pub percent: Option<u8>,
}

/// A version on trial, and what came of it.
#[derive(Debug, Serialize)]
pub struct TrialView {
    /// What the account calls the policy.
    pub name: String,
    /// SHA-256 of its component in hexadecimal digits.
    pub digest: String,
    /// What it is given.
    pub settings: Value,
    /// The interfaces it is asked about; none means all it answers.
    pub interfaces: Vec<String>,
    /// For so many of a hundred it decides; 0: it is only asked.
    pub percent: u8,
    /// Milliseconds since the epoch: since when it has that share.
    pub since: u64,
    /// Why it was stopped.
    pub stopped: Option<String>,
    /// Questions both versions answered, since the program was started at the latest.
    pub compared: u64,
    /// Of them, answered otherwise.
    pub different: u64,
    /// Questions it decided.
    pub decided: u64,
    /// Times it failed to answer.
    pub failures: u64,
    /// Mean wall time of a call in microseconds; null if it was not asked.
    pub micros_mean: Option<u64>,
    /// The live version's.
    pub live_micros_mean: Option<u64>,
    /// What was different last, oldest first.
    pub differences: Vec<Difference>,
}

/// What promoting came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Promoted {
    /// It decides for a share.
    Trial(TrialView),
    /// It decides.
    Policy(InstalledView),
}

/// Begins a trial beside the live version.
pub async fn shadow(
    services: &Services,
    actor: &Actor,
    input: &InstallInput,
) -> Outcome<TrialView> {
    let account = super::account(services, &input.account).await?;
    let checked = policy_changes::checked(services, &account, input).await?;
    let begin = || async {
        let mut batch = Batch::new();
        let now = services.clock.now();
        let new = policy_changes::staged(&account, input, &checked).await?;
        let trial = trials::begin(&account, &mut batch, new, now).await?;
        account.commit(batch).await?;
        Ok(trial)
    };
    let trial = retried(|| Box::pin(begin())).await?;
    changed(services, &account, actor, "trial_begun", &trial).await;
    Ok(view(services, &account, trial))
}

/// Lets a trial decide for a share, or makes it live.
pub async fn promote(
    services: &Services,
    actor: &Actor,
    input: &PromoteInput,
) -> Outcome<Promoted> {
    let account = super::account(services, &input.account).await?;
    match input.percent {
        Some(percent) => {
            let trial = share(services, actor, (&account, &input.name), percent).await?;
            Ok(Promoted::Trial(trial))
        }
        None => {
            let promote = || async {
                let mut batch = Batch::new();
                let now = services.clock.now();
                let installed = trials::promote(&account, &mut batch, &input.name, now).await?;
                account.commit(batch).await?;
                Ok(installed)
            };
            let installed = retried(|| Box::pin(promote())).await?;
            services.policies.changed(account.id());
            policy_changes::record(services, &account, actor, "trial_promoted", &installed).await;
            Ok(Promoted::Policy(policy_changes::view(&installed)?))
        }
    }
}

async fn share(
    services: &Services,
    actor: &Actor,
    (account, name): (&Account, &str),
    percent: u8,
) -> Outcome<TrialView> {
    if !(1..=99).contains(&percent) {
        let hint = "use 1 to 99; without it, the trial becomes the live version";
        return Err(super::Refusal::field(
            "percent",
            "percent_out_of_range",
            hint,
        ));
    }
    let share = || async {
        let mut batch = Batch::new();
        let now = services.clock.now();
        let trial = trials::share(account, &mut batch, name, percent, now).await?;
        account.commit(batch).await?;
        Ok(trial)
    };
    let trial = retried(|| Box::pin(share())).await?;
    changed(services, account, actor, "trial_shared", &trial).await;
    Ok(view(services, account, trial))
}

/// Ends a trial; what decides is the live version again.
pub async fn end(services: &Services, actor: &Actor, account: &str, name: &str) -> Outcome<()> {
    let account = super::account(services, account).await?;
    let end = || async {
        let mut batch = Batch::new();
        let trial = trials::end(&account, &mut batch, name).await?;
        account.commit(batch).await?;
        Ok(trial)
    };
    let trial = retried(|| Box::pin(end())).await?;
    changed(services, &account, actor, "trial_ended", &trial).await;
    Ok(())
}

/// The trial of a policy, if there is one.
pub async fn find(
    services: &Services,
    account: &Account,
    name: &str,
) -> Outcome<Option<TrialView>> {
    let trial = trials::find(account, name).await?;
    Ok(trial.map(|trial| view(services, account, trial)))
}

/// What the account tries.
pub(super) async fn list(services: &Services, account: &Account) -> Outcome<Vec<TrialView>> {
    let trials = trials::list(account).await?.into_iter();
    Ok(trials.map(|trial| view(services, account, trial)).collect())
}

/// Stops what fails, until the program is told to stop.
pub async fn run(services: Arc<Services>, mut to_stop: UnboundedReceiver<Stop>) {
    let until = services.stop.clone();
    while let Some(Some(stop)) = until.run_until_cancelled(to_stop.recv()).await {
        let account = services.desk.account(stop.account);
        if let Err(error) = stop_one(&services, &account, &stop).await {
            error!(%error, trial = stop.name, "a trial cannot be stopped");
        }
    }
}

async fn stop_one(services: &Services, account: &Account, stop: &Stop) -> Result<(), desk::Error> {
    // It may be told several times before the first is done.
    let known = trials::find(account, &stop.name).await?;
    if !known.is_some_and(|trial| trial.is_running()) {
        return Ok(());
    }
    let mut batch = Batch::new();
    let why = (services.clock.now(), stop.reason.as_str());
    let trial = trials::stop(account, &mut batch, &stop.name, why).await?;
    account.commit(batch).await?;
    warn!(
        account = account.id().get(),
        trial = stop.name,
        reason = stop.reason,
        "a version on trial was stopped; the live one decides"
    );
    changed(services, account, &Actor::system(), "trial_stopped", &trial).await;
    Ok(())
}

async fn changed(
    services: &Services,
    account: &Account,
    actor: &Actor,
    act: &'static str,
    trial: &Trial,
) {
    services.policies.changed(account.id());
    let subject = format!("{} {:.12}", trial.name, digest_of(&trial.version));
    audit::record(services, account, actor, act, &subject).await;
}

fn view(services: &Services, account: &Account, trial: Trial) -> TrialView {
    let record = services.trials.of(account.id(), &trial);
    TrialView {
        digest: digest_of(&trial.version).to_string(),
        settings: serde_json::from_str(&trial.version.settings).unwrap_or(Value::Null),
        interfaces: trial.version.interfaces,
        percent: trial.percent,
        since: trial.since.0,
        stopped: trial.stopped.map(|(_, reason)| reason),
        compared: record.compared,
        different: record.different,
        decided: record.decided,
        failures: record.candidate.failures,
        micros_mean: record.candidate.micros_mean(),
        live_micros_mean: record.live.micros_mean(),
        differences: record.differences.into(),
        name: trial.name,
    }
}
