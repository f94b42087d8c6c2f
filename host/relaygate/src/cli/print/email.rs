//! Answers about mail we sent.

use serde_json::Value;

use super::layout::{pretty, table};
use crate::admin::EmailRequest;

/// One message with its recipients, or all of them.
pub(super) fn words(request: &EmailRequest, answer: &Value) -> String {
    match request {
        EmailRequest::List { .. } => table(
            &answer["emails"],
            &["number", "id", "ticket", "comment", "created_at"],
        ),
        EmailRequest::Show { .. } => {
            let email = &answer["email"];
            let columns = ["recipient", "path", "sender", "state", "reason", "reply"];
            pretty(email) + "\n" + &table(&email["deliveries"], &columns)
        }
    }
}
