//! `/operator/accounts`: every account with what it carries, and a new one.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::members::Role;
use serde::Deserialize;

use super::form::{Faults, Posted};
use super::page::Page;
use super::problem::{Problem, refusal_status, shown};
use super::visit::Operator;
use crate::operations::accounts::{self, AccountInput, AccountView};
use crate::operations::logins::{self, InvitedView};
use crate::operations::{Outcome, Refusal, domains};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route(PLACE, get(list))
        .route("/operator/accounts/new", get(new_form).post(create))
        .route(
            "/operator/accounts/{account}/invite",
            get(invite_form).post(invite),
        )
}

/// Which page of the list, and what was just done.
#[derive(Debug, Deserialize)]
struct Which {
    #[serde(default)]
    page: usize,
    done: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct NewForm {
    subdomain: String,
    name: String,
    admins: String,
    sandbox_of: String,
}

#[derive(Clone, Deserialize)]
struct InviteForm {
    address: String,
}

#[derive(Template)]
#[template(path = "operator/invite.html")]
struct InvitePage {
    page: Page,
    faults: Faults,
    account: AccountView,
    form: InviteForm,
}

/// The link is here and nowhere after.
#[derive(Template)]
#[template(path = "operator/invited.html")]
struct InvitedPage {
    page: Page,
    invited: InvitedView,
}

#[derive(Template)]
#[template(path = "operator/accounts.html")]
struct AccountsPage {
    page: Page,
    total: usize,
    rows: Vec<Row>,
    newer: Option<usize>,
    older: Option<usize>,
}

/// An account with what it carries.
struct Row {
    account: AccountView,
    domains: Vec<String>,
    /// Of the last seven days, over all its domains.
    received: u64,
    sent: u64,
    failed: u64,
}

#[derive(Template)]
#[template(path = "operator/account-new.html")]
struct NewPage {
    page: Page,
    faults: Faults,
    form: NewForm,
    native: String,
}

/// The youngest first, a page at a time.
async fn list(
    State(services): State<Arc<Services>>,
    operator: Operator,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let mut all = accounts::list(&services).await?.accounts;
    all.reverse();
    let total = all.len();
    let first = which.page.saturating_mul(PAGE_ACCOUNTS);
    let mut rows = Vec::new();
    for account in all.into_iter().skip(first).take(PAGE_ACCOUNTS) {
        rows.push(row(&services, account).await?);
    }
    Ok(shown(&AccountsPage {
        page: Page::of(&operator.visit, PLACE).with_done(which.done.as_deref()),
        total,
        rows,
        newer: which.page.checked_sub(1),
        older: (total > first.saturating_add(PAGE_ACCOUNTS)).then(|| which.page + 1),
    })
    .into_response())
}

async fn row(services: &Services, account: AccountView) -> Outcome<Row> {
    let connectors = domains::list(services, &account.subdomain)
        .await?
        .connectors;
    let weeks = connectors.iter().map(|connector| &connector.traffic.week);
    let (mut received, mut sent, mut failed) = (0, 0, 0);
    for week in weeks {
        received += week.authenticated_in + week.unauthenticated_in;
        sent += week.accepted_out;
        failed += week.failed_out;
    }
    Ok(Row {
        domains: connectors.into_iter().map(|it| it.domain).collect(),
        account,
        received,
        sent,
        failed,
    })
}

async fn new_form(State(services): State<Arc<Services>>, operator: Operator) -> Response {
    let form = NewForm::default();
    shown(&new_page(&services, &operator, Faults::default(), form)).into_response()
}

fn new_page(services: &Services, operator: &Operator, faults: Faults, form: NewForm) -> NewPage {
    NewPage {
        page: Page::of(&operator.visit, PLACE),
        faults,
        form,
        native: services.native.to_string(),
    }
}

async fn create(
    State(services): State<Arc<Services>>,
    operator: Operator,
    Posted(form): Posted<NewForm>,
) -> Result<Response, Problem> {
    let admins = form.admins.split_whitespace().map(str::to_owned);
    let admins: Vec<String> = admins.collect();
    let sandbox_of = Some(form.sandbox_of.trim()).filter(|text| !text.is_empty());
    let input = AccountInput {
        subdomain: form.subdomain.trim(),
        name: form.name.trim(),
        admins: &admins,
        sandbox_of,
    };
    match accounts::create(&services, &operator.actor(), input).await {
        Ok(_) => Ok(Redirect::to(&format!("{PLACE}?done=account-created")).into_response()),
        Err(refusal) => {
            let refusal = beside_its_field(refusal);
            let faults = Faults::of(&operator.visit, &refusal);
            let page = new_page(&services, &operator, faults, form);
            Ok((refusal_status(&refusal.code), shown(&page)).into_response())
        }
    }
}

/// What is not there can only be the account the sandbox is to belong to.
fn beside_its_field(refusal: Refusal) -> Refusal {
    match refusal.is_not_found() {
        true => Refusal::field("sandbox_of", "account_unknown", "name an account there is"),
        false => refusal,
    }
}

/// Who comes first is the admin the account was made with.
async fn invite_form(
    State(services): State<Arc<Services>>,
    operator: Operator,
    Path(account): Path<String>,
) -> Result<Response, Problem> {
    let account = accounts::show(&services, &account).await?;
    operator.has_proved_lately(&services, &invite_path(&account.subdomain))?;
    let address = account.admins.first().cloned().unwrap_or_default();
    let page = InvitePage {
        page: Page::of(&operator.visit, PLACE),
        faults: Faults::default(),
        account,
        form: InviteForm { address },
    };
    Ok(shown(&page).into_response())
}

/// Further people are invited by the account's own admins.
async fn invite(
    State(services): State<Arc<Services>>,
    operator: Operator,
    Path(account): Path<String>,
    Posted(form): Posted<InviteForm>,
) -> Result<Response, Problem> {
    let account = accounts::show(&services, &account).await?;
    operator.has_proved_lately(&services, &invite_path(&account.subdomain))?;
    let (actor, whose) = (operator.actor(), Some(account.subdomain.as_str()));
    let page = Page::of(&operator.visit, PLACE);
    match logins::invite(&services, &actor, whose, &form.address, Role::Admin).await {
        Ok(invited) => Ok(shown(&InvitedPage { page, invited }).into_response()),
        Err(refusal) => {
            let page = InvitePage {
                page,
                faults: Faults::of(&operator.visit, &refusal),
                account,
                form,
            };
            Ok((refusal_status(&refusal.code), shown(&page)).into_response())
        }
    }
}

fn invite_path(account: &str) -> String {
    format!("{PLACE}/{account}/invite")
}

const PLACE: &str = "/operator/accounts";
/// Accounts on one page.
const PAGE_ACCOUNTS: usize = 50;
