//! Requests about a brand.

use serde_json::Value;

use super::shown;
use crate::admin::BrandRequest;
use crate::operations::{Actor, Outcome, brands};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: BrandRequest,
) -> Outcome<Value> {
    match request {
        BrandRequest::Add {
            account,
            name,
            local,
        } => shown(brands::add(services, actor, &account, &name, local.as_deref()).await),
        BrandRequest::List { account } => shown(brands::list(services, &account).await),
    }
}
