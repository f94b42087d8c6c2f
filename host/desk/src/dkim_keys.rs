//! The installation's DKIM keys: one for each selector, sealed at rest (R85, SEC-03).
//!
//! Two selectors, so that a key can be replaced behind the customers' CNAMEs without
//! touching their DNS: one signs, the other is spare, new, or on its way out.
//! [`rotation`] moves them on.
//!
//! Not here: signing (`mail::message::dkim`), DNS look-ups (the program).

pub mod rotation;

use std::sync::{Arc, PoisonError, RwLock};

use mail::address::Domain;
use mail::message::dkim::SigningKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::{Batch, Table, Timestamp};
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::spawn_blocking;

use crate::connectors::Connector;
use crate::rewrap::{self, Rewrapped};
use crate::rows::Record;
use crate::secrets::{Place, Sealed, SealingKey};
use crate::{Error, Installation};

/// The keys of a running program, opened. They change while it runs.
pub struct DkimKeys {
    now: RwLock<Arc<Ring>>,
    changing: Mutex<()>,
}

/// The keys as they are at one moment, in the order of the selectors.
pub struct Ring(Vec<Key>);

/// The key of one selector.
pub struct Key {
    /// The selector.
    pub selector: String,
    /// Tells it from the selector's other keys: the beginning of the hash of its public half.
    pub id: String,
    /// What the selector's TXT record has to say.
    pub txt: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Where it stands in its life.
    pub stage: Stage,
    private: Option<SigningKey>,
}

/// Where a key stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Made on the first start so that its selector is there; has never signed.
    Spare,
    /// Signs.
    Signing {
        /// Since when.
        since: Timestamp,
    },
    /// New. Signs as soon as its TXT record is seen.
    Awaited {
        /// Since when.
        since: Timestamp,
    },
    /// Signs no more; mail that bears its signature is still on its way.
    Retiring {
        /// Since when.
        since: Timestamp,
    },
    /// The private half is gone for good.
    Dropped {
        /// Since when.
        since: Timestamp,
    },
}

/// Whether to sign a connector's mail in the customer's name. Both switches
/// have to be on (R85); without, there is no signature of ours at all (R84).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// Sign with `d=` the connector's domain.
    Sign,
    /// Turned off.
    Off,
    /// Turned on, but the CNAMEs are missing: not signed, and worth a warning.
    CnameMissing,
}

/// A DNS record a customer has to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cname {
    /// `<selector>._domainkey.<customer's domain>`.
    pub name: String,
    /// `<selector>._domainkey.<native domain>`.
    pub target: String,
}

impl DkimKeys {
    /// Opens the key of every selector, making those that are missing.
    ///
    /// # Errors
    /// [`Error::Sealed`] with the wrong key file; [`Error::Compose`] if no key could be made.
    pub async fn open(
        installation: &Installation,
        sealing: &SealingKey,
        selectors: &[String],
        now: Timestamp,
    ) -> Result<Self, Error> {
        ensure(installation, selectors, sealing, now).await?;
        let ring = Ring::read(installation, sealing, selectors).await?;
        Ok(Self {
            now: RwLock::new(Arc::new(ring)),
            changing: Mutex::new(()),
        })
    }

    /// The keys as they are now.
    pub fn now(&self) -> Arc<Ring> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The turn to change them; whoever has it may [`DkimKeys::reload`].
    pub async fn turn(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().await
    }

    /// Reads them again after a change.
    ///
    /// # Errors
    /// As [`DkimKeys::open`].
    pub async fn reload(
        &self,
        installation: &Installation,
        sealing: &SealingKey,
    ) -> Result<(), Error> {
        let selectors = self.now().selectors();
        let ring = Arc::new(Ring::read(installation, sealing, &selectors).await?);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = ring;
        Ok(())
    }
}

impl Ring {
    async fn read(
        installation: &Installation,
        sealing: &SealingKey,
        selectors: &[String],
    ) -> Result<Self, Error> {
        let mut keys = Vec::with_capacity(selectors.len());
        for selector in selectors {
            let kept = installation
                .rows()
                .get::<KeptKey>(selector.as_str())
                .await?;
            let kept = kept.ok_or(Error::NotFound("DKIM key"))?;
            keys.push(kept.record.open(sealing, selector)?);
        }
        Ok(Self(keys))
    }

    /// The selector and key that sign now.
    pub fn signing(&self) -> Option<(&str, &SigningKey)> {
        let signs = |key: &&Key| matches!(key.stage, Stage::Signing { .. });
        let key = self.0.iter().find(signs)?;
        Some((&key.selector, key.private.as_ref()?))
    }

    /// Every key.
    pub fn all(&self) -> impl Iterator<Item = &Key> {
        self.0.iter()
    }

    /// The public half of the key of that selector, if signatures by it are ours.
    pub fn public(&self, selector: &str) -> Option<&str> {
        let named = |key: &&Key| key.selector.eq_ignore_ascii_case(selector);
        let key = self.0.iter().find(named)?;
        key.private.is_some().then_some(&key.txt)
    }

    fn selectors(&self) -> Vec<String> {
        self.0.iter().map(|key| key.selector.clone()).collect()
    }
}

