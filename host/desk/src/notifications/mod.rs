//! Who is told what, and in which words.
//!
//! [`plan`] turns an [`Event`] into drafts, one message each: requester and CCs
//! together, every follower apart, so that end users never see one (R14). A
//! [`draft::OutboundDraft`] holds everything but the sender; the program asks
//! for the way out, composes in that sender's name, signs and commits.
//!
//! | file | what is in it |
//! |---|---|
//! | `draft` | [`OutboundDraft`]: from a draft to octets |
//! | `holding` | how many notices one person gets, and what happens to the rest |
//! | `words` | the templates |
//!
//! Not here: which way and in whose name (the routing policy), delivery (`outbound`).

pub mod draft;
mod holding;
mod words;

use mail::address::Address;
use serde::{Deserialize, Serialize};
use storage::{Batch, Timestamp};

use crate::accounts::{self, Profile};
use crate::facts::{DepartureFacts, Origin, Role};
use crate::tickets::{self, Comment, Ticket};
use crate::{Account, Error, Product, people};

pub use draft::{OutboundDraft, Sender, security_notice};
pub use holding::plan_held;

/// Something that happened to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// It was made, with its first comment.
    Created {
        /// The ticket.
        ticket: u64,
        /// Its first comment.
        comment: u64,
    },
    /// It got one more comment.
    Commented {
        /// The ticket.
        ticket: u64,
        /// The comment.
        comment: u64,
    },
}

impl Event {
    /// The ticket it is about.
    pub fn ticket(self) -> u64 {
        match self {
            Self::Created { ticket, .. } | Self::Commented { ticket, .. } => ticket,
        }
    }

    /// The comment it is about.
    pub fn comment(self) -> u64 {
        match self {
            Self::Created { comment, .. } | Self::Commented { comment, .. } => comment,
        }
    }
}

/// Who gets one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Audience {
    pub(crate) words: words::Kind,
    pub(crate) to: Vec<Address>,
    pub(crate) cc: Vec<Address>,
}

/// What an event asks for.
#[derive(Debug)]
pub struct Plan {
    /// The messages to be sent now; often none.
    pub drafts: Vec<OutboundDraft>,
    /// Somebody has had so many that the rest is held until then; the caller
    /// enqueues [`plan_held`] for that time.
    pub later: Option<Timestamp>,
}

/// The messages an event asks for, as many as their recipients are to get now.
/// What is counted and held goes into the batch.
///
/// # Errors
/// [`Error::NotFound`] if the ticket is gone; [`Error::Read`], [`Error::Corrupt`].
pub async fn plan(
    account: &Account,
    product: &Product,
    batch: &mut Batch,
    event: Event,
    now: Timestamp,
) -> Result<Plan, Error> {
    let profile = accounts::profile(account).await?;
    let ticket = tickets::find(account, event.ticket()).await?;
    let comment = tickets::comment(account, event.ticket(), event.comment()).await?;
    let departure = draft::departure(account, &profile, &ticket).await?;
    let mut gate = holding::Gate::new(account, ticket.id, now);
    let mut drafts = Vec::new();
    for audience in audiences(&profile, &ticket, &comment, event) {
        if audience.words == words::Kind::Acknowledgement
            && people::is_undeliverable(account, &ticket.requester).await?
        {
            continue;
        }
        let Some(audience) = gate.admit(batch, audience, &comment).await? else {
            continue;
        };
        let departure = departure.clone();
        drafts.push(draft::ticket(
            product, &profile, &ticket, &comment, audience, departure, now,
        )?);
    }
    let later = gate.later;
    gate.keep(batch);
    Ok(Plan { drafts, later })
}

