//! Answers about a ticket.

use std::fmt::Write;

use serde_json::Value;

use super::layout::{cell, pretty, table};
use crate::admin::TicketRequest;

/// A ticket, its comments and what became of their mail.
pub(super) fn words(request: &TicketRequest, answer: &Value) -> String {
    match request {
        TicketRequest::List { .. } => table(
            &answer["tickets"],
            &[
                "id",
                "status",
                "priority",
                "group",
                "requester",
                "recipient",
                "subject",
                "tags",
            ],
        ),
        TicketRequest::Show { .. } => ticket(answer),
        TicketRequest::Reply(_) => pretty(&answer["comment"]),
        TicketRequest::Open(_) | TicketRequest::Update(_) => pretty(&answer["ticket"]),
    }
}

fn ticket(answer: &Value) -> String {
    let mut text = pretty(&answer["ticket"]);
    for comment in answer["comments"].as_array().into_iter().flatten() {
        let author = cell(&comment["author"]);
        let visible = if comment["public"] == true {
            "public"
        } else {
            "internal"
        };
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "\n-- {} ({visible})\n{}\n",
            author,
            cell(&comment["body"])
        );
        for delivery in comment["deliveries"].as_array().into_iter().flatten() {
            let status = cell(&delivery["status"]["id"]);
            let parts = ["recipient", "path", "state", "reply"].map(|key| cell(&delivery[key]));
            let _ = writeln!(text, "   {}  (status {status})", parts.join("  "));
        }
    }
    text
}
