//! Messages that wait for a customer's server we are not to use any more: their address was
//! removed, or its domain is on its way out and the time for draining is over (R99, R105).
//!
//! What is left of such a message is composed anew in the fallback sender's name and goes by
//! our own path. The courier that holds the message's lease does it, so it is either
//! delivered or handed over, never both.

use std::time::Duration;

use desk::connectors::Phase;
use desk::facts::NotificationKind;
use desk::messages::{self, Line};
use desk::notifications::{self, Event, OutboundDraft};
use desk::{Account, addresses, connectors, outbound, tickets};
use storage::{Batch, Lease, Timestamp};
use tracing::{info, warn};

use super::{DispatchError, Signings, commit, prepare_all};
use crate::clock::later;
use crate::facts;
use crate::runner::{Card, Delivery, Path, settle};
use crate::services::Services;

/// Whether a delivery may no longer go its way.
pub(crate) async fn is_due(
    services: &Services,
    account: &Account,
    path: &Path,
) -> Result<bool, desk::Error> {
    let Path::Smarthost(address) = path else {
        return Ok(false);
    };
    if addresses::find(account, address).await?.is_none() {
        return Ok(true);
    }
    let connector = connectors::find(account, address.domain()).await?;
    Ok(match connector.map(|connector| connector.phase) {
        None => true,
        Some(Phase::Connected) => false,
        Some(Phase::Disconnecting { since }) => is_over(services, since),
    })
}

/// Whether the time for draining that began then is over.
pub(crate) fn is_over(services: &Services, since: Timestamp) -> bool {
    services.clock.now() >= later(since, services.config.limits.drain())
}

/// Hands a delivery over and ends its job.
pub(crate) async fn hand_over(
    services: &Services,
    account: &Account,
    lease: &Lease,
    card: &Card,
    delivery: &Delivery,
) {
    let Err(error) = try_hand_over(services, account, lease, delivery).await else {
        return;
    };
    warn!(
        error = &error as &dyn std::error::Error,
        "message not handed to the fallback sender yet"
    );
    let due = later(services.clock.now(), TROUBLE_PAUSE);
    let card = card.clone().after_attempt(error.to_string());
    settle(services, |batch| batch.again(lease, due, card.to_payload())).await;
}

async fn try_hand_over(
    services: &Services,
    account: &Account,
    lease: &Lease,
    delivery: &Delivery,
) -> Result<(), DispatchError> {
    let signings = Signings::look(services, account).await?;
    let _turn = services.flow.turn(account.id()).await;
    let now = services.clock.now();
    let drafts: Vec<_> = draft(services, account, delivery, now)
        .await?
        .into_iter()
        .collect();
    let departing = prepare_all(services, account, &signings, &drafts).await?;
    let end = match departing.is_empty() {
        true => outbound::Leaving::Failed,
        false => outbound::Leaving::ByFallback,
    };
    let mut batch = Batch::new();
    let id = &delivery.email_id;
    outbound::left(
        account,
        &mut batch,
        id,
        &delivery.recipients,
        (end, REASON),
        now,
    )
    .await?;
    let detail = drafts.first().map_or_else(
        || REASON.to_owned(),
        |draft| format!("{REASON}; goes on as {}", draft.email_id),
    );
    let line = Line::new(now, "handed_over", detail);
    messages::add(account, &mut batch, id, &line);
    batch.finish(lease);
    commit(services, account, batch, departing).await?;
    info!(
        email = id,
        reason = REASON,
        "message handed to the fallback sender"
    );
    Ok(())
}

/// The same message to those who have not got it; `None` if there is nothing to be said any
/// more: a verification of the address, or a comment that is gone.
async fn draft(
    services: &Services,
    account: &Account,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<Option<OutboundDraft>, desk::Error> {
    if delivery.notification != NotificationKind::Ticket {
        return Ok(None);
    }
    let Some(event) = event(account, &delivery.email_id).await? else {
        return Ok(None);
    };
    let product = facts::product(services);
    let recipients = &delivery.recipients;
    match notifications::plan_again(account, &product, event, recipients, now).await {
        Err(desk::Error::NotFound(_)) => Ok(None),
        planned => planned,
    }
}

/// What the message told of.
async fn event(account: &Account, email: &str) -> Result<Option<Event>, desk::Error> {
    let Some(email) = outbound::find(account, email).await? else {
        return Ok(None);
    };
    let (Some(ticket), Some(comment)) = (email.ticket, email.comment) else {
        return Ok(None);
    };
    let comments = tickets::comments(account, ticket).await?;
    let is_first = comments.first().is_some_and(|first| first.id == comment);
    Ok(Some(match is_first {
        true => Event::Created { ticket, comment },
        false => Event::Commented { ticket, comment },
    }))
}

const TROUBLE_PAUSE: Duration = Duration::from_secs(30);
/// Why it does not go through the customer's server.
const REASON: &str = "address_gone";
