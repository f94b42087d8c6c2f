//! What of a support address does not touch its server: name, brand, how its mail comes in,
//! whether it is the default; and the one click that adds the address servers log in as (R54).

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;

use super::addresses::{address_page, path, refused, typed};
use super::domains::is_ticked;
use super::form::{Faults, Posted};
use super::problem::Problem;
use super::visit::Admin;
use crate::operations::addresses::{self, DescribeInput};
use crate::operations::{Outcome, Refusal};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route("/channels/email/native", post(add_native))
        .route(
            "/channels/email/addresses/{address}/describe",
            post(describe),
        )
        .route(
            "/channels/email/addresses/{address}/default",
            post(make_default),
        )
        .route("/channels/email/addresses/{address}/way-in", post(way_in))
}

#[derive(Deserialize)]
struct DescribeForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    brand: String,
}

#[derive(Deserialize)]
struct WayInForm {
    #[serde(default)]
    outbound_only: String,
}

#[derive(Deserialize)]
struct Nothing {}

async fn add_native(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let (actor, account) = (admin.actor(), &admin.account);
    let added = addresses::add_native(&services, &actor, account, None, None).await?;
    let path = path(&added.address.address);
    Ok(Redirect::to(&format!("{path}?done=native-added")))
}

async fn describe(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
    Posted(form): Posted<DescribeForm>,
) -> Result<Response, Problem> {
    let input = DescribeInput {
        name: typed(&form.name),
        brand: form.brand.parse().ok(),
        ..nothing(&admin, &address)
    };
    let described = addresses::describe(&services, &admin.actor(), &input).await;
    answer(&services, &admin, &address, described).await
}

async fn make_default(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Problem> {
    let input = DescribeInput {
        default: true,
        ..nothing(&admin, &address)
    };
    let described = addresses::describe(&services, &admin.actor(), &input).await;
    answer(&services, &admin, &address, described).await
}

fn nothing(admin: &Admin, address: &str) -> DescribeInput {
    DescribeInput {
        account: admin.account.clone(),
        address: address.to_owned(),
        name: None,
        brand: None,
        default: false,
    }
}

async fn way_in(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
    Posted(form): Posted<WayInForm>,
) -> Result<Response, Problem> {
    let (actor, outbound_only) = (admin.actor(), is_ticked(&form.outbound_only));
    let set = addresses::set(&services, &actor, &admin.account, &address, outbound_only).await;
    answer(&services, &admin, &address, set).await
}

/// Back to the address, with what was done or with what speaks against it.
async fn answer<T>(
    services: &Services,
    admin: &Admin,
    address: &str,
    outcome: Outcome<T>,
) -> Result<Response, Problem> {
    let refusal: Refusal = match outcome {
        Ok(_) => {
            let done = format!("{}?done=address-saved", path(address));
            return Ok(Redirect::to(&done).into_response());
        }
        Err(refusal) => refusal,
    };
    let faults = Faults::of(&admin.visit, &refusal);
    let page = address_page(services, admin, address, faults, None).await?;
    Ok(refused(&refusal, &page))
}
