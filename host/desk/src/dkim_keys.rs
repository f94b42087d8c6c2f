//! The installation's DKIM keys: one for each selector, made once, sealed at
//! rest (R85, SEC-03). Two selectors, so that a key can be replaced behind the
//! customers' CNAMEs without touching their DNS.
//!
//! Not here: signing (`mail::message::dkim`), DNS look-ups (the program).

use std::sync::Arc;

use mail::address::Domain;
use mail::message::dkim::SigningKey;
use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};
use tokio::task::spawn_blocking;

use crate::connectors::Connector;
use crate::rows::Record;
use crate::secrets::{Place, Sealed, SealingKey};
use crate::{Error, Installation};

/// The keys, opened. The first selector signs.
#[derive(Clone)]
pub struct DkimKeys(Vec<(String, Arc<SigningKey>)>);

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
    /// The selector and key that sign now.
    pub fn signing(&self) -> Option<(&str, &SigningKey)> {
        self.0
            .first()
            .map(|(selector, key)| (selector.as_str(), &**key))
    }

    /// Every selector with its key, for the TXT records at the native domain.
    pub fn all(&self) -> impl Iterator<Item = (&str, &SigningKey)> {
        self.0
            .iter()
            .map(|(selector, key)| (selector.as_str(), &**key))
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
        name: format!("{selector}._domainkey.{domain}"),
        target: format!("{selector}._domainkey.{native}"),
    };
    selectors.iter().map(cname).collect()
}

/// Opens the key of every selector, making those that are missing.
///
/// # Errors
/// [`Error::Sealed`] with the wrong key file; [`Error::Compose`] if no key could be made.
pub async fn ensure(
    installation: &Installation,
    sealing: &SealingKey,
    selectors: &[String],
    now: Timestamp,
) -> Result<DkimKeys, Error> {
    let mut keys = Vec::new();
    for selector in selectors {
        let key = loop {
            match open_or_make(installation, sealing, selector, now).await {
                Err(Error::Changed) => {}
                outcome => break outcome?,
            }
        };
        keys.push((selector.clone(), Arc::new(key)));
    }
    Ok(DkimKeys(keys))
}

async fn open_or_make(
    installation: &Installation,
    sealing: &SealingKey,
    selector: &str,
    now: Timestamp,
) -> Result<SigningKey, Error> {
    let rows = installation.rows();
    if let Some(kept) = rows.get::<KeptKey>(selector).await? {
        let der = sealing.open(place(selector), &kept.record.sealed)?;
        return SigningKey::from_pkcs8(&der).map_err(unusable);
    }
    let key = spawn_blocking(SigningKey::generate)
        .await
        .map_err(unusable)?
        .map_err(unusable)?;
    let der = key.to_pkcs8().map_err(unusable)?;
    let record = KeptKey {
        sealed: sealing.seal(place(selector), &der),
        created_at: now,
    };
    let mut batch = Batch::new();
    rows.create(&mut batch, selector, &record);
    let _durable = installation.store().commit(batch).await?;
    Ok(key)
}

fn place(selector: &str) -> Place<'_> {
    let Table(table) = KeptKey::TABLE;
    Place {
        account: None,
        table,
        row: selector.as_bytes(),
        version: 1,
    }
}

fn unusable(error: impl std::fmt::Display) -> Error {
    Error::Compose(format!("DKIM key: {error}"))
}

#[derive(Serialize, Deserialize)]
struct KeptKey {
    sealed: Sealed,
    created_at: Timestamp,
}

impl Record for KeptKey {
    const TABLE: Table = Table("dkim_key");
}
