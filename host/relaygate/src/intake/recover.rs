//! A message that was kept aside and is let through by hand: it becomes what it
//! would have been, a ticket or a comment on the ticket it speaks of.
//!
//! The routing policy has had its say and is not asked again; tagging is. What
//! enters a ticket this way bears a warning, since nothing has been confirmed.

use desk::facts::RouteAnswer;
use desk::intake::{self, Gathered, Letter, Outcome};
use desk::messages::{self, Line, Standing};
use desk::notifications::Event;
use desk::suspended::{Shelf, Suspended};
use desk::{Account, Error};
use mail::address::Address;
use storage::Batch;

use super::enter::{call_facts, entered, tagged};
use super::message::{Message, READ_OCTETS_MAX};
use crate::dispatch;
use crate::facts::{self, MessageStart};
use crate::services::Services;

/// Why a message was not recovered; it is where it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecoverError {
    #[error("desk")]
    Desk(#[from] Error),
    /// It names nobody whose ticket it could be.
    #[error("it names no author")]
    Nobody,
    /// A policy gave no answer.
    #[error("policy failed")]
    Policy,
}

/// Makes a ticket or a comment of a message that was kept aside. `requester`
/// stands for an author it does not name.
pub(crate) async fn recover(
    services: &Services,
    account: &Account,
    id: &str,
    requester: Option<Address>,
) -> Result<Event, RecoverError> {
    let _turn = services.flow.turn(account.id()).await;
    let (now, product) = (services.clock.now(), facts::product(services));
    let shelf = Shelf::of(account);
    let kept = shelf.find(id).await?;
    let (letter, start) = read(&shelf, &kept.record).await?;
    let incoming = kept.record.arrive(letter, requester);
    if incoming.letter.author.is_none() {
        return Err(RecoverError::Nobody);
    }
    let gathered = intake::gather(account, &product, &incoming).await?;
    let call = call_facts(services, account, &incoming.letter, start).await?;
    let mut verdicts = Vec::new();
    let answers = tagged(services, &call, &gathered, route(&gathered), &mut verdicts);
    let mut batch = Batch::new();
    let outcome = intake::enter(
        account, &product, &mut batch, &incoming, gathered, &answers, now,
    )
    .await?;
    let Outcome::Entered(event) = outcome else {
        return Err(RecoverError::Policy);
    };
    shelf.take(&mut batch, &kept);
    dispatch::announce(account, &mut batch, event, now);
    let line = Line::new(now, "recovered", format!("ticket {}", event.ticket()));
    let line = line.because_of(verdicts);
    messages::add(account, &mut batch, &kept.record.queue_id, &line);
    let standing = Standing {
        ticket: Some(event.ticket()),
        ..Standing::new(kept.record.recipient.clone(), entered(event), now)
    };
    messages::settle(account, &mut batch, &kept.record.queue_id, &standing);
    let _durable = account.commit(batch).await?;
    Ok(event)
}

/// What its raw source says; of what cannot be read, all of it as text.
async fn read(
    shelf: &Shelf<'_>,
    kept: &Suspended,
) -> Result<(Letter, Option<MessageStart>), Error> {
    let raw = shelf.source(kept, READ_OCTETS_MAX).await?;
    let octets = raw.len() as u64;
    let body = String::from_utf8_lossy(&raw).into_owned();
    Ok(match Message::read(raw, octets, false) {
        Some(message) => (message.letter.clone(), Some(message.start())),
        None => {
            let letter = Letter {
                body,
                ..Letter::default()
            };
            (letter, None)
        }
    })
}

/// The ticket it speaks of takes it, unless that is closed.
fn route(gathered: &Gathered) -> RouteAnswer {
    match gathered.arrival.thread {
        Some(thread) if !thread.closed => RouteAnswer::Update {
            ticket: thread.ticket,
            flagged: true,
        },
        _ => RouteAnswer::Ticket {
            brand: gathered.arrival.brand,
        },
    }
}
