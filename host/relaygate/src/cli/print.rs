//! Answers in words, for people. Programs use `--json`.

use std::fmt::Write;

use serde_json::Value;

use crate::admin::{
    AccountRequest, AddressRequest, DomainRequest, QueueRequest, Request, SuspendedRequest,
    TicketRequest, TokenRequest,
};

/// What the answer to a request looks like on a terminal.
pub(super) fn words(request: &Request, answer: &Value) -> String {
    match request {
        Request::Account(AccountRequest::List) => table(
            &answer["accounts"],
            &["id", "subdomain", "kind", "native_domain", "name"],
        ),
        Request::Account(_) => pretty(answer),
        Request::Domain(request) => domain(request, answer),
        Request::Address(AddressRequest::List { .. }) => addresses(&answer["addresses"]),
        Request::Address(AddressRequest::Remove { .. })
        | Request::Token(TokenRequest::Revoke { .. }) => done(),
        Request::Address(_) => pretty(&answer["address"]),
        Request::Token(_) => once(&pretty(&answer["token"])),
        Request::Ticket(TicketRequest::List { .. }) => table(
            &answer["tickets"],
            &["id", "status", "requester", "recipient", "subject", "tags"],
        ),
        Request::Ticket(TicketRequest::Show { .. }) => ticket(answer),
        Request::Ticket(TicketRequest::Reply(_)) => pretty(&answer["comment"]),
        Request::Queue(QueueRequest::List(_)) => table(
            &answer["jobs"],
            &[
                "id",
                "lane",
                "account",
                "state",
                "due",
                "attempts",
                "subject_kind",
                "last_reply",
            ],
        ),
        Request::Queue(QueueRequest::Show { .. }) => pretty(&answer["job"]),
        Request::Queue(QueueRequest::Change { .. }) => done(),
        Request::Suspended(SuspendedRequest::List { .. }) => table(
            &answer["suspended"],
            &["id", "cause", "author", "recipient", "subject"],
        ),
        Request::Suspended(_) => {
            let source = answer["source"].as_str().unwrap_or_default();
            format!("{}\n{source}", pretty(&answer["suspended"]))
        }
        Request::Audit(_) => table(&answer["audit"], &["at", "actor", "act", "subject", "peer"]),
        Request::Trace { .. } => trace(&answer["messages"]),
    }
}

fn domain(request: &DomainRequest, answer: &Value) -> String {
    match request {
        DomainRequest::Add(_) => {
            pretty(&answer["connector"]) + "\n" + &once(&pretty(&answer["credential"]))
        }
        DomainRequest::Rotate { .. } => once(&pretty(&answer["credential"])),
        DomainRequest::List { .. } => table(
            &answer["connectors"],
            &["domain", "name", "status", "addresses", "username"],
        ),
        DomainRequest::Disconnect { .. } => done(),
        DomainRequest::Discard { .. } => pretty(answer),
        DomainRequest::Dkim { .. } | DomainRequest::Dns { .. } => {
            table(&answer["records"], &["name", "type", "value", "state"])
                + "\n"
                + &pretty(&answer["signing"])
        }
    }
}

fn addresses(list: &Value) -> String {
    let rows = list.as_array().into_iter().flatten().map(|address| {
        let state = |way: &str| cell(&address[way]["state"]);
        let ways = [state("inbound"), state("outbound")];
        [cell(&address["address"]), cell(&address["host"])]
            .into_iter()
            .chain(ways)
            .collect()
    });
    aligned(&["address", "host", "inbound", "outbound"], rows.collect())
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
            let parts = ["recipient", "path", "state", "reply"].map(|key| cell(&delivery[key]));
            let _ = writeln!(text, "   {}", parts.join("  "));
        }
    }
    text
}

fn trace(messages: &Value) -> String {
    let mut text = String::new();
    for message in messages.as_array().into_iter().flatten() {
        let head = ["id", "direction", "account", "message_id"].map(|key| field(message, key));
        let _ = writeln!(text, "{}", head.join("  "));
        for event in message["events"].as_array().into_iter().flatten() {
            let parts = ["at", "what", "detail"].map(|key| field(event, key));
            let _ = writeln!(text, "  {}", parts.join("  "));
        }
    }
    text
}

/// A secret, and what to do with it.
fn once(secret: &str) -> String {
    format!("{secret}\nThis is shown once. Keep it where you keep passwords.\n")
}

fn done() -> String {
    "done\n".to_owned()
}

/// An object as `key: value` lines.
pub(super) fn pretty(value: &Value) -> String {
    let Some(object) = value.as_object() else {
        return format!("{}\n", cell(value));
    };
    let width = object.keys().map(String::len).max().unwrap_or_default();
    object.keys().fold(String::new(), |text, key| {
        text + &format!("{key:width$}  {}\n", field(value, key))
    })
}

fn table(list: &Value, columns: &[&str]) -> String {
    let row = |item: &Value| columns.iter().map(|column| field(item, column)).collect();
    aligned(
        columns,
        list.as_array().into_iter().flatten().map(row).collect(),
    )
}

fn aligned(columns: &[&str], rows: Vec<Vec<String>>) -> String {
    let head = columns.iter().map(|column| column.to_uppercase()).collect();
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let width = |index: usize| lines.iter().map(|line| line[index].chars().count()).max();
    let widths: Vec<_> = (0..columns.len())
        .map(|index| width(index).unwrap_or_default())
        .collect();
    lines.iter().fold(String::new(), |text, line| {
        let cells = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        text + cells.collect::<Vec<_>>().join("  ").trim_end() + "\n"
    })
}

/// One field of an object on one line; times as people read them.
fn field(object: &Value, key: &str) -> String {
    let is_time = key == "at" || key == "due" || key.ends_with("_at");
    match object[key].as_u64().filter(|_| is_time) {
        Some(0) => "-".to_owned(),
        Some(at) => mail::message::timestamp(at),
        None => cell(&object[key]),
    }
}

/// One value on one line. What others wrote (subjects, replies) may hold
/// anything; a terminal gets no control characters from us.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.iter().all(Value::is_string) => list
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(","),
        other => other.to_string(),
    };
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_for_people() {
        let answer = json!({"created_at": 1_767_225_600_000_u64, "checked_at": 0, "at": "x"});
        assert_eq!(field(&answer, "created_at"), "2026-01-01T00:00:00Z");
        assert_eq!(field(&answer, "checked_at"), "-");
        assert_eq!(field(&answer, "at"), "x");
    }

    #[test]
    fn a_table_is_aligned() {
        let list = json!([{"id": 1, "name": "Acme"}, {"id": 12, "name": null}]);
        assert_eq!(table(&list, &["id", "name"]), "ID  NAME\n1   Acme\n12  -\n");
    }

    #[test]
    fn a_subject_cannot_write_to_the_terminal() {
        assert_eq!(cell(&json!("a\u{1b}[2Jb")), "a\u{fffd}[2Jb");
    }
}
