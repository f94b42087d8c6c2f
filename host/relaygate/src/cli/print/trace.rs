//! What became of a message.

use std::fmt::Write;

use serde_json::Value;

use super::layout::{cell, field};

/// Each message with its events, oldest first.
pub(super) fn words(messages: &Value) -> String {
    let mut text = String::new();
    for message in messages.as_array().into_iter().flatten() {
        let head = ["id", "direction", "account", "message_id"].map(|key| field(message, key));
        let _ = writeln!(text, "{}", head.join("  "));
        for event in message["events"].as_array().into_iter().flatten() {
            let parts = ["at", "what", "detail"].map(|key| field(event, key));
            let _ = writeln!(text, "  {}", parts.join("  "));
        }
        for delivery in message["deliveries"].as_array().into_iter().flatten() {
            let status = &delivery["status"];
            let parts = [&delivery["recipient"], &status["name"], &status["message"]].map(cell);
            let _ = writeln!(
                text,
                "  status {}  {}",
                cell(&status["id"]),
                parts.join("  ")
            );
        }
    }
    text
}
