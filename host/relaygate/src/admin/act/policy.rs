//! Requests about policies.

use serde_json::Value;

use super::{empty, shown};
use crate::admin::PolicyRequest;
use crate::operations::{Actor, Outcome, policies, policy_changes, policy_replay, policy_trials};
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
        PolicyRequest::Shadow(input) => shown(policy_trials::shadow(services, actor, &input).await),
        PolicyRequest::Promote(input) => {
            shown(policy_trials::promote(services, actor, &input).await)
        }
        PolicyRequest::EndTrial { account, name } => {
            empty(policy_trials::end(services, actor, &account, &name).await)
        }
        PolicyRequest::Replay(input) => shown(policy_replay::replay(services, &input).await),
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
