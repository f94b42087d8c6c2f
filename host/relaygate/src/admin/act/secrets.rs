//! Requests about the sealing key.

use serde_json::Value;

use super::shown;
use crate::admin::SecretsRequest;
use crate::operations::{Outcome, secrets};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(services: &Services, request: SecretsRequest) -> Outcome<Value> {
    shown(match request {
        SecretsRequest::Rotate => secrets::rotate(services).await,
        SecretsRequest::Rewrap => secrets::rewrap(services).await,
        SecretsRequest::Forget => secrets::forget(services).await,
    })
}
