//! What became of a message: its whole life, by its id.

use std::collections::VecDeque;

use desk::messages::{self, Entry, Line};
use desk::outbound::{self, Email, Try};
use serde::Serialize;

use super::diagnosis::{self, AttemptView};
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
    /// The attempt it tells of, while that is remembered.
    pub attempt: Option<TryView>,
}

/// One attempt for one recipient.
#[derive(Debug, Serialize)]
pub struct TryView {
    /// For whom.
    pub recipient: String,
    /// How it went.
    #[serde(flatten)]
    pub attempt: AttemptView,
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
        events: events(entry.lines, email.as_ref()),
        deliveries: email.iter().flat_map(deliveries).collect(),
    })
}

/// Each with the attempt it tells of: both are noted at the same moment, for one recipient
/// after the other.
fn events(lines: Vec<Line>, email: Option<&Email>) -> Vec<EventView> {
    let deliveries = email.iter().flat_map(|email| &email.deliveries);
    let mut tries: VecDeque<(String, Try)> = deliveries
        .flat_map(|it| {
            it.tries
                .iter()
                .map(|one| (it.recipient.to_string(), one.clone()))
        })
        .collect();
    tries.make_contiguous().sort_by_key(|(_, one)| one.at);
    let mut views = Vec::with_capacity(lines.len());
    for line in lines {
        let told = match ATTEMPTS.contains(&line.what.as_str()) {
            true => tries.iter().position(|(_, one)| one.at == line.at),
            false => None,
        };
        let attempt = told.and_then(|place| tries.remove(place));
        views.push(event(line, attempt));
    }
    views
}

fn event(line: Line, attempt: Option<(String, Try)>) -> EventView {
    EventView {
        at: line.at.0,
        verdicts: line.verdicts.iter().map(log::verdict).collect(),
        what: line.what,
        detail: line.detail,
        attempt: attempt.map(|(recipient, one)| TryView {
            recipient,
            attempt: diagnosis::attempt(one),
        }),
    }
}

/// Lines that tell of an attempt.
const ATTEMPTS: [&str; 3] = ["delivered", "deferred", "failed"];
