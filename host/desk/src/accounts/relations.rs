//! What accounts are to each other, and their admins to their domains.

use mail::address::Address;
use storage::AccountId;

use super::{Profile, list};
use crate::{Account, Error, Installation, connectors};

/// Whether every admin's address lies in a domain the account has connected: whoever loses
/// that domain then loses the way to be told of it, too (R95).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn admins_all_connected(account: &Account, profile: &Profile) -> Result<bool, Error> {
    let connected = connectors::list(account).await?;
    let is_connected = |admin: &Address| {
        let mut domains = connected.iter().map(|connector| &connector.domain);
        domains.any(|domain| admin.domain() == domain)
    };
    Ok(profile.admins.iter().all(is_connected))
}

/// The sandboxes of an account.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn sandboxes(
    installation: &Installation,
    production: AccountId,
) -> Result<Vec<Profile>, Error> {
    let mut all = list(installation).await?;
    all.retain(|profile| profile.sandbox_of == Some(production));
    Ok(all)
}

/// Whether two accounts belong to one organisation: a sandbox and its
/// production account, or two sandboxes of one.
pub(crate) fn are_siblings(one: &Profile, other: &Profile) -> bool {
    let root = |profile: &Profile| profile.sandbox_of.unwrap_or(profile.id);
    root(one) == root(other)
}
