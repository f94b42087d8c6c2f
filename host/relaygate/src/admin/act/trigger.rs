//! Requests about a trigger.

use serde_json::Value;

use super::{empty, shown};
use crate::admin::TriggerRequest;
use crate::operations::{Actor, Outcome, triggers};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: TriggerRequest,
) -> Outcome<Value> {
    match request {
        TriggerRequest::Add { account, json } => {
            shown(triggers::add(services, actor, &account, &json).await)
        }
        TriggerRequest::List { account } => shown(triggers::list(services, &account).await),
        TriggerRequest::Show { account, id } => shown(triggers::show(services, &account, id).await),
        TriggerRequest::Remove { account, id } => {
            empty(triggers::remove(services, actor, &account, id).await)
        }
        TriggerRequest::Move {
            account,
            id,
            position,
        } => shown(triggers::place(services, actor, &account, id, position).await),
    }
}
