//! What became of a message.

use desk::accounts;
use desk::messages::{self, Trace};
use desk::outbound::{self, Email};
use serde::Serialize;

use super::tickets::{DeliveryView, deliveries};
use super::{Outcome, Refusal};
use crate::services::Services;

/// Every message a term leads to.
#[derive(Debug, Serialize)]
pub struct MessagesView {
    /// One for each account and direction.
    pub messages: Vec<MessageView>,
}

/// A message with its life so far.
#[derive(Debug, Serialize)]
pub struct MessageView {
    /// Queue id (inbound) or e-mail id (outbound).
    pub id: String,
    /// `inbound` or `outbound`.
    pub direction: &'static str,
    /// Subdomain of the account.
    pub account: String,
    /// Its Message-ID.
    pub message_id: Option<String>,
    /// The connector it came by or goes by.
    pub connector: Option<String>,
    /// The credential proved.
    pub credential: Option<String>,
    /// TLS version and cipher.
    pub tls: Option<String>,
    /// Milliseconds since the epoch.
    pub at: u64,
    /// What happened, oldest first.
    pub events: Vec<EventView>,
    /// Where it stands, recipient by recipient; outbound only.
    pub deliveries: Vec<DeliveryView>,
}

/// One thing that happened.
#[derive(Debug, Serialize)]
pub struct EventView {
    /// Milliseconds since the epoch.
    pub at: u64,
    /// Stable word.
    pub what: String,
    /// For people.
    pub detail: String,
}

/// Finds messages by Message-ID, e-mail id or queue id.
pub async fn trace(services: &Services, term: &str) -> Outcome<MessagesView> {
    let mut views = Vec::new();
    for trace in messages::trace(&services.desk, term).await? {
        let account = services.desk.account(trace.account);
        let profile = accounts::profile(&account).await?;
        let email = outbound::find(&account, &trace.message.id).await?;
        views.push(view(trace, profile.subdomain.to_string(), email.as_ref()));
    }
    if views.is_empty() {
        return Err(Refusal::not_found(
            "message",
            "look for its Message-ID or the id in the 250 reply",
        ));
    }
    Ok(MessagesView { messages: views })
}

fn view(trace: Trace, account: String, email: Option<&Email>) -> MessageView {
    let message = trace.message;
    let event = |line: messages::Line| EventView {
        at: line.at.0,
        what: line.what,
        detail: line.detail,
    };
    MessageView {
        id: message.id,
        direction: message.direction.as_str(),
        account,
        message_id: message.message_id.map(|id| id.to_string()),
        connector: message.connector.map(|connector| connector.to_string()),
        credential: message.credential,
        tls: message.tls,
        at: message.at.0,
        events: trace.lines.into_iter().map(event).collect(),
        deliveries: email.into_iter().flat_map(deliveries).collect(),
    }
}
