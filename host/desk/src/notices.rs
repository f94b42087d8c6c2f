//! What an account's admins are told by mail: acts on credentials, the end of a domain, a
//! verification that failed (R96).
//!
//! A notice goes from the native address by our own path, never over a connector: whoever has
//! got hold of the customer's server must not be the one who delivers it. It names ids and
//! domains, never a secret.
//!
//! Not here: composing and sending (`notifications`, the program's `dispatch`).

use serde::{Deserialize, Serialize};
use storage::Timestamp;

use crate::notifications::{OutboundDraft, security_notice};
use crate::{Account, Error, Product};

/// Something the admins have to know. Kept in a job, so as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// A domain was connected and its first credential set issued.
    CredentialCreated {
        /// The domain.
        domain: String,
        /// The set's id.
        credential: String,
    },
    /// A second credential set was issued.
    CredentialRotated {
        /// The domain.
        domain: String,
        /// The new set's id.
        credential: String,
    },
    /// A credential set was discarded.
    CredentialDiscarded {
        /// The domain.
        domain: String,
        /// The set's id.
        credential: String,
        /// Nobody can log in any more.
        last: bool,
    },
    /// A credential set was used from where it had not been used before.
    CredentialUsedElsewhere {
        /// The domain.
        domain: String,
        /// The set's id.
        credential: String,
        /// From where.
        peer: String,
    },
    /// A domain is being disconnected.
    DisconnectBegun {
        /// The domain.
        domain: String,
    },
    /// A domain is gone, with its addresses and credentials.
    Disconnected {
        /// The domain.
        domain: String,
    },
    /// The account has another name inside the native domain.
    AccountRenamed {
        /// The name before.
        old: String,
        /// The name now.
        new: String,
        /// Days in which the old one still leads to the account.
        grace_days: u32,
    },
    /// A verification of an address failed.
    VerificationFailed {
        /// The address.
        address: String,
        /// `inbound` or `outbound`.
        direction: String,
        /// Stable word.
        reason: String,
    },
}

impl Notice {
    /// The message that says so.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Compose`].
    pub async fn draft(
        &self,
        account: &Account,
        product: &Product,
        now: Timestamp,
    ) -> Result<OutboundDraft, Error> {
        let (subject, body) = self.words();
        security_notice(account, product, &subject, &body, now).await
    }

    /// The audit row that goes with it: what was done, to what, with which credential set.
    pub fn act(&self) -> (&'static str, &str, Option<&str>) {
        match self {
            Self::CredentialCreated { domain, credential }
            | Self::CredentialRotated { domain, credential } => {
                ("credential_issued", domain, Some(credential))
            }
            Self::CredentialDiscarded {
                domain, credential, ..
            } => ("credential_discarded", domain, Some(credential)),
            Self::CredentialUsedElsewhere {
                domain, credential, ..
            } => ("credential_used_elsewhere", domain, Some(credential)),
            Self::DisconnectBegun { domain } => ("disconnect_begun", domain, None),
            Self::Disconnected { domain } => ("domain_disconnected", domain, None),
            Self::AccountRenamed { new, .. } => ("account_renamed", new, None),
            Self::VerificationFailed { address, .. } => ("verification_failed", address, None),
        }
    }

    fn words(&self) -> (String, String) {
        match self {
            Self::CredentialCreated { domain, credential } => (
                format!("{domain} was connected"),
                format!(
                    "The domain {domain} was connected, and the credential set {credential} was issued for it."
                ),
            ),
            Self::CredentialRotated { domain, credential } => (
                format!("New credentials for {domain}"),
                format!(
                    "A new credential set, {credential}, was issued for {domain}. The one before keeps working until it is discarded or expires."
                ),
            ),
            Self::CredentialDiscarded {
                domain,
                credential,
                last,
            } => (
                format!("Credentials of {domain} were discarded"),
                discarded(domain, credential, *last),
            ),
            Self::CredentialUsedElsewhere {
                domain,
                credential,
                peer,
            } => (
                format!("Credentials of {domain} were used from a new address"),
                format!(
                    "The credential set {credential} of {domain} was used from {peer} for the first time."
                ),
            ),
            Self::DisconnectBegun { domain } => (
                format!("{domain} is being disconnected"),
                format!(
                    "The domain {domain} is being disconnected: what waits for its server is still sent, mail coming in is put off, then its addresses and credentials go."
                ),
            ),
            Self::Disconnected { domain } => (
                format!("{domain} was disconnected"),
                format!(
                    "The domain {domain} was disconnected. Its support addresses, our passwords at its server and its credentials are gone."
                ),
            ),
            Self::AccountRenamed {
                old,
                new,
                grace_days,
            } => (
                format!("The account {old} is {new} now"),
                renamed(old, new, *grace_days),
            ),
            Self::VerificationFailed {
                address,
                direction,
                reason,
            } => (
                format!("The {direction} check of {address} failed"),
                format!(
                    "The {direction} check of {address} failed ({reason}). Until it is verified, a default address may send in its place."
                ),
            ),
        }
    }
}

fn renamed(old: &str, new: &str, grace_days: u32) -> String {
    let what = format!("The account {old} is called {new} now, and so are its default addresses.");
    match grace_days {
        0 => format!("{what} User names and addresses with the old name no longer work."),
        _ => format!(
            "{what} User names and addresses with the old name work for another {grace_days} days."
        ),
    }
}

fn discarded(domain: &str, credential: &str, last: bool) -> String {
    let what = format!("The credential set {credential} of {domain} was discarded.");
    match last {
        true => format!("{what} It was the last one: nobody can hand in mail for {domain} now."),
        false => what,
    }
}
