//! Requests about messages kept aside.

use serde_json::Value;

use super::{empty, shown};
use crate::admin::SuspendedRequest;
use crate::operations::{Actor, Outcome, suspended};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: SuspendedRequest,
) -> Outcome<Value> {
    match request {
        SuspendedRequest::List { account } => {
            shown(suspended::list(services, account.as_deref()).await)
        }
        SuspendedRequest::Show { account, id } => {
            shown(suspended::show(services, account.as_deref(), &id).await)
        }
        SuspendedRequest::Recover {
            account,
            id,
            requester,
        } => {
            let requester = requester.as_deref();
            shown(suspended::recover(services, actor, &account, &id, requester).await)
        }
        SuspendedRequest::Delete { account, id } => {
            empty(suspended::delete(services, actor, account.as_deref(), &id).await)
        }
    }
}
