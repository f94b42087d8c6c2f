//! A hand on a job: tried now, held, let go on, deleted. Whose hand it was stands in
//! the audit log and, if the job is about a message, in that message's log.
//!
//! Not here: what waits (`queue`).

use desk::messages::{self, Line, Standing, State};
use desk::outbound::{self, Leaving};
use desk::{Account, Error};
use serde::{Deserialize, Serialize};
use storage::{Batch, Job, JobChange, Scope, Timestamp};

use super::queue::find;
use super::{Actor, Outcome, audit, retried};
use crate::courier::webhooks::announce_deliveries;
use crate::runner::{Arrived, Card, Delivery, Work};
use crate::services::Services;

/// What to do with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hand {
    /// Due now.
    Retry,
    /// Stop it until it is released.
    Hold,
    /// Let it go on.
    Release,
    /// Away with it.
    Delete,
}

/// Retries, holds, releases or deletes a job: any, or one of that account.
pub async fn change(
    services: &Services,
    actor: &Actor,
    account: Option<&str>,
    id: &str,
    hand: Hand,
) -> Outcome<()> {
    let Scope::Account(owner) = find(services, account, id).await?.scope else {
        let job = find(services, None, id).await?;
        services.store.commit(changed(services, &job, hand)).await?;
        return Ok(());
    };
    let owner = services.desk.account(owner);
    let act = || async {
        let job = find(services, account, id).await?;
        Ok(try_change(services, actor, &owner, &job, hand).await?)
    };
    retried(|| Box::pin(act())).await?;
    audit::record(services, &owner, actor, hand.act(), id).await;
    Ok(())
}

async fn try_change(
    services: &Services,
    actor: &Actor,
    account: &Account,
    job: &Job,
    hand: Hand,
) -> Result<(), Error> {
    let _turn = services.flow.turn(account.id()).await;
    let now = services.clock.now();
    let mut batch = changed(services, job, hand);
    if let Ok(card) = Card::read(job)
        && let Some(message) = card.message()
    {
        let line = Line::new(now, hand.word(), actor.name());
        messages::add(account, &mut batch, message, &line);
        if hand == Hand::Delete {
            end(account, &mut batch, &card.work, now).await?;
        }
    }
    account.commit(batch).await.map(drop)
}

/// The job itself, and the text nobody needs after it.
fn changed(services: &Services, job: &Job, hand: Hand) -> Batch {
    let mut batch = Batch::new();
    batch.change_job(
        job.id,
        match hand {
            Hand::Retry => JobChange::Retry(services.clock.now()),
            Hand::Hold => JobChange::Hold,
            Hand::Release => JobChange::Release,
            Hand::Delete => JobChange::Delete,
        },
    );
    if hand == Hand::Delete {
        drop_raw_text(job, &mut batch);
    }
    batch
}

/// A message on its way to a desk is kept by its raw text, too, until the desk has
/// it or it is given up here.
fn drop_raw_text(job: &Job, batch: &mut Batch) {
    let text = match Card::read(job).map(|card| card.work) {
        Ok(Work::Intake(arrived)) => arrived.text,
        Ok(Work::HandOver(hand_over)) => hand_over.arrived.text,
        Ok(Work::Submitted(submitted)) => submitted.text,
        _ => return,
    };
    batch.drop_text(job.scope, text);
}

/// The log is not to say for ever that a message waits which is gone.
async fn end(
    account: &Account,
    batch: &mut Batch,
    work: &Work,
    now: Timestamp,
) -> Result<(), Error> {
    match work {
        Work::Intake(arrived) => end_inbound(account, batch, arrived, now),
        Work::HandOver(hand_over) => end_inbound(account, batch, &hand_over.arrived, now),
        Work::Delivery(delivery) => end_delivery(account, batch, delivery, now).await?,
        _ => {}
    }
    Ok(())
}

fn end_inbound(account: &Account, batch: &mut Batch, arrived: &Arrived, now: Timestamp) {
    let standing = Standing {
        reason: Some(DELETED.to_owned()),
        ..Standing::new(arrived.recipient.clone(), State::Failed, now)
    };
    messages::settle(account, batch, &arrived.queue_id, &standing);
}

/// A message whose record has gone has nothing that could be wrong.
async fn end_delivery(
    account: &Account,
    batch: &mut Batch,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<(), Error> {
    let (id, end) = (&delivery.email_id, (Leaving::Failed, DELETED));
    if outbound::find(account, id).await?.is_none() {
        return Ok(());
    }
    let after = outbound::left(account, batch, id, &delivery.recipients, end, now).await?;
    let concerned: Vec<_> = delivery.recipients.iter().collect();
    announce_deliveries(account, batch, &after, &concerned, now).await
}

impl Hand {
    pub(super) fn act(self) -> &'static str {
        match self {
            Self::Retry => "job_retried",
            Self::Hold => "job_held",
            Self::Release => "job_released",
            Self::Delete => "job_deleted",
        }
    }

    /// For the log of a message.
    fn word(self) -> &'static str {
        match self {
            Self::Retry => "retried",
            Self::Hold => "held",
            Self::Release => "released",
            Self::Delete => "deleted",
        }
    }
}

/// Why a message that somebody deleted stands as failed.
const DELETED: &str = "deleted_by_hand";
