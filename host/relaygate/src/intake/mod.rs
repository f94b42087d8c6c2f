//! Hands accepted messages to the desk: each becomes a ticket, a comment, a
//! consumed verification mail, a linked bounce or a message kept aside, in the
//! batch that ends its job, so exactly once.
//!
//! A message is looked at in this order: is it a verification mail come back
//! ([`returned`]), a delivery report on mail of ours ([`bounced`]), or something
//! for the routing policy ([`enter`])? What a failing policy left undecided is
//! kept aside, visible, never let through (promise 3).
//!
//! Not here: accepting (`reception`), the records (`desk`), delivery (`courier`).

mod bounced;
mod enter;
mod message;
mod returned;

use desk::Account;
use desk::messages::{self, Line};
use desk::notifications;
use storage::{Batch, CommitError, Lease, Scope, Timestamp};
use tracing::{error, info, warn};

use crate::clock::later;
use crate::dispatch::{self, DispatchError};
use crate::facts;
use crate::runner::{Arrived, Card, LeaseSlot, Work, backoff, log_settled, postpone};
use crate::services::Services;

use message::Message;

/// Why a message could not be handed over this time.
#[derive(Debug, thiserror::Error)]
enum IntakeError {
    #[error("desk")]
    Desk(#[from] desk::Error),
    #[error("read text")]
    Read(#[from] storage::Error),
    #[error("commit")]
    Commit(#[from] CommitError),
    #[error("send notifications")]
    Dispatch(#[from] DispatchError),
    /// Somebody else has the job by now; nothing is to be done.
    #[error("lease is gone")]
    Gone,
}

/// Works on one job of the intake lane.
pub async fn work(services: &Services, slot: &LeaseSlot) {
    let card = match Card::read(slot.job()) {
        Ok(card) => card,
        Err(error) => return give_up(services, slot, error.to_string()).await,
    };
    let Scope::Account(account) = slot.job().scope else {
        return give_up(services, slot, "it belongs to no account".to_owned()).await;
    };
    let account = services.desk.account(account);
    let done = match &card.work {
        Work::Intake(arrived) => take_in(services, &account, arrived, slot).await,
        Work::Notify(event) => tell(services, &account, *event, slot).await,
        Work::Delivery(_) => {
            return give_up(services, slot, "it is no work for this lane".to_owned()).await;
        }
    };
    if let Err(error) = done {
        try_again(services, slot, card, &error).await;
    }
}

async fn take_in(
    services: &Services,
    account: &Account,
    arrived: &Arrived,
    slot: &LeaseSlot,
) -> Result<(), IntakeError> {
    let message = Message::open(account, arrived).await?;
    let _turn = services.flow.turn(account.id()).await;
    let now = services.clock.now();
    let mut batch = Batch::new();
    let ended = match &message {
        None => enter::unreadable(account, &mut batch, arrived, now),
        Some(message) => settle(services, account, &mut batch, arrived, message).await?,
    };
    let line = Line {
        at: now,
        what: ended.what.clone(),
        detail: ended.detail.clone(),
    };
    messages::add(account, &mut batch, &arrived.queue_id, &line);
    batch.finish(slot.take().ok_or(IntakeError::Gone)?);
    services.store.commit(batch).await?;
    info!(
        id = arrived.queue_id,
        outcome = ended.what,
        detail = ended.detail,
        "message settled"
    );
    metrics::counter!("relaygate_settled_total", "outcome" => ended.what).increment(1);
    Ok(())
}

/// What became of a message, for the log. Names no person and quotes nothing.
struct Ended {
    what: String,
    detail: String,
}

impl Ended {
    fn new(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            detail: detail.into(),
        }
    }
}

async fn settle(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    arrived: &Arrived,
    message: &Message,
) -> Result<Ended, IntakeError> {
    if let Some(ended) = returned::consume(services, account, batch, arrived, message).await? {
        return Ok(ended);
    }
    if let Some(ended) = bounced::link(services, account, batch, arrived, message).await? {
        return Ok(ended);
    }
    enter::enter(services, account, batch, arrived, message).await
}

/// Lets go of the raw text, unless further recipients of the message need it.
fn drop_text(account: &Account, batch: &mut Batch, arrived: &Arrived) {
    if arrived.recipients.len() == 1 {
        batch.drop_text(account.id(), arrived.text);
    }
}

/// Plans and queues the notifications of an event; the job ends with them.
async fn tell(
    services: &Services,
    account: &Account,
    event: notifications::Event,
    slot: &LeaseSlot,
) -> Result<(), IntakeError> {
    let _turn = services.flow.turn(account.id()).await;
    let product = facts::product(services);
    let now = services.clock.now();
    let drafts = notifications::plan(account, &product, event, now).await?;
    let ready = dispatch::prepare_all(services, account, &drafts).await?;
    let mut batch = Batch::new();
    batch.finish(slot.take().ok_or(IntakeError::Gone)?);
    dispatch::commit(services, account, batch, ready).await?;
    Ok(())
}

/// Puts the job back, to be repeated later.
async fn try_again(services: &Services, slot: &LeaseSlot, card: Card, trouble: &IntakeError) {
    warn!(
        error = trouble as &dyn std::error::Error,
        attempts = card.attempts,
        "message not settled yet"
    );
    let Some(lease) = slot.take() else {
        return postpone(services, slot.job().id).await;
    };
    let now = services.clock.now();
    let card = card.after_attempt(trouble.to_string());
    let mut batch = Batch::new();
    match backoff::without_policy(card.attempts, card.age(now)) {
        backoff::Retry::After(delay) => batch.again(lease, due(now, delay), card.to_payload()),
        backoff::Retry::GiveUp => batch.fail(lease, card.to_payload()),
    }
    log_settled(services.store.commit(batch).await.map(drop));
}

fn due(now: Timestamp, delay: std::time::Duration) -> Timestamp {
    later(now, backoff::spread(delay, rand::random()))
}

/// A job nobody can do stays as failed, to be looked at.
async fn give_up(services: &Services, slot: &LeaseSlot, reason: String) {
    error!(reason, "job cannot be worked on");
    let Some(lease): Option<Lease> = slot.take() else {
        return;
    };
    let payload = lease.job().payload.clone();
    let mut batch = Batch::new();
    batch.fail(lease, payload);
    log_settled(services.store.commit(batch).await.map(drop));
}
