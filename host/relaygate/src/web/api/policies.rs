//! `/relaygate/policies`: who decides.

use axum::Json;

use super::caller::Admin;
use super::failure::{Failure, Failures};
use super::shapes::own_policy::OwnPolicies;
use super::shapes::policy::Policies;
use crate::operations::{policies, policy_changes};

/// Lists the policies in the order in which they are asked, and by question.
#[utoipa::path(get, path = "/relaygate/policies",
    responses((status = 200, body = Policies), Failures))]
pub(super) async fn list(Admin(caller): Admin) -> Result<Json<Policies>, Failure> {
    let views = policies::list(&caller.services, &caller.account).await?;
    Ok(Json(views.into()))
}

/// Lists the account's own policies with their versions, what is on trial, and what it would
/// have said otherwise.
#[utoipa::path(get, path = "/relaygate/policies/own",
    responses((status = 200, body = OwnPolicies), Failures))]
pub(super) async fn own(Admin(caller): Admin) -> Result<Json<OwnPolicies>, Failure> {
    let views = policy_changes::own(&caller.services, &caller.account).await?;
    Ok(Json(views.into()))
}
