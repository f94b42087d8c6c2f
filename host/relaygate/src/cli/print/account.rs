//! Answers about an account.

use serde_json::{Value, json};

use super::layout::{done, once, pretty, table};
use crate::admin::AccountRequest;

/// One account, or all.
pub(super) fn words(request: &AccountRequest, answer: &Value) -> String {
    match request {
        AccountRequest::List => table(
            &answer["accounts"],
            &["id", "subdomain", "kind", "native_domain", "name"],
        ),
        AccountRequest::Create { .. }
        | AccountRequest::Set { .. }
        | AccountRequest::Show { .. } => pretty(answer),
        AccountRequest::Leftovers { .. } => {
            table(&answer["leftovers"], &["account", "kind", "name", "hint"])
        }
        AccountRequest::Desk(_) => match &answer["secret"] {
            Value::Null => pretty(&answer["desk"]),
            secret => pretty(&answer["desk"]) + "\n" + &once(&pretty(&json!({"secret": secret}))),
        },
        AccountRequest::IssueLogin { .. } => once(&pretty(&answer["login"])),
        AccountRequest::DiscardLogin { .. } => done(),
    }
}
