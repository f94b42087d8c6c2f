//! Answers about a ticket.

use std::fmt::Write;

use serde_json::Value;

use super::layout::{cell, pretty, table};
use crate::admin::TicketRequest;

/// A ticket, its comments and what became of their mail.
pub(super) fn words(request: &TicketRequest, answer: &Value) -> String {
    match request {
        TicketRequest::List { .. } => list(answer),
        TicketRequest::Find(_) => page(answer),
        TicketRequest::Attachment { .. } => pretty(&answer["attachment"]),
        TicketRequest::Show { .. } => ticket(answer),
        TicketRequest::Reply(_) => pretty(&answer["comment"]),
        TicketRequest::Open(_) | TicketRequest::Update(_) => pretty(&answer["ticket"]),
    }
}

fn list(answer: &Value) -> String {
    table(
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
    )
}

fn page(answer: &Value) -> String {
    let mut text = list(answer);
    if let Some(next) = answer["next"].as_u64() {
        text += &format!("more with --before {next}\n");
    }
    text
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
            "\n-- {} ({visible}) comment {}\n{}\n",
            author,
            cell(&comment["id"]),
            cell(&comment["body"])
        );
        for file in comment["attachments"].as_array().into_iter().flatten() {
            let parts = ["number", "name", "media_type", "octets"].map(|key| cell(&file[key]));
            let _ = writeln!(text, "   attachment {}", parts.join("  "));
        }
        for delivery in comment["deliveries"].as_array().into_iter().flatten() {
            let status = cell(&delivery["status"]["id"]);
            let parts = ["recipient", "path", "state", "reply"].map(|key| cell(&delivery[key]));
            let _ = writeln!(text, "   {}  (status {status})", parts.join("  "));
        }
    }
    text
}
