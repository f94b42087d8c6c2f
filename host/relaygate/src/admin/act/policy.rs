//! Requests about policies.

use serde_json::Value;

use super::{empty, shown};
use crate::admin::PolicyRequest;
use crate::operations::{Actor, Outcome, policies, policy_changes};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: PolicyRequest,
) -> Outcome<Value> {
    match request {
        PolicyRequest::List { account } => shown(policies::list(services, &account).await),
        PolicyRequest::Check(input) => shown(policy_changes::check(services, &input).await),
        PolicyRequest::Install(input) => {
            shown(policy_changes::install(services, actor, &input).await)
        }
        PolicyRequest::Show { account, name } => {
            shown(policy_changes::show(services, &account, &name).await)
        }
        PolicyRequest::Rollback { account, name } => {
            shown(policy_changes::rollback(services, actor, &account, &name).await)
        }
        PolicyRequest::Remove { account, name } => {
            empty(policy_changes::remove(services, actor, &account, &name).await)
        }
    }
}
