//! What can be asked about people who sign in to the pages.

use desk::members::Role;
use serde::{Deserialize, Serialize};

/// See [`crate::operations::logins`]; without an account it is about operators.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum LoginRequest {
    Invite {
        account: Option<String>,
        address: String,
        role: Role,
    },
    List {
        account: Option<String>,
    },
    Remove {
        account: Option<String>,
        address: String,
    },
}
