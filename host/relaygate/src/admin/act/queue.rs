//! Requests about the queue.

use serde_json::Value;

use super::{empty, shown};
use crate::admin::QueueRequest;
use crate::operations::{Actor, Outcome, backlog, hand, queue};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: QueueRequest,
) -> Outcome<Value> {
    match request {
        QueueRequest::List(query) => shown(queue::list(services, &query).await),
        QueueRequest::Count => shown(backlog::show(services).await),
        QueueRequest::Show { id } => shown(queue::show(services, None, &id).await),
        QueueRequest::ReleaseRestored(query) => {
            shown(queue::release_restored(services, actor, &query).await)
        }
        QueueRequest::Change { id, hand } => {
            empty(hand::change(services, actor, None, &id, hand).await)
        }
    }
}
