//! `/policies/own/{name}`: a policy of the account, its versions, what is tried, and what it
//! would have said.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::Value;

use super::addresses::refused;
use super::form::{Faults, Posted};
use super::mail_log::digest_start;
use super::page::Page;
use super::policies::key;
use super::problem::{Problem, shown};
use super::profile::Told;
use super::visit::{Admin, escaped};
use crate::operations::Outcome;
use crate::operations::policy_changes::{self, ComponentInput, InstalledView};
use crate::operations::policy_replay::{self, ReplayInput, ReplayView};
use crate::operations::policy_trials::{self, PromoteInput};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route("/policies/own/{name}", get(show))
        .route("/policies/own/{name}/rollback", post(rollback))
        .route("/policies/own/{name}/promote", post(promote))
        .route("/policies/own/{name}/withdraw", post(withdraw))
        .route("/policies/own/{name}/replay", post(replay))
        .route("/policies/own/{name}/remove", get(remove_form).post(remove))
}

#[derive(Deserialize)]
struct Nothing {}

/// For so many of a hundred messages it decides; for all, if absent.
#[derive(Deserialize)]
struct PromoteForm {
    percent: Option<String>,
}

#[derive(Deserialize)]
struct ReplayForm {
    hours: u64,
}

#[derive(Template)]
#[template(path = "policies/own.html")]
struct OwnPage {
    page: Page,
    policy: InstalledView,
    faults: Faults,
    /// The share as it was typed.
    percent: String,
}

#[derive(Template)]
#[template(path = "policies/replay.html")]
struct ReplayPage {
    page: Page,
    name: String,
    seen: ReplayView,
}

#[derive(Template)]
#[template(path = "policies/remove.html")]
struct RemovePage {
    page: Page,
    name: String,
}

impl OwnPage {
    /// There is a version to go back to.
    fn has_earlier(&self) -> bool {
        let mut versions = self.policy.versions.iter();
        versions.next().is_some_and(|oldest| !oldest.live)
    }
}

async fn show(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(name): Path<String>,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let mut page = own_page(&services, &admin, &name, Faults::default()).await?;
    page.page = page.page.with_done(told.done.as_deref());
    Ok(shown(&page).into_response())
}

async fn own_page(
    services: &Services,
    admin: &Admin,
    name: &str,
    faults: Faults,
) -> Outcome<OwnPage> {
    let mut page = Page::of(&admin.visit, PLACE);
    let mut policy = policy_changes::show(services, &admin.account, name).await?;
    if let Some(trial) = &mut policy.trial {
        // The newest first; more are told by the command.
        trial.differences.reverse();
        trial.differences.truncate(DIFFERENCES_SHOWN);
        page.reloads = trial.stopped.is_none();
    }
    Ok(OwnPage {
        page,
        policy,
        faults,
        percent: SHARE_USUAL.to_owned(),
    })
}

/// The same page with what speaks against an act, or on to where it says that it is done.
async fn answered<T>(
    services: &Services,
    admin: &Admin,
    name: &str,
    (outcome, done): (Outcome<T>, &str),
) -> Result<Response, Problem> {
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("{}?done={done}", path(name))).into_response()),
        Err(refusal) => {
            let faults = Faults::of(&admin.visit, &refusal);
            let page = own_page(services, admin, name, faults).await?;
            Ok(refused(&refusal, &page))
        }
    }
}

async fn rollback(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(name): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Problem> {
    let back = policy_changes::rollback(&services, &admin.actor(), &admin.account, &name).await;
    answered(&services, &admin, &name, (back, "policy-rolled-back")).await
}

async fn promote(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(name): Path<String>,
    Posted(form): Posted<PromoteForm>,
) -> Result<Response, Problem> {
    let done = match form.percent {
        Some(_) => "trial-shared",
        None => "trial-promoted",
    };
    let input = PromoteInput {
        account: admin.account.clone(),
        name: name.clone(),
        // What is no number is as far from 1 to 99 as 0 is.
        percent: form.percent.map(|it| it.trim().parse().unwrap_or(0)),
    };
    let promoted = policy_trials::promote(&services, &admin.actor(), &input).await;
    answered(&services, &admin, &name, (promoted, done)).await
}

/// Back to the policy, or to all of them if nothing is left of it.
async fn withdraw(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(name): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Problem> {
    let live = policy_changes::show(&services, &admin.account, &name).await?;
    let ended = policy_trials::end(&services, &admin.actor(), &admin.account, &name).await;
    if ended.is_ok() && live.versions.is_empty() {
        return Ok(Redirect::to(&format!("{PLACE}?done=trial-ended")).into_response());
    }
    answered(&services, &admin, &name, (ended, "trial-ended")).await
}

/// What is tried is asked about the mail that came; if nothing is, what decides is asked
/// once more.
async fn replay(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(name): Path<String>,
    Posted(form): Posted<ReplayForm>,
) -> Result<Response, Problem> {
    let policy = policy_changes::show(&services, &admin.account, &name).await?;
    let input = replay_input(&admin.account, &policy, form.hours);
    match policy_replay::replay_own(&services, &input).await {
        Ok(seen) => Ok(shown(&ReplayPage {
            page: Page::of(&admin.visit, PLACE),
            name,
            seen,
        })
        .into_response()),
        refusal => answered(&services, &admin, &name, (refusal, "")).await,
    }
}

fn replay_input(account: &str, policy: &InstalledView, hours: u64) -> ReplayInput {
    let trial = policy.trial.as_ref();
    ReplayInput {
        account: Some(account.to_owned()),
        name: policy.name.clone(),
        component: trial.map(|trial| ComponentInput {
            octets: None,
            digest: Some(trial.digest.clone()),
            signature: None,
        }),
        settings: trial.map(|trial| trial.settings.clone()),
        interfaces: trial.map(|trial| trial.interfaces.clone()),
        since_seconds: hours.saturating_mul(60 * 60),
        decisions_max: u64::MAX,
        millis_max: None,
    }
}

async fn remove_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, &format!("{}/remove", path(&name)))?;
    let policy = policy_changes::show(&services, &admin.account, &name).await?;
    let page = RemovePage {
        page: Page::of(&admin.visit, PLACE),
        name: policy.name,
    };
    Ok(shown(&page).into_response())
}

async fn remove(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(name): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    admin.has_proved_lately(&services, &format!("{}/remove", path(&name)))?;
    policy_changes::remove(&services, &admin.actor(), &admin.account, &name).await?;
    Ok(Redirect::to(&format!("{PLACE}?done=policy-removed")))
}

/// The page of a policy of the account.
pub(super) fn path(name: &str) -> String {
    format!("{PLACE}/own/{}", escaped(name))
}

/// JSON for people.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

pub(super) const PLACE: &str = "/policies";
/// How far back past mail is decided again.
const HOURS: [u64; 3] = [1, 24, 72];
const DIFFERENCES_SHOWN: usize = 25;
/// Of a hundred messages, to begin with.
const SHARE_USUAL: &str = "10";
