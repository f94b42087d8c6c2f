//! Tells the endpoints of an account what happened in it.
//!
//! An event is noted in the batch that makes it happen, one job for each endpoint that
//! wants it, so that a crash loses none; the job posts it. 2xx ends it; 410 ends the
//! endpoint; all else is tried again, for days, under the same `webhook-id`. What is
//! given up stays in the queue as failed, where it can be looked at and tried again
//! (`relaygate queue`).

use desk::notifications::Event;
use desk::outbound::Email;
use desk::tickets::{Priority, Ticket};
use desk::webhooks::{self, Topic, Webhook};
use desk::{Account, delivery_status};
use mail::address::Address;
use mail::message::timestamp;
use metrics::counter;
use serde_json::{Value, json};
use storage::{Batch, Lease, NewJob, Scope, Timestamp};
use tracing::{Instrument as _, info, info_span, warn};

use super::post::{self, Post};
use crate::runner::backoff::{self, Retry};
use crate::runner::{Card, Happened, Work, give_up, settle, webhook_lane};
use crate::services::Services;

/// Notes that a ticket was made or commented on.
pub(crate) async fn announce(
    account: &Account,
    batch: &mut Batch,
    event: Event,
    now: Timestamp,
) -> Result<(), desk::Error> {
    let topic = match event {
        Event::Created { .. } => Topic::TicketCreated,
        Event::Commented { .. } => Topic::TicketCommented,
    };
    let data = json!({"ticket_id": event.ticket(), "comment_id": event.comment()});
    enqueue(account, batch, topic, &[data], now).await
}

