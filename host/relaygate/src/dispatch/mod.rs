//! Sends notifications: asks for the way out, composes in the right name, lets
//! the header policies look, signs, and commits message, records and jobs at once.
//!
//! Something that happened to a ticket is [`announce`]d in the batch that makes
//! it happen; a job then plans and sends the notifications, so a crash between
//! the two loses none. Verification mails and notices go directly ([`send`]), in
//! the batch that starts them.
//!
//! Not here: who is told what (`desk::notifications`), delivery (`courier`).

pub(crate) mod fallback;
mod signing;
pub(crate) mod submitted;
mod way_out;

use desk::messages::{self, Direction, Line, Message, Verdict};
use desk::notices::Notice;
use desk::notifications::{self, Event, OutboundDraft, Sender};
use desk::tickets::Ticket;
use desk::{Account, outbound};
use mail::address::{Address, Domain};
use mail::message::{Edits, HeaderError, Headers};
use policy::questions::headers::{OutboundFacts, OutboundVerdict};
use std::sync::Arc;
use storage::{Batch, Durable, NewJob, Scope, StageError, StagedText, Timestamp};
use tracing::{info, warn};

use crate::facts::{self, CallFacts, MessageStart, noted};
use crate::policies::About;
use crate::runner::{self, Card, Delivery, Path, Work};
use crate::services::Services;

pub(crate) use signing::Signings;
use way_out::WayOut;

