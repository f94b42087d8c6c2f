//! `/account/people`: who may sign in to the account.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk::members::Role;
use serde::Deserialize;

use super::form::{Faults, Posted};
use super::page::Page;
use super::problem::{Problem, refusal_status, shown};
use super::profile::Told;
use super::visit::Admin;
use crate::operations::logins::{self, InvitedView, LoginView};
use crate::operations::{Outcome, Refusal};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route(PLACE, get(people))
        .route("/account/people/invite", get(invite_form).post(invite))
        .route(
            "/account/people/{address}/remove",
            get(remove_form).post(remove),
        )
        .route("/account/people/{address}/invite", post(invite_again))
}

#[derive(Clone, Default, Deserialize)]
struct InviteForm {
    address: String,
    #[serde(default)]
    role: String,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Template)]
#[template(path = "people/people.html")]
struct PeoplePage {
    page: Page,
    logins: Vec<LoginView>,
    own: String,
}

#[derive(Template)]
#[template(path = "people/invite.html")]
struct InvitePage {
    page: Page,
    faults: Faults,
    form: InviteForm,
}

/// The link is here and nowhere after.
#[derive(Template)]
#[template(path = "people/invited.html")]
struct InvitedPage {
    page: Page,
    invited: InvitedView,
}

#[derive(Template)]
#[template(path = "people/remove.html")]
struct RemovePage {
    page: Page,
    address: String,
    own: bool,
}

async fn people(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let logins = logins::list(&services, Some(&admin.account)).await?.logins;
    Ok(shown(&PeoplePage {
        page: Page::of(&admin.visit, PLACE).with_done(told.done.as_deref()),
        logins,
        own: admin.visitor().member.address.to_string(),
    })
    .into_response())
}

async fn invite_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, "/account/people/invite")?;
    let page = InvitePage {
        page: Page::of(&admin.visit, PLACE),
        faults: Faults::default(),
        form: InviteForm::default(),
    };
    Ok(shown(&page).into_response())
}

async fn invite(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Posted(form): Posted<InviteForm>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, "/account/people/invite")?;
    let role = match form.role.as_str() {
        "admin" => Role::Admin,
        "agent" => Role::Agent,
        _ => return Err(Problem::Status(StatusCode::BAD_REQUEST)),
    };
    match invited(&services, &admin, &form.address, role).await {
        Ok(page) => Ok(shown(&page).into_response()),
        Err(refusal) => {
            let page = InvitePage {
                page: Page::of(&admin.visit, PLACE),
                faults: Faults::of(&admin.visit, &refusal),
                form,
            };
            Ok((refusal_status(&refusal.code), shown(&page)).into_response())
        }
    }
}

async fn invited(
    services: &Services,
    admin: &Admin,
    address: &str,
    role: Role,
) -> Outcome<InvitedPage> {
    let (actor, account) = (admin.actor(), Some(admin.account.as_str()));
    Ok(InvitedPage {
        page: Page::of(&admin.visit, PLACE),
        invited: logins::invite(services, &actor, account, address, role).await?,
    })
}

/// A new link for somebody who has lost theirs, their password or their device.
async fn invite_again(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, PLACE)?;
    let known = login(&services, &admin, &address).await?;
    let role = match known.role {
        "admin" => Role::Admin,
        _ => Role::Agent,
    };
    Ok(shown(&invited(&services, &admin, &known.address, role).await?).into_response())
}

async fn login(services: &Services, admin: &Admin, address: &str) -> Outcome<LoginView> {
    let all = logins::list(services, Some(&admin.account)).await?.logins;
    let found = all.into_iter().find(|login| login.address == address);
    found.ok_or_else(|| Refusal::not_found("login", "see the list"))
}

async fn remove_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, PLACE)?;
    let login = login(&services, &admin, &address).await?;
    let page = RemovePage {
        page: Page::of(&admin.visit, PLACE),
        own: login.address == admin.visitor().member.address.to_string(),
        address: login.address,
    };
    Ok(shown(&page).into_response())
}

async fn remove(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    admin.has_proved_lately(&services, PLACE)?;
    logins::remove(&services, &admin.actor(), Some(&admin.account), &address).await?;
    Ok(Redirect::to("/account/people?done=login-removed"))
}

const PLACE: &str = "/account/people";
