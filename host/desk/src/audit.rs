//! Who did what, when: append-only (R97). A row never holds a secret.

use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};

use crate::rows::Record;
use crate::{Account, Error, random};

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// When.
    pub at: Timestamp,
    /// Who: an admin, `operator`, `system`.
    pub actor: String,
    /// From where, if over the network.
    pub peer: Option<String>,
    /// What, for example `credential_rotated`.
    pub action: String,
    /// On what: a domain, an address, a token's id.
    pub subject: String,
    /// The credential set it is about.
    pub credential: Option<String>,
}

/// Adds an act to the batch of what was done.
pub fn append(account: &Account, batch: &mut Batch, act: &Act) {
    account
        .rows()
        .create(batch, random::sortable_id(act.at), act);
}

/// Adds an act that is done already, or that failed.
///
/// # Errors
/// [`Error::Commit`].
pub async fn note(account: &Account, act: &Act) -> Result<(), Error> {
    let mut batch = Batch::new();
    append(account, &mut batch, act);
    account.apply(batch).await
}

/// Every act of the account, oldest first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<Act>, Error> {
    account.rows().all(&[]).await
}

impl Record for Act {
    const TABLE: Table = Table("audit");
}
