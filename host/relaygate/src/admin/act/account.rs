//! Requests about an account.

use serde_json::Value;

use super::shown;
use crate::admin::AccountRequest;
use crate::operations::accounts::{self, AccountInput};
use crate::operations::{Actor, Outcome};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: AccountRequest,
) -> Outcome<Value> {
    match request {
        AccountRequest::Create {
            subdomain,
            name,
            admins,
            sandbox_of,
        } => {
            let input = AccountInput {
                subdomain: &subdomain,
                name: &name,
                admins: &admins,
                sandbox_of: sandbox_of.as_deref(),
            };
            shown(accounts::create(services, actor, input).await)
        }
        AccountRequest::List => shown(accounts::list(services).await),
        AccountRequest::Show { account } => shown(accounts::show(services, &account).await),
    }
}
