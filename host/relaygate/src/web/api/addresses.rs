//! `/recipient_addresses`: support addresses. Those of connected domains are listed,
//! described and deleted here, and never added: their credentials are entered in the
//! admin center alone (R65, R104).

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::IntoParams;

use super::brands::all_brands;
use super::caller::{Admin, Caller};
use super::failure::{Failure, Failures};
use super::input::{Body, Id, Query};
use super::paging::{PageParams, Paging, place};
use super::shapes::address::{
    Addresses, ChangedAddress, NewAddress, OneAddress, RecipientAddress, Verification,
    VerificationKind,
};
use super::shapes::brand::Brand;
use crate::operations::addresses::{self, AddressView, DescribeInput, ForwardedInput};
use crate::operations::names::{self, StatusView};
use crate::operations::proof;
use crate::operations::verification::{self, VerifyInput, Ways};

/// What comes along.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Include {
    /// `brands`: the brands of the account, too.
    include: Option<String>,
}

impl Include {
    async fn brands(&self, caller: &Caller) -> Result<Option<Vec<Brand>>, Failure> {
        match self.include.as_deref() {
            Some("brands") => Ok(Some(all_brands(caller).await?)),
            _ => Ok(None),
        }
    }
}

/// Lists the support addresses.
#[utoipa::path(get, path = "/recipient_addresses", params(PageParams, Include),
    responses((status = 200, body = Addresses), Failures))]
pub(super) async fn list(
    caller: Caller,
    Query(include): Query<Include>,
    paging: Paging,
) -> Result<Json<Addresses>, Failure> {
    let order = paging.order(&["id", "name", "created_at"])?;
    let views = addresses::list(&caller.services, &caller.account).await?;
    let by = |view: &AddressView| match order.field {
        "name" => format!("{}\0{}", view.name.to_lowercase(), place(view.number)),
        "created_at" => place(view.created_at) + &place(view.number),
        _ => place(view.number),
    };
    let (views, page) = paging.cut(views.addresses, order.descending, by)?;
    let shape = |view| RecipientAddress::new(view, None, &caller.site);
    Ok(Json(Addresses {
        recipient_addresses: views.into_iter().map(shape).collect(),
        brands: include.brands(&caller).await?,
        page,
    }))
}

/// Shows one.
#[utoipa::path(get, path = "/recipient_addresses/{id}", params(("id" = u64, Path), Include),
    responses((status = 200, body = OneAddress), Failures))]
pub(super) async fn show(
    caller: Caller,
    Id(id): Id,
    Query(include): Query<Include>,
) -> Result<Json<OneAddress>, Failure> {
    let address = addresses::by_number(&caller.services, &caller.account, id).await?;
    let view = addresses::show(&caller.services, &caller.account, &address).await?;
    let brands = include.brands(&caller).await?;
    let names = names_of(&caller, &view.address).await?;
    Ok(Json(OneAddress::new(
        view.address,
        names,
        brands,
        &caller.site,
    )))
}

/// How the domain of an address of a connector stands in DNS now.
async fn names_of(caller: &Caller, view: &AddressView) -> Result<Option<StatusView>, Failure> {
    match &view.connector {
        Some(domain) => {
            let status = names::status(&caller.services, &caller.account, domain).await?;
            Ok(Some(status))
        }
        None => Ok(None),
    }
}

/// Adds one whose mail is forwarded; of a connected domain it is refused.
#[utoipa::path(post, path = "/recipient_addresses", request_body = NewAddress,
    responses((status = 201, body = OneAddress, headers(("location" = String))), Failures))]
