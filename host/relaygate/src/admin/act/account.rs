//! Requests about an account.

use serde_json::Value;

use super::{empty, shown};
use crate::admin::AccountRequest;
use crate::operations::accounts::{self, AccountInput};
use crate::operations::{Actor, Outcome, desks};
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
        AccountRequest::Set {
            account,
            ccs_followers_enabled,
        } => shown(accounts::set(services, actor, &account, ccs_followers_enabled).await),
        AccountRequest::Rename { account, subdomain } => {
            shown(accounts::rename(services, actor, &account, &subdomain).await)
        }
        AccountRequest::Admins { account, admins } => {
            shown(accounts::set_admins(services, actor, &account, &admins).await)
        }
        AccountRequest::Leftovers { account } => {
            shown(accounts::leftovers(services, &account).await)
        }
        AccountRequest::List => shown(accounts::list(services).await),
        AccountRequest::Show { account } => shown(accounts::show(services, &account).await),
        AccountRequest::Desk(input) => shown(desks::set(services, actor, &input).await),
        AccountRequest::IssueLogin { account } => {
            shown(desks::issue_login(services, actor, &account).await)
        }
        AccountRequest::DiscardLogin { account, id } => {
            empty(desks::discard_login(services, actor, &account, &id).await)
        }
    }
}
