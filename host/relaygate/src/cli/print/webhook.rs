//! Answers about webhooks.

use serde_json::Value;

use super::layout::{done, once, pretty, table};
use crate::admin::WebhookRequest;

/// One endpoint with its secret, or all without.
pub(super) fn words(request: &WebhookRequest, answer: &Value) -> String {
    match request {
        WebhookRequest::Add(_) => {
            let secret = answer["secret"].as_str().unwrap_or_default();
            pretty(&answer["webhook"]) + "\n" + &once(secret)
        }
        WebhookRequest::List { .. } => {
            table(&answer["webhooks"], &["id", "state", "topics", "url"])
        }
        WebhookRequest::Remove { .. } => done(),
    }
}
