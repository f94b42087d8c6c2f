//! Whether an account has ever got the whole way to work: who asks before they connect a domain
//! in production wants to know that of their sandboxes (R15), which may be tidied up by then.

use serde::{Deserialize, Serialize};
use storage::{AccountId, Batch, Table, Timestamp};

use super::sandboxes;
use crate::rows::Record;
use crate::{Account, Error, Installation};

/// An address of the account was verified both ways.
#[derive(Serialize, Deserialize)]
struct Success {
    /// The last time.
    at: Timestamp,
}

/// Notes that an address is verified both ways, in the batch that makes it so.
pub(crate) fn note(account: &Account, batch: &mut Batch, now: Timestamp) {
    account.rows().put(batch, ONLY, &Success { at: now });
}

/// Whether an address of any of the account's sandboxes was ever verified both ways.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn tried_in_sandbox(
    installation: &Installation,
    production: AccountId,
) -> Result<bool, Error> {
    for sandbox in sandboxes(installation, production).await? {
        let rows = installation.account(sandbox.id);
        if rows.rows().get::<Success>(ONLY).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// There is one row for each account.
const ONLY: &[u8] = b"";

impl Record for Success {
    const TABLE: Table = Table("trial");
}
