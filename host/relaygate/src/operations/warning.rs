//! What works, and should not stay as it is.

use desk::Account;
use desk::accounts::{self, Profile};
use desk::credentials::Credential;
use desk::traffic::Volume;
use mail::address::Address;
use serde::Serialize;

use super::Outcome;

/// A warning, with its mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable word for machines.
    pub code: &'static str,
    /// What to do about it.
    pub hint: String,
}

/// What speaks against an account's set-up.
pub(super) async fn of_account(account: &Account, profile: &Profile) -> Outcome<Vec<Warning>> {
    let warned = accounts::admins_all_connected(account, profile).await?;
    Ok(warned.then(Warning::admins_connected).into_iter().collect())
}

impl Warning {
    /// A replaced credential set has been left in place for long (R92).
    pub(super) fn two_sets(previous: &Credential) -> Self {
        Self {
            code: "two_credential_sets",
            hint: format!(
                "the replaced credential set {} still works; discard it, or there is no room for a rotation in a hurry",
                previous.id.as_str()
            ),
        }
    }

    /// A server logs in under an address that nobody has: what is sent to it belongs to no
    /// brand (R54).
    pub(super) fn alias_without_address(alias: &Address) -> Self {
        Self {
            code: "alias_without_address",
            hint: format!(
                "the domain's server logs in as {alias}, and there is no such address; add it with `address native`, so that what is sent to it arrives as what it is"
            ),
        }
    }

    /// Some of the mail of the last seven days did not come over the connector (R44).
    pub(super) fn unauthenticated(week: &Volume) -> Option<Self> {
        (week.unauthenticated_in > 0).then(|| Self {
            code: "unauthenticated_mail",
            hint: format!(
                "{} % of the mail for its addresses in the last seven days came without authentication; have the domain's server hand all of it to the connector",
                week.unauthenticated_percent()
            ),
        })
    }

    /// All admins read their mail in a connected domain (R95).
    fn admins_connected() -> Self {
        Self {
            code: "admins_in_connected_domains",
            hint: "name an admin address outside the connected domains: who loses those loses the notices, too".to_owned(),
        }
    }
}
