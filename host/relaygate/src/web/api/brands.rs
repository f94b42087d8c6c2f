//! `/brands`: the faces an account shows its customers.

use axum::Json;

use super::caller::Caller;
use super::failure::{Failure, Failures};
use super::input::Id;
use super::paging::{PageParams, Paging, place};
use super::shapes::brand::{Brand, Brands, OneBrand};
use crate::operations::brands;

/// Lists the brands.
#[utoipa::path(get, path = "/brands", params(PageParams),
    responses((status = 200, body = Brands), Failures))]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Json<Brands>, Failure> {
    let order = paging.order(&["id"])?;
    let views = brands::list(&caller.services, &caller.account).await?;
    let (views, page) = paging.cut(views.brands, order.descending, |view| place(view.id))?;
    let shape = |view| Brand::new(view, &caller.account, &caller.site);
    let brands = views.into_iter().map(shape).collect();
    Ok(Json(Brands { brands, page }))
}

/// Shows one.
#[utoipa::path(get, path = "/brands/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = OneBrand), Failures))]
pub(super) async fn show(caller: Caller, Id(id): Id) -> Result<Json<OneBrand>, Failure> {
    let views = brands::list(&caller.services, &caller.account).await?;
    let found = views.brands.into_iter().find(|view| view.id == id);
    let view = found.ok_or_else(Failure::not_found)?;
    let brand = Brand::new(view, &caller.account, &caller.site);
    Ok(Json(OneBrand { brand }))
}

/// All of them, to go along with something else; an account has at most 300.
pub(super) async fn all_brands(caller: &Caller) -> Result<Vec<Brand>, Failure> {
    let views = brands::list(&caller.services, &caller.account).await?;
    let shape = |view| Brand::new(view, &caller.account, &caller.site);
    Ok(views.brands.into_iter().map(shape).collect())
}
