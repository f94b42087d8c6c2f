//! The message log: what happened to each message, in and out (R4).
//!
//! [`Message`] is what is known of one from the start, a [`Line`] one thing that
//! happened to it, a [`Standing`] how it stands for one recipient. [`search`] finds
//! messages by what they are, newest first; [`trace`] one by queue id, e-mail id or
//! Message-ID; [`retention`] lets go of what is old.
//!
//! Writing the log conflicts with nothing: messages and lines are only ever added,
//! under keys of their own, and a standing is written by the job of its recipient
//! alone. What became of a message we sent is not written here a second time: its
//! standings are read from [`crate::outbound::Email`], which every attempt and every
//! report changes anyway.
//!
//! Not here: what threading needs (`threading`), which outlives the log.

mod keys;
pub mod retention;
pub mod search;
mod standing;

use mail::address::{Address, Domain};
use mail::message::MessageId;
use serde::{Deserialize, Serialize};
use storage::{AccountId, Batch, ListRange, Table, Timestamp};

use crate::rows::Record;
use crate::{Account, Error, Installation, random, wire};

use keys::{holder_row, holders_of, message_row, order_row};
pub use standing::{Standing, State, is_settled, settle};

/// Which way a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// To us.
    Inbound,
    /// From us.
    Outbound,
}

/// What is known of a message from the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Queue id (inbound) or e-mail id (outbound).
    pub id: String,
    /// Which way.
    pub direction: Direction,
    /// Its Message-ID.
    #[serde(with = "wire::opt")]
    pub message_id: Option<MessageId>,
    /// Its reverse path; absent for `<>`.
    #[serde(with = "wire::opt")]
    pub sender: Option<Address>,
    /// Whom it is for; of an inbound one the account's own addresses.
    #[serde(with = "wire::many")]
    pub recipients: Vec<Address>,
    /// The connector it came by or goes by.
    #[serde(with = "wire::opt")]
    pub connector: Option<Domain>,
    /// The session it was handed in by; absent if we made it.
    pub session: Option<Session>,
    /// The ticket it tells of; outbound only.
    pub ticket: Option<u64>,
    /// When it appeared.
    pub at: Timestamp,
}

/// The session a message was handed in by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The peer's IP address.
    pub peer: String,
    /// TLS version and cipher.
    pub tls: Option<String>,
    /// The credential proved, by its id.
    pub credential: Option<String>,
    /// The user name proved.
    pub identity: Option<String>,
}

/// One thing that happened to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// Stable word: `accepted`, `ticket_created`, `delivered` …
    pub what: String,
    /// For people: a reply, a ticket's number.
    pub detail: String,
    /// What the policies said that led to it.
    pub verdicts: Vec<Verdict>,
}

/// What one policy said to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The policy's name.
    pub policy: String,
    /// SHA-256 of its component.
    pub digest: [u8; 32],
    /// What it was asked.
    pub question: String,
    /// Its answer in a word.
    pub verdict: String,
    /// The code beside it, if the answer has one.
    pub code: Option<String>,
}

/// A message with its life so far.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Whose it is.
    pub account: AccountId,
    /// What was known from the start.
    pub message: Message,
    /// How it stands, one for each recipient.
    pub standings: Vec<Standing>,
    /// What happened, oldest first.
    pub lines: Vec<Line>,
}

impl Direction {
    /// `inbound` or `outbound`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

impl Line {
    /// Something that happened, without a policy's part in it.
    pub fn new(at: Timestamp, what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            at,
            what: what.into(),
            detail: detail.into(),
            verdicts: Vec::new(),
        }
    }

    /// The same with what led to it.
    pub fn because_of(mut self, verdicts: Vec<Verdict>) -> Self {
        self.verdicts = verdicts;
        self
    }
}

/// Opens the log of a message, in the batch that makes the message durable.
pub fn open(account: &Account, batch: &mut Batch, message: &Message) {
    let row = message_row(message.at, &message.id);
    account.rows().put(batch, row, message);
    let (shared, id) = (account.shared(), account.id());
    let order = order_row(message.at, id, &message.id);
    shared.put(batch, order, &Order);
    for term in terms(message) {
        shared.put(
            batch,
            holder_row(term, id, &message.id),
            &Holder {
                account: id,
                id: message.id.clone(),
                at: message.at,
            },
        );
    }
}

/// Adds a line to the log of a message.
pub fn add(account: &Account, batch: &mut Batch, id: &str, line: &Line) {
    let row = format!("{id} {}", random::sortable_id(line.at));
    account.rows().put(batch, row, line);
}

/// Finds messages of any account by queue id, e-mail id or Message-ID, with or
/// without angle brackets. For the operator; an account asks [`trace_in`].
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn trace(installation: &Installation, term: &str) -> Result<Vec<Entry>, Error> {
    let range = ListRange::prefix(holders_of(bare(term), None), TRACES_MAX);
    let mut entries = Vec::new();
    for (_, holder) in installation.rows().page::<Holder>(range).await? {
        entries.extend(held(&installation.account(holder.account), &holder).await?);
    }
    Ok(entries)
}

/// As [`trace`], within one account.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn trace_in(account: &Account, term: &str) -> Result<Vec<Entry>, Error> {
    let prefix = holders_of(bare(term), Some(account.id()));
    let range = ListRange::prefix(prefix, TRACES_MAX);
    let mut entries = Vec::new();
    for (_, holder) in account.shared().page::<Holder>(range).await? {
        entries.extend(held(account, &holder).await?);
    }
    Ok(entries)
}

async fn held(account: &Account, holder: &Holder) -> Result<Option<Entry>, Error> {
    let row = message_row(holder.at, &holder.id);
    let Some(kept) = account.rows().get::<Message>(row).await? else {
        return Ok(None);
    };
    let message = kept.record;
    Ok(Some(Entry {
        account: account.id(),
        standings: standing::all(account, &message).await?,
        lines: account.rows().all(&keys::of_message(&message.id)).await?,
        message,
    }))
}

fn bare(term: &str) -> &str {
    term.trim().trim_start_matches('<').trim_end_matches('>')
}

/// What leads to a message.
fn terms(message: &Message) -> impl Iterator<Item = &str> {
    let message_id = message.message_id.as_ref().map(MessageId::as_str);
    std::iter::once(message.id.as_str()).chain(message_id)
}

/// Messages shown for one term.
const TRACES_MAX: usize = 100;

/// By account, newest first.
impl Record for Message {
    const TABLE: Table = Table("message");
    const VERSION: u8 = 2;
}

impl Record for Line {
    const TABLE: Table = Table("message_line");
    const VERSION: u8 = 2;
}

/// Where a term leads; a row of the installation.
#[derive(Serialize, Deserialize)]
struct Holder {
    account: AccountId,
    id: String,
    at: Timestamp,
}

impl Record for Holder {
    const TABLE: Table = Table("message_holder");
    const VERSION: u8 = 2;
}

/// The messages of all accounts, newest first; rows of the installation. The key
/// says it all.
#[derive(Serialize, Deserialize)]
struct Order;

impl Record for Order {
    const TABLE: Table = Table("message_order");
}
