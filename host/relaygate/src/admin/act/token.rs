//! Requests about an API token.

use serde_json::Value;

use super::{empty, shown};
use crate::admin::TokenRequest;
use crate::operations::{Actor, Outcome, tokens};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: TokenRequest,
) -> Outcome<Value> {
    match request {
        TokenRequest::Create { account, agent } => {
            shown(tokens::create(services, actor, &account, &agent).await)
        }
        TokenRequest::Revoke { account, id } => {
            empty(tokens::revoke(services, actor, &account, &id).await)
        }
    }
}
