//! Requests about the queue.

use serde_json::Value;

use super::{empty, shown};
use crate::admin::QueueRequest;
use crate::operations::{Actor, Outcome, queue};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: QueueRequest,
) -> Outcome<Value> {
    match request {
        QueueRequest::List(query) => shown(queue::list(services, &query).await),
        QueueRequest::Show { id } => shown(queue::show(services, &id).await),
        QueueRequest::ReleaseRestored(query) => {
            shown(queue::release_restored(services, actor, &query).await)
        }
        QueueRequest::Change { id, hand } => empty(queue::change(services, actor, &id, hand).await),
    }
}
