//! Requests about webhooks.

use serde_json::Value;

use super::{empty, shown};
use crate::admin::WebhookRequest;
use crate::operations::{Actor, Outcome, webhooks};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: WebhookRequest,
) -> Outcome<Value> {
    match request {
        WebhookRequest::Add(input) => shown(webhooks::add(services, actor, &input).await),
        WebhookRequest::List { account } => shown(webhooks::list(services, &account).await),
        WebhookRequest::Remove { account, id } => {
            empty(webhooks::remove(services, actor, &account, &id).await)
        }
    }
}
