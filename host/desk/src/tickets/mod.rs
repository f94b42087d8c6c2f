//! Tickets and their comments.
//!
//! Here are the records and the look-ups; [`write`] makes them and adds to them,
//! [`open()`] is how an agent makes one, [`update`] changes them otherwise, [`tags`] guards the reserved tags,
//! [`files`] are what came with a comment, [`clean()`] makes its HTML fit to be looked at, [`search()`]
//! finds them again. Numbers count up within an account.
//!
//! Not here: which message becomes what (`intake`), who is told (`notifications`).

mod checks;
mod clean;
pub mod files;
mod open;
mod search;
pub mod tags;
pub mod update;
pub mod write;

use std::collections::BTreeSet;

use mail::address::{Address, Domain};
use mail::message::{MessageId, TicketToken};
use serde::{Deserialize, Serialize};
use storage::{ListRange, Table, TextId, Timestamp};

use crate::credentials::CredentialId;
use crate::facts::{AuthorAuthentication, Ingress, Origin, Role};
use crate::people::{self, Standing};
use crate::rows::{Kept, Record};
use crate::{Account, Error, wire};

pub use checks::{AuthorChecks, Check};
pub use clean::{HTML_OCTETS_MAX, clean};
pub use files::File;
pub use open::{NewMatter, open};
pub use search::{Filter, Found, search};
pub use update::{Changes, update};
pub use write::{NewReply, count, reply};

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Nobody has answered yet.
    New,
    /// With the agents.
    Open,
    /// With the requester.
    Pending,
    /// Answered for good, as far as we know.
    Solved,
    /// Takes no more comments.
    Closed,
}

/// How urgent a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Priority {
    /// Whenever there is time.
    Low,
    /// As everything.
    Normal,
    /// Before the others.
    High,
    /// Now.
    Urgent,
}

/// One matter of one requester.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Number within the account.
    pub id: u64,
    /// Of the message that made it.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// How urgent it is, if anybody said so.
    pub priority: Option<Priority>,
    /// The group it is with, by number.
    pub group: Option<u64>,
    /// Reserved and ordinary ones.
    pub tags: BTreeSet<String>,
    /// The address it was written to, which is also the one that answers.
    #[serde(with = "wire::opt")]
    pub recipient: Option<Address>,
    /// Who asked.
    #[serde(with = "wire::one")]
    pub requester: Address,
    /// The brand it belongs to.
    pub brand: u64,
    /// It was made by mail, not entered here.
    pub by_mail: bool,
    /// It was created by mail over the connector.
    pub created_authenticated: bool,
    /// End users who read along, seen by everybody (R14).
    #[serde(with = "wire::many")]
    pub email_ccs: Vec<Address>,
    /// People who read along unseen by end users (R14).
    #[serde(with = "wire::many")]
    pub followers: Vec<Address>,
    /// What its token stands for; drawn by chance.
    pub token: u64,
    /// Root of its References, then the newest identifiers of its messages.
    #[serde(with = "wire::many")]
    pub thread: Vec<MessageId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How a comment came in by mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Via {
    /// The listener.
    pub ingress: Ingress,
    /// TLS version and cipher of the session, if it had any.
    pub tls: Option<String>,
    /// The credential set its session proved.
    pub credential: Option<CredentialId>,
    /// The domain of the connector that set belongs to.
    #[serde(with = "wire::opt")]
    pub connector: Option<Domain>,
    /// What is known of the author, apart from the relay (R8).
    pub author: AuthorAuthentication,
    /// The same, method by method, as the customer's server had it.
    pub checks: Option<AuthorChecks>,
    /// How the message came to be written.
    pub origin: Origin,
    /// What header-check flagged.
    pub flags: Vec<String>,
    /// The raw message.
    pub text: TextId,
}

