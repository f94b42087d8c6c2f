//! Answers about people.

use serde_json::Value;

use super::layout::{pretty, table};
use crate::admin::PersonRequest;

/// One of them, or all.
pub(super) fn words(request: &PersonRequest, answer: &Value) -> String {
    match request {
        PersonRequest::List { .. } => {
            table(&answer["people"], &["number", "address", "name", "role"])
        }
        PersonRequest::Show { .. } => pretty(&answer["person"]),
    }
}