/// Why notifications were not sent. Nothing of the batch happened.
#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    /// The desk could not do its part; [`desk::Error::Changed`]: do it all again.
    #[error("desk")]
    Desk(#[from] desk::Error),
    /// A policy gave no answer; try again later.
    #[error("policy failed")]
    Policy(#[from] policy::Failed),
    /// A policy wants it sent later.
    #[error("deferred by policy: {0}")]
    Deferred(String),
    /// A policy named an address that may not send this.
    #[error("policy named a sender that is not the account's")]
    Sender,
    /// What a foreign desk sends leaves through the customer's server or not at all.
    #[error("not through the customer's server now: {0}")]
    NotConnected(String),
    /// A kept text could not be read.
    #[error("read text")]
    Read(#[from] storage::Error),
    /// The composed message is beyond a limit.
    #[error("composed header")]
    Header(#[from] HeaderError),
    /// The message could not be signed.
    #[error("sign message")]
    Sign(#[from] mail::message::dkim::SignError),
    /// The text could not be written.
    #[error("stage text")]
    Stage(#[from] StageError),
}

/// Notes in the batch that the people of a ticket are to be told; what they are
/// told is planned once the batch is durable.
pub fn announce(account: &Account, batch: &mut Batch, event: Event, now: Timestamp) {
    batch.enqueue(notice(account, Card::new(now, Work::Notify(event)), now));
}

/// Notes in the batch that the people of a ticket are to be told later what was
/// held.
pub(crate) fn announce_held(
    account: &Account,
    batch: &mut Batch,
    ticket: u64,
    now: Timestamp,
    due: Timestamp,
) {
    batch.enqueue(notice(
        account,
        Card::new(now, Work::NotifyHeld(ticket)),
        due,
    ));
}

fn notice(account: &Account, card: Card, due: Timestamp) -> NewJob {
    NewJob {
        scope: account.scope(),
        lane: runner::intake_lane(),
        due,
        payload: card.to_payload(),
        texts: Vec::new(),
    }
}

/// Notes in the batch of an act that the account's admins are to be told of it (R96).
pub fn inform(account: &Account, batch: &mut Batch, told: Notice, now: Timestamp) {
    batch.enqueue(notice(account, Card::new(now, Work::Notice(told)), now));
}

/// In whose name answers to a ticket would leave now; if not through the customer's server,
/// why.
pub(crate) async fn sender_now(
    services: &Services,
    account: &Account,
    ticket: &Ticket,
) -> Result<(Address, Option<String>), DispatchError> {
    let asked = notifications::departure(account, ticket).await?;
    let way = way_out::ask(services, account, About::NoMail, &asked).await?;
    Ok((way.address().clone(), way.reason))
}

/// Adds the drafts to the batch and commits it.
///
/// # Errors
/// See [`DispatchError`]; the batch did not happen.
pub(crate) async fn send(
    services: &Services,
    account: &Account,
    signings: &Signings,
    batch: Batch,
    drafts: Vec<OutboundDraft>,
) -> Result<Durable, DispatchError> {
    let departing = prepare_all(services, account, signings, &drafts).await?;
    commit(services, account, batch, departing).await
}

/// Makes the drafts messages; those a policy refuses are left out.
pub(crate) async fn prepare_all<'d>(
    services: &Services,
    account: &Account,
    signings: &Signings,
    drafts: &'d [OutboundDraft],
) -> Result<Vec<Departing<'d>>, DispatchError> {
    let mut departing = Vec::with_capacity(drafts.len());
    for draft in drafts {
        departing.extend(prepare(services, account, signings, draft).await?);
    }
    Ok(departing)
}

/// Adds the messages to the batch and commits it.
pub(crate) async fn commit(
    services: &Services,
    account: &Account,
    mut batch: Batch,
    departing: Vec<Departing<'_>>,
) -> Result<Durable, DispatchError> {
    let now = services.clock.now();
    let records: Vec<_> = departing
        .iter()
        .map(|departing| outbound::Departing {
            draft: departing.draft,
            sender: departing.way.sender.clone(),
            reason: departing.way.reason.clone(),
            signed: departing.signed,
        })
        .collect();
    outbound::record(
        account,
        &facts::product(services),
        &mut batch,
        &records,
        now,
    )
    .await?;
    let mut sent = Vec::with_capacity(departing.len());
    for departing in departing {
        sent.push((departing.draft.email_id.clone(), departing.way.path_name()));
        enqueue(services, account, &mut batch, departing, now);
    }
    let durable = account.commit(batch).await?;
    for (email, path) in sent {
        info!(email, path, "message queued");
    }
    Ok(durable)
}

/// A message that is ready to leave.
pub(crate) struct Departing<'d> {
    draft: &'d OutboundDraft,
    way: WayOut,
    /// It bears a signature of ours.
    signed: bool,
    text: StagedText,
    /// What the policies said of it.
    verdicts: Vec<Verdict>,
}

/// Makes a draft a message; `None` if a policy will not have it sent.
async fn prepare<'d>(
    services: &Services,
    account: &Account,
    signings: &Signings,
    draft: &'d OutboundDraft,
) -> Result<Option<Departing<'d>>, DispatchError> {
    let mut way = way_out::ask(
        services,
        account,
        About::Mail(&draft.email_id),
        &draft.departure,
    )
    .await?;
    let mut verdicts = std::mem::take(&mut way.verdicts);
    let composed = draft.compose(&facts::product(services), &way.sender)?;
    let checked = checked(services, account, draft, &way, composed, &mut verdicts).await?;
    let Some(message) = checked else {
        return Ok(None);
    };
    let signature = signing::signature(services, signings, &way, &message)?;
    let mut writer = services.store.stage(account.scope());
    writer.write(&signature).await?;
    writer.write(&message).await?;
    Ok(Some(Departing {
        draft,
        way,
        signed: !signature.is_empty(),
        text: writer.finish().await?,
        verdicts,
    }))
}

