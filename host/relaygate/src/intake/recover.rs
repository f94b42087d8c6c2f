//! A message that was kept aside and is let through by hand: it becomes what it
//! would have been, a ticket or a comment on the ticket it speaks of; or, where the
//! account has a help desk of its own, it is handed over to that.
//!
//! The routing policy has had its say and is not asked again; tagging is. What
//! enters a ticket this way bears a warning, since nothing has been confirmed.

use desk::credentials::Right;
use desk::desks;
use desk::facts::RouteAnswer;
use desk::intake::{self, Answers, Gathered, Incoming, Letter, Outcome};
use desk::notifications::Event;
use desk::suspended::{Shelf, Suspended};
use desk::{Account, Error};
use mail::address::Address;
use storage::Batch;

use super::enter::{call_facts, entered, tagged};
use super::hearing::{Hearing, Patience};
use super::message::{Message, READ_OCTETS_MAX};
use super::{Ended, IntakeError, hand_over, write_down};
use crate::dispatch;
use crate::facts::{self, Login, MessageStart, SessionFacts, TlsUsed};
use crate::policies::About;
use crate::runner::{Acceptance, Arrived};
use crate::services::Services;

/// Why a message was not recovered; it is where it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecoverError {
    #[error("desk")]
    Desk(#[from] Error),
    /// It names nobody whose ticket it could be.
    #[error("it names no author")]
    Nobody,
    /// The account's own help desk gets it as it is, whoever is named.
    #[error("another help desk decides whose it is")]
    NotOurs,
    /// The account's own help desk gets only what can be marked.
    #[error("its header cannot be read")]
    Unreadable,
    /// A policy gave no answer.
    #[error("policy failed")]
    Policy,
    /// It could not be made ready for the account's own help desk.
    #[error("prepare for the help desk")]
    HandOver(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What became of a recovered message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recovered {
    /// A ticket or a comment of ours.
    Entered(Event),
    /// It waits for the account's own help desk, of that kind.
    Queued(String),
}

/// Lets a message that was kept aside through. `requester` stands for an author it does not
/// name.
pub(crate) async fn recover(
    services: &Services,
    account: &Account,
    id: &str,
    requester: Option<Address>,
) -> Result<Recovered, RecoverError> {
    let _turn = services.flow.turn(account.id()).await;
    let shelf = Shelf::of(account);
    let kept = shelf.find(id).await?;
    let mut batch = Batch::new();
    let foreign = desks::setting(account).await?.desk.is_foreign();
    let (recovered, ended) = match foreign {
        true if requester.is_some() => return Err(RecoverError::NotOurs),
        true => pass_on(services, account, &mut batch, &shelf, &kept.record).await?,
        false => {
            enter(
                services,
                account,
                &mut batch,
                &shelf,
                &kept.record,
                requester,
            )
            .await?
        }
    };
    shelf.take(&mut batch, &kept);
    let message = (kept.record.queue_id.as_str(), &kept.record.recipient);
    write_down(account, &mut batch, message, &ended, services.clock.now());
    let _durable = account.commit(batch).await?;
    Ok(recovered)
}

async fn enter(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    shelf: &Shelf<'_>,
    kept: &Suspended,
    requester: Option<Address>,
) -> Result<(Recovered, Ended), RecoverError> {
    let (now, product) = (services.clock.now(), facts::product(services));
    let (letter, start) = match read(shelf, kept).await? {
        Some(message) => (message.letter.clone(), Some(message.start())),
        None => (unread(shelf, kept).await?, None),
    };
    let incoming = kept.arrive(letter, requester);
    if incoming.letter.author.is_none() {
        return Err(RecoverError::Nobody);
    }
    let mut hearing = Hearing::new(Patience::Over);
    let (gathered, answers) = answered(services, account, &incoming, start, &mut hearing).await?;
    let outcome =
        intake::enter(account, &product, batch, &incoming, gathered, &answers, now).await?;
    let Outcome::Entered(event) = outcome else {
        return Err(RecoverError::Policy);
    };
    dispatch::announce(account, batch, event, now);
    let ended = Ended::new(
        entered(event),
        RECOVERED,
        format!("ticket {}", event.ticket()),
    );
    let ended = ended.of_ticket(event.ticket()).judged(hearing.verdicts);
    Ok((Recovered::Entered(event), ended))
}

async fn pass_on(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    shelf: &Shelf<'_>,
    kept: &Suspended,
) -> Result<(Recovered, Ended), RecoverError> {
    let read = read(shelf, kept).await?;
    let message = read.ok_or(RecoverError::Unreadable)?;
    let incoming = kept.arrive(message.letter.clone(), None);
    let start = Some(message.start());
    let mut hearing = Hearing::new(Patience::Over);
    let (_, answers) = answered(services, account, &incoming, start, &mut hearing).await?;
    let arrived = arrived(account, kept, shelf.text(kept).await?.octets());
    let queued = hand_over::enter(
        services,
        account,
        batch,
        &arrived,
        &message,
        (&incoming, &answers),
    );
    match queued.await {
        // Its tags, and so its passport, are for the policies to say.
        Ok(None) => Err(RecoverError::Policy),
        Ok(Some(queued)) => {
            let ended = Ended::new(queued.state, RECOVERED, queued.what).judged(hearing.verdicts);
            Ok((Recovered::Queued(queued.detail), ended))
        }
        Err(IntakeError::Desk(error)) => Err(error.into()),
        Err(error) => Err(RecoverError::HandOver(error.into())),
    }
}

async fn answered(
    services: &Services,
    account: &Account,
    incoming: &Incoming,
    start: Option<MessageStart>,
    hearing: &mut Hearing,
) -> Result<(Gathered, Answers), RecoverError> {
    let gathered = intake::gather(account, incoming).await?;
    let call = call_facts(services, account, (&incoming.letter, None), start).await?;
    let chain = services.policies.of(account, About::NoMail).await;
    let answers = tagged(&chain, &call, &gathered, route(&gathered), hearing);
    Ok((gathered, answers.map_err(|_| RecoverError::Policy)?))
}

/// What its raw source says.
async fn read(shelf: &Shelf<'_>, kept: &Suspended) -> Result<Option<Message>, Error> {
    let text = shelf.text(kept).await?;
    Ok(Message::of(&text, kept.passage.author_is_reply_to).await?)
}

/// Of what cannot be read, all of it as text.
async fn unread(shelf: &Shelf<'_>, kept: &Suspended) -> Result<Letter, Error> {
    let raw = shelf.source(kept, READ_OCTETS_MAX).await?;
    Ok(Letter {
        body: String::from_utf8_lossy(&raw).into_owned(),
        ..Letter::default()
    })
}

/// The message as reception once queued it.
fn arrived(account: &Account, kept: &Suspended, octets: u64) -> Arrived {
    let (passage, via) = (&kept.passage, &kept.via);
    let login = kept.connector.clone().zip(via.credential.clone());
    let tls = via.tls.as_deref().and_then(|tls| tls.split_once(' '));
    Arrived {
        queue_id: kept.queue_id.clone(),
        session: SessionFacts {
            id: passage.session.clone(),
            ingress: via.ingress,
            peer: passage.peer,
            helo: passage.helo.clone(),
            tls: tls.map(|(version, cipher)| TlsUsed {
                version: version.to_owned(),
                cipher: cipher.to_owned(),
            }),
            login: login.map(|(connector, credential)| Login {
                account: account.id(),
                credential,
                right: Right::Connector(connector),
                // Not kept with what is aside, nor needed by what comes after.
                identity: String::new(),
            }),
        },
        sender: passage.sender.clone(),
        recipient: kept.recipient.clone(),
        recipients: passage.recipients.clone(),
        text: via.text,
        octets,
        acceptance: Acceptance {
            origin: via.origin,
            author: via.author,
            author_is_reply_to: passage.author_is_reply_to,
            flags: via.flags.clone(),
        },
    }
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

/// In the log of the message.
const RECOVERED: &str = "recovered";
