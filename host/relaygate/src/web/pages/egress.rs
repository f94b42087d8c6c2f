//! `/channels/egress`: where our connections come from, for the customer's firewall (R28).

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::page::Page;
use super::problem::{Problem, shown};
use super::visit::Admin;
use crate::operations::egress::{self, EgressView};
use crate::operations::logins;
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new().route(PLACE, get(show))
}

#[derive(Template)]
#[template(path = "egress/egress.html")]
struct EgressPage {
    page: Page,
    egress: EgressView,
    /// Where programs read the same.
    endpoint: String,
}

async fn show(State(services): State<Arc<Services>>, admin: Admin) -> Result<Response, Problem> {
    let site = logins::site(&services)?;
    Ok(shown(&EgressPage {
        page: Page::of(&admin.visit, PLACE),
        egress: egress::show(&services),
        endpoint: format!("{site}/api/v2/relaygate/egress.json"),
    })
    .into_response())
}

const PLACE: &str = "/channels/egress";
