//! Another name inside the native domain (R116).
//!
//! What led to the old name goes on for a grace time: the user names made of it log in, its
//! addresses take mail, and what is written to them finds its ticket. The native addresses
//! themselves move at once, so everything that leaves bears the new name; the old ones are
//! read as what they are called now ([`Profile::moved`]). User names of connectors are no
//! addresses and stay.

use mail::address::{Address, Domain};
use serde::{Deserialize, Serialize};
use storage::{Batch, Timestamp};

use super::{Profile, Subdomain, kept_profile, names};
use crate::addresses::{self, Kind};
use crate::change::Change;
use crate::{Account, Error, triggers, wire};

/// A name the account had before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerName {
    /// The name.
    pub subdomain: Subdomain,
    /// The native domain it made.
    #[serde(with = "wire::one")]
    pub domain: Domain,
    /// Until when it still leads here.
    pub until: Timestamp,
}

impl FormerName {
    /// Whether it still leads here.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

impl Profile {
    /// What an address in a native domain the account has given up is called now. Its grace
    /// time may be over: what was written down with the old name still means the same.
    pub fn moved(&self, address: &Address) -> Option<Address> {
        let former = self.former.iter().map(|former| &former.domain);
        let is_former = former.into_iter().any(|domain| domain == address.domain());
        is_former.then(|| at(address, self.home()))
    }

    /// The account's native domain.
    pub fn home(&self) -> &Domain {
        self.default_brand().default_address.domain()
    }
}

/// Gives the account another name; the old one leads here until `until`. The value is the old
/// name.
///
/// # Errors
/// [`Error::Invalid`] with code `subdomain_taken`, also while another account's grace time for
/// it runs, `subdomain_unchanged` or `limit_former_names`. Of two renamings at once one fails
/// to commit.
pub async fn rename(
    account: &Account,
    native: &Domain,
    name: &Subdomain,
    until: Timestamp,
    now: Timestamp,
) -> Result<Change<Subdomain>, Error> {
    let mut kept = kept_profile(account).await?;
    let profile = &mut kept.record;
    let old = profile.subdomain.clone();
    if old == *name {
        let hint = "it has this name already";
        return Err(Error::invalid("subdomain", "subdomain_unchanged", hint));
    }
    let mut batch = Batch::new();
    names::take(account.shared(), &mut batch, name, account.id(), now).await?;
    names::give_up(account.shared(), &mut batch, &old, until).await?;
    let (from, to) = (old.domain(native), name.domain(native));
    profile.former.retain(|former| former.subdomain != *name);
    make_room(&mut profile.former, now)?;
    profile.former.push(FormerName {
        subdomain: old.clone(),
        domain: from.clone(),
        until,
    });
    profile.subdomain = name.clone();
    for brand in &mut profile.brands {
        brand.default_address = at(&brand.default_address, &to);
    }
    move_addresses(account, &mut batch, &to).await?;
    triggers::readdress(account, &mut batch, &from, &to).await?;
    let row = account.id().get().to_be_bytes();
    account.shared().update(&mut batch, row, &kept);
    Ok(Change::new(batch, old))
}

/// A name whose grace time is over makes room for another.
fn make_room(former: &mut Vec<FormerName>, now: Timestamp) -> Result<(), Error> {
    if former.len() < FORMER_MAX {
        return Ok(());
    }
    let Some(over) = former.iter().position(|name| !name.is_live(now)) else {
        let hint = "wait until the grace time of one of its former names is over";
        return Err(Error::invalid("subdomain", "limit_former_names", hint));
    };
    former.remove(over);
    Ok(())
}

async fn move_addresses(account: &Account, batch: &mut Batch, to: &Domain) -> Result<(), Error> {
    let rows = account.rows();
    for listed in addresses::list(account).await? {
        if listed.kind != Kind::Native {
            continue;
        }
        let found = addresses::kept(account, &listed.address).await?;
        let mut kept = found.ok_or(Error::Changed)?;
        addresses::remove_kept(rows, batch, &kept);
        kept.record.address = at(&listed.address, to);
        addresses::put_native(account, batch, kept.record);
    }
    Ok(())
}

/// The same local part in another domain.
fn at(address: &Address, domain: &Domain) -> Address {
    Address::new(address.local(), domain.clone())
        .expect("a local part is sound in one domain as in another")
}

/// Former names an account may have.
const FORMER_MAX: usize = 16;
