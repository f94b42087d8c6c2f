//! Requests about messages kept aside.

use serde_json::Value;

use super::shown;
use crate::admin::SuspendedRequest;
use crate::operations::{Outcome, suspended};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(services: &Services, request: SuspendedRequest) -> Outcome<Value> {
    match request {
        SuspendedRequest::List { account } => shown(suspended::list(services, &account).await),
        SuspendedRequest::Show { account, id } => {
            shown(suspended::show(services, &account, &id).await)
        }
    }
}
