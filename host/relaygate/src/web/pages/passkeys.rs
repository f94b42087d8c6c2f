//! `/profile/passkeys`: somebody's passkeys. Making one is a dialogue between a script of
//! ours, the browser and a device; what comes of it is a field of an ordinary form.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::form::{Faults, Posted};
use super::page::Page;
use super::problem::{Problem, refusal_status, shown};
use super::visit::{Anyone, SignedIn};
use crate::operations::passkeys;
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route("/profile/passkeys/new", get(new_form).post(add))
        .route("/profile/passkeys/{id}/remove", post(remove))
}

#[derive(Deserialize)]
struct NewForm {
    #[serde(default)]
    name: String,
    /// What the device said, in JSON.
    #[serde(default)]
    answer: String,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Template)]
#[template(path = "profile/passkey.html")]
struct NewPage {
    page: Page,
    faults: Faults,
    /// The name as it was typed.
    typed: String,
    /// What the browser has to be told, in JSON.
    told: String,
}

async fn new_form(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
) -> Result<Response, Problem> {
    who.has_proved_lately(&services, "/profile/passkeys/new")?;
    let page = new_page(&services, &who, Faults::default(), String::new())?;
    Ok(shown(&page).into_response())
}

/// With a ceremony of the session's own.
fn new_page(
    services: &Services,
    who: &SignedIn,
    faults: Faults,
    typed: String,
) -> Result<NewPage, Problem> {
    Ok(NewPage {
        page: Page::of(&who.visit, PLACE),
        told: passkeys::begin_making(services, who.visitor(), who.secret())?,
        faults,
        typed,
    })
}

async fn add(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
    Posted(form): Posted<NewForm>,
) -> Result<Response, Problem> {
    who.has_proved_lately(&services, "/profile/passkeys/new")?;
    let (made, peer) = ((form.name.as_str(), form.answer.as_str()), who.visit.peer);
    let kept = passkeys::finish_making(&services, who.visitor(), who.secret(), made, peer);
    match kept.await {
        Ok(()) => Ok(Redirect::to("/profile?done=passkey-added").into_response()),
        Err(refusal) => {
            let faults = Faults::of(&who.visit, &refusal);
            let page = new_page(&services, &who, faults, form.name)?;
            Ok((refusal_status(&refusal.code), shown(&page)).into_response())
        }
    }
}

async fn remove(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    who.has_proved_lately(&services, PLACE)?;
    passkeys::remove(&services, who.visitor(), &id, who.visit.peer).await?;
    Ok(Redirect::to("/profile?done=passkey-removed"))
}

const PLACE: &str = "/profile";
