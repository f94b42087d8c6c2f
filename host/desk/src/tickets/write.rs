//! Making tickets and adding to them. Everything here adds to a batch, so that
//! a ticket, the end of the job that brought it and the work that follows from
//! it are one commit. The account's triggers have the last word on a ticket
//! before it is kept.

use std::collections::BTreeSet;

use mail::address::Address;
use mail::message::MessageId;
use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};

use super::update::{self, Changes};
use super::{Comment, Status, Ticket, comment_row, comments, kept};
use crate::facts::Role;
use crate::notifications::Event;
use crate::people::{self, Standing};
use crate::rows::{Kept, Record};
use crate::threading::{self, TokenHolder};
use crate::triggers::{self, Moment};
use crate::{Account, Error, Product};

/// What an agent answers.
#[derive(Debug, Clone)]
pub struct NewReply {
    /// Who answers; has to be an agent of the account.
    pub agent: Address,
    /// The answer as text.
    pub body: String,
    /// Whether end users may read it.
    pub public: bool,
    /// What else is to become of the ticket.
    pub changes: Changes,
}

/// A ticket in the making; its numbers and token are given here.
pub(crate) struct NewTicket {
    pub(crate) subject: String,
    pub(crate) tags: BTreeSet<String>,
    pub(crate) recipient: Option<Address>,
    pub(crate) requester: Address,
    pub(crate) brand: u64,
    pub(crate) by_mail: bool,
    pub(crate) created_authenticated: bool,
    pub(crate) email_ccs: Vec<Address>,
    pub(crate) changes: Changes,
}

/// The numbers given last in an account.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Numbers {
    ticket: u64,
    comment: u64,
}

impl Record for Numbers {
    const TABLE: Table = Table("counter");
}

const NUMBERS: &str = "numbers";

/// How many tickets the account has. They are numbered from 1 as they are made, none is
/// left out, and none ever goes.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn count(account: &Account) -> Result<u64, Error> {
    let kept = account.rows().get::<Numbers>(NUMBERS).await?;
    Ok(kept.map_or(0, |kept| kept.record.ticket))
}

/// Draws the next numbers; whoever draws them at the same time conflicts.
async fn draw(account: &Account, batch: &mut Batch, new_ticket: bool) -> Result<Numbers, Error> {
    let kept = account.rows().get::<Numbers>(NUMBERS).await?;
    let last = kept.as_ref().map(|kept| kept.record).unwrap_or_default();
    let next = Numbers {
        ticket: last.ticket + u64::from(new_ticket),
        comment: last.comment + 1,
    };
    batch.expect(
        account.rows().key::<Numbers>(NUMBERS),
        kept.map(|kept| kept.revision),
    );
    account.rows().put(batch, NUMBERS, &next);
    Ok(next)
}

/// A new ticket with its first comment, whose numbers are filled in.
pub(crate) async fn create(
    account: &Account,
    product: &Product,
    batch: &mut Batch,
    new: NewTicket,
    mut comment: Comment,
    now: Timestamp,
) -> Result<Event, Error> {
    let numbers = draw(account, batch, true).await?;
    let token = rand::random::<u64>() & TOKEN_MASK;
    let mut ticket = Ticket {
        id: numbers.ticket,
        subject: new.subject,
        status: Status::New,
        priority: None,
        group: None,
        tags: new.tags,
        recipient: new.recipient,
        requester: new.requester,
        brand: new.brand,
        by_mail: new.by_mail,
        created_authenticated: new.created_authenticated,
        email_ccs: new.email_ccs,
        followers: Vec::new(),
        token,
        thread: Vec::new(),
        created_at: now,
        updated_at: now,
    };
    update::apply(account, batch, &mut ticket, &new.changes).await?;
    let root = threading::root(ticket.encoded_id(), product);
    index(account, batch, &mut ticket, root).await?;
    account
        .rows()
        .create(batch, token.to_be_bytes(), &TokenHolder(ticket.id));
    enter(account, batch, &mut ticket, &mut comment, numbers).await?;
    triggers::run(
        &triggers::list(account).await?,
        &mut ticket,
        Moment::Created,
    );
    account
        .rows()
        .create(batch, ticket.id.to_be_bytes(), &ticket);
    Ok(Event::Created {
        ticket: ticket.id,
        comment: comment.id,
    })
}

