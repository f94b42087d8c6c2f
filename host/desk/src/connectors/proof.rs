//! Whose a domain is: a TXT record with a code that only this connector has (R49).
//!
//! A domain that is not proved is a claim. What a claim may do is the address-limits policy's;
//! where it may do nothing, others may claim the domain, too, and whoever proves it first has it.
//! A proof holds until the domain is disconnected: the record may go then, as it does elsewhere.
//!
//! Not here: asking DNS (the program).

use mail::address::Domain;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use storage::{AccountId, Batch, Timestamp};

use super::{DomainHolders, kept, refuse_while_disconnecting};
use crate::change::Change;
use crate::facts::Holder;
use crate::{Account, Error, limits};

/// What shows that a connector's domain is the account's own, and whether it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What the TXT record has to say: 16 hexadecimal digits.
    pub code: String,
    /// How it stands.
    pub state: ProofState,
}

/// How the proof of a domain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProofState {
    /// Nobody has looked yet, or the name servers had no answer.
    Unknown,
    /// The record was seen.
    Verified {
        /// When.
        at: Timestamp,
    },
    /// There was no such record.
    Failed {
        /// When that was seen last.
        at: Timestamp,
    },
}

impl Proof {
    pub(super) fn new() -> Self {
        let code: u64 = rand::rng().random();
        Self {
            code: format!("{code:016x}"),
            state: ProofState::Unknown,
        }
    }

    /// It was shown.
    pub fn is_verified(&self) -> bool {
        matches!(self.state, ProofState::Verified { .. })
    }
}

impl ProofState {
    /// As the command line and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Verified { .. } => "verified",
            Self::Failed { .. } => "failed",
        }
    }
}

/// Where the record stands: `_<product>-challenge.<domain>`, so that it is in nobody's way.
pub fn record_name(prefix: &str, domain: &Domain) -> String {
    format!("_{}-challenge.{domain}", prefix.to_ascii_lowercase())
}

/// Notes whether the record was found. The value says whether that proves the domain now; what
/// was proved stays so.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a domain on its way out, and for one that
/// somebody else has proved.
pub async fn settle(
    account: &Account,
    domain: &Domain,
    found: bool,
    now: Timestamp,
) -> Result<Change<bool>, Error> {
    let kept = kept(account, domain).await?;
    let mut kept = kept.ok_or(Error::NotFound("domain"))?;
    refuse_while_disconnecting(&kept.record)?;
    let mut batch = Batch::new();
    if kept.record.proof.is_verified() {
        return Ok(Change::new(batch, false));
    }
    kept.record.proof.state = match found {
        true => ProofState::Verified { at: now },
        false => ProofState::Failed { at: now },
    };
    account.rows().update(&mut batch, domain.as_str(), &kept);
    if found {
        mark(account, &mut batch, domain).await?;
    }
    Ok(Change::new(batch, found))
}

/// Notes among the holders that this one has proved it.
async fn mark(account: &Account, batch: &mut Batch, domain: &Domain) -> Result<(), Error> {
    let shared = account.shared();
    let kept = shared.get::<DomainHolders>(domain.as_str()).await?;
    let mut kept = kept.ok_or(Error::NotFound("domain"))?;
    if limits::nearest_holder(account, &kept.record.proved_by_others(account)).await?
        == Holder::OtherAccount
    {
        let hint = "somebody else has proved that this domain is theirs; ask the operator";
        return Err(Error::invalid("domain", "domain_taken", hint));
    }
    kept.record.prove(account.id());
    shared.update(batch, domain.as_str(), &kept);
    Ok(())
}

/// Those of other organisations whose claim is void because this account has proved the domain.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn displaced(account: &Account, domain: &Domain) -> Result<Vec<AccountId>, Error> {
    let kept = account
        .shared()
        .get::<DomainHolders>(domain.as_str())
        .await?;
    let Some(holders) = kept.map(|kept| kept.record) else {
        return Ok(Vec::new());
    };
    let mut void = Vec::new();
    for claim in holders.claims() {
        if limits::holder(account, claim).await? == Holder::OtherAccount {
            void.push(claim);
        }
    }
    Ok(void)
}
