//! The message log: what passed, and what became of it.

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::operations::log::{MessageView, RecipientView, VerdictView};
use crate::operations::trace::{EventView, TraceView};
use crate::web::api::paging::PageInfo;

/// A message that passed.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Message {
    /// Queue id (inbound) or e-mail id (outbound).
    id: String,
    /// `inbound` or `outbound`.
    direction: &'static str,
    message_id: Option<String>,
    /// Its reverse path; null for `<>`.
    sender: Option<String>,
    /// The connected domain it came by or goes by.
    connector: Option<String>,
    /// The credential proved: by its id to us, by its user name to a customer's server.
    credential: Option<String>,
    /// The user name proved.
    identity: Option<String>,
    /// TLS version and cipher.
    tls: Option<String>,
    /// The IP address it was handed in from.
    peer: Option<String>,
    /// The ticket it made or tells of.
    ticket_id: Option<u64>,
    /// `ticket_created`, `deferred` …; of several recipients what most needs an eye.
    result: &'static str,
    /// Why, in a stable word.
    reason: Option<String>,
    /// The final SMTP reply: ours, or the last of the other server's.
    reply: Option<String>,
    recipients: Vec<MessageRecipient>,
    /// What the policies said.
    verdicts: Vec<Verdict>,
    created_at: String,
    updated_at: String,
}

/// How it stands for one recipient.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct MessageRecipient {
    email_address: String,
    result: &'static str,
    reason: Option<String>,
    ticket_id: Option<u64>,
    /// The last reply of the other server.
    reply: Option<String>,
    updated_at: String,
}

/// What one policy said to one question.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Verdict {
    question: String,
    policy: String,
    /// SHA-256 of its component, in hexadecimal digits.
    digest: String,
    verdict: String,
    code: Option<String>,
}

/// A page of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Messages {
    pub(in crate::web::api) messages: Vec<Message>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

/// A message with its life so far.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct TracedMessage {
    #[serde(flatten)]
    message: Message,
    /// What happened, oldest first.
    events: Vec<MessageEvent>,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct MessageEvent {
    /// Stable word.
    event: String,
    /// For people.
    detail: String,
    /// What the policies said that led to it.
    verdicts: Vec<Verdict>,
    created_at: String,
}

/// Every message an id leads to: one for each direction.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct TracedMessages {
    pub(in crate::web::api) messages: Vec<TracedMessage>,
}

impl From<MessageView> for Message {
    fn from(view: MessageView) -> Self {
        Self {
            id: view.id,
            direction: view.direction,
            message_id: view.message_id,
            sender: view.sender,
            connector: view.connector,
            credential: view.credential,
            identity: view.identity,
            tls: view.tls,
            peer: view.peer,
            ticket_id: view.ticket,
            result: view.result,
            reason: view.reason,
            reply: view.reply,
            recipients: view.recipients.into_iter().map(Into::into).collect(),
            verdicts: view.verdicts.into_iter().map(Into::into).collect(),
            created_at: time(view.at),
            updated_at: time(view.updated_at),
        }
    }
}

impl From<RecipientView> for MessageRecipient {
    fn from(view: RecipientView) -> Self {
        Self {
            email_address: view.recipient,
            result: view.result,
            reason: view.reason,
            ticket_id: view.ticket,
            reply: view.reply,
            updated_at: time(view.updated_at),
        }
    }
}

impl From<VerdictView> for Verdict {
    fn from(view: VerdictView) -> Self {
        Self {
            question: view.question,
            policy: view.policy,
            digest: view.digest,
            verdict: view.verdict,
            code: view.code,
        }
    }
}

impl From<TraceView> for TracedMessage {
    fn from(view: TraceView) -> Self {
        Self {
            message: view.message.into(),
            events: view.events.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<EventView> for MessageEvent {
    fn from(view: EventView) -> Self {
        Self {
            event: view.what,
            detail: view.detail,
            verdicts: view.verdicts.into_iter().map(Into::into).collect(),
            created_at: time(view.at),
        }
    }
}
