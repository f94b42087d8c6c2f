//! Requests about the journal.

use serde_json::Value;

use super::shown;
use crate::admin::JournalRequest;
use crate::operations::{Outcome, journal};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(services: &Services, request: JournalRequest) -> Outcome<Value> {
    match request {
        JournalRequest::Compact => shown(journal::compact(services).await),
    }
}
