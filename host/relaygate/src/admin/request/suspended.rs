//! What can be asked about messages kept aside.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::suspended`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum SuspendedRequest {
    List { account: String },
    Show { account: String, id: String },
}
