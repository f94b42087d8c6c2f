//! What can be asked about an API token.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::tokens`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum TokenRequest {
    Create { account: String, agent: String },
    Revoke { account: String, id: String },
}
