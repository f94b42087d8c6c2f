//! Answers about triggers.

use serde_json::Value;

use super::layout::{done, pretty, table};
use crate::admin::TriggerRequest;

/// One trigger, or all in their order.
pub(super) fn words(request: &TriggerRequest, answer: &Value) -> String {
    match request {
        TriggerRequest::List { .. } | TriggerRequest::Move { .. } => table(
            &answer["triggers"],
            &["position", "id", "title", "conditions", "actions"],
        ),
        TriggerRequest::Remove { .. } => done(),
        TriggerRequest::Add { .. } | TriggerRequest::Show { .. } => pretty(&answer["trigger"]),
    }
}
