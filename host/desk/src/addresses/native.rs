//! Addresses in the account's native domain. All mail to that domain is the account's anyway;
//! an address of its own gives it a brand, and its tickets are answered from it.

use mail::address::{Address, Domain};
use storage::{Batch, Timestamp};

use super::{Kind, SupportAddress, check_brand, list, put_native};
use crate::{Account, Error, accounts, addresses, people};

/// Adds an address of the account's native domain; `local` is what stands before its @, the
/// account's own name if absent: what servers log in as that want an address (R54).
///
/// # Errors
/// [`Error::Invalid`] for an address or brand that cannot be, is taken or is one too many;
/// [`Error::Changed`].
pub async fn add_native(
    account: &Account,
    native: &Domain,
    local: Option<&str>,
    brand: u64,
    now: Timestamp,
) -> Result<SupportAddress, Error> {
    let profile = accounts::profile(account).await?;
    let local = local.unwrap_or(profile.subdomain.as_str());
    let address = unused(account, local, profile.subdomain.domain(native)).await?;
    check_brand(account, brand).await?;
    let all = list(account).await?;
    let natives = all.iter().filter(|found| found.kind == Kind::Native);
    if natives.count() >= NATIVE_MAX {
        let hint = format!("an account has at most {NATIVE_MAX} native addresses");
        return Err(Error::invalid("local", "limit_native_addresses", hint));
    }
    let added = SupportAddress::native(address, brand, now);
    let mut batch = Batch::new();
    put_native(account, &mut batch, added.clone());
    account.apply(batch).await?;
    Ok(added)
}

/// A native address nobody has yet.
pub(crate) async fn unused(
    account: &Account,
    local: &str,
    domain: Domain,
) -> Result<Address, Error> {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    let fits = local.bytes().all(letter) && local != POSTMASTER;
    let address = Address::new(local, domain).ok().filter(|_| fits);
    let Some(address) = address else {
        let hint =
            "name what stands before the @ of its address: a-z, 0-9 and inner dots or hyphens";
        return Err(Error::invalid("local", "address_malformed", hint));
    };
    let taken = addresses::find(account, &address).await?.is_some()
        || people::find(account, &address).await?.is_some();
    if taken {
        let hint = "its address is in use; name another with --local";
        return Err(Error::invalid("local", "address_exists", hint));
    }
    Ok(address)
}

/// Native addresses of one account: one for each brand it may have, and as many again.
pub const NATIVE_MAX: usize = 2 * crate::brands::BRANDS_MAX;
/// Belongs to the account as a whole (RFC 5321 §4.5.1).
const POSTMASTER: &str = "postmaster";
