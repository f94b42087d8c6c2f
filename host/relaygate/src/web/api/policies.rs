//! `/relaygate/policies`: who decides.

use axum::Json;

use super::caller::Admin;
use super::failure::{Failure, Failures};
use super::shapes::policy::Policies;
use crate::operations::policies;

/// Lists the policies in the order in which they are asked, and by question.
#[utoipa::path(get, path = "/relaygate/policies",
    responses((status = 200, body = Policies), Failures))]
pub(super) async fn list(Admin(caller): Admin) -> Result<Json<Policies>, Failure> {
    let views = policies::list(&caller.services, &caller.account).await?;
    Ok(Json(views.into()))
}
