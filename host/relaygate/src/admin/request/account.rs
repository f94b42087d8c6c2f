//! What can be asked about an account.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::accounts`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum AccountRequest {
    Create {
        subdomain: String,
        name: String,
        admins: Vec<String>,
        sandbox_of: Option<String>,
    },
    List,
    Show {
        account: String,
    },
}
