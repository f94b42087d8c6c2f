//! Messages kept aside: not lost, not let through, visible (promise 3).

use mail::address::Address;
use mail::message::MessageId;
use serde::{Deserialize, Serialize};
use storage::{Batch, Table, TextId, Timestamp};

use crate::facts::Cause;
use crate::intake::Author;
use crate::rows::Record;
use crate::{Account, Error, random, wire};

/// A message kept aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {
    /// Sorts by time.
    pub id: String,
    /// Why.
    pub cause: Cause,
    /// What the author calls themselves.
    pub author_name: String,
    /// Absent if the message names nobody.
    #[serde(with = "wire::opt")]
    pub author: Option<Address>,
    /// Whom it was for.
    #[serde(with = "wire::one")]
    pub recipient: Address,
    /// Decoded.
    pub subject: String,
    /// What a person would read.
    pub content: String,
    /// Its identifier.
    #[serde(with = "wire::opt")]
    pub message_id: Option<MessageId>,
    /// The ticket it wanted to update.
    pub ticket: Option<u64>,
    /// The raw message.
    pub text: TextId,
    /// When it was kept aside.
    pub created_at: Timestamp,
}

pub(crate) struct NewSuspended {
    pub(crate) cause: Cause,
    pub(crate) author: Option<Author>,
    pub(crate) recipient: Address,
    pub(crate) subject: String,
    pub(crate) content: String,
    pub(crate) message_id: Option<MessageId>,
    pub(crate) ticket: Option<u64>,
    pub(crate) text: TextId,
}

impl Cause {
    /// The number the public API has for it (API.md, section 4).
    pub fn id(self) -> u8 {
        match self {
            Self::Bulk => 0,
            Self::Automatic => 3,
            Self::Loop => 4,
            Self::OtherUserUpdate => 6,
            Self::Bounce => 7,
            Self::Vacation => 8,
            Self::Unprocessable => 19,
            Self::UnauthenticatedUpdate => 20,
            Self::PolicyFailed => 24,
            Self::FailedAuthentication => 26,
        }
    }

    /// The word for logs and lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bulk => "bulk",
            Self::Automatic => "automatic",
            Self::Loop => "loop",
            Self::OtherUserUpdate => "other_user_update",
            Self::Bounce => "bounce",
            Self::Vacation => "vacation",
            Self::Unprocessable => "unprocessable",
            Self::UnauthenticatedUpdate => "unauthenticated_update",
            Self::PolicyFailed => "policy_failed",
            Self::FailedAuthentication => "failed_authentication",
        }
    }
}

/// Keeps a message aside; its raw text stays.
pub(crate) fn put(
    account: &Account,
    batch: &mut Batch,
    new: NewSuspended,
    now: Timestamp,
) -> String {
    let id = random::sortable_id(now);
    let (author_name, author) = new
        .author
        .map(|author| (author.name, author.address))
        .unzip();
    let record = Suspended {
        id: id.clone(),
        cause: new.cause,
        author_name: author_name.unwrap_or_default(),
        author,
        recipient: new.recipient,
        subject: new.subject,
        content: new.content,
        message_id: new.message_id,
        ticket: new.ticket,
        text: new.text,
        created_at: now,
    };
    account.rows().create(batch, id.as_str(), &record);
    id
}

/// Keeps a message aside that could not even be read as one.
pub fn put_unreadable(
    account: &Account,
    batch: &mut Batch,
    recipient: Address,
    text: TextId,
    now: Timestamp,
) -> String {
    let new = NewSuspended {
        cause: Cause::Unprocessable,
        author: None,
        recipient,
        subject: String::new(),
        content: String::new(),
        message_id: None,
        ticket: None,
        text,
    };
    put(account, batch, new, now)
}

/// Every message kept aside, oldest first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<Suspended>, Error> {
    account.rows().all(&[]).await
}

impl Record for Suspended {
    const TABLE: Table = Table("suspended");
}
