//! The login: user name and password in, (account, right, credential) out.
//!
//! The credential id in the password leads to one row and one hash, whichever
//! of the two forms the user name has (R53). An unknown id runs the same hash
//! over a dummy, and every refusal is the same, so neither time nor text tells
//! which users exist (AUTH-06).
//!
//! A password that was right is remembered for minutes as a keyed digest, for
//! relays that open a connection per message. The rows are read again on every
//! use, so a discarded set is refused at once (R93).

use std::collections::HashMap;
use std::sync::Mutex;

use mail::address::Domain;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::{AccountId, Timestamp};
use subtle::ConstantTimeEq;

use super::password::{self, BadHash, CredentialId, PASSWORD_OCTETS_MAX};
use super::{Busy, CredentialHolder, Hasher};
use crate::desks::logins::{self, DeskLoginHolder};
use crate::{Account, Error, Installation, accounts, connectors, wire};

/// How long a login that was right is remembered.
const REMEMBERED_MS: u64 = 5 * 60 * 1_000;
/// Logins remembered at once.
const REMEMBERED_MAX: usize = 4_096;
/// Octets of the per-process digest key.
const DIGEST_KEY_OCTETS: usize = 32;

/// Who logged in. One session has one of these and never another (R9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The account the session belongs to.
    pub account: AccountId,
    /// What it may do there.
    pub right: Right,
    /// The set that was proved, for the log and for [`Right::is_live`].
    pub credential: CredentialId,
}

/// What a login is good for; one kind never does the other's work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Right {
    /// A connector's credential: mail in, to recipients of this domain.
    Connector(#[serde(with = "wire::one")] Domain),
    /// A foreign help desk's login: mail out, in the name of the account's live
    /// support addresses.
    Desk,
}

impl Right {
    /// The connector whose credential it is.
    pub fn connector(&self) -> Option<&Domain> {
        match self {
            Self::Connector(domain) => Some(domain),
            Self::Desk => None,
        }
    }

