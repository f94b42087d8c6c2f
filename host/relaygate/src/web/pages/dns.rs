//! `/channels/dns`: what stands in DNS for the connected domains, and whether mail is
//! signed (R83-R86). Looked up while the page is made.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::domains::is_ticked;
use super::form::Posted;
use super::page::Page;
use super::problem::{Problem, shown};
use super::profile::Told;
use super::visit::Admin;
use crate::operations::names::{self, DnsView};
use crate::operations::records::{RecordView, State as Found};
use crate::operations::{domains, proof, signing};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route(PLACE, get(dns))
        .route("/channels/dns/{domain}/signing", post(switch))
        .route("/channels/dns/{domain}/proof", post(prove))
}

#[derive(Deserialize)]
struct SwitchForm {
    #[serde(default)]
    enabled: String,
}

#[derive(Template)]
#[template(path = "dns/dns.html")]
struct DnsPage {
    page: Page,
    domains: Vec<DomainDns>,
}

struct DomainDns {
    domain: String,
    dns: DnsView,
}

impl DomainDns {
    /// The customer's records; the operator's are none of theirs to make.
    fn records(&self) -> impl Iterator<Item = &RecordView> {
        let below = format!(".{}", self.domain);
        let records = self.dns.records.iter();
        records.filter(move |record| record.name.ends_with(&below))
    }
}

#[derive(Deserialize)]
struct Nothing {}

async fn dns(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let mut found = Vec::new();
    for connector in domains::list(&services, &admin.account).await?.connectors {
        found.push(DomainDns {
            dns: names::dns(&services, &admin.account, &connector.domain).await?,
            domain: connector.domain,
        });
    }
    Ok(shown(&DnsPage {
        page: Page::of(&admin.visit, PLACE).with_done(told.done.as_deref()),
        domains: found,
    })
    .into_response())
}

async fn switch(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(domain): Path<String>,
    Posted(form): Posted<SwitchForm>,
) -> Result<Redirect, Problem> {
    let enabled = is_ticked(&form.enabled);
    signing::switch(&services, &admin.actor(), &admin.account, &domain, enabled).await?;
    let done = if enabled { "signing-on" } else { "signing-off" };
    Ok(Redirect::to(&format!("{PLACE}?done={done}")))
}

/// The colour of a record's state.
fn tone(record: &RecordView) -> &'static str {
    match record.state {
        Found::Ok => "good",
        Found::Unknown => "warn",
        Found::Missing | Found::Different => "bad",
    }
}

/// Looks now whether the record that shows whose the domain is stands there (R49).
async fn prove(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(domain): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let looked = proof::prove(&services, &admin.actor(), &admin.account, &domain).await?;
    let done = match looked.domain_verification_status {
        "verified" => "proved",
        _ => "not-proved",
    };
    Ok(Redirect::to(&format!("{PLACE}?done={done}")))
}

const PLACE: &str = "/channels/dns";
