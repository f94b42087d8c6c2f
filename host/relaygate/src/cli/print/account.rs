//! Answers about an account.

use serde_json::Value;

use super::layout::{pretty, table};
use crate::admin::AccountRequest;

/// One account, or all.
pub(super) fn words(request: &AccountRequest, answer: &Value) -> String {
    match request {
        AccountRequest::List => table(
            &answer["accounts"],
            &["id", "subdomain", "kind", "native_domain", "name"],
        ),
        AccountRequest::Create { .. } | AccountRequest::Show { .. } => pretty(answer),
    }
}