    /// Whether the set of an open session still opens anything (AUTH-10).
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Corrupt`].
    pub async fn is_live(
        &self,
        account: &Account,
        credential: &CredentialId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        match self {
            Self::Connector(domain) => super::is_live(account, domain, credential, now).await,
            Self::Desk => logins::is_live(account, credential).await,
        }
    }
}

/// Why nobody logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Wrong, unknown, discarded, expired, malformed: all the same (`535 5.7.8`).
    #[error("credentials refused")]
    Refused,
    /// Too many logins at once (`454 4.7.0`).
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A stored hash is damaged or tampered with: somebody has to look (AUTH-08).
    #[error("stored hash of credential {0} is unusable")]
    Damaged(CredentialId),
    /// The store could not answer (`454 4.7.0`).
    #[error("look up credential")]
    Desk(#[from] Error),
}

/// Verifies logins of the whole installation.
pub struct Verifier {
    installation: Installation,
    native: Domain,
    hasher: Hasher,
    /// Made with the same cost as real ones.
    dummy_hash: String,
    remembered: Remembered,
}

impl Verifier {
    /// Makes the dummy hash, which takes as long as one login.
    ///
    /// # Errors
    /// Only if the runtime is on its way down.
    pub async fn new(
        installation: Installation,
        native: Domain,
        hasher: Hasher,
    ) -> Result<Self, Error> {
        let dummy = password::generate(&CredentialId::generate());
        let dummy_hash = hasher.hash(&dummy).await?;
        Ok(Self {
            installation,
            native,
            hasher,
            dummy_hash,
            remembered: Remembered::new(),
        })
    }

    /// Verifies one login.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn login(
        &self,
        username: &str,
        password: &SecretString,
        now: Timestamp,
    ) -> Result<Login, LoginError> {
        if password.expose_secret().len() > PASSWORD_OCTETS_MAX {
            return Err(LoginError::Refused);
        }
        let Some((login, hash)) = self.candidate(username, password, now).await? else {
            self.verify(password, self.dummy_hash.clone()).await?.ok();
            return Err(LoginError::Refused);
        };
        let digest = self.remembered.digest(username, password);
        if self.remembered.holds(&digest, &login.credential, now) {
            return Ok(login);
        }
        match self.verify(password, hash).await? {
            Ok(true) => {
                self.remembered.keep(digest, login.credential.clone(), now);
                Ok(login)
            }
            Ok(false) => Err(LoginError::Refused),
            Err(BadHash) => Err(LoginError::Damaged(login.credential)),
        }
    }

    async fn verify(
        &self,
        password: &SecretString,
        hash: String,
    ) -> Result<Result<bool, BadHash>, Busy> {
        self.hasher.verify(password.clone(), hash).await
    }

    /// The one set this login can be about, with its hash, if the user name goes
    /// with it.
    async fn candidate(
        &self,
        username: &str,
        password: &SecretString,
        now: Timestamp,
    ) -> Result<Option<(Login, String)>, Error> {
        let Some(id) = password::id_in(password.expose_secret()) else {
            return Ok(None);
        };
        match self.of_connector(username, &id, now).await? {
            Some(found) => Ok(Some(found)),
            None => self.of_desk(username, id).await,
        }
    }

    async fn of_connector(
        &self,
        username: &str,
        id: &CredentialId,
        now: Timestamp,
    ) -> Result<Option<(Login, String)>, Error> {
        let holder = self
            .installation
            .rows()
            .get::<CredentialHolder>(id.as_str())
            .await?;
        let Some(CredentialHolder { account, connector }) = holder.map(|kept| kept.record) else {
            return Ok(None);
        };
        let handle = self.installation.account(account);
        let Some(set) = super::find(&handle, &connector, id).await? else {
            return Ok(None);
        };
        let Some(owner) = connectors::find(&handle, &connector).await? else {
            return Ok(None);
        };
        let alias = accounts::profile(&handle)
            .await?
            .subdomain
            .user_name_alias(&self.native);
        let named = same(username, &owner.username)
            | same(&username.to_ascii_lowercase(), &alias.to_string());
        let fits = named && set.is_live(now);
        Ok(fits.then_some((
            Login {
                account,
                right: Right::Connector(connector),
                credential: id.clone(),
            },
            set.hash,
        )))
    }

    async fn of_desk(
        &self,
        username: &str,
        id: CredentialId,
    ) -> Result<Option<(Login, String)>, Error> {
        let holder = self
            .installation
            .rows()
            .get::<DeskLoginHolder>(id.as_str())
            .await?;
        let Some(DeskLoginHolder(account)) = holder.map(|kept| kept.record) else {
            return Ok(None);
        };
        let handle = self.installation.account(account);
        let Some(login) = logins::find(&handle, &id).await? else {
            return Ok(None);
        };
        let profile = accounts::profile(&handle).await?;
        let expected = logins::username(&profile.subdomain, &self.native).to_string();
        let fits = same(&username.to_ascii_lowercase(), &expected);
        Ok(fits.then_some((
            Login {
                account,
                right: Right::Desk,
                credential: id,
            },
            login.hash,
        )))
    }

    /// What one hash costs here; for the log at the start.
    pub fn cost(&self) -> super::HashCost {
        self.hasher.cost()
    }
}

/// Compares without telling by time where two names differ.
fn same(one: &str, other: &str) -> bool {
    Sha256::digest(one).ct_eq(&Sha256::digest(other)).into()
}

/// Logins that were right, as keyed digests; gone with the process.
struct Remembered {
    key: [u8; DIGEST_KEY_OCTETS],
    logins: Mutex<HashMap<[u8; 32], (CredentialId, Timestamp)>>,
}

impl Remembered {
    fn new() -> Self {
        Self {
            key: rand::random(),
            logins: Mutex::new(HashMap::new()),
        }
    }

    /// Two nested hashes with the key in both, as HMAC does (RFC 2104).
    fn digest(&self, username: &str, password: &SecretString) -> [u8; 32] {
        let inner = Sha256::new()
            .chain_update(self.key)
            .chain_update((username.len() as u64).to_be_bytes())
            .chain_update(username)
            .chain_update(password.expose_secret())
            .finalize();
        Sha256::new()
            .chain_update(self.key)
            .chain_update([1])
            .chain_update(inner)
            .finalize()
            .into()
    }

    fn holds(&self, digest: &[u8; 32], credential: &CredentialId, now: Timestamp) -> bool {
        let logins = self
            .logins
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        logins
            .get(digest)
            .is_some_and(|(id, until)| id == credential && now < *until)
    }

    fn keep(&self, digest: [u8; 32], credential: CredentialId, now: Timestamp) {
        let mut logins = self
            .logins
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if logins.len() >= REMEMBERED_MAX {
            logins.retain(|_, (_, until)| now < *until);
        }
        // Full of fresh ones: start over; the worst that happens is one hash each.
        if logins.len() >= REMEMBERED_MAX {
            logins.clear();
        }
        logins.insert(digest, (credential, Timestamp(now.0 + REMEMBERED_MS)));
    }
}
