//! Inbound credential sets: issued by us, shown once, kept as a hash (R45, R52).
//!
//! A connector has at most two live sets, `current` and `previous`, so that a
//! customer can change over without a gap (R90). [`password`] is the form of the
//! secret, [`verifier`] the login.
//!
//! Not here: our credentials at the customer's server (`addresses`).

mod hasher;
pub mod password;
pub mod peers;
pub mod verifier;

use mail::address::Domain;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use storage::{AccountId, Batch, Table, Timestamp};

use crate::change::Change;
use crate::connectors::{self, Connector};
use crate::rows::{Kept, Record};
use crate::{Account, Error, wire};

pub use hasher::{Busy, Hasher};
pub use password::{CredentialId, HashCost, PASSWORD_OCTETS_MAX};
pub use verifier::{Login, LoginError, Right, Verifier};

/// Where a set stands. A discarded one has no record: the audit remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// The newest one.
    Current,
    /// The one before; works until it is discarded or expires.
    Previous {
        /// When it ceased to be current.
        since: Timestamp,
        /// When it stops working, if the admin wanted that (R92).
        expires_at: Option<Timestamp>,
    },
}

/// One credential set.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Its id, which also stands in its password.
    pub id: CredentialId,
    /// The connector it opens.
    #[serde(with = "wire::one")]
    pub connector: Domain,
    /// The argon2id hash of the password, in PHC form.
    pub(crate) hash: String,
    /// Where it stands.
    pub state: State,
    /// When it was issued.
    pub created_at: Timestamp,
}

/// A set that was just made: the only moment its password exists.
pub struct Issued {
    /// The record.
    pub credential: Credential,
    /// The user name that goes with it.
    pub username: String,
    /// To be shown once, then forgotten.
    pub password: SecretString,
}

impl State {
    /// `current` or `previous`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Previous { .. } => "previous",
        }
    }
}

impl Credential {
    /// Whether it still opens anything.
    pub fn is_live(&self, now: Timestamp) -> bool {
        match self.state {
            State::Previous {
                expires_at: Some(end),
                ..
            } => now < end,
            State::Current
            | State::Previous {
                expires_at: None, ..
            } => true,
        }
    }

    /// Whether there have been two sets for so long that the next rotation in a hurry would
    /// have no room (R92).
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        match self.state {
            State::Previous { since, .. } => {
                self.is_live(now) && now.0.saturating_sub(since.0) > PREVIOUS_MS_MAX
            }
            State::Current => false,
        }
    }

    fn row(&self) -> Vec<u8> {
        row(&self.connector, &self.id)
    }
}

/// Says which set it is, never the hash.
impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish()
    }
}

/// The sets of a connector stand together; no domain name holds a NUL.
fn row(connector: &Domain, id: &CredentialId) -> Vec<u8> {
    let mut row = prefix(connector);
    row.extend_from_slice(id.as_str().as_bytes());
    row
}

fn prefix(connector: &Domain) -> Vec<u8> {
    let mut row = connector.as_str().as_bytes().to_vec();
    row.push(0);
    row
}

/// Makes a set for a connector; nothing is kept until [`put`] and a commit.
pub(crate) async fn issue(
    hasher: &Hasher,
    connector: &Connector,
    now: Timestamp,
) -> Result<Issued, Error> {
    let id = CredentialId::generate();
    let password = password::generate(&id);
    let hash = hasher.hash(&password).await?;
    let credential = Credential {
        id,
        connector: connector.domain.clone(),
        hash,
        state: State::Current,
        created_at: now,
    };
    Ok(Issued {
        credential,
        username: connector.username.clone(),
        password,
    })
}

pub(crate) fn put(account: &Account, batch: &mut Batch, credential: &Credential) {
    account.rows().put(batch, credential.row(), credential);
    let holder = CredentialHolder {
        account: account.id(),
        connector: credential.connector.clone(),
    };
    account.shared().put(batch, credential.id.as_str(), &holder);
}

async fn delete(
    account: &Account,
    batch: &mut Batch,
    credential: &Credential,
) -> Result<(), Error> {
    account.rows().delete::<Credential>(batch, credential.row());
    account
        .shared()
        .delete::<CredentialHolder>(batch, credential.id.as_str());
    let right = Right::Connector(credential.connector.clone());
    peers::forget(account, batch, &right, &credential.id).await
}

/// Removes every set of a connector; gives what went.
pub(crate) async fn remove_all(
    account: &Account,
    batch: &mut Batch,
    connector: &Domain,
) -> Result<Vec<CredentialId>, Error> {
    let mut gone = Vec::new();
    for credential in list(account, connector).await? {
        delete(account, batch, &credential).await?;
        gone.push(credential.id);
    }
    Ok(gone)
}

