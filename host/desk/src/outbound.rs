//! What became of every message we sent, recipient by recipient
//! (REQUIREMENTS.md, section 11).
//!
//! Not here: attempts and back-off (the program), composing (`notifications`).

mod leaving;
mod noticed;

use mail::address::Address;
use mail::message::dsn::{Action, Report};
use mail::message::{Headers, MessageId};
use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};

use crate::accounts::account_code;
use crate::facts::{Finding, NotificationKind};
use crate::notifications::{OutboundDraft, Sender};
use crate::rows::{Kept, Record};
use crate::tickets::{self, write};
use crate::undelivered::{self, News};
use crate::{Account, Error, Product, numbers, people, wire};

pub use leaving::{Leaving, left};
pub use noticed::notice;

/// Which way a message goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Path {
    /// Through the customer's own server.
    Smarthost,
    /// By our own path, with the reason why not through the customer's.
    Native {
        /// For example `smtp_address_not_verified`.
        reason: String,
    },
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Not tried yet.
    Queued,
    /// Tried, to be tried again.
    Deferred,
    /// The customer's server has taken it over.
    AcceptedByCustomerMta,
    /// It went by our own path instead.
    SentByFallback,
    /// It will not arrive.
    Failed,
    /// It was taken over, and came back later (R113).
    Bounced,
}

/// One message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// To whom.
    #[serde(with = "wire::one")]
    pub recipient: Address,
    /// Where it stands.
    pub state: State,
    /// Attempts so far.
    pub attempts: u32,
    /// Stable word, for example `customer_spf_rejects_us`.
    pub reason: Option<String>,
    /// The last SMTP reply.
    pub reply: Option<String>,
    /// TLS version and cipher of the last session.
    pub tls: Option<String>,
    /// User name proved in the last session.
    pub credential: Option<String>,
    /// It takes so long that the agents were told.
    pub delayed: bool,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The last attempts, oldest first; at most [`TRIES_KEPT`].
    pub tries: Vec<Try>,
}

/// One attempt as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// When it was over.
    pub at: Timestamp,
    /// How it ended.
    pub end: End,
    /// Stable word, for example `greylisted`.
    pub reason: Option<String>,
    /// The SMTP reply, if there was one.
    pub reply: Option<String>,
    /// The server's name, if one was reached.
    pub server: Option<String>,
    /// The certificate it showed, in words.
    pub certificate: Option<String>,
    /// TLS version and cipher, if it came to that.
    pub tls: Option<String>,
    /// User name proved, if it came to that.
    pub credential: Option<String>,
}

/// One message we sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// Its name everywhere.
    pub id: String,
    /// What programs call it by.
    pub number: u64,
    /// What it is.
    pub notification: NotificationKind,
    /// The ticket it is about.
    pub ticket: Option<u64>,
    /// The comment it is about.
    pub comment: Option<u64>,
    /// Which way it goes.
    pub path: Path,
    /// In whose name.
    #[serde(with = "wire::one")]
    pub sender: Address,
    /// In whose name it would have gone, had that address been able to send (R80).
    #[serde(with = "wire::opt")]
    pub fallback_from: Option<Address>,
    /// Its Message-ID.
    #[serde(with = "wire::one")]
    pub message_id: MessageId,
    /// Whether it bears a signature of ours.
    pub signed: bool,
    /// Hand-overs that began and whose end is not noted: one that runs, and those a crash cut
    /// off. Counted for confirmation mails only.
    pub unsettled: u32,
    /// One for each recipient.
    pub deliveries: Vec<Delivery>,
    /// What reports and answers showed to be other than it was sent (R32).
    pub warnings: Vec<Finding>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How one attempt went for one recipient.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// For whom.
    pub recipient: Address,
    /// How it ended.
    pub end: End,
    /// Stable word.
    pub reason: Option<String>,
    /// The SMTP reply, if there was one.
    pub reply: Option<String>,
    /// The server's name, if one was reached.
    pub server: Option<String>,
    /// The certificate it showed, in words.
    pub certificate: Option<String>,
    /// TLS version and cipher, if it came to that.
    pub tls: Option<String>,
    /// User name proved, if it came to that.
    pub credential: Option<String>,
    /// It takes long enough for the agents to be told.
    pub delayed: bool,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// The other server has taken the message over.
    Accepted,
    /// To be tried again.
    Deferred,
    /// Given up.
    Failed,
}

