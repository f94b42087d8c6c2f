//! What can be asked about policies.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::policies`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum PolicyRequest {
    List { account: String },
}
