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
        | AccountRequest::Rename { .. }
        | AccountRequest::Admins { .. }
        | AccountRequest::Show { .. } => one(answer),
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

/// An account, and the names it had before.
fn one(answer: &Value) -> String {
    let columns = [
        "subdomain",
        "username_alias",
        "native_domain",
        "live",
        "ends_at",
    ];
    let mut account = answer.clone();
    let former = account.as_object_mut().and_then(|it| it.remove("former"));
    match former.filter(|former| former.as_array().is_some_and(|list| !list.is_empty())) {
        Some(former) => format!(
            "{}\nformer names\n{}",
            pretty(&account),
            table(&former, &columns)
        ),
        None => pretty(&account),
    }
}
