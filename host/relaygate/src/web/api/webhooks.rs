//! `/relaygate/webhooks`: endpoints that are told of what happens.

use axum::Json;
use axum::http::StatusCode;

use super::caller::Admin;
use super::failure::{Failure, Failures};
use super::input::{Body, Word};
use super::paging::{PageParams, Paging};
use super::shapes::webhook::{AddedWebhook, NewWebhook, Webhook, Webhooks};
use crate::operations::webhooks::{self, WebhookInput, WebhookView};

/// Lists the endpoints.
#[utoipa::path(get, path = "/relaygate/webhooks", params(PageParams),
    responses((status = 200, body = Webhooks), Failures))]
pub(super) async fn list(Admin(caller): Admin, paging: Paging) -> Result<Json<Webhooks>, Failure> {
    let order = paging.order(&["id"])?;
    let views = webhooks::list(&caller.services, &caller.account).await?;
    let by = |view: &WebhookView| view.id.clone();
    let (views, page) = paging.cut(views.webhooks, order.descending, by)?;
    let webhooks = views.into_iter().map(Webhook::from).collect();
    Ok(Json(Webhooks { webhooks, page }))
}

/// Adds one. What is posted is signed as Standard Webhooks has it, with the secret that is
/// shown this once.
#[utoipa::path(post, path = "/relaygate/webhooks", request_body = NewWebhook,
    responses((status = 201, body = AddedWebhook), Failures))]
pub(super) async fn create(
    Admin(caller): Admin,
    Body(body): Body<NewWebhook>,
) -> Result<(StatusCode, Json<AddedWebhook>), Failure> {
    let input = WebhookInput {
        account: caller.account.clone(),
        url: body.webhook.url,
        topics: body.webhook.subscriptions,
        ca_pem: body.webhook.ca_pem,
    };
    let added = webhooks::add(&caller.services, &caller.actor, &input).await?;
    Ok((StatusCode::CREATED, Json(added.into())))
}

/// Deletes one; what waits for it goes with it.
#[utoipa::path(delete, path = "/relaygate/webhooks/{id}", params(("id" = String, Path)),
    responses((status = 204), Failures))]
pub(super) async fn delete(Admin(caller): Admin, Word(id): Word) -> Result<StatusCode, Failure> {
    webhooks::remove(&caller.services, &caller.actor, &caller.account, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
