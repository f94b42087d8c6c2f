//! What stands in a job's payload: the work, and how it has gone so far.
//!
//! Kept as JSON, so that `queue list` and a person with a journal dump can read
//! it, and so that a field can be added without touching jobs already queued.

use std::time::Duration;

use desk::desks::handover::Passport;
use desk::notices::Notice;
use desk::notifications::Event;
use mail::address::{Address, Domain};
use serde::{Deserialize, Serialize};
use storage::{Job, Lane, TextId, Timestamp};

use super::text_form;
use crate::facts::SessionFacts;
use crate::policies::About;

/// A job's payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// When the work came up; expiry counts from here.
    pub queued_at: Timestamp,
    /// Attempts so far.
    pub attempts: u32,
    /// Why the last attempt did not end the work: an SMTP reply, or a sentence of ours.
    pub last_reply: Option<String>,
    /// What is to be done.
    pub work: Work,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// Hand an accepted message to the desk.
    Intake(Arrived),
    /// Tell the people of a ticket what happened to it.
    Notify(Event),
    /// Tell the people of that ticket what was held, since they had been told so much.
    NotifyHeld(u64),
    /// Tell the account's admins something.
    Notice(Notice),
    /// Take a domain out of use, step by step.
    Disconnect(#[serde(with = "text_form::one")] Domain),
    /// Hand a message to a mail server.
    Delivery(Delivery),
    /// Hand an accepted message to the account's own help desk.
    HandOver(HandOver),
    /// Tell an endpoint of the account what happened.
    Webhook(Happened),
    /// Send what the account's own help desk handed in.
    Submitted(Submitted),
}

/// One accepted message for one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrived {
    /// The id told with the 250, also in the Received field.
    pub queue_id: String,
    /// The session it came by.
    pub session: SessionFacts,
    /// The reverse path; absent for `<>`.
    #[serde(with = "text_form::optional")]
    pub sender: Option<Address>,
    /// The recipient of this job.
    #[serde(with = "text_form::one")]
    pub recipient: Address,
    /// All accepted recipients of the transaction.
    #[serde(with = "text_form::many")]
    pub recipients: Vec<Address>,
    /// Raw source: header block and body as kept.
    pub text: TextId,
    /// Its size.
    pub octets: u64,
    /// What the header policies said of it.
    pub acceptance: Acceptance,
}

/// What the header policies said of an accepted message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// How it came to be written.
    pub origin: desk::facts::Origin,
    /// How sure we are of the author.
    pub author: desk::facts::AuthorAuthentication,
    /// `Reply-To` names the author rather than `From` (R39).
    pub author_is_reply_to: bool,
    /// Things worth a human's eye.
    pub flags: Vec<String>,
}

/// An accepted message on its way to somebody else's help desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// The message as it came; its text is what our own desk would be given.
    pub arrived: Arrived,
    /// What its trusted fields say.
    pub passport: Passport,
    /// Raw source as it is handed on: trusted fields on top.
    pub text: TextId,
    /// Its size.
    pub octets: u64,
}

/// Something an endpoint is to be told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// The endpoint's id.
    pub webhook: String,
    /// What is posted, as it was when it happened.
    pub body: String,
}

/// A message the account's own help desk handed in for others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// Queue id and e-mail id in one.
    pub id: String,
    /// The support address it is from.
    #[serde(with = "text_form::one")]
    pub sender: Address,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// Whom it is for.
    #[serde(with = "text_form::many")]
    pub recipients: Vec<Address>,
    /// Raw source: as handed in, our own fields on top.
    pub text: TextId,
    /// Its size.
    pub octets: u64,
}

/// One message on its way to one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The e-mail id: in the header, in the desk's record, in the log.
    pub email_id: String,
    /// What is being sent.
    pub notification: desk::facts::NotificationKind,
    /// Which way.
    pub path: Path,
    /// The reverse path; absent for `<>`.
    #[serde(with = "text_form::optional")]
    pub reverse_path: Option<Address>,
    /// Recipients that have no final answer yet.
    #[serde(with = "text_form::many")]
    pub recipients: Vec<Address>,
    /// Raw source as it is to be sent.
    pub text: TextId,
    /// Its size.
    pub octets: u64,
}