pub(super) async fn create(
    Admin(caller): Admin,
    Body(body): Body<NewAddress>,
) -> Result<impl IntoResponse, Failure> {
    let new = body.recipient_address;
    if new.default == Some(true) {
        let hint = "verify it first, then make it the default";
        return Err(Failure::invalid("default", "address_not_verified", hint));
    }
    let input = ForwardedInput {
        account: caller.account.clone(),
        address: new.email,
        name: new.name,
        brand: new.brand_id,
    };
    let added = addresses::add_forwarded(&caller.services, &caller.actor, &input).await?;
    let shown = OneAddress::new(added.address, None, None, &caller.site);
    let location = [(header::LOCATION, shown.url().to_owned())];
    Ok((StatusCode::CREATED, location, Json(shown)))
}

/// Changes name, brand or default.
#[utoipa::path(put, path = "/recipient_addresses/{id}", params(("id" = u64, Path)),
    request_body = ChangedAddress,
    responses((status = 200, body = OneAddress), Failures))]
pub(super) async fn update(
    Admin(caller): Admin,
    Id(id): Id,
    Body(body): Body<ChangedAddress>,
) -> Result<Json<OneAddress>, Failure> {
    let changed = body.recipient_address;
    let input = DescribeInput {
        address: addresses::by_number(&caller.services, &caller.account, id).await?,
        account: caller.account.clone(),
        name: changed.name,
        brand: changed.brand_id,
        default: changed.default == Some(true),
    };
    let view = addresses::describe(&caller.services, &caller.actor, &input).await?;
    let names = names_of(&caller, &view.address).await?;
    Ok(Json(OneAddress::new(
        view.address,
        names,
        None,
        &caller.site,
    )))
}

/// Deletes one, with its password if it has any; one in each call (R102). What is sent
/// about its tickets comes from the default address then (R105).
#[utoipa::path(delete, path = "/recipient_addresses/{id}", params(("id" = u64, Path)),
    responses((status = 204), Failures))]
pub(super) async fn delete(Admin(caller): Admin, Id(id): Id) -> Result<StatusCode, Failure> {
    let (services, account) = (&caller.services, &caller.account);
    let address = addresses::by_number(services, account, id).await?;
    addresses::remove(services, &caller.actor, account, &address).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Starts a verification; how it went is told by the address later.
#[utoipa::path(put, path = "/recipient_addresses/{id}/verify", params(("id" = u64, Path)),
    request_body = Option<Verification>,
    responses((status = 200), Failures))]
pub(super) async fn verify(
    Admin(caller): Admin,
    Id(id): Id,
    Body(body): Body<Option<Verification>>,
) -> Result<StatusCode, Failure> {
    start(&caller, id, body.unwrap_or_default().kind).await
}

/// The same, as one client calls it; always the way in.
#[utoipa::path(get, path = "/recipient_addresses/{id}/verify", params(("id" = u64, Path)),
    responses((status = 200), Failures))]
pub(super) async fn verify_by_get(Admin(caller): Admin, Id(id): Id) -> Result<StatusCode, Failure> {
    start(&caller, id, VerificationKind::Forwarding).await
}

async fn start(caller: &Caller, id: u64, kind: VerificationKind) -> Result<StatusCode, Failure> {
    let address = addresses::by_number(&caller.services, &caller.account, id).await?;
    let ways = match kind {
        VerificationKind::Forwarding => Ways::Inbound,
        VerificationKind::SmtpOutbound => Ways::Outbound,
        VerificationKind::Spf => return Ok(StatusCode::OK),
        VerificationKind::Dns => return prove(caller, &address).await,
    };
    let input = VerifyInput {
        account: caller.account.clone(),
        address,
        ways,
        wait_seconds: None,
        explain: false,
    };
    verification::verify(&caller.services, &caller.actor, &input).await?;
    Ok(StatusCode::OK)
}

/// Looks whether the account has shown that the domain of an address is its own.
async fn prove(caller: &Caller, address: &str) -> Result<StatusCode, Failure> {
    let (services, account) = (&caller.services, &caller.account);
    let view = addresses::show(services, account, address).await?;
    if let Some(domain) = &view.address.connector {
        proof::prove(services, &caller.actor, account, domain).await?;
    }
    Ok(StatusCode::OK)
}