/// Notes that somebody changed a ticket.
pub(crate) async fn announce_change(
    account: &Account,
    batch: &mut Batch,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<(), desk::Error> {
    let data = json!({
        "ticket_id": ticket.id,
        "status": ticket.status.as_str(),
        "priority": ticket.priority.map(Priority::as_str),
        "group_id": ticket.group,
        "tags": ticket.tags,
    });
    enqueue(account, batch, Topic::TicketUpdated, &[data], now).await
}

/// Notes what has become of a message for these recipients. Only mail about tickets is
/// anybody's business.
pub(crate) async fn announce_deliveries(
    account: &Account,
    batch: &mut Batch,
    email: &Email,
    recipients: &[&Address],
    now: Timestamp,
) -> Result<(), desk::Error> {
    if email.ticket.is_none() {
        return Ok(());
    }
    let concerned = email
        .deliveries
        .iter()
        .filter(|delivery| recipients.contains(&&delivery.recipient));
    let data: Vec<Value> = concerned
        .map(|delivery| {
            let status = delivery_status::of(delivery);
            json!({
                "notification_id": email.number,
                "email_id": email.id,
                "ticket_id": email.ticket,
                "comment_id": email.comment,
                "recipient": delivery.recipient.to_string(),
                "delivery_status": {
                    "id": status.id,
                    "name": status.name,
                    "code": delivery_status::code(delivery),
                    "message": status.message,
                },
            })
        })
        .collect();
    enqueue(account, batch, Topic::DeliveryChanged, &data, now).await
}

async fn enqueue(
    account: &Account,
    batch: &mut Batch,
    topic: Topic,
    data: &[Value],
    now: Timestamp,
) -> Result<(), desk::Error> {
    let wants = |hook: &Webhook| hook.gone_since.is_none() && hook.topics.contains(&topic);
    let hooks = webhooks::list(account).await?;
    for hook in hooks.into_iter().filter(wants) {
        for data in data {
            let body = json!({
                "type": topic.as_str(),
                "timestamp": timestamp(now.0),
                "data": data,
            });
            let work = Work::Webhook(Happened {
                webhook: hook.id.clone(),
                body: body.to_string(),
            });
            batch.enqueue(NewJob {
                scope: account.scope(),
                lane: webhook_lane(),
                due: now,
                payload: Card::new(now, work).to_payload(),
                texts: Vec::new(),
            });
        }
    }
    Ok(())
}

/// Posts events, one after the other.
pub(crate) async fn work(services: &Services, leases: &[Lease]) {
    for lease in leases {
        let span = info_span!("job", job = %lease.job().id);
        attempt(services, lease).instrument(span).await;
    }
}

/// Jobs of one account together: its endpoints are few.
pub(crate) fn by_account(leases: Vec<Lease>) -> Vec<Vec<Lease>> {
    super::together(leases, |lease| Some(lease.job().scope))
}

async fn attempt(services: &Services, lease: &Lease) {
    let (Ok(card), Scope::Account(account)) = (Card::read(lease.job()), lease.job().scope) else {
        return give_up(services, lease, "it is no event of an account").await;
    };
    let Work::Webhook(happened) = &card.work else {
        return give_up(services, lease, "it is no work for this lane").await;
    };
    let account = services.desk.account(account);
    let found = webhooks::find(&account, &happened.webhook).await;
    let ended = match found {
        // Removed meanwhile, or wants no more: nobody is to be told.
        Ok(None) => Ended::Done("dropped"),
        Ok(Some(hook)) if hook.gone_since.is_some() => Ended::Done("dropped"),
        Ok(Some(hook)) => tell(services, &account, lease, &hook, &happened.body).await,
        Err(error) => Ended::Later("internal", error.to_string()),
    };
    note(services, &account, lease, card, ended).await;
}

/// How one attempt ended.
enum Ended {
    /// There is nothing more to do.
    Done(&'static str),
    /// The endpoint wants no more (410).
    Gone,
    /// To be tried again: a stable word, and what was said.
    Later(&'static str, String),
}

async fn tell(
    services: &Services,
    account: &Account,
    lease: &Lease,
    hook: &Webhook,
    body: &str,
) -> Ended {
    let Ok(secret) = hook.secret(account, &services.sealing) else {
        return Ended::Later("internal", "secret does not open".to_owned());
    };
    let what = Post {
        account: account.id(),
        url: &hook.url,
        ca_pem: hook.ca_pem.as_deref(),
        secret: &secret,
        id: &lease.job().id.to_string(),
        body: body.to_owned(),
    };
    match post::post(services, what).await {
        Ok(answer) => match answer.status {
            200..=299 => Ended::Done("told"),
            410 => Ended::Gone,
            status => Ended::Later("refused_by_endpoint", format!("HTTP {status}")),
        },
        Err(error) => Ended::Later(error.word(), error.to_string()),
    }
}

async fn note(services: &Services, account: &Account, lease: &Lease, card: Card, ended: Ended) {
    let now = services.clock.now();
    let what = match &ended {
        Ended::Done(what) => *what,
        Ended::Gone => "gone",
        Ended::Later(..) => "deferred",
    };
    counter!("relaygate_webhook_events_total", "end" => what).increment(1);
    match ended {
        Ended::Done(_) => settle(services, |batch| batch.finish(lease)).await,
        Ended::Gone => end_hook(account, lease, &card, now).await,
        Ended::Later(word, said) => {
            let card = card.after_attempt(said);
            let retry = backoff::without_policy(card.attempts, card.age(now));
            match retry {
                Retry::GiveUp => warn!(reason = word, "endpoint was not told; the event stays"),
                Retry::After(_) => info!(reason = word, "endpoint not told yet"),
            }
            settle(services, |batch| retry.put(batch, lease, &card, now)).await;
        }
    }
}

async fn end_hook(account: &Account, lease: &Lease, card: &Card, now: Timestamp) {
    let Work::Webhook(happened) = &card.work else {
        return;
    };
    let mut batch = Batch::new();
    let ended = webhooks::gone(account, &mut batch, &happened.webhook, now).await;
    batch.finish(lease);
    let ended = match ended {
        Ok(()) => account.commit(batch).await.map(drop),
        Err(error) => Err(error),
    };
    match ended {
        Ok(()) => warn!("an endpoint wants no more events (410); add it anew to go on"),
        // The lease runs out, and it is tried again.
        Err(error) => warn!(
            error = &error as &dyn std::error::Error,
            "endpoint not ended"
        ),
    }
}
