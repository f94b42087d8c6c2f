//! Requests about people who sign in to the pages.

use serde_json::Value;

use super::{empty, shown};
use crate::admin::LoginRequest;
use crate::operations::{Actor, Outcome, logins};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: LoginRequest,
) -> Outcome<Value> {
    match request {
        LoginRequest::Invite {
            account,
            address,
            role,
        } => {
            let account = account.as_deref();
            shown(logins::invite(services, actor, account, &address, role).await)
        }
        LoginRequest::List { account } => shown(logins::list(services, account.as_deref()).await),
        LoginRequest::Remove { account, address } => {
            empty(logins::remove(services, actor, account.as_deref(), &address).await)
        }
    }
}
