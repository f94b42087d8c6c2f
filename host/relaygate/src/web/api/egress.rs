//! `/relaygate/egress`: where our outbound connections come from, for the firewalls of
//! those who allow us (R28).

use axum::Json;

use super::caller::Caller;
use super::failure::{Failure, Failures};
use super::shapes::egress::Egress;
use crate::operations::egress;

/// Shows the addresses and names of our outbound connections.
#[utoipa::path(get, path = "/relaygate/egress",
    responses((status = 200, body = Egress), Failures))]
pub(super) async fn show(caller: Caller) -> Result<Json<Egress>, Failure> {
    Ok(Json(egress::show(&caller.services).into()))
}
