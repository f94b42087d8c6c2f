//! Answers about a connected domain.

use serde_json::Value;

use super::layout::{done, once, pretty, table};
use crate::admin::DomainRequest;

/// A connected domain, its credentials, its records.
pub(super) fn words(request: &DomainRequest, answer: &Value) -> String {
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
