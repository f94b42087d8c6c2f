//! `<Postmaster>` without a domain, and the same name at our own host: every
//! server takes mail for it (RFC 5321 §4.5.1).
//!
//! In a session that has logged in it is the account's own affair: such mail
//! goes to the account's default address. From everybody else it goes to the
//! account the operator chose (`product.postmaster`), and without one to the
//! operator's own shelf of messages kept aside.

use desk::accounts::{self, Subdomain};
use desk::{Account, Error};
use mail::address::Address;
use storage::Scope;
use tracing::warn;

use super::Reception;
use crate::services::Services;

/// Whether this is the postmaster of our host; the session writes one without a
/// domain so.
pub(super) fn is_meant(services: &Services, candidate: &Address) -> bool {
    candidate.domain() == &services.hostname && candidate.local().eq_ignore_ascii_case(LOCAL_PART)
}

/// Whose postmaster it is; `None` is the operator's own.
pub(super) async fn account(reception: &Reception) -> Result<Option<Account>, Error> {
    let services = &reception.services;
    if let Some(login) = &reception.session.login {
        return Ok(Some(services.desk.account(login.account)));
    }
    let chosen = services.config.product.postmaster.as_deref();
    let Some(Ok(subdomain)) = chosen.map(Subdomain::parse) else {
        return Ok(None);
    };
    let found = accounts::by_subdomain(&services.desk, &subdomain, services.clock.now()).await?;
    if found.is_none() {
        warn!(%subdomain, "product.postmaster names no account; its mail is kept aside");
    }
    Ok(found)
}

/// The recipient of record, and whose it is.
pub(super) async fn accepted(
    account: Option<&Account>,
    candidate: &Address,
) -> Result<(Address, Scope), Error> {
    Ok(match account {
        Some(account) => {
            let profile = accounts::profile(account).await?;
            let recipient = profile.default_brand().default_address.clone();
            (recipient, account.scope())
        }
        None => (candidate.clone(), Scope::Installation),
    })
}

const LOCAL_PART: &str = "postmaster";
