//! Requests about the installation's DKIM keys.

use serde_json::Value;

use super::shown;
use crate::admin::DkimRequest;
use crate::operations::{Actor, Outcome, dkim};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: DkimRequest,
) -> Outcome<Value> {
    match request {
        DkimRequest::Show => shown(dkim::show(services).await),
        DkimRequest::Rotate => shown(dkim::rotate(services, actor).await),
    }
}
