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
        for key in TOLD.iter().filter(|key| !message[**key].is_null()) {
            let _ = writeln!(text, "  {key} {}", field(message, key));
        }
        for event in message["events"].as_array().into_iter().flatten() {
            let parts = ["at", "what", "detail"].map(|key| field(event, key));
            let _ = writeln!(text, "  {}", parts.join("  "));
            verdicts(&mut text, &event["verdicts"]);
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

/// A policy is known by its digest; the start of it is enough for eyes.
fn verdicts(text: &mut String, verdicts: &Value) {
    for verdict in verdicts.as_array().into_iter().flatten() {
        let said = ["question", "verdict", "code"].map(|key| field(verdict, key));
        let digest = field(verdict, "digest");
        let digest = digest.get(..DIGEST_SHOWN).unwrap_or(&digest);
        let policy = field(verdict, "policy");
        let _ = writeln!(text, "    verdict {policy} {digest}  {}", said.join("  "));
    }
}

/// What is said of a message before its life is told.
const TOLD: [&str; 8] = [
    "connector",
    "credential",
    "identity",
    "peer",
    "tls",
    "ticket",
    "result",
    "reply",
];
/// Hexadecimal digits of a digest that are shown.
const DIGEST_SHOWN: usize = 12;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// R4: whose verdict it was stands beside what it led to.
    #[test]
    fn a_life_is_told_with_its_verdicts() {
        let verdict = json!({
            "question": "route-inbound", "policy": "routing", "digest": "0123456789abcdef",
            "verdict": "ticket", "code": null,
        });
        let told = words(&json!([{
            "id": "01J", "direction": "inbound", "account": "acme", "message_id": null,
            "credential": "c1", "ticket": 7, "reply": "250 2.0.0 kept as 01J",
            "events": [{"at": 0, "what": "ticket_created", "detail": "7", "verdicts": [verdict]}],
            "deliveries": [],
        }]));
        let lines: Vec<_> = told.lines().collect();
        let expected = [
            "01J  inbound  acme  -",
            "  credential c1",
            "  ticket 7",
            "  reply 250 2.0.0 kept as 01J",
            "  -  ticket_created  7",
            "    verdict routing 0123456789ab  route-inbound  ticket  -",
        ];
        assert_eq!(lines, expected);
    }
}
