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
    List {
        account: Option<String>,
    },
    Show {
        account: Option<String>,
        id: String,
    },
    Recover {
        account: String,
        id: String,
        requester: Option<String>,
    },
    Delete {
        account: Option<String>,
        id: String,
    },
}
