//! What can be asked about an account.

use serde::{Deserialize, Serialize};

use crate::operations::desks::DeskInput;

/// See [`crate::operations::accounts`] and [`crate::operations::desks`].
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
    Set {
        account: String,
        ccs_followers_enabled: bool,
    },
    Rename {
        account: String,
        subdomain: String,
    },
    Admins {
        account: String,
        admins: Vec<String>,
    },
    Leftovers {
        account: String,
    },
    List,
    Show {
        account: String,
    },
    Desk(DeskInput),
    IssueLogin {
        account: String,
    },
    DiscardLogin {
        account: String,
        id: String,
    },
}