/// One contribution to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Number within the account.
    pub id: u64,
    /// The ticket's number.
    pub ticket: u64,
    /// Who wrote it.
    #[serde(with = "wire::one")]
    pub author: Address,
    /// What they call themselves.
    pub author_name: String,
    /// Who they were to the ticket then.
    pub role: Role,
    /// End users may read it.
    pub public: bool,
    /// It came over the connector of the recipient's domain (R30).
    pub authenticated: bool,
    /// Shown with a warning: the author could not be confirmed (R39).
    pub flagged: bool,
    /// As text.
    pub body: String,
    /// As HTML, as it was written: not to be shown without cleaning.
    pub html_body: Option<String>,
    /// What came with it.
    pub files: Vec<File>,
    /// Identifier of the message it came by.
    #[serde(with = "wire::opt")]
    pub message_id: Option<MessageId>,
    /// How it came in by mail; absent if it was entered here.
    pub via: Option<Via>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Status {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Solved => "solved",
            Self::Closed => "closed",
        }
    }

    /// Reads what [`Status::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::New,
            Self::Open,
            Self::Pending,
            Self::Solved,
            Self::Closed,
        ];
        all.into_iter().find(|status| status.as_str() == text)
    }
}

impl Priority {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// Reads what [`Priority::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Low, Self::Normal, Self::High, Self::Urgent];
        all.into_iter().find(|priority| priority.as_str() == text)
    }
}

impl Ticket {
    /// What stands in the body of notifications: `[XXXXXX-XXXX]` (R112).
    pub fn encoded_id(&self) -> TicketToken {
        TicketToken::from_number(self.token)
    }

    /// Everybody who has a part in it.
    pub fn people(&self) -> Vec<&Address> {
        let reading = self.email_ccs.iter().chain(&self.followers);
        std::iter::once(&self.requester).chain(reading).collect()
    }

    fn has(people: &[Address], address: &Address) -> bool {
        people.iter().any(|known| known.same_mailbox(address))
    }

    /// Whether somebody is copied on it.
    pub fn copies(&self, address: &Address) -> bool {
        Self::has(&self.email_ccs, address)
    }

    /// Whether somebody follows it.
    pub fn is_followed_by(&self, address: &Address) -> bool {
        Self::has(&self.followers, address)
    }
}

/// Who somebody is, to a ticket or to the account alone (R39).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn role(
    account: &Account,
    ticket: Option<&Ticket>,
    address: &Address,
) -> Result<Role, Error> {
    let person = people::find(account, address).await?;
    if person
        .as_ref()
        .is_some_and(|person| person.standing == Standing::Agent)
    {
        return Ok(Role::Agent);
    }
    Ok(match ticket {
        Some(ticket) if ticket.requester.same_mailbox(address) => Role::Requester,
        Some(ticket) if ticket.copies(address) => Role::Copied,
        Some(ticket) if ticket.is_followed_by(address) => Role::Follower,
        _ if person.is_some() => Role::Known,
        _ => Role::Stranger,
    })
}

pub(crate) async fn kept(account: &Account, id: u64) -> Result<Option<Kept<Ticket>>, Error> {
    account.rows().get(id.to_be_bytes()).await
}

/// Finds a ticket of the account.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Read`], [`Error::Corrupt`].
pub async fn find(account: &Account, id: u64) -> Result<Ticket, Error> {
    Ok(kept(account, id)
        .await?
        .ok_or(Error::NotFound("ticket"))?
        .record)
}

/// Every ticket of the account, oldest first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<Ticket>, Error> {
    account.rows().all(&[]).await
}

/// The comments of a ticket, oldest first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn comments(account: &Account, ticket: u64) -> Result<Vec<Comment>, Error> {
    account.rows().all(&ticket.to_be_bytes()).await
}

/// The first comment of a ticket, if there is such a ticket.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn first_comment(account: &Account, ticket: u64) -> Result<Option<Comment>, Error> {
    let range = ListRange::prefix(ticket.to_be_bytes(), 1);
    let mut page = account.rows().page::<Comment>(range).await?;
    Ok(page.pop().map(|(_, comment)| comment))
}

/// One comment of a ticket.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Read`], [`Error::Corrupt`].
pub async fn comment(account: &Account, ticket: u64, id: u64) -> Result<Comment, Error> {
    let kept = account
        .rows()
        .get::<Comment>(comment_row(ticket, id))
        .await?;
    Ok(kept.ok_or(Error::NotFound("comment"))?.record)
}

fn comment_row(ticket: u64, id: u64) -> Vec<u8> {
    [ticket.to_be_bytes(), id.to_be_bytes()].concat()
}

impl Record for Ticket {
    const TABLE: Table = Table("ticket");
}

impl Record for Comment {
    const TABLE: Table = Table("comment");
}
