//! Taking a domain out of use, in steps that each leave something whole (R99).
//!
//! [`begin`] marks it: from then on inbound mail is put off (R100) and nothing new leaves
//! through its server. When the queue is drained, [`remove_address`] takes one address after
//! the other with our password at the customer's server, [`revoke`] the credentials, and
//! [`finish`] the connector. Repeating a step that was done does no harm, so a crash between
//! two costs nothing. The domain may be connected anew (R106). That it was here is remembered for
//! a month ([`gone_at`]), so that whoever looks on sees the end.
//!
//! Not here: the queue, and the order of the steps (the program's `disconnect`).

use mail::address::{Address, Domain};
use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};

use super::{Connector, DomainHolders, Phase, kept};
use crate::addresses::{self, SupportAddress};
use crate::change::Change;
use crate::credentials::{self, CredentialId};
use crate::rows::{Kept, Record};
use crate::upkeep::Aging;
use crate::{Account, Error};

/// A domain that was disconnected.
#[derive(Serialize, Deserialize)]
pub(crate) struct Gone {
    at: Timestamp,
}

/// Marks a connector as on its way out. The value says whether it was not so before.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn begin(
    account: &Account,
    domain: &Domain,
    now: Timestamp,
) -> Result<Change<bool>, Error> {
    let mut kept = kept(account, domain)
        .await?
        .ok_or(Error::NotFound("domain"))?;
    let mut batch = Batch::new();
    let begins = !kept.record.is_disconnecting();
    if begins {
        kept.record.phase = Phase::Disconnecting { since: now };
        account.rows().update(&mut batch, domain.as_str(), &kept);
    }
    Ok(Change::new(batch, begins))
}

/// The addresses that are left.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn addresses_left(
    account: &Account,
    domain: &Domain,
) -> Result<Vec<SupportAddress>, Error> {
    let mut addresses = addresses::list(account).await?;
    addresses.retain(|address| address.connector() == Some(domain));
    Ok(addresses)
}

/// Removes one address with its sealed password.
///
/// # Errors
/// [`Error::NotFound`] if the domain is gone; [`Error::Invalid`] unless it is disconnecting.
pub async fn remove_address(
    account: &Account,
    domain: &Domain,
    address: &SupportAddress,
) -> Result<Change<Address>, Error> {
    let (_, mut batch) = leaving(account, domain).await?;
    addresses::change::delete(account, &mut batch, address);
    Ok(Change::new(batch, address.address.clone()))
}

/// Revokes every credential set; sessions that proved one end.
///
/// # Errors
/// As [`remove_address`].
pub async fn revoke(
    account: &Account,
    domain: &Domain,
) -> Result<Change<Vec<CredentialId>>, Error> {
    let (_, mut batch) = leaving(account, domain).await?;
    let gone = credentials::remove_all(account, &mut batch, domain).await?;
    Ok(Change::new(batch, gone))
}

/// Removes the connector itself.
///
/// # Errors
/// As [`remove_address`]; [`Error::Invalid`] while it has addresses or credentials.
pub async fn finish(
    account: &Account,
    domain: &Domain,
    now: Timestamp,
) -> Result<Change<()>, Error> {
    let (_, mut batch) = leaving(account, domain).await?;
    let addresses = addresses_left(account, domain).await?;
    let sets = credentials::list(account, domain).await?;
    if !addresses.is_empty() || !sets.is_empty() {
        let hint = "its addresses and credentials go first";
        return Err(Error::invalid("domain", "domain_not_empty", hint));
    }
    account
        .rows()
        .delete::<Connector>(&mut batch, domain.as_str());
    let gone = Gone { at: now };
    account.rows().put(&mut batch, domain.as_str(), &gone);
    let_go(account, &mut batch, domain).await?;
    Ok(Change::new(batch, ()))
}

/// When a domain was disconnected, if the account had it within the last month.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn gone_at(account: &Account, domain: &Domain) -> Result<Option<Timestamp>, Error> {
    let gone = account.rows().get::<Gone>(domain.as_str()).await?;
    Ok(gone.map(|kept| kept.record.at))
}

/// The connector on its way out, and a batch that holds only while it is as it is. No address
/// can slip in meanwhile: adding one requires the connector's row.
async fn leaving(account: &Account, domain: &Domain) -> Result<(Kept<Connector>, Batch), Error> {
    let kept = kept(account, domain)
        .await?
        .ok_or(Error::NotFound("domain"))?;
    if !kept.record.is_disconnecting() {
        let hint = "begin to disconnect first";
        return Err(Error::invalid("domain", "not_disconnecting", hint));
    }
    let mut batch = Batch::new();
    let key = account.rows().key::<Connector>(domain.as_str());
    batch.expect(key, Some(kept.revision));
    Ok((kept, batch))
}

/// Takes the account from among the holders of the domain.
async fn let_go(account: &Account, batch: &mut Batch, domain: &Domain) -> Result<(), Error> {
    let shared = account.shared();
    let Some(mut kept) = shared.get::<DomainHolders>(domain.as_str()).await? else {
        return Ok(());
    };
    kept.record.remove(account.id());
    if kept.record.is_empty() {
        let key = shared.key::<DomainHolders>(domain.as_str());
        batch.expect(key, Some(kept.revision));
        shared.delete::<DomainHolders>(batch, domain.as_str());
    } else {
        shared.update(batch, domain.as_str(), &kept);
    }
    Ok(())
}

impl Record for Gone {
    const TABLE: Table = Table("connector_gone");
}

impl Aging for Gone {
    /// A month.
    const KEPT_MS: u64 = 30 * 24 * 3_600_000;

    fn at(&self) -> Timestamp {
        self.at
    }
}
