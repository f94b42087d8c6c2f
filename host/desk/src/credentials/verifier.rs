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

use mail::address::{Address, Domain};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::{AccountId, Timestamp};
use subtle::ConstantTimeEq;

use super::password::{self, BadHash, CredentialId, PASSWORD_OCTETS_MAX};
use super::{Busy, CredentialHolder, Hasher};
use crate::accounts::{Profile, Subdomain};
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
    /// The password is right, the user name was given up; who knows the password may be told.
    #[error("the user name was given up")]
    GivenUp {
        /// The one to use.
        now_called: Address,
    },
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
        let Some(candidate) = self.candidate(username, password, now).await? else {
            self.verify(password, self.dummy_hash.clone()).await?.ok();
            return Err(LoginError::Refused);
        };
        let Candidate { login, hash, name } = candidate;
        let digest = self.remembered.digest(username, password);
        if name == Name::Current && self.remembered.holds(&digest, &login.credential, now) {
            return Ok(login);
        }
        match (self.verify(password, hash).await?, name) {
            (Ok(true), Name::Current) => {
                self.remembered.keep(digest, login.credential.clone(), now);
                Ok(login)
            }
            (Ok(true), Name::GivenUp { now_called }) => Err(LoginError::GivenUp { now_called }),
            (Ok(false), _) => Err(LoginError::Refused),
            (Err(BadHash), _) => Err(LoginError::Damaged(login.credential)),
        }
    }

    /// Whether a password is the one of this hash; without one the dummy is hashed
    /// against, which takes as long.
    pub(crate) async fn matches(
        &self,
        password: &SecretString,
        hash: Option<String>,
    ) -> Result<bool, LoginError> {
        if password.expose_secret().len() > PASSWORD_OCTETS_MAX {
            return Err(LoginError::Refused);
        }
        let real = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.dummy_hash.clone());
        let same = self.verify(password, hash).await?;
        Ok(same.map_err(|BadHash| Error::Hash)? && real)
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
    ) -> Result<Option<Candidate>, Error> {
        let Some(id) = CredentialId::named_in(password.expose_secret()) else {
            return Ok(None);
        };
        match self.of_connector(username, &id, now).await? {
            Some(found) => Ok(Some(found)),
            None => self.of_desk(username, id, now).await,
        }
    }

    /// Whose set this is, live or not.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Corrupt`].
    pub async fn holder(&self, id: &CredentialId) -> Result<Option<(Account, Right)>, Error> {
        if let Some(CredentialHolder { account, connector }) = self.connector_of(id).await? {
            let account = self.installation.account(account);
            return Ok(Some((account, Right::Connector(connector))));
        }
        let account = self.desk_of(id).await?;
        Ok(account.map(|account| (self.installation.account(account), Right::Desk)))
    }

    async fn connector_of(&self, id: &CredentialId) -> Result<Option<CredentialHolder>, Error> {
        let rows = self.installation.rows();
        let holder = rows.get::<CredentialHolder>(id.as_str()).await?;
        Ok(holder.map(|kept| kept.record))
    }

    async fn desk_of(&self, id: &CredentialId) -> Result<Option<AccountId>, Error> {
        let rows = self.installation.rows();
        let holder = rows.get::<DeskLoginHolder>(id.as_str()).await?;
        Ok(holder.map(|kept| kept.record.0))
    }

    async fn of_connector(
        &self,
        username: &str,
        id: &CredentialId,
        now: Timestamp,
    ) -> Result<Option<Candidate>, Error> {
        let Some(CredentialHolder { account, connector }) = self.connector_of(id).await? else {
            return Ok(None);
        };
        let handle = self.installation.account(account);
        let Some(set) = super::find(&handle, &connector, id).await? else {
            return Ok(None);
        };
        let Some(owner) = connectors::find(&handle, &connector).await? else {
            return Ok(None);
        };
        let profile = accounts::profile(&handle).await?;
        let alias = |subdomain: &Subdomain| subdomain.user_name_alias(&self.native);
        let name = match same(username, &owner.username) {
            true => Some(Name::Current),
            false => name(username, &profile, alias, now),
        };
        let name = name.filter(|_| set.is_live(now));
        let login = Login {
            account,
            right: Right::Connector(connector),
            credential: id.clone(),
        };
        let hash = set.hash;
        Ok(name.map(|name| Candidate { login, hash, name }))
    }

    async fn of_desk(
        &self,
        username: &str,
        id: CredentialId,
        now: Timestamp,
    ) -> Result<Option<Candidate>, Error> {
        let Some(account) = self.desk_of(&id).await? else {
            return Ok(None);
        };
        let handle = self.installation.account(account);
        let Some(login) = logins::find(&handle, &id).await? else {
            return Ok(None);
        };
        let profile = accounts::profile(&handle).await?;
        let alias = |subdomain: &Subdomain| logins::username(subdomain, &self.native);
        let name = name(username, &profile, alias, now);
        let hash = login.hash;
        let login = Login {
            account,
            right: Right::Desk,
            credential: id,
        };
        Ok(name.map(|name| Candidate { login, hash, name }))
    }

    /// What one hash costs here; for the log at the start.
    pub fn cost(&self) -> super::HashCost {
        self.hasher.cost()
    }
}

/// The one set a login can be about.
struct Candidate {
    login: Login,
    hash: String,
    name: Name,
}

/// Under which of its names an account was addressed.
#[derive(Debug, PartialEq, Eq)]
enum Name {
    /// One that counts.
    Current,
    /// One it had before, whose grace time is over (R116).
    GivenUp { now_called: Address },
}

/// Which of an account's names the user name is made of.
fn name(
    username: &str,
    profile: &Profile,
    alias: impl Fn(&Subdomain) -> Address,
    now: Timestamp,
) -> Option<Name> {
    let username = username.to_ascii_lowercase();
    let is_of = |subdomain: &Subdomain| same(&username, &alias(subdomain).to_string());
    if is_of(&profile.subdomain) {
        return Some(Name::Current);
    }
    let mut former = profile.former.iter();
    let former = former.find(|former| is_of(&former.subdomain))?;
    Some(match former.is_live(now) {
        true => Name::Current,
        false => Name::GivenUp {
            now_called: alias(&profile.subdomain),
        },
    })
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