/// The message of an event that has been planned, counted and not delivered, to those who have
/// not got it; `None` if it would not be sent any more.
///
/// # Errors
/// [`Error::NotFound`] if the ticket is gone; [`Error::Read`], [`Error::Corrupt`].
pub async fn plan_again(
    account: &Account,
    product: &Product,
    event: Event,
    recipients: &[Address],
    now: Timestamp,
) -> Result<Option<OutboundDraft>, Error> {
    let profile = accounts::profile(account).await?;
    let ticket = tickets::find(account, event.ticket()).await?;
    let comment = tickets::comment(account, event.ticket(), event.comment()).await?;
    let departure = draft::departure(account, &profile, &ticket).await?;
    let is_it = |audience: &Audience| {
        let all: Vec<_> = audience.to.iter().chain(&audience.cc).collect();
        recipients.iter().all(|recipient| all.contains(&recipient))
    };
    let mut audiences = audiences(&profile, &ticket, &comment, event).into_iter();
    let Some(audience) = audiences.find(is_it) else {
        return Ok(None);
    };
    let mut draft = draft::ticket(
        product, &profile, &ticket, &comment, audience, departure, now,
    )?;
    draft.recipients = recipients.to_vec();
    Ok(Some(draft))
}

/// The question in whose name answers to a ticket leave.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn departure(account: &Account, ticket: &Ticket) -> Result<DepartureFacts, Error> {
    let profile = accounts::profile(account).await?;
    draft::departure(account, &profile, ticket).await
}

/// Who gets which message. Pure, so that the table below can be read as the rule.
fn audiences(profile: &Profile, ticket: &Ticket, comment: &Comment, event: Event) -> Vec<Audience> {
    let mut audiences = Vec::new();
    match event {
        Event::Created { .. } if may_acknowledge(profile, ticket, comment) => {
            audiences.push(Audience {
                words: words::Kind::Acknowledgement,
                to: vec![ticket.requester.clone()],
                cc: Vec::new(),
            });
        }
        // What an agent enters here nobody has read yet; what they mailed, the
        // people they copied have.
        Event::Created { .. } if is_answer(comment) && comment.via.is_none() => {
            audiences.extend(end_users(ticket, comment));
        }
        Event::Commented { .. } if is_answer(comment) => {
            audiences.extend(end_users(ticket, comment))
        }
        Event::Created { .. } | Event::Commented { .. } => {}
    }
    audiences.extend(followers(ticket, comment));
    audiences
}

/// Programs, lists and unconfirmed authors get no acknowledgement (LOOP-01).
fn may_acknowledge(profile: &Profile, ticket: &Ticket, comment: &Comment) -> bool {
    let by_a_person = comment.via.as_ref().is_none_or(|via| {
        via.origin == Origin::Person
            && !via
                .flags
                .iter()
                .any(|flag| NO_ANSWER.contains(&flag.as_str()))
    });
    profile.settings.acknowledge
        && by_a_person
        && !comment.flagged
        && comment.role != Role::Agent
        && !is_daemon(&ticket.requester)
}

/// An agent's public and confirmed comment.
fn is_answer(comment: &Comment) -> bool {
    comment.public && comment.role == Role::Agent && !comment.flagged
}

/// Requester and CCs in one message, so that they see each other.
fn end_users(ticket: &Ticket, comment: &Comment) -> Option<Audience> {
    let wants = |address: &&Address| !address.same_mailbox(&comment.author) && !is_daemon(address);
    let to: Vec<_> = Some(&ticket.requester)
        .filter(wants)
        .cloned()
        .into_iter()
        .collect();
    let cc: Vec<_> = ticket.email_ccs.iter().filter(wants).cloned().collect();
    let anybody = !(to.is_empty() && cc.is_empty());
    anybody.then_some(Audience {
        words: words::Kind::Answer,
        to,
        cc,
    })
}

/// Each follower apart, in a message that names nobody else.
fn followers(ticket: &Ticket, comment: &Comment) -> impl Iterator<Item = Audience> {
    let others = ticket
        .followers
        .iter()
        .filter(|address| !address.same_mailbox(&comment.author));
    others.map(|follower| Audience {
        words: words::Kind::Follower,
        to: vec![follower.clone()],
        cc: Vec::new(),
    })
}

/// Mailboxes that answer every letter with one of their own.
fn is_daemon(address: &Address) -> bool {
    let local = address.local().to_ascii_lowercase();
    DAEMONS.contains(&local.as_str())
}

const DAEMONS: [&str; 4] = ["mailer-daemon", "postmaster", "noreply", "no-reply"];
/// Flags of header-check that say nobody wants an answer (RFC 3834 §2).
const NO_ANSWER: [&str; 3] = ["null_sender", "suppresses_answers", "several_from"];

#[cfg(test)]
mod tests;
