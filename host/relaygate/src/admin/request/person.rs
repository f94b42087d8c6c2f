//! What can be asked about people.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::people`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum PersonRequest {
    List { account: String },
    Show { account: String, number: u64 },
}
