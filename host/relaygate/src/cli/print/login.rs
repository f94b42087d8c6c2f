//! Answers about people who sign in to the pages.

use serde_json::{Value, json};

use super::layout::{done, once, pretty, table};
use crate::admin::LoginRequest;

/// An invitation, this once, or the list.
pub(super) fn words(request: &LoginRequest, answer: &Value) -> String {
    match request {
        LoginRequest::Invite { .. } => once(&pretty(
            &json!({"link": answer["link"], "expires_at": answer["expires_at"]}),
        )),
        LoginRequest::List { .. } => table(
            &answer["logins"],
            &[
                "address",
                "role",
                "active",
                "second_factor",
                "invited_until_at",
            ],
        ),
        LoginRequest::Remove { .. } => done(),
    }
}