impl Stage {
    /// As the command line and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spare => "spare",
            Self::Signing { .. } => "signing",
            Self::Awaited { .. } => "awaited",
            Self::Retiring { .. } => "retiring",
            Self::Dropped { .. } => "dropped",
        }
    }

    /// Since when it stands there.
    pub fn since(self) -> Option<Timestamp> {
        match self {
            Self::Spare => None,
            Self::Signing { since }
            | Self::Awaited { since }
            | Self::Retiring { since }
            | Self::Dropped { since } => Some(since),
        }
    }
}

impl Signing {
    /// Decides from the two switches.
    pub fn of(connector: &Connector, cname_ok: bool) -> Self {
        match (connector.dkim_enabled, cname_ok) {
            (true, true) => Self::Sign,
            (true, false) => Self::CnameMissing,
            (false, _) => Self::Off,
        }
    }
}

/// The CNAMEs a customer has to make before signing is turned on.
pub fn cnames(domain: &Domain, native: &Domain, selectors: &[String]) -> Vec<Cname> {
    let cname = |selector: &String| Cname {
        name: record_name(selector, domain),
        target: record_name(selector, native),
    };
    selectors.iter().map(cname).collect()
}

/// Where the key of a selector stands in a domain's DNS (RFC 6376 §3.6.2.1).
pub fn record_name(selector: &str, domain: &Domain) -> String {
    format!("{selector}._domainkey.{domain}")
}

/// Makes the keys that are missing, and sees to it that one of the selectors signs.
async fn ensure(
    installation: &Installation,
    selectors: &[String],
    sealing: &SealingKey,
    now: Timestamp,
) -> Result<(), Error> {
    let rows = installation.rows();
    let mut signs = false;
    for selector in selectors {
        let kept = rows.get::<KeptKey>(selector.as_str()).await?;
        signs |= kept.is_some_and(|kept| matches!(kept.record.stage, Stage::Signing { .. }));
    }
    for selector in selectors {
        let kept = rows.get::<KeptKey>(selector.as_str()).await?;
        if kept
            .as_ref()
            .is_some_and(|kept| signs || kept.record.sealed.is_none())
        {
            continue;
        }
        let stage = match signs {
            true => Stage::Spare,
            false => Stage::Signing { since: now },
        };
        let mut batch = Batch::new();
        match kept {
            Some(mut kept) => {
                kept.record.stage = stage;
                rows.update(&mut batch, selector.as_str(), &kept);
            }
            None => {
                let made = KeptKey::make(sealing, selector, stage, now).await?;
                rows.create(&mut batch, selector.as_str(), &made);
            }
        }
        rows.apply(batch).await?;
        signs = true;
    }
    Ok(())
}

/// One key at rest, under its selector.
#[derive(Serialize, Deserialize)]
struct KeptKey {
    id: String,
    /// Gone once it is dropped.
    sealed: Option<Sealed>,
    txt: String,
    created_at: Timestamp,
    stage: Stage,
}

impl KeptKey {
    async fn make(
        sealing: &SealingKey,
        selector: &str,
        stage: Stage,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let key = spawn_blocking(SigningKey::generate)
            .await
            .map_err(unusable)?
            .map_err(unusable)?;
        let der = key.to_pkcs8().map_err(unusable)?;
        let txt = key.dns_txt().map_err(unusable)?;
        let id = id_of(&txt);
        Ok(Self {
            sealed: Some(sealing.seal(place(&row(selector, &id)), &der)),
            id,
            txt,
            created_at: now,
            stage,
        })
    }

    fn open(self, sealing: &SealingKey, selector: &str) -> Result<Key, Error> {
        let private = match &self.sealed {
            Some(sealed) => {
                let der = sealing.open(place(&row(selector, &self.id)), sealed)?;
                Some(SigningKey::from_pkcs8(&der).map_err(unusable)?)
            }
            None => None,
        };
        Ok(Key {
            selector: selector.to_owned(),
            id: self.id,
            txt: self.txt,
            created_at: self.created_at,
            stage: self.stage,
            private,
        })
    }
}

/// Selector and key: one key's seal does not pass for another's.
fn row(selector: &str, id: &str) -> Vec<u8> {
    format!("{selector}/{id}").into_bytes()
}

/// Seals every key anew; one that was dropped has nothing left to seal.
///
/// # Errors
/// As [`crate::rewrap::all`].
pub(crate) async fn rewrap(
    installation: &Installation,
    sealing: &SealingKey,
) -> Result<Rewrapped, Error> {
    rewrap::table::<KeptKey>(installation.rows(), |id, kept| {
        let selector = std::str::from_utf8(id).map_err(unusable)?;
        let row = row(selector, &kept.id);
        match &mut kept.sealed {
            Some(sealed) => rewrap::one(sealed, |old| sealing.reseal(place(&row), old)),
            None => Ok(Rewrapped::default()),
        }
    })
    .await
}

fn place(row: &[u8]) -> Place<'_> {
    let Table(table) = KeptKey::TABLE;
    Place {
        account: None,
        table,
        row,
        version: 1,
    }
}

fn id_of(txt: &str) -> String {
    let digest = Sha256::digest(txt.as_bytes());
    let octets = digest.iter().take(ID_OCTETS);
    octets.map(|octet| format!("{octet:02x}")).collect()
}

fn unusable(error: impl std::fmt::Display) -> Error {
    Error::Compose(format!("DKIM key: {error}"))
}

impl Record for KeptKey {
    const TABLE: Table = Table("dkim_key");
    const VERSION: u8 = 2;
}

/// Octets of a key's id: to be told apart by eye.
const ID_OCTETS: usize = 4;