/// One more comment on a ticket that was read before; its number is filled in.
/// Returns the ticket after it.
pub(crate) async fn add(
    account: &Account,
    batch: &mut Batch,
    mut ticket: Kept<Ticket>,
    mut comment: Comment,
    now: Timestamp,
) -> Result<(Ticket, Event), Error> {
    let numbers = Numbers {
        ticket: ticket.record.id,
        ..draw(account, batch, false).await?
    };
    ticket.record.updated_at = now;
    enter(account, batch, &mut ticket.record, &mut comment, numbers).await?;
    let triggers = triggers::list(account).await?;
    triggers::run(&triggers, &mut ticket.record, Moment::Changed);
    account
        .rows()
        .update(batch, ticket.record.id.to_be_bytes(), &ticket);
    let event = Event::Commented {
        ticket: ticket.record.id,
        comment: comment.id,
    };
    Ok((ticket.record, event))
}

async fn enter(
    account: &Account,
    batch: &mut Batch,
    ticket: &mut Ticket,
    comment: &mut Comment,
    numbers: Numbers,
) -> Result<(), Error> {
    comment.id = numbers.comment;
    comment.ticket = numbers.ticket;
    if let Some(id) = &comment.message_id {
        index(account, batch, ticket, id.clone()).await?;
    }
    account
        .rows()
        .create(batch, comment_row(comment.ticket, comment.id), comment);
    let mut people = ticket.people();
    people.push(&comment.author);
    people::give_numbers(account, batch, &people).await
}

/// From now on the identifier leads to the ticket.
pub(crate) async fn index(
    account: &Account,
    batch: &mut Batch,
    ticket: &mut Ticket,
    id: MessageId,
) -> Result<(), Error> {
    threading::remember(account, batch, &id, ticket.id).await?;
    if !ticket.thread.contains(&id) {
        ticket.thread.push(id);
    }
    // The root stays, and of the others the newest.
    if ticket.thread.len() > THREAD_MAX {
        ticket.thread.remove(1);
    }
    Ok(())
}

/// An agent's answer, or a note among agents.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for an empty answer, a closed ticket,
/// somebody who is no agent, too many CCs.
pub async fn reply(
    account: &Account,
    batch: &mut Batch,
    ticket: u64,
    new: NewReply,
    now: Timestamp,
) -> Result<(Ticket, Comment, Event), Error> {
    let mut kept = kept(account, ticket)
        .await?
        .ok_or(Error::NotFound("ticket"))?;
    check_open(account, &kept.record).await?;
    let mut comment = entered(account, new.agent, new.body, new.public, now).await?;
    update::apply(account, batch, &mut kept.record, &new.changes).await?;
    let untouched = matches!(kept.record.status, Status::New | Status::Open);
    if new.public && untouched && new.changes.status.is_none() {
        kept.record.status = Status::Pending;
    }
    let (after, event) = add(account, batch, kept, comment.clone(), now).await?;
    (comment.id, comment.ticket) = (event.comment(), ticket);
    Ok((after, comment, event))
}

/// Whether a ticket takes one more comment.
async fn check_open(account: &Account, ticket: &Ticket) -> Result<(), Error> {
    if ticket.status == Status::Closed {
        let hint = "closed tickets take no comments";
        return Err(Error::invalid("ticket", "ticket_closed", hint));
    }
    if comments(account, ticket.id).await?.len() >= COMMENTS_MAX {
        let hint = format!("a ticket has at most {COMMENTS_MAX} comments; open another");
        return Err(Error::invalid("ticket", "limit_comments", hint));
    }
    Ok(())
}

/// A comment an agent writes here; its numbers are filled in when it is entered.
pub(crate) async fn entered(
    account: &Account,
    agent: Address,
    body: String,
    public: bool,
    now: Timestamp,
) -> Result<Comment, Error> {
    let person = people::find(account, &agent).await?;
    let Some(person) = person.filter(|person| person.standing == Standing::Agent) else {
        let hint = "make a token for this agent first";
        return Err(Error::invalid("agent", "agent_unknown", hint));
    };
    if body.trim().is_empty() {
        return Err(Error::invalid("body", "body_missing", "write something"));
    }
    Ok(Comment {
        id: 0,
        ticket: 0,
        author: agent,
        author_name: person.name,
        role: Role::Agent,
        public,
        authenticated: true,
        flagged: false,
        body,
        html_body: None,
        files: Vec::new(),
        message_id: None,
        via: None,
        created_at: now,
    })
}

/// Fifty bits: what six and four characters of base 32 hold.
const TOKEN_MASK: u64 = (1 << 50) - 1;
/// Identifiers kept in a ticket; the index keeps all of them.
const THREAD_MAX: usize = 20;
/// Comments agents may bring a ticket to (API.md, section 2); mail is never turned away for it.
const COMMENTS_MAX: usize = 5_000;
