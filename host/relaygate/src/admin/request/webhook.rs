//! What can be asked about webhooks.

use serde::{Deserialize, Serialize};

use crate::operations::webhooks::WebhookInput;

/// See [`crate::operations::webhooks`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum WebhookRequest {
    Add(WebhookInput),
    List { account: String },
    Remove { account: String, id: String },
}