/// The sets of a connector, oldest first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account, connector: &Domain) -> Result<Vec<Credential>, Error> {
    let mut sets: Vec<Credential> = account.rows().all(&prefix(connector)).await?;
    sets.sort_by_key(|set| (set.created_at, set.state == State::Current));
    Ok(sets)
}

/// Issues a new set; the one that was current becomes `previous` and keeps
/// working until it is discarded, or until `previous_expires_at` (R90, R92).
///
/// # Errors
/// [`Error::Invalid`] with code `credential_sets_max` while there are two live
/// ones, `domain_disconnecting` on its way out; [`Error::NotFound`]. Of two rotations at once
/// one fails to commit.
pub async fn rotate(
    account: &Account,
    hasher: &Hasher,
    connector: &Domain,
    previous_expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Change<Issued>, Error> {
    let kept = connectors::kept(account, connector)
        .await?
        .ok_or(Error::NotFound("domain"))?;
    connectors::refuse_while_disconnecting(&kept.record)?;
    let (live, dead): (Vec<_>, Vec<_>) = list(account, connector)
        .await?
        .into_iter()
        .partition(|set| set.is_live(now));
    if live.len() >= LIVE_SETS_MAX {
        let hint = "discard one of the two live credential sets first";
        return Err(Error::invalid("domain", "credential_sets_max", hint));
    }
    let issued = issue(hasher, &kept.record, now).await?;
    let mut batch = Batch::new();
    serialise(account, &mut batch, &kept);
    for set in &dead {
        delete(account, &mut batch, set).await?;
    }
    for mut set in live {
        set.state = State::Previous {
            since: now,
            expires_at: previous_expires_at,
        };
        put(account, &mut batch, &set);
    }
    put(account, &mut batch, &issued.credential);
    Ok(Change::new(batch, issued))
}

/// Rewrites the connector's row, so that of two changes to its sets one fails.
fn serialise(account: &Account, batch: &mut Batch, kept: &Kept<Connector>) {
    account
        .rows()
        .update(batch, kept.record.domain.as_str(), kept);
}

/// Discards a set; it stops working with the commit (R93). The value says whether it was the
/// last live one, so that nobody can log in any more; that has to be meant (`even_last`).
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] with code `credential_last`.
pub async fn discard(
    account: &Account,
    connector: &Domain,
    id: &CredentialId,
    even_last: bool,
    now: Timestamp,
) -> Result<Change<bool>, Error> {
    let kept = connectors::kept(account, connector)
        .await?
        .ok_or(Error::NotFound("domain"))?;
    let set = find(account, connector, id)
        .await?
        .ok_or(Error::NotFound("credential"))?;
    let others = list(account, connector).await?;
    let others_live = others
        .iter()
        .any(|other| other.id != *id && other.is_live(now));
    if !others_live && !even_last {
        let hint = "it is the last one that works; say that nobody shall log in, or rotate first";
        return Err(Error::invalid("credential", "credential_last", hint));
    }
    let mut batch = Batch::new();
    serialise(account, &mut batch, &kept);
    delete(account, &mut batch, &set).await?;
    Ok(Change::new(batch, !others_live))
}

async fn find(
    account: &Account,
    connector: &Domain,
    id: &CredentialId,
) -> Result<Option<Credential>, Error> {
    let kept = account.rows().get::<Credential>(row(connector, id)).await?;
    Ok(kept.map(|kept| kept.record))
}

/// Whether the set of an open session still opens anything. Asked at each MAIL,
/// so that a discarded set ends sessions, too (AUTH-10).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn is_live(
    account: &Account,
    connector: &Domain,
    id: &CredentialId,
    now: Timestamp,
) -> Result<bool, Error> {
    Ok(find(account, connector, id)
        .await?
        .is_some_and(|set| set.is_live(now)))
}

/// Live sets a connector may have (R90).
const LIVE_SETS_MAX: usize = 2;
/// How long a set that was replaced may stay without a word about it (R92): seven days.
const PREVIOUS_MS_MAX: u64 = 7 * 24 * 3_600_000;

impl Record for Credential {
    const TABLE: Table = Table("credential");
}

/// Where a credential id leads; a row of the installation.
#[derive(Serialize, Deserialize)]
pub(crate) struct CredentialHolder {
    pub(crate) account: AccountId,
    #[serde(with = "wire::one")]
    pub(crate) connector: Domain,
}

impl Record for CredentialHolder {
    const TABLE: Table = Table("credential_holder");
}