/// A way out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Path {
    /// Through the customer's own server, with this support address's credentials.
    Smarthost(#[serde(with = "text_form::one")] Address),
    /// The same with the credentials that are staged for it: a confirmation mail
    /// that tries them out (R94).
    Staged(#[serde(with = "text_form::one")] Address),
    /// By our own path, to the MX of this domain.
    Native(#[serde(with = "text_form::one")] Domain),
}

impl Path {
    /// Where deliveries of this kind wait.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Smarthost(_) | Self::Staged(_) => smarthost_lane(),
            Self::Native(_) => native_lane(),
        }
    }

    /// The domain at the end of it.
    pub fn domain(&self) -> &Domain {
        match self {
            Self::Smarthost(address) | Self::Staged(address) => address.domain(),
            Self::Native(domain) => domain,
        }
    }
}

impl Work {
    /// What its questions are about.
    pub fn about(&self) -> About<'_> {
        match self {
            Self::Intake(arrived) => arrived.about(),
            Self::HandOver(handed) => handed.arrived.about(),
            Self::Delivery(delivery) => About::Mail(&delivery.email_id),
            Self::Submitted(submitted) => About::Mail(&submitted.id),
            Self::Notify(_)
            | Self::NotifyHeld(_)
            | Self::Notice(_)
            | Self::Disconnect(_)
            | Self::Webhook(_) => About::NoMail,
        }
    }
}

impl Arrived {
    /// What its questions are about, as it was in its session.
    pub fn about(&self) -> About<'_> {
        About::Mail(&self.session.id)
    }
}

impl Card {
    /// Work that nobody has tried yet.
    pub fn new(queued_at: Timestamp, work: Work) -> Self {
        Self {
            queued_at,
            attempts: 0,
            last_reply: None,
            work,
        }
    }

    /// Reads a job's payload.
    pub fn read(job: &Job) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(&job.payload)
    }

    /// The octets for a job.
    pub fn to_payload(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("the card's keys are texts and its numbers finite")
    }

    /// The same after one more attempt that ended with `reply`.
    pub fn after_attempt(mut self, reply: impl Into<String>) -> Self {
        self.attempts = self.attempts.saturating_add(1);
        self.last_reply = Some(reply.into());
        self
    }

    /// How long the work has been waiting.
    pub fn age(&self, now: Timestamp) -> Duration {
        Duration::from_millis(now.0.saturating_sub(self.queued_at.0))
    }

    /// Id of the message in the log that the work is about.
    pub fn message(&self) -> Option<&str> {
        match &self.work {
            Work::Intake(arrived) => Some(&arrived.queue_id),
            Work::HandOver(hand_over) => Some(&hand_over.arrived.queue_id),
            Work::Submitted(submitted) => Some(&submitted.id),
            Work::Delivery(delivery) => Some(&delivery.email_id),
            _ => None,
        }
    }

    /// The domain whose mail server is to get it.
    pub fn destination(&self) -> Option<&Domain> {
        match &self.work {
            Work::Delivery(delivery) => Some(delivery.path.domain()),
            _ => None,
        }
    }

    /// The word for lists: what kind of message it is about, never its subject.
    pub fn subject_kind(&self) -> &'static str {
        use desk::facts::NotificationKind as Kind;
        match &self.work {
            Work::Intake(_) => "inbound",
            Work::HandOver(_) => "hand_over",
            Work::Webhook(_) => "webhook_event",
            Work::Submitted(_) => "submitted",
            Work::Notify(_) | Work::NotifyHeld(_) => "ticket_event",
            Work::Notice(_) => "security_event",
            Work::Disconnect(_) => "disconnect",
            Work::Delivery(delivery) => match delivery.notification {
                Kind::Ticket => "notification",
                Kind::InboundVerification => "inbound_verification",
                Kind::OutboundVerification => "outbound_verification",
                Kind::Security => "security",
            },
        }
    }
}

/// Accepted messages on their way to the desk.
pub fn intake_lane() -> Lane {
    Lane::new("intake")
}

/// Domains on their way out.
pub fn disconnect_lane() -> Lane {
    Lane::new("disconnect")
}

/// Messages on their way to customers' servers.
pub fn smarthost_lane() -> Lane {
    Lane::new("smarthost")
}

/// Accepted messages on their way to somebody else's help desk.
pub fn desk_lane() -> Lane {
    Lane::new("desk")
}

/// Events on their way to endpoints.
pub fn webhook_lane() -> Lane {
    Lane::new("webhook")
}

/// Messages on our own path.
pub fn native_lane() -> Lane {
    Lane::new("native")
}
