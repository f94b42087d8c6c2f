//! `/relaygate/audit`: who did what in the account.

use axum::Json;

use super::caller::Admin;
use super::failure::{Failure, Failures};
use super::paging::{PageParams, Paging, place};
use super::shapes::audit::{Act, Acts};
use crate::operations::audit;

/// Lists the latest acts.
#[utoipa::path(get, path = "/relaygate/audit", params(PageParams),
    responses((status = 200, body = Acts), Failures))]
pub(super) async fn list(Admin(caller): Admin, paging: Paging) -> Result<Json<Acts>, Failure> {
    let order = paging.order(&["created_at"])?;
    let views = audit::list(&caller.services, Some(&caller.account)).await?;
    // Acts have no names of their own; their place in the log is one.
    let numbered = views.audit.into_iter().enumerate().collect();
    let (views, page) = paging.cut(numbered, order.descending, |(at, act): &(usize, _)| {
        let act: &audit::ActView = act;
        place(act.at) + &place(*at as u64)
    })?;
    let audit = views.into_iter().map(|(_, view)| Act::from(view)).collect();
    Ok(Json(Acts { audit, page }))
}
