//! Endpoints that are told of what happens in an account: to its tickets, and to the
//! mail about them. Each has a secret of its own, by which it knows that it is us.
//!
//! Not here: posting, and when it is tried again (the program); the endpoint of
//! somebody else's help desk, which is given whole messages (`desks`).

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};
use zeroize::Zeroizing;

use crate::rows::{Kept, Record};
use crate::secrets::{Place, Sealed, SealingKey};
use crate::{Account, Error, random};

/// Something an endpoint may be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Topic {
    /// A ticket was made.
    TicketCreated,
    /// A ticket got one more comment.
    TicketCommented,
    /// Where a ticket stands, whose it is, its tags or who reads along is another thing now,
    /// by an agent or a tool of theirs.
    TicketUpdated,
    /// What became of a message for one recipient is another thing now.
    DeliveryChanged,
}

/// An endpoint.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its name.
    pub id: String,
    /// Where events are posted to.
    pub url: String,
    /// Certificate authority to trust instead of the system's, in PEM.
    pub ca_pem: Option<String>,
    /// What it is told of.
    pub topics: BTreeSet<Topic>,
    /// Since when it wants no more: it answered 410.
    pub gone_since: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    secret: Sealed,
}

/// A new endpoint.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Where events are posted to.
    pub url: String,
    /// Certificate authority to trust instead of the system's, in PEM.
    pub ca_pem: Option<String>,
    /// What it is told of; at least one thing.
    pub topics: BTreeSet<Topic>,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 4] = [
        Self::TicketCreated,
        Self::TicketCommented,
        Self::TicketUpdated,
        Self::DeliveryChanged,
    ];

    /// As it stands in `type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TicketCreated => "ticket.created",
            Self::TicketCommented => "ticket.commented",
            Self::TicketUpdated => "ticket.updated",
            Self::DeliveryChanged => "delivery.changed",
        }
    }

    /// Reads what [`Topic::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == text)
    }
}

impl Webhook {
    /// The octets what is posted is signed with.
    ///
    /// # Errors
    /// [`Error::Sealed`].
    pub fn secret(&self, account: &Account, key: &SealingKey) -> Result<Zeroizing<Vec<u8>>, Error> {
        Ok(key.open(place(account, &self.id), &self.secret)?)
    }
}

/// Adds an endpoint; its secret, `whsec_…`, can be shown this once.
///
/// # Errors
/// [`Error::Invalid`] without a topic, or when there are too many endpoints.
pub async fn add(
    account: &Account,
    key: &SealingKey,
    new: NewWebhook,
    now: Timestamp,
) -> Result<(Webhook, SecretString), Error> {
    if new.topics.is_empty() {
        let hint = "name at least one thing it is to be told of";
        return Err(Error::invalid("subscriptions", "topic_missing", hint));
    }
    if list(account).await?.len() >= WEBHOOKS_MAX {
        let hint = format!("an account has at most {WEBHOOKS_MAX}; remove one");
        return Err(Error::invalid("webhook", "limit_webhooks", hint));
    }
    let id = random::word(ID_LETTERS);
    let octets: Zeroizing<[u8; SECRET_OCTETS]> = Zeroizing::new(rand::random());
    let hook = Webhook {
        secret: key.seal(place(account, &id), octets.as_slice()),
        id,
        url: new.url,
        ca_pem: new.ca_pem,
        topics: new.topics,
        gone_since: None,
        created_at: now,
    };
    let mut batch = Batch::new();
    account.rows().create(&mut batch, hook.id.as_str(), &hook);
    account.apply(batch).await?;
    let shown = format!("{SECRET_PREFIX}{}", BASE64.encode(octets.as_slice()));
    Ok((hook, shown.into()))
}

/// Removes an endpoint; what waits for it goes with the next attempt.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`].
pub async fn remove(account: &Account, id: &str) -> Result<(), Error> {
    let kept = kept(account, id).await?.ok_or(Error::NotFound("webhook"))?;
    let mut batch = Batch::new();
    batch.expect(account.rows().key::<Webhook>(id), Some(kept.revision));
    account.rows().delete::<Webhook>(&mut batch, id);
    account.apply(batch).await
}

/// Every endpoint of the account.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<Webhook>, Error> {
    account.rows().all(&[]).await
}

/// One of them.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn find(account: &Account, id: &str) -> Result<Option<Webhook>, Error> {
    Ok(kept(account, id).await?.map(|kept| kept.record))
}

async fn kept(account: &Account, id: &str) -> Result<Option<Kept<Webhook>>, Error> {
    account.rows().get::<Webhook>(id).await
}

/// Notes in the batch that an endpoint wants no more (410): nothing is posted to it again.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn gone(
    account: &Account,
    batch: &mut Batch,
    id: &str,
    now: Timestamp,
) -> Result<(), Error> {
    if let Some(mut kept) = kept(account, id).await? {
        kept.record.gone_since.get_or_insert(now);
        account.rows().update(batch, id, &kept);
    }
    Ok(())
}

fn place<'a>(account: &Account, id: &'a str) -> Place<'a> {
    let Table(table) = Webhook::TABLE;
    Place {
        account: Some(account.id()),
        table,
        row: id.as_bytes(),
        version: 1,
    }
}

/// Endpoints of one account.
const WEBHOOKS_MAX: usize = 10;
const ID_LETTERS: usize = 10;
/// Standard Webhooks asks for 24 to 64.
const SECRET_OCTETS: usize = 32;
/// Before the base64 of a webhook's secret (Standard Webhooks).
const SECRET_PREFIX: &str = "whsec_";

impl Record for Webhook {
    const TABLE: Table = Table("webhook");
}
