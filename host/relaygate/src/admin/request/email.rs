//! What can be asked about mail we sent.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::emails`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum EmailRequest {
    List {
        account: String,
        ticket: Option<u64>,
    },
    Show {
        account: String,
        number: u64,
    },
}
