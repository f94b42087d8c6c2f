//! What can be asked about a trigger.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::triggers`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum TriggerRequest {
    Add {
        account: String,
        json: String,
    },
    List {
        account: String,
    },
    Show {
        account: String,
        id: u64,
    },
    Remove {
        account: String,
        id: u64,
    },
    Move {
        account: String,
        id: u64,
        position: usize,
    },
}
