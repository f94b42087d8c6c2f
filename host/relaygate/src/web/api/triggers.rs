//! `/triggers`: rules of the account's own that act on tickets.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use super::caller::{Admin, Caller};
use super::failure::{Failure, Failures};
use super::input::{Body, Id};
use super::paging::{PageParams, Paging, place};
use super::shapes::trigger::{MovedTrigger, NewTrigger, OneTrigger, Trigger, Triggers};
use crate::operations::triggers;

/// Lists the triggers in the order in which they run.
#[utoipa::path(get, path = "/triggers", params(PageParams),
    responses((status = 200, body = Triggers), Failures))]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Json<Triggers>, Failure> {
    let order = paging.order(&["position"])?;
    let views = triggers::list(&caller.services, &caller.account).await?;
    let (views, page) = paging.cut(views.triggers, order.descending, |view| {
        place(view.position as u64)
    })?;
    let shape = |view| Trigger::new(view, &caller.site);
    let triggers = views.into_iter().map(shape).collect();
    Ok(Json(Triggers { triggers, page }))
}

/// Shows one.
#[utoipa::path(get, path = "/triggers/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = OneTrigger), Failures))]
pub(super) async fn show(caller: Caller, Id(id): Id) -> Result<Json<OneTrigger>, Failure> {
    let view = triggers::show(&caller.services, &caller.account, id).await?;
    let trigger = Trigger::new(view.trigger, &caller.site);
    Ok(Json(OneTrigger { trigger }))
}

/// Adds one behind the others.
#[utoipa::path(post, path = "/triggers", request_body = NewTrigger,
    responses((status = 201, body = OneTrigger, headers(("location" = String))), Failures))]
pub(super) async fn create(
    Admin(caller): Admin,
    Body(body): Body<NewTrigger>,
) -> Result<impl IntoResponse, Failure> {
    let json = serde_json::to_string(&body).expect("texts, lists and values have a JSON form");
    let (services, account) = (&caller.services, &caller.account);
    let added = triggers::add(services, &caller.actor, account, &json).await?;
    let location = caller.site.of_thing("triggers", added.trigger.id);
    let trigger = Trigger::new(added.trigger, &caller.site);
    let location = [(header::LOCATION, location)];
    Ok((StatusCode::CREATED, location, Json(OneTrigger { trigger })))
}

/// Puts one to another place; what it does never changes.
#[utoipa::path(put, path = "/triggers/{id}", params(("id" = u64, Path)),
    request_body = MovedTrigger,
    responses((status = 200, body = OneTrigger), Failures))]
pub(super) async fn update(
    Admin(caller): Admin,
    Id(id): Id,
    Body(body): Body<MovedTrigger>,
) -> Result<Json<OneTrigger>, Failure> {
    let position = body.trigger.position as usize;
    let (services, account) = (&caller.services, &caller.account);
    triggers::place(services, &caller.actor, account, id, position).await?;
    let view = triggers::show(services, account, id).await?;
    let trigger = Trigger::new(view.trigger, &caller.site);
    Ok(Json(OneTrigger { trigger }))
}

/// Deletes one; what it did to tickets stays.
#[utoipa::path(delete, path = "/triggers/{id}", params(("id" = u64, Path)),
    responses((status = 204), Failures))]
pub(super) async fn delete(Admin(caller): Admin, Id(id): Id) -> Result<StatusCode, Failure> {
    triggers::remove(&caller.services, &caller.actor, &caller.account, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
