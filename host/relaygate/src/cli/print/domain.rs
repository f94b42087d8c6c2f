//! Answers about a connected domain.

use serde_json::Value;

use super::layout::{cell, once, pretty, table};
use crate::admin::DomainRequest;

/// A connected domain, its credentials, its records.
pub(super) fn words(request: &DomainRequest, answer: &Value) -> String {
    match request {
        DomainRequest::Add(_) => {
            let credential = once(&pretty(&answer["credential"]));
            connector(&answer["connector"]) + "\n" + &credential + &warnings(&answer["warnings"])
        }
        DomainRequest::Rotate { .. } => once(&pretty(&answer["credential"])),
        DomainRequest::List { .. } => list(answer),
        DomainRequest::Disconnect { .. } | DomainRequest::Progress { .. } => progress(answer),
        DomainRequest::Discard(_)
        | DomainRequest::Rename { .. }
        | DomainRequest::Set { .. }
        | DomainRequest::Allow { .. } => connector(answer),
        DomainRequest::Prove { .. } => {
            let status = &answer["domain_verification_status"];
            pretty(&answer["record"]) + &format!("the domain is {}\n", cell(status))
        }
        DomainRequest::Show { .. } => {
            let traffic = traffic(&answer["traffic"]);
            connector(answer) + "\n" + &traffic + &warnings(&answer["warnings"])
        }
        DomainRequest::Refused { .. } => table(
            &answer["refused"],
            &["last_at", "times", "session", "sender", "recipient"],
        ),
        DomainRequest::Dkim { .. } | DomainRequest::Dns { .. } => {
            let zones = ["customer", "operator"].map(|zone| cell(&answer["zone"][zone]));
            zones.join("\n") + "\n" + &about(&answer["signing"]) + &about(&answer["status"])
        }
    }
}

/// As comments, so that all of the answer can be pasted.
fn about(object: &Value) -> String {
    let lines = pretty(object);
    lines.lines().map(|line| format!("; {line}\n")).collect()
}

fn list(answer: &Value) -> String {
    let columns = ["domain", "name", "status", "addresses", "username"];
    let connectors = answer["connectors"].as_array().into_iter().flatten();
    connectors.fold(table(&answer["connectors"], &columns), |text, connector| {
        text + &warnings(&connector["warnings"])
    }) + &warnings(&answer["warnings"])
}

/// Without what is told in a form of its own.
fn connector(shown: &Value) -> String {
    let mut plain = shown.clone();
    if let Some(fields) = plain.as_object_mut() {
        fields.retain(|name, _| name != "traffic" && name != "warnings");
    }
    pretty(&plain)
}

/// By day, then by hour of the day: whoever disconnects chooses a quiet one (R98).
fn traffic(shown: &Value) -> String {
    let [days, hours] = [("days", "day"), ("hours", "hour")].map(|(rows, first)| {
        let columns = [
            first,
            "authenticated_in",
            "unauthenticated_in",
            "accepted_out",
            "failed_out",
        ];
        table(&shown[rows], &columns)
    });
    format!("{days}\n{hours}")
}

fn warnings(list: &Value) -> String {
    let warnings = list.as_array().into_iter().flatten();
    warnings.fold(String::new(), |text, warning| {
        text + &format!("warning: {}\n", cell(&warning["hint"]))
    })
}

/// One line, so that a look a second later reads on.
pub(crate) fn progress(answer: &Value) -> String {
    let [domain, state, queued, addresses, refused] =
        ["domain", "state", "queued", "addresses", "refused"].map(|key| cell(&answer[key]));
    format!(
        "{domain}: {state}; {queued} messages wait, {addresses} addresses left, {refused} envelopes put off\n"
    )
}
