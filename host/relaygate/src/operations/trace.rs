//! What became of a message: its whole life, by its id.

use desk::messages::{self, Entry, Line};
use desk::outbound;
use serde::Serialize;

use super::log::{self, MessageView, VerdictView};
use super::tickets::{DeliveryView, deliveries};
use super::{Outcome, Refusal};
use crate::services::Services;

/// Every message a term leads to.
#[derive(Debug, Serialize)]
pub struct TracesView {
    /// One for each account and direction.
    pub messages: Vec<TraceView>,
}

/// A message with its life so far.
#[derive(Debug, Serialize)]
pub struct TraceView {
    /// The message.
    #[serde(flatten)]
    pub message: MessageView,
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
    /// What the policies said that led to it.
    pub verdicts: Vec<VerdictView>,
}

/// Finds messages of an account, or of any, by Message-ID, e-mail id or queue id.
pub async fn trace(services: &Services, account: Option<&str>, term: &str) -> Outcome<TracesView> {
    let entries = match account {
        Some(subdomain) => {
            let account = super::account(services, subdomain).await?;
            messages::trace_in(&account, term).await?
        }
        None => messages::trace(&services.desk, term).await?,
    };
    if entries.is_empty() {
        return Err(Refusal::not_found(
            "message",
            "look for its Message-ID or the id in the 250 reply",
        ));
    }
    let mut views = Vec::new();
    for entry in entries {
        views.push(view(services, entry).await?);
    }
    Ok(TracesView { messages: views })
}

async fn view(services: &Services, entry: Entry) -> Outcome<TraceView> {
    let account = services.desk.account(entry.account);
    let email = outbound::find(&account, &entry.message.id).await?;
    Ok(TraceView {
        message: log::view(&entry, log::subdomain(&account).await?),
        events: entry.lines.into_iter().map(event).collect(),
        deliveries: email.iter().flat_map(deliveries).collect(),
    })
}

fn event(line: Line) -> EventView {
    EventView {
        at: line.at.0,
        verdicts: line.verdicts.iter().map(log::verdict).collect(),
        what: line.what,
        detail: line.detail,
    }
}
