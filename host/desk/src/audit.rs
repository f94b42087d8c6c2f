//! Who did what, when: append-only (R97). A row never holds a secret.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use storage::{Batch, ListRange, Table, Timestamp};

use crate::rows::{Record, Rows};
use crate::{Account, Error, Installation, random};

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

/// Adds an act that belongs to no account, such as the lock-out of a peer.
///
/// # Errors
/// [`Error::Commit`].
pub async fn note_installation(installation: &Installation, act: &Act) -> Result<(), Error> {
    let mut batch = Batch::new();
    append_installation(installation, &mut batch, act);
    installation.store().commit(batch).await?;
    Ok(())
}

/// The same in the batch of what was done.
pub(crate) fn append_installation(installation: &Installation, batch: &mut Batch, act: &Act) {
    installation
        .rows()
        .create(batch, random::sortable_id(act.at), act);
}

/// Every act of the account, oldest first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<Act>, Error> {
    account.rows().all(&[]).await
}

/// The last `limit` acts of the account, oldest first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn latest(account: &Account, limit: usize) -> Result<Vec<Act>, Error> {
    latest_of(account.rows(), limit).await
}

/// The last `limit` acts that belong to no account, oldest first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn latest_installation(
    installation: &Installation,
    limit: usize,
) -> Result<Vec<Act>, Error> {
    latest_of(installation.rows(), limit).await
}

async fn latest_of(rows: Rows<'_>, limit: usize) -> Result<Vec<Act>, Error> {
    let mut latest = VecDeque::new();
    let mut range = ListRange::first(PAGE_ROWS);
    loop {
        let page = rows.page::<Act>(range.clone()).await?;
        let last = page.last().map(|(id, _)| id.clone());
        latest.extend(page.into_iter().map(|(_, act)| act));
        latest.drain(..latest.len().saturating_sub(limit));
        match last {
            Some(id) => range = range.after(id),
            None => return Ok(latest.into()),
        }
    }
}

const PAGE_ROWS: usize = 256;

impl Record for Act {
    const TABLE: Table = Table("audit");
}
