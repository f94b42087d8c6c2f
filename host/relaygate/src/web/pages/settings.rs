//! `/account/settings`: what the account is set to, its brands, its admins.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::domains::is_ticked;
use super::form::{Faults, Posted};
use super::page::Page;
use super::problem::{Problem, refusal_status, shown};
use super::profile::Told;
use super::visit::Admin;
use crate::operations::accounts::{self, AccountView, LeftoverView};
use crate::operations::brands::{self, BrandView};
use crate::operations::{Outcome, Refusal};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route(PLACE, get(settings))
        .route("/account/settings/copies", post(copies))
        .route("/account/settings/admins", post(admins))
        .route("/account/settings/brands", post(add_brand))
}

#[derive(Deserialize)]
struct CopiesForm {
    #[serde(default)]
    enabled: String,
}

#[derive(Deserialize)]
struct AdminsForm {
    #[serde(default)]
    admins: String,
}

#[derive(Deserialize)]
struct BrandForm {
    #[serde(default)]
    name: String,
}

#[derive(Template)]
#[template(path = "settings/settings.html")]
struct SettingsPage {
    page: Page,
    account: AccountView,
    brands: Vec<BrandView>,
    leftovers: Vec<LeftoverView>,
    faults: Faults,
    /// The admins as they were typed.
    admins: String,
    /// The name of a new brand as it was typed.
    brand: String,
}

async fn settings(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let mut page = settings_page(&services, &admin, Faults::default()).await?;
    page.page = page.page.with_done(told.done.as_deref());
    Ok(shown(&page).into_response())
}

async fn settings_page(
    services: &Services,
    admin: &Admin,
    faults: Faults,
) -> Outcome<SettingsPage> {
    let account = accounts::show(services, &admin.account).await?;
    let leftovers = accounts::leftovers(services, &admin.account)
        .await?
        .leftovers;
    let page = Page::of(&admin.visit, PLACE);
    Ok(SettingsPage {
        leftovers: if page.sandbox { Vec::new() } else { leftovers },
        page,
        brands: brands::list(services, &admin.account).await?.brands,
        admins: account.admins.join("\n"),
        account,
        faults,
        brand: String::new(),
    })
}

async fn answer<T>(
    services: &Services,
    admin: &Admin,
    outcome: Outcome<T>,
    done: &str,
    typed: impl FnOnce(&mut SettingsPage),
) -> Result<Response, Problem> {
    let refusal: Refusal = match outcome {
        Ok(_) => return Ok(Redirect::to(&format!("{PLACE}?done={done}")).into_response()),
        Err(refusal) => refusal,
    };
    let mut page = settings_page(services, admin, Faults::of(&admin.visit, &refusal)).await?;
    typed(&mut page);
    Ok((refusal_status(&refusal.code), shown(&page)).into_response())
}

async fn copies(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Posted(form): Posted<CopiesForm>,
) -> Result<Response, Problem> {
    let enabled = is_ticked(&form.enabled);
    let set = accounts::set(&services, &admin.actor(), &admin.account, enabled).await;
    answer(&services, &admin, set, "settings-saved", |_| ()).await
}

/// Where security notices go is who could take the account over: the password is
/// asked for again.
async fn admins(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Posted(form): Posted<AdminsForm>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, PLACE)?;
    let lines = form.admins.split_whitespace().map(str::to_owned);
    let lines: Vec<String> = lines.collect();
    let set = accounts::set_admins(&services, &admin.actor(), &admin.account, &lines).await;
    answer(&services, &admin, set, "settings-saved", |page| {
        page.admins = form.admins;
    })
    .await
}

async fn add_brand(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Posted(form): Posted<BrandForm>,
) -> Result<Response, Problem> {
    let added = brands::add(&services, &admin.actor(), &admin.account, &form.name, None).await;
    answer(&services, &admin, added, "brand-added", |page| {
        page.brand = form.name;
    })
    .await
}

const PLACE: &str = "/account/settings";
