//! Answers about messages kept aside.

use serde_json::Value;

use super::layout::{done, pretty, table};
use crate::admin::SuspendedRequest;

/// What was kept aside and why; one of them with its raw source.
pub(super) fn words(request: &SuspendedRequest, answer: &Value) -> String {
    match request {
        SuspendedRequest::List { .. } => table(
            &answer["suspended"],
            &["id", "cause", "author", "recipient", "subject"],
        ),
        SuspendedRequest::Show { .. } => {
            let source = answer["source"].as_str().unwrap_or_default();
            format!("{}\n{source}", pretty(&answer["suspended"]))
        }
        SuspendedRequest::Recover { .. } => pretty(answer),
        SuspendedRequest::Delete { .. } => done(),
    }
}
