//! What is set on a connected domain, and from where its server may log in (R28).

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::domains::{LOGIN, connector, is_ticked, refused, told};
use super::email::PLACE;
use super::form::{Faults, Posted};
use super::page::Page;
use super::problem::{Problem, shown};
use super::visit::Admin;
use crate::operations::domains::{self, OptionsInput};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route("/channels/email/domains/{domain}/settings", post(settings))
        .route(
            "/channels/email/domains/{domain}/sources",
            get(sources_form).post(sources),
        )
}

#[derive(Deserialize)]
struct SettingsForm {
    #[serde(default)]
    protocol: String,
    #[serde(default)]
    catch_all: String,
    #[serde(default)]
    require_authenticated: String,
}

#[derive(Deserialize)]
struct SourcesForm {
    #[serde(default)]
    from: String,
}

#[derive(Template)]
#[template(path = "domains/sources.html")]
struct SourcesPage {
    page: Page,
    domain: String,
    faults: Faults,
    from: String,
}

async fn settings(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(domain): Path<String>,
    Posted(form): Posted<SettingsForm>,
) -> Result<Redirect, Problem> {
    let input = OptionsInput {
        login: Some(form.protocol == LOGIN),
        catch_all: Some(is_ticked(&form.catch_all)),
        require_authenticated: Some(is_ticked(&form.require_authenticated)),
    };
    domains::set(&services, &admin.actor(), &admin.account, &domain, input).await?;
    Ok(Redirect::to(&told(&domain, "domain-saved")))
}

/// Who may log in from where touches the credentials.
fn has_proved(services: &Services, admin: &Admin, domain: &str) -> Result<(), Problem> {
    admin.has_proved_lately(services, &format!("{PLACE}/domains/{domain}/sources"))
}

async fn sources_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(domain): Path<String>,
) -> Result<Response, Problem> {
    has_proved(&services, &admin, &domain)?;
    let connector = connector(&services, &admin, &domain).await?;
    let page = SourcesPage {
        page: Page::of(&admin.visit, PLACE),
        from: connector.sources.join("\n"),
        domain: connector.domain,
        faults: Faults::default(),
    };
    Ok(shown(&page).into_response())
}

async fn sources(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(domain): Path<String>,
    Posted(form): Posted<SourcesForm>,
) -> Result<Response, Problem> {
    has_proved(&services, &admin, &domain)?;
    let lines = form.from.split_whitespace().map(str::to_owned);
    let networks: Vec<String> = lines.collect();
    let (actor, account) = (admin.actor(), &admin.account);
    match domains::allow(&services, &actor, account, &domain, &networks).await {
        Ok(_) => Ok(Redirect::to(&told(&domain, "domain-saved")).into_response()),
        Err(refusal) => Ok(refused(
            &refusal,
            &SourcesPage {
                page: Page::of(&admin.visit, PLACE),
                domain,
                faults: Faults::of(&admin.visit, &refusal),
                from: form.from,
            },
        )),
    }
}
