//! Requests about backups.

use serde_json::Value;

use super::shown;
use crate::admin::BackupRequest;
use crate::operations::{Outcome, backup};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(services: &Services, request: BackupRequest) -> Outcome<Value> {
    match request {
        BackupRequest::Make { directory } => shown(backup::make(services, &directory).await),
    }
}