/// Lets the header policies look at a composed message and change it.
async fn checked(
    services: &Services,
    account: &Account,
    draft: &OutboundDraft,
    way: &WayOut,
    message: Vec<u8>,
    verdicts: &mut Vec<Verdict>,
) -> Result<Option<Vec<u8>>, DispatchError> {
    let headers = Arc::new(Headers::parse(&message)?);
    let message: Arc<[u8]> = message.into();
    let start = MessageStart {
        headers: Arc::clone(&headers),
        start: Arc::clone(&message),
        octets: message.len() as u64,
    };
    let call = call_facts(services, account)
        .of_message(&draft.email_id)
        .with_message(start);
    let asked = OutboundFacts {
        sender: way.address().to_string(),
        recipients: draft.recipients.iter().map(ToString::to_string).collect(),
        through_customer: way.through_customer(),
        submitted: false,
    };
    let chain = services
        .policies
        .of(account, About::Mail(&draft.email_id))
        .await;
    let answered = chain.outbound(&call.shared(), &asked);
    match noted(answered, verdicts)? {
        OutboundVerdict::Accept(asked) => {
            let mut edits = Edits::default();
            facts::enter(&mut edits, &asked);
            Ok(Some(edits.apply(&headers).to_vec(&message)))
        }
        OutboundVerdict::Defer(reason) => Err(DispatchError::Deferred(reason.code)),
        OutboundVerdict::Reject(reason) => {
            warn!(
                email = draft.email_id,
                code = reason.code,
                "not sent: a policy refused it"
            );
            Ok(None)
        }
    }
}

/// The job or jobs that deliver it, and the first lines of its log.
fn enqueue(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    departing: Departing<'_>,
    now: Timestamp,
) {
    let Departing {
        draft,
        way,
        text,
        verdicts,
        ..
    } = departing;
    let octets = text.octets();
    let text = batch.text(text);
    for (path, recipients) in legs(&way, &draft.recipients) {
        let delivery = Delivery {
            email_id: draft.email_id.clone(),
            notification: draft.departure.notification,
            path,
            reverse_path: Some(way.address().clone()),
            recipients,
            text,
            octets,
        };
        batch.enqueue(NewJob {
            scope: Scope::Account(account.id()),
            lane: delivery.path.lane(),
            due: now,
            payload: Card::new(now, Work::Delivery(delivery)).to_payload(),
            texts: vec![text],
        });
    }
    // The jobs hold it; nobody needs it once it is delivered.
    batch.drop_text(account.id(), text);
    open_log(services, account, batch, (draft, &way, verdicts), now);
}

/// Through the customer's server in one go, by our own path once a domain.
fn legs(way: &WayOut, recipients: &[Address]) -> Vec<(Path, Vec<Address>)> {
    if let Sender::Support(address) = &way.sender {
        let address = address.clone();
        let path = match way.staged {
            true => Path::Staged(address),
            false => Path::Smarthost(address),
        };
        return vec![(path, recipients.to_vec())];
    }
    let mut legs: Vec<(Domain, Vec<Address>)> = Vec::new();
    for recipient in recipients {
        match legs
            .iter_mut()
            .find(|(domain, _)| domain == recipient.domain())
        {
            Some((_, leg)) => leg.push(recipient.clone()),
            None => legs.push((recipient.domain().clone(), vec![recipient.clone()])),
        }
    }
    legs.into_iter()
        .map(|(domain, leg)| (Path::Native(domain), leg))
        .collect()
}

fn open_log(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    (draft, way, verdicts): (&OutboundDraft, &WayOut, Vec<Verdict>),
    now: Timestamp,
) {
    let message = Message {
        id: draft.email_id.clone(),
        direction: Direction::Outbound,
        message_id: Some(draft.message_id(&facts::product(services))),
        sender: Some(way.address().clone()),
        recipients: draft.recipients.clone(),
        connector: way
            .through_customer()
            .then(|| way.address().domain().clone()),
        session: None,
        ticket: draft.ticket,
        at: now,
    };
    messages::open(account, batch, &message);
    let mut detail = match &way.reason {
        Some(reason) => format!("{} ({reason})", way.path_name()),
        None => way.path_name().to_owned(),
    };
    if let Some(address) = draft.fallback_from(way.address()) {
        detail.push_str(&format!(" fallback_from={address}"));
    }
    let line = Line::new(now, "queued", detail).because_of(verdicts);
    messages::add(account, batch, &draft.email_id, &line);
}

fn call_facts(services: &Services, account: &Account) -> CallFacts {
    let counters = Arc::clone(&services.flow.counters);
    CallFacts::new(Some(account.id()), counters, services.clock.now())
}
