//! The message log: what happened to each message, in and out (R4), found again
//! by queue id, e-mail id or Message-ID (`relaygate trace`).
//!
//! Rows are only ever added, under keys of their own, so that writing the log
//! conflicts with nothing.

use mail::address::Domain;
use mail::message::MessageId;
use serde::{Deserialize, Serialize};
use storage::{AccountId, Batch, ListRange, Table, Timestamp};

use crate::rows::Record;
use crate::{Account, Error, Installation, random, wire};

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
    /// The connector it came by or goes by.
    #[serde(with = "wire::opt")]
    pub connector: Option<Domain>,
    /// The credential proved, by its id.
    pub credential: Option<String>,
    /// TLS version and cipher.
    pub tls: Option<String>,
    /// When it appeared.
    pub at: Timestamp,
}

/// One thing that happened to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// Stable word: `accepted`, `verdict`, `ticket_created`, `attempt` …
    pub what: String,
    /// For people: a policy's verdict, a reply, a ticket's number.
    pub detail: String,
}

/// A message with its life so far.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Whose it is.
    pub account: AccountId,
    /// What was known from the start.
    pub message: Message,
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

/// Opens the log of a message, in the batch that makes the message durable.
pub fn open(account: &Account, batch: &mut Batch, message: &Message) {
    account.rows().put(batch, message.id.as_str(), message);
    let holder = Holder {
        account: account.id(),
        id: message.id.clone(),
    };
    account
        .shared()
        .put(batch, holder_row(&message.id, &message.id), &holder);
    if let Some(id) = &message.message_id {
        account
            .shared()
            .put(batch, holder_row(id.as_str(), &message.id), &holder);
    }
}

/// Adds a line to the log of a message.
pub fn add(account: &Account, batch: &mut Batch, id: &str, line: &Line) {
    let row = format!("{id} {}", random::sortable_id(line.at));
    account.rows().put(batch, row, line);
}

/// The account's newest messages, newest last; at most `limit`.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn recent(account: &Account, limit: usize) -> Result<Vec<Message>, Error> {
    let mut messages: Vec<Message> = account.rows().all(&[]).await?;
    messages.sort_by_key(|message| message.at);
    messages.drain(..messages.len().saturating_sub(limit));
    Ok(messages)
}

/// Finds messages of any account by queue id, e-mail id or Message-ID, with or
/// without angle brackets. For the operator; an account asks [`trace_in`].
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn trace(installation: &Installation, term: &str) -> Result<Vec<Trace>, Error> {
    let term = term.trim().trim_start_matches('<').trim_end_matches('>');
    let range = ListRange::prefix(holder_row(term, ""), TRACES_MAX);
    let mut traces = Vec::new();
    for (_, holder) in installation.rows().page::<Holder>(range).await? {
        let account = installation.account(holder.account);
        if let Some(kept) = account.rows().get::<Message>(holder.id.as_str()).await? {
            let lines = account
                .rows()
                .all(format!("{} ", holder.id).as_bytes())
                .await?;
            traces.push(Trace {
                account: holder.account,
                message: kept.record,
                lines,
            });
        }
    }
    Ok(traces)
}

/// As [`trace`], within one account.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn trace_in(account: &Account, term: &str) -> Result<Vec<Trace>, Error> {
    let installation = Installation::new(account.shared_store());
    let mut traces = trace(&installation, term).await?;
    traces.retain(|trace| trace.account == account.id());
    Ok(traces)
}

/// No identifier holds a NUL.
fn holder_row(term: &str, id: &str) -> String {
    format!("{term}\0{id}")
}

/// Messages shown for one term.
const TRACES_MAX: usize = 100;

impl Record for Message {
    const TABLE: Table = Table("message");
}

impl Record for Line {
    const TABLE: Table = Table("message_line");
}

/// Where a term leads; a row of the installation.
#[derive(Serialize, Deserialize)]
struct Holder {
    account: AccountId,
    id: String,
}

impl Record for Holder {
    const TABLE: Table = Table("message_holder");
}
