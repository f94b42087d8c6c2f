//! `/invitation/{token}`: choosing a password, the first time or anew.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::members::Member;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::form::{Faults, Open};
use super::page::Page;
use super::problem::{Problem, refusal_status, shown};
use super::sign_in::go_on;
use super::visit::Visit;
use crate::operations::{Refusal, sessions};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new().route("/invitation/{token}", get(form).post(take_up))
}

#[derive(Deserialize)]
struct PasswordForm {
    password: SecretString,
    again: SecretString,
}

#[derive(Template)]
#[template(path = "sign-in/invitation.html")]
struct InvitationPage {
    page: Page,
    faults: Faults,
    address: String,
    role: &'static str,
}

async fn form(
    State(services): State<Arc<Services>>,
    visit: Visit,
    Path(token): Path<SecretString>,
) -> Result<Response, Problem> {
    let member = sessions::invited(&services, &token).await?;
    Ok(shown(&page(&visit, &member, Faults::default())).into_response())
}

fn page(visit: &Visit, member: &Member, faults: Faults) -> InvitationPage {
    InvitationPage {
        page: Page::of(visit, ""),
        faults,
        address: member.address.to_string(),
        role: member.role.as_str(),
    }
}

async fn take_up(
    State(services): State<Arc<Services>>,
    visit: Visit,
    Path(token): Path<SecretString>,
    Open(form): Open<PasswordForm>,
) -> Result<Response, Problem> {
    let member = sessions::invited(&services, &token).await?;
    let taken = match same(&form.password, &form.again) {
        Ok(password) => sessions::take_up(&services, &token, password, visit.client()).await,
        Err(refusal) => Err(refusal),
    };
    match taken {
        Ok(begun) => Ok(go_on(&begun, "/")),
        Err(refusal) => {
            let page = page(&visit, &member, Faults::of(&visit, &refusal));
            Ok((refusal_status(&refusal.code), shown(&page)).into_response())
        }
    }
}

/// A password typed twice, so that a slip shuts nobody out.
pub(super) fn same<'a>(
    password: &'a SecretString,
    again: &SecretString,
) -> Result<&'a SecretString, Refusal> {
    match password.expose_secret() == again.expose_secret() {
        true => Ok(password),
        false => {
            let hint = "type the same password twice";
            Err(Refusal::field("again", "passwords_differ", hint))
        }
    }
}
