//! `/account/audit`: who did what in the account.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use super::page::Page;
use super::problem::{Problem, shown};
use super::visit::Admin;
use crate::operations::audit::{self, ActView};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new().route(PLACE, get(list))
}

/// Which page of the list.
#[derive(Debug, Deserialize)]
struct Which {
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "audit/audit.html")]
struct AuditPage {
    page: Page,
    acts: Vec<ActView>,
    newer: Option<usize>,
    older: Option<usize>,
}

/// The newest first, a page at a time.
async fn list(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let mut acts = audit::list(&services, Some(&admin.account)).await?.audit;
    acts.reverse();
    let first = which.page.saturating_mul(PAGE_ACTS);
    let more = acts.len() > first.saturating_add(PAGE_ACTS);
    Ok(shown(&AuditPage {
        page: Page::of(&admin.visit, PLACE),
        acts: acts.into_iter().skip(first).take(PAGE_ACTS).collect(),
        newer: which.page.checked_sub(1),
        older: more.then(|| which.page + 1),
    })
    .into_response())
}

const PLACE: &str = "/account/audit";
/// Acts on one page.
const PAGE_ACTS: usize = 50;