impl End {
    /// The word for lists and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Deferred => "deferred",
            Self::Failed => "failed",
        }
    }
}

impl State {
    /// As the command line and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Deferred => "deferred",
            Self::AcceptedByCustomerMta => "accepted_by_customer_mta",
            Self::SentByFallback => "sent_by_fallback",
            Self::Failed => "failed",
            Self::Bounced => "bounced",
        }
    }
}

impl Path {
    /// `smarthost` or `native`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Smarthost => "smarthost",
            Self::Native { .. } => "native",
        }
    }
}

/// A message on its way out, as far as it is to be noted.
#[derive(Debug)]
pub struct Departing<'d> {
    /// What it is.
    pub draft: &'d OutboundDraft,
    /// In whose name.
    pub sender: Sender,
    /// Why not through the customer's server; for our own path only.
    pub reason: Option<String>,
    /// Whether it bears a signature of ours.
    pub signed: bool,
}

/// Notes a message on its way out, and that its identifier leads to its ticket.
/// The caller queues the delivery in the same batch.
///
/// Several drafts of one ticket in one batch: pass them together, since each
/// call reads the ticket as it stands in the store.
///
/// # Errors
/// [`Error::NotFound`] if the ticket is gone; [`Error::Read`], [`Error::Corrupt`].
pub async fn record(
    account: &Account,
    product: &Product,
    batch: &mut Batch,
    departing: &[Departing<'_>],
    now: Timestamp,
) -> Result<(), Error> {
    let mut ticket = None;
    for departing in departing {
        let (draft, email) = (departing.draft, email(product, departing, now));
        if let Some(id) = draft.ticket {
            if ticket.is_none() {
                ticket = Some(
                    tickets::kept(account, id)
                        .await?
                        .ok_or(Error::NotFound("ticket"))?,
                );
            }
            if let Some(kept) = &mut ticket {
                write::index(account, batch, &mut kept.record, email.message_id.clone()).await?;
            }
            account.rows().put(
                batch,
                ticket_row(id, &email.id),
                &OfTicket(email.id.clone()),
            );
        }
        put(account, batch, email);
    }
    if let Some(kept) = ticket {
        account
            .rows()
            .update(batch, kept.record.id.to_be_bytes(), &kept);
    }
    Ok(())
}

/// Keeps a new message under its name and its number.
pub(crate) fn put(account: &Account, batch: &mut Batch, mut email: Email) {
    email.number = numbers::give::<Email>(account.rows(), batch, &email.id);
    account.rows().create(batch, email.id.as_str(), &email);
}

fn email(product: &Product, departing: &Departing<'_>, now: Timestamp) -> Email {
    let Departing {
        draft,
        sender,
        reason,
        signed,
    } = departing;
    let queued = |recipient: &Address| Delivery::queued(recipient.clone(), reason.clone(), now);
    let (path, sender) = match sender {
        Sender::Support(address) => (Path::Smarthost, address),
        Sender::Native(address) => (
            Path::Native {
                reason: reason.clone().unwrap_or_default(),
            },
            address,
        ),
    };
    Email {
        id: draft.email_id.clone(),
        number: 0,
        notification: draft.departure.notification,
        ticket: draft.ticket,
        comment: draft.comment,
        path,
        sender: sender.clone(),
        fallback_from: draft.fallback_from(sender),
        message_id: draft.message_id(product),
        signed: *signed,
        unsettled: 0,
        deliveries: draft.recipients.iter().map(queued).collect(),
        warnings: Vec::new(),
        created_at: now,
    }
}

/// Notes that a message is being handed over, before it is: whether it arrives cannot be told
/// any more if we crash, and then it is sent again.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`], [`Error::Commit`].
pub async fn begin(account: &Account, email: &str) -> Result<(), Error> {
    let mut kept = kept(account, email)
        .await?
        .ok_or(Error::NotFound("email"))?;
    kept.record.unsettled = kept.record.unsettled.saturating_add(1);
    let mut batch = Batch::new();
    account.rows().update(&mut batch, email, &kept);
    account.apply(batch).await
}

/// Notes how an attempt went, and on the message's ticket what has failed or takes
/// long. The caller settles the job in the same batch. Returns the message after it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Read`], [`Error::Corrupt`].
pub async fn attempted(
    account: &Account,
    batch: &mut Batch,
    email: &str,
    attempts: &[Attempt],
    now: Timestamp,
) -> Result<Email, Error> {
    let mut kept = kept(account, email)
        .await?
        .ok_or(Error::NotFound("email"))?;
    // Only what reached a server had begun.
    if attempts.iter().any(|attempt| attempt.server.is_some()) {
        kept.record.unsettled = kept.record.unsettled.saturating_sub(1);
    }
    let path = kept.record.path.clone();
    let mut news = Vec::new();
    for attempt in attempts {
        let deliveries = kept.record.deliveries.iter_mut();
        for delivery in deliveries.filter(|delivery| delivery.recipient == attempt.recipient) {
            let new = delivery.note(&path, attempt, now);
            news.extend(new.map(|what| (delivery.clone(), what)));
        }
    }
    undelivered::tell(account, batch, &kept.record, &news, now).await?;
    account.rows().update(batch, email, &kept);
    Ok(kept.record)
}

impl Delivery {
    /// One that nobody has tried yet.
    pub(crate) fn queued(recipient: Address, reason: Option<String>, now: Timestamp) -> Self {
        Self {
            recipient,
            state: State::Queued,
            attempts: 0,
            reason,
            reply: None,
            tls: None,
            credential: None,
            delayed: false,
            updated_at: now,
            tries: Vec::new(),
        }
    }

    /// What of it is worth telling, once.
    fn note(&mut self, path: &Path, attempt: &Attempt, now: Timestamp) -> Option<News> {
        self.attempts += 1;
        self.updated_at = now;
        self.reply = attempt.reply.clone();
        self.tls = attempt.tls.clone();
        self.credential = attempt.credential.clone();
        self.remember(attempt, now);
        (self.state, self.reason) = match (attempt.end, path) {
            (End::Accepted, Path::Smarthost) => {
                (State::AcceptedByCustomerMta, attempt.reason.clone())
            }
            (End::Accepted, Path::Native { reason }) => {
                (State::SentByFallback, Some(reason.clone()))
            }
            (End::Deferred, _) => (State::Deferred, attempt.reason.clone()),
            (End::Failed, _) => (State::Failed, attempt.reason.clone()),
        };
        let newly_delayed = attempt.delayed && !self.delayed;
        self.delayed |= attempt.delayed;
        match attempt.end {
            End::Failed => Some(News::Failed),
            End::Deferred if newly_delayed => Some(News::Delayed),
            End::Deferred | End::Accepted => None,
        }
    }
}

impl Delivery {
    fn remember(&mut self, attempt: &Attempt, at: Timestamp) {
        if self.tries.len() == TRIES_KEPT {
            self.tries.remove(0);
        }
        self.tries.push(Try {
            at,
            end: attempt.end,
            reason: attempt.reason.clone(),
            reply: attempt.reply.as_deref().map(shortened),
            server: attempt.server.clone(),
            certificate: attempt.certificate.clone(),
            tls: attempt.tls.clone(),
            credential: attempt.credential.clone(),
        });
    }
}

/// A reply may have a hundred lines; the first tell what it is about.
pub(crate) fn shortened(reply: &str) -> String {
    reply.chars().take(REPLY_KEPT).collect()
}

/// Attempts remembered for each recipient.
pub const TRIES_KEPT: usize = 8;
/// Characters of a reply remembered for each of them.
const REPLY_KEPT: usize = 512;

/// Links a delivery report to the message it speaks of (R113), which is returned as it is
/// then; `findings` is what the header the report brings back shows. `None` if it is none of
/// ours: then it is an ordinary bounce. The caller drops the raw text and finishes the job in
/// the same batch.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn bounced(
    account: &Account,
    batch: &mut Batch,
    report: &Report,
    findings: Vec<Finding>,
    now: Timestamp,
) -> Result<Option<Email>, Error> {
    let Some(mut kept) = of_report(account, report).await? else {
        return Ok(None);
    };
    kept.record.notice(account, batch, findings, now);
    for told in report
        .recipients
        .iter()
        .filter(|told| told.action == Action::Failed)
    {
        let names = [Some(told.recipient.as_str()), told.original.as_deref()];
        let named = |delivery: &&mut Delivery| {
            let named = delivery.recipient.to_string();
            names
                .iter()
                .flatten()
                .any(|name| name.eq_ignore_ascii_case(&named))
        };
        for delivery in kept.record.deliveries.iter_mut().filter(named) {
            delivery.state = State::Bounced;
            delivery.reason = told
                .status
                .map(|(class, subject, detail)| format!("{class}.{subject}.{detail}"));
            delivery.reply = told.diagnostic.clone();
            delivery.updated_at = now;
            let (address, status) = (&delivery.recipient, delivery.reason.clone());
            people::mark_undeliverable(account, batch, address, status, now).await?;
        }
    }
    account.rows().update(batch, kept.record.id.clone(), &kept);
    Ok(Some(kept.record))
}

