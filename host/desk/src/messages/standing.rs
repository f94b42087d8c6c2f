//! How a message stands for one recipient (REQUIREMENTS.md, section 11).
//!
//! Of a message that came in, a row for each recipient says so: it is written in
//! the batch that settles the recipient's job, and by hand when a message kept
//! aside is let through. Of a message we sent, the record of the e-mail says so.

use mail::address::Address;
use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};

use super::{Direction, Message, keys};
use crate::outbound::{self, Delivery, Email};
use crate::rows::Record;
use crate::{Account, Error, wire};

/// How a message stands for one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// For whom.
    #[serde(with = "wire::one")]
    pub recipient: Address,
    /// In a word.
    pub state: State,
    /// Why, in a stable word: the cause of a suspension, what a server held
    /// against it.
    pub reason: Option<String>,
    /// The ticket it made or tells of.
    pub ticket: Option<u64>,
    /// The last SMTP reply; outbound only.
    pub reply: Option<String>,
    /// TLS version and cipher of the last session; outbound only.
    pub tls: Option<String>,
    /// User name proved in the last session; outbound only.
    pub identity: Option<String>,
    /// Since when.
    pub at: Timestamp,
}

/// Where a message stands, in a word. Of several recipients that one tells how the
/// message stands which comes last here: it most needs an eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum State {
    /// A delivery report on a message of ours; noted there.
    BounceLinked,
    /// A confirmation mail come back, whatever came of it.
    VerificationConsumed,
    /// The account's own help desk has it.
    HandedOver,
    /// It made a comment.
    CommentAdded,
    /// It made a ticket.
    TicketCreated,
    /// The customer's server has taken it over.
    AcceptedByCustomerMta,
    /// It went by our own path.
    SentByFallback,
    /// Kept, and not settled yet.
    Accepted,
    /// Not tried yet.
    Queued,
    /// Dropped, since two programs answer each other.
    DroppedLoop,
    /// Kept aside.
    Suspended,
    /// Tried, to be tried again.
    Deferred,
    /// Taken over, and come back later.
    Bounced,
    /// It will not arrive.
    Failed,
}

impl State {
    /// Every one there is.
    pub const ALL: [Self; 14] = [
        Self::Accepted,
        Self::TicketCreated,
        Self::CommentAdded,
        Self::Suspended,
        Self::VerificationConsumed,
        Self::BounceLinked,
        Self::DroppedLoop,
        Self::HandedOver,
        Self::Queued,
        Self::Deferred,
        Self::AcceptedByCustomerMta,
        Self::SentByFallback,
        Self::Bounced,
        Self::Failed,
    ];

    /// As the command line and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::TicketCreated => "ticket_created",
            Self::CommentAdded => "comment_added",
            Self::Suspended => "suspended",
            Self::VerificationConsumed => "verification_consumed",
            Self::BounceLinked => "bounce_linked",
            Self::DroppedLoop => "dropped_loop",
            Self::HandedOver => "handed_over",
            Self::Queued => outbound::State::Queued.as_str(),
            Self::Deferred => outbound::State::Deferred.as_str(),
            Self::AcceptedByCustomerMta => outbound::State::AcceptedByCustomerMta.as_str(),
            Self::SentByFallback => outbound::State::SentByFallback.as_str(),
            Self::Bounced => outbound::State::Bounced.as_str(),
            Self::Failed => outbound::State::Failed.as_str(),
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

impl From<outbound::State> for State {
    fn from(state: outbound::State) -> Self {
        match state {
            outbound::State::Queued => Self::Queued,
            outbound::State::Deferred => Self::Deferred,
            outbound::State::AcceptedByCustomerMta => Self::AcceptedByCustomerMta,
            outbound::State::SentByFallback => Self::SentByFallback,
            outbound::State::Failed => Self::Failed,
            outbound::State::Bounced => Self::Bounced,
        }
    }
}

impl Standing {
    /// How an inbound message stands.
    pub fn new(recipient: Address, state: State, at: Timestamp) -> Self {
        Self {
            recipient,
            state,
            reason: None,
            ticket: None,
            reply: None,
            tls: None,
            identity: None,
            at,
        }
    }

    fn of_delivery(email: &Email, delivery: Delivery) -> Self {
        Self {
            recipient: delivery.recipient,
            state: delivery.state.into(),
            reason: delivery.reason,
            ticket: email.ticket,
            reply: delivery.reply,
            tls: delivery.tls,
            identity: delivery.credential,
            at: delivery.updated_at,
        }
    }
}

/// Notes how an inbound message stands, in the batch that makes it so.
pub fn settle(account: &Account, batch: &mut Batch, id: &str, standing: &Standing) {
    let row = row(id, &standing.recipient);
    account.rows().put(batch, row, standing);
}

/// Whether an inbound message was settled for that recipient before: one that comes
/// back from another help desk is settled anew, and not counted anew.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn is_settled(account: &Account, id: &str, recipient: &Address) -> Result<bool, Error> {
    let kept = account.rows().get::<Standing>(row(id, recipient)).await?;
    Ok(kept.is_some())
}

/// How a message stands, one for each recipient.
pub(super) async fn all(account: &Account, message: &Message) -> Result<Vec<Standing>, Error> {
    let mut standings = match message.direction {
        Direction::Inbound => account.rows().all(&keys::of_message(&message.id)).await?,
        Direction::Outbound => sent(account, message).await?,
    };
    let begun = match message.direction {
        Direction::Inbound => State::Accepted,
        Direction::Outbound => State::Queued,
    };
    if standings.len() >= message.recipients.len() {
        return Ok(standings);
    }
    for recipient in &message.recipients {
        if !standings.iter().any(|it| it.recipient == *recipient) {
            standings.push(Standing::new(recipient.clone(), begun, message.at));
        }
    }
    Ok(standings)
}

async fn sent(account: &Account, message: &Message) -> Result<Vec<Standing>, Error> {
    let Some(mut email) = outbound::find(account, &message.id).await? else {
        return Ok(Vec::new());
    };
    let deliveries = std::mem::take(&mut email.deliveries).into_iter();
    let standings = deliveries.map(|delivery| Standing::of_delivery(&email, delivery));
    Ok(standings.collect())
}

fn row(id: &str, recipient: &Address) -> Vec<u8> {
    let mut row = keys::of_message(id);
    row.extend_from_slice(recipient.to_string().as_bytes());
    row
}

/// Of inbound messages only.
impl Record for Standing {
    const TABLE: Table = Table("message_standing");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_means_one_state() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!(State::parse("lost"), None);
    }

    #[test]
    fn what_needs_an_eye_tells_how_the_message_stands() {
        let worst = |states: &[State]| states.iter().max().copied();
        assert_eq!(
            worst(&[State::AcceptedByCustomerMta, State::Failed]),
            Some(State::Failed)
        );
        assert_eq!(
            worst(&[State::Suspended, State::TicketCreated]),
            Some(State::Suspended)
        );
    }
}
