//! `/channels/email`: the connected domains and the support addresses of an account.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::addresses::path as address_path;
use super::bars::Bars;
use super::page::Page;
use super::problem::{Problem, shown};
use super::profile::Told;
use super::traffic;
use super::visit::Admin;
use crate::operations::accounts::{self, LeftoverView};
use crate::operations::addresses::{self, AddressView};
use crate::operations::brands::{self, BrandView};
use crate::operations::domains::{self, ConnectorView};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new().route(PLACE, get(email))
}

#[derive(Template)]
#[template(path = "email/email.html")]
struct EmailPage {
    page: Page,
    connectors: Vec<ListedConnector>,
    brands: Vec<BrandAddresses>,
    leftovers: Vec<LeftoverView>,
    /// The address servers log in as that want one, if nobody has it yet (R54).
    alias: Option<String>,
    /// Nothing is connected yet, and nothing was ever verified in a sandbox: try it there
    /// first (R15).
    sandbox_first: bool,
}

/// A connector with a picture of its week.
struct ListedConnector {
    it: ConnectorView,
    week: Bars,
}

/// A brand with its support addresses.
struct BrandAddresses {
    brand: BrandView,
    addresses: Vec<AddressView>,
}

async fn email(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let account = &admin.account;
    let connectors = domains::list(&services, account).await?.connectors;
    let addresses = addresses::list(&services, account).await?.addresses;
    let alias = accounts::show(&services, account).await?.username_alias;
    let exists = addresses.iter().any(|address| address.address == alias);
    let brands = brands::list(&services, account).await?.brands;
    let leftovers = accounts::leftovers(&services, account).await?.leftovers;
    let page = Page::of(&admin.visit, PLACE).with_done(told.done.as_deref());
    let sandbox = page.sandbox;
    let tried = sandbox || accounts::tried_in_sandbox(&services, account).await?;
    let listed = |it: ConnectorView| ListedConnector {
        week: traffic::days(&page, &it.traffic),
        it,
    };
    let connectors: Vec<_> = connectors.into_iter().map(listed).collect();
    Ok(shown(&EmailPage {
        page,
        alias: (!exists && !connectors.is_empty()).then_some(alias),
        sandbox_first: !tried && connectors.is_empty(),
        // A sandbox's own things are its use, not leftovers.
        leftovers: if sandbox { Vec::new() } else { leftovers },
        brands: by_brand(brands, addresses),
        connectors,
    })
    .into_response())
}

fn by_brand(brands: Vec<BrandView>, mut addresses: Vec<AddressView>) -> Vec<BrandAddresses> {
    let of_brand = |brand: BrandView| {
        let (own, others) = std::mem::take(&mut addresses)
            .into_iter()
            .partition(|address| address.brand == brand.id);
        addresses = others;
        BrandAddresses {
            brand,
            addresses: own,
        }
    };
    brands.into_iter().map(of_brand).collect()
}

/// How an address stands: the mark beside it in the list (R70, R79).
pub(super) fn mark(address: &AddressView) -> &'static str {
    match (
        address.usable,
        address.inbound.state,
        address.outbound.state,
    ) {
        (true, ..) => "good",
        (false, "failed", _) | (false, _, "failed") => "warn",
        (false, ..) => "wait",
    }
}

/// The colour of a connector's status.
pub(super) fn status_tone(status: &str) -> &'static str {
    match status {
        "active" => "good",
        "degraded" | "setup_incomplete" => "warn",
        "no_credentials" => "bad",
        _ => "",
    }
}

pub(super) const PLACE: &str = "/channels/email";
