//! A page of the message log.

use serde_json::Value;

use super::layout::{cell, table};

/// A line for each message, and how to see more.
pub(super) fn words(answer: &Value) -> String {
    let columns = [
        "at",
        "direction",
        "account",
        "connector",
        "credential",
        "ticket",
        "result",
        "reason",
        "id",
    ];
    let mut text = table(&answer["messages"], &columns);
    if answer["next"].is_string() {
        text.push_str(&format!("more: --after {}\n", cell(&answer["next"])));
    }
    text
}