/// By the e-mail id it returns, which nobody can guess who has not seen the message.
async fn of_report(account: &Account, report: &Report) -> Result<Option<Kept<Email>>, Error> {
    let by_message_id = report
        .message_id
        .as_ref()
        .and_then(|id| id.as_str().split_once('@'));
    let ids = [
        report.email_id.as_deref(),
        by_message_id.map(|(left, _)| left),
    ];
    for id in ids.into_iter().flatten() {
        if let Some(kept) = kept(account, id).await? {
            return Ok(Some(kept));
        }
    }
    Ok(None)
}

/// Whether a message was made by this account: it bears our account's code and
/// e-mail id, or a Message-ID of ours as its own (R37). Evidence of a loop,
/// never of identity (R36).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn is_ours(
    account: &Account,
    product: &Product,
    headers: &Headers,
) -> Result<bool, Error> {
    let prefix = &product.header_prefix;
    let code = headers.raw(&mail::message::Marks::account_id_field(prefix));
    if code.is_some_and(|code| code.trim() == account_code(account.id())) {
        return Ok(true);
    }
    let email_id = headers.raw(&mail::message::Marks::email_id_field(prefix));
    let message_id = headers.message_id();
    let left = message_id
        .as_ref()
        .and_then(|id| id.as_str().split_once('@'));
    let ids = [
        email_id.as_deref().map(str::trim),
        left.map(|(left, _)| left),
    ];
    for id in ids.into_iter().flatten() {
        if kept(account, id).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn kept(account: &Account, id: &str) -> Result<Option<Kept<Email>>, Error> {
    account.rows().get(id).await
}

/// Finds a message we sent.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn find(account: &Account, id: &str) -> Result<Option<Email>, Error> {
    Ok(kept(account, id).await?.map(|kept| kept.record))
}

/// Finds a message we sent by its number.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Read`], [`Error::Corrupt`].
pub async fn by_number(account: &Account, number: u64) -> Result<Email, Error> {
    let unknown = Error::NotFound("email");
    let Some(id) = numbers::row::<Email>(account.rows(), number).await? else {
        return Err(unknown);
    };
    find(account, &id).await?.ok_or(unknown)
}

/// Every message we sent, oldest first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<Email>, Error> {
    account.rows().all(&[]).await
}

/// Every message about a ticket, oldest first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn of_ticket(account: &Account, ticket: u64) -> Result<Vec<Email>, Error> {
    let ids: Vec<OfTicket> = account.rows().all(&ticket.to_be_bytes()).await?;
    let mut emails = Vec::new();
    for OfTicket(id) in ids {
        emails.extend(find(account, &id).await?);
    }
    Ok(emails)
}

fn ticket_row(ticket: u64, email: &str) -> Vec<u8> {
    let mut row = ticket.to_be_bytes().to_vec();
    row.extend_from_slice(email.as_bytes());
    row
}

impl Record for Email {
    const TABLE: Table = Table("email");
}

/// One of a ticket's messages.
#[derive(Serialize, Deserialize)]
struct OfTicket(String);

impl Record for OfTicket {
    const TABLE: Table = Table("ticket_email");
}
