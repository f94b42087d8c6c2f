//! Seals every secret anew after a new key was put before the old one (SEC-02).
//!
//! Row by row, each in a batch that expects what was read, so it may be ended at
//! any moment and begun again: what is sealed by the newest key is left alone.
//!
//! Not here: the key file (the program).

use std::ops::AddAssign;

use storage::{Batch, ListRange};

use crate::rows::{Kept, Record, Rows};
use crate::secrets::{Sealed, SealingKey};
use crate::{Error, Installation, accounts, addresses, desks, dkim_keys};

/// How far it came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// Secrets there are.
    pub secrets: u64,
    /// Of them those that had an older seal.
    pub resealed: u64,
}

impl AddAssign for Rewrapped {
    fn add_assign(&mut self, more: Self) {
        self.secrets += more.secrets;
        self.resealed += more.resealed;
    }
}

/// Seals everything by the newest key.
///
/// # Errors
/// [`Error::Sealed`] if no key opens a secret; [`Error::Read`], [`Error::Corrupt`],
/// [`Error::Commit`]. What came before is done.
pub async fn all(installation: &Installation, key: &SealingKey) -> Result<Rewrapped, Error> {
    let mut done = dkim_keys::rewrap(installation, key).await?;
    for profile in accounts::list(installation).await? {
        let account = installation.account(profile.id);
        done += addresses::rewrap(&account, key).await?;
        done += desks::rewrap(&account, key).await?;
    }
    Ok(done)
}

/// Seals one secret anew, if it has to be.
pub(crate) fn one(
    sealed: &mut Sealed,
    reseal: impl FnOnce(&Sealed) -> Result<Option<Sealed>, crate::secrets::SealError>,
) -> Result<Rewrapped, Error> {
    let new = reseal(sealed)?;
    let resealed = u64::from(new.is_some());
    if let Some(new) = new {
        *sealed = new;
    }
    Ok(Rewrapped {
        secrets: 1,
        resealed,
    })
}

/// Goes through a table; `change` seals what is in a record.
pub(crate) async fn table<R: Record>(
    rows: Rows<'_>,
    change: impl Fn(&[u8], &mut R) -> Result<Rewrapped, Error>,
) -> Result<Rewrapped, Error> {
    let mut done = Rewrapped::default();
    let mut range = ListRange::first(PAGE_ROWS);
    loop {
        let page = rows.page_kept::<R>(range.clone()).await?;
        let Some((last, _)) = page.last() else {
            return Ok(done);
        };
        range = range.after(last.clone());
        for (id, kept) in page {
            done += row(rows, &id, kept, &change).await?;
        }
    }
}

async fn row<R: Record>(
    rows: Rows<'_>,
    id: &[u8],
    mut kept: Kept<R>,
    change: impl Fn(&[u8], &mut R) -> Result<Rewrapped, Error>,
) -> Result<Rewrapped, Error> {
    loop {
        let done = change(id, &mut kept.record)?;
        if done.resealed == 0 {
            return Ok(done);
        }
        let mut batch = Batch::new();
        rows.update(&mut batch, id, &kept);
        match rows.apply(batch).await {
            Err(Error::Changed) => {}
            outcome => return outcome.map(|()| done),
        }
        kept = match rows.get::<R>(id).await? {
            Some(kept) => kept,
            None => return Ok(Rewrapped::default()),
        };
    }
}

const PAGE_ROWS: usize = 256;
