//! Who has which name inside the native domain: an index of the whole installation, so that
//! no two accounts have the same.
//!
//! A name that was given up stays with its account for a grace time (R116). Afterwards it is
//! refused with a reason, until another account takes it.

use mail::address::Domain;
use serde::{Deserialize, Serialize};
use storage::{AccountId, Batch, Table, Timestamp};

use super::{Profile, Subdomain};
use crate::rows::{Record, Rows};
use crate::{Account, Error, Installation};

/// The account of that subdomain; of one that was given up as long as its grace time runs.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn by_subdomain(
    installation: &Installation,
    subdomain: &Subdomain,
    now: Timestamp,
) -> Result<Option<Account>, Error> {
    let holder = holder(installation.rows(), subdomain).await?;
    let live = holder.filter(|holder| !holder.is_over(now));
    Ok(live.map(|holder| installation.account(holder.account)))
}

/// The account whose native domain this is.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn by_native_domain(
    installation: &Installation,
    native: &Domain,
    domain: &Domain,
    now: Timestamp,
) -> Result<Option<Account>, Error> {
    match label(native, domain) {
        Some(subdomain) => by_subdomain(installation, &subdomain, now).await,
        None => Ok(None),
    }
}

/// Whether this is a native domain that was given up and whose grace time is over.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn is_given_up(
    installation: &Installation,
    native: &Domain,
    domain: &Domain,
    now: Timestamp,
) -> Result<bool, Error> {
    let Some(subdomain) = label(native, domain) else {
        return Ok(false);
    };
    let holder = holder(installation.rows(), &subdomain).await?;
    Ok(holder.is_some_and(|holder| holder.is_over(now)))
}

/// `acme` of `acme.desk.example`.
fn label(native: &Domain, domain: &Domain) -> Option<Subdomain> {
    let rest = domain.as_str().strip_suffix(native.as_str())?;
    Subdomain::parse(rest.strip_suffix('.')?).ok()
}

async fn holder(rows: Rows<'_>, name: &Subdomain) -> Result<Option<SubdomainHolder>, Error> {
    let holder = rows.get::<SubdomainHolder>(name.as_str()).await?;
    Ok(holder.map(|kept| kept.record))
}

/// Gives a name to an account: one nobody has, one it had before, or one whose grace time is
/// over; who had that has nothing left of it.
pub(super) async fn take(
    rows: Rows<'_>,
    batch: &mut Batch,
    name: &Subdomain,
    account: AccountId,
    now: Timestamp,
) -> Result<(), Error> {
    let fresh = SubdomainHolder {
        account,
        until: None,
    };
    let Some(mut kept) = rows.get::<SubdomainHolder>(name.as_str()).await? else {
        rows.create(batch, name.as_str(), &fresh);
        return Ok(());
    };
    let before = kept.record.account;
    let was_own = before == account && kept.record.until.is_some();
    if !was_own && !kept.record.is_over(now) {
        return Err(taken());
    }
    if before != account {
        forget(rows, batch, name, before).await?;
    }
    kept.record = fresh;
    rows.update(batch, name.as_str(), &kept);
    Ok(())
}

async fn forget(
    rows: Rows<'_>,
    batch: &mut Batch,
    name: &Subdomain,
    account: AccountId,
) -> Result<(), Error> {
    let row = account.get().to_be_bytes();
    if let Some(mut kept) = rows.get::<Profile>(row).await? {
        kept.record
            .former
            .retain(|former| former.subdomain != *name);
        rows.update(batch, row, &kept);
    }
    Ok(())
}

/// Keeps a name with its account until then, and no longer.
pub(super) async fn give_up(
    rows: Rows<'_>,
    batch: &mut Batch,
    name: &Subdomain,
    until: Timestamp,
) -> Result<(), Error> {
    let held = rows.get::<SubdomainHolder>(name.as_str()).await?;
    let mut kept = held.ok_or(Error::NotFound("account"))?;
    kept.record.until = Some(until);
    rows.update(batch, name.as_str(), &kept);
    Ok(())
}

pub(super) fn taken() -> Error {
    Error::invalid("subdomain", "subdomain_taken", "choose another subdomain")
}

#[derive(Serialize, Deserialize)]
struct SubdomainHolder {
    account: AccountId,
    /// It was given up, and is kept so long.
    until: Option<Timestamp>,
}

impl SubdomainHolder {
    fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

impl Record for SubdomainHolder {
    const TABLE: Table = Table("subdomain");
}
