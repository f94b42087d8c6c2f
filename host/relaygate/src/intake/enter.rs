//! Messages for people: asks the policies where they go and which tags they
//! bring, and lets the desk enter them.

use std::sync::Arc;

use desk::Account;
use desk::facts::{Cause, RouteAnswer, Tagging};
use desk::intake::{self, Answers, Gathered, Incoming, Letter, Outcome, Passage};
use desk::messages::State;
use desk::notifications::Event;
use desk::pace;
use desk::suspended::Shelf;
use policy::questions::routes::Carried;
use policy::{Chain, Failed};
use storage::{Batch, Timestamp};

use super::hearing::{Hearing, Patience};
use super::{Ended, IntakeError, Message, hand_over};
use crate::dispatch;
use crate::facts::{self, CallFacts, MessageStart, TlsUsed};
use crate::runner::Arrived;
use crate::services::Services;

/// A message whose header cannot be read; kept aside with its raw source.
pub(super) fn unreadable(
    account: &Account,
    batch: &mut Batch,
    arrived: &Arrived,
    now: Timestamp,
) -> Ended {
    let incoming = incoming(arrived, Letter::default());
    let cause = Cause::Unprocessable;
    let id = Shelf::of(account).put(batch, &incoming, cause, None, now);
    Ended::suspended(cause, &id)
}

/// Enters a message as the policies say; one that can be asked later is, while there is
/// patience.
pub(super) async fn enter(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    (arrived, patience): (&Arrived, Patience),
    message: &Message,
) -> Result<Ended, IntakeError> {
    let now = services.clock.now();
    let product = facts::product(services);
    let incoming = incoming(arrived, message.letter.clone());
    let mut gathered = intake::gather(account, &incoming).await?;
    gathered.arrival.author_messages = pace::of_author(account, batch, &incoming, now).await?;
    let about = (&message.letter, Some(arrived.queue_id.as_str()));
    let call = call_facts(services, account, about, Some(message.start())).await?;
    let mut hearing = Hearing::new(patience);
    let chain = services.policies.of(account, arrived.about()).await;
    let answers = ask(&chain, &call, &gathered, &mut hearing)?;
    let found = (&incoming, &answers);
    if let Some(ended) = hand_over::enter(services, account, batch, arrived, message, found).await?
    {
        return Ok(ended.judged(hearing.verdicts));
    }
    let outcome =
        intake::enter(account, &product, batch, &incoming, gathered, &answers, now).await?;
    if let Outcome::Entered(event) = &outcome {
        dispatch::announce(account, batch, *event, now);
    }
    Ok(ended(outcome).judged(hearing.verdicts))
}

/// A policy that fails suspends the message: kept, visible, not let through.
fn ask(
    chain: &Chain,
    call: &Arc<dyn policy::Facts>,
    gathered: &Gathered,
    hearing: &mut Hearing,
) -> Result<Answers, Failed> {
    let arrival = facts::arrival(&gathered.arrival, Carried::Nothing);
    match hearing.hear(chain.route_inbound(call, &arrival))? {
        Some(route) => tagged(chain, call, gathered, facts::inbound_route(route), hearing),
        None => Ok(undecided()),
    }
}

/// Asks which tags go with a route.
///
/// # Errors
/// The question is to be asked again later.
pub(super) fn tagged(
    chain: &Chain,
    call: &Arc<dyn policy::Facts>,
    gathered: &Gathered,
    route: RouteAnswer,
    hearing: &mut Hearing,
) -> Result<Answers, Failed> {
    let Some(delivery) = gathered.delivery(&route) else {
        return Ok(untagged(route));
    };
    let answered = chain.delivery(call, &facts::delivery(&delivery));
    Ok(match hearing.hear(answered)? {
        Some(tagging) => Answers {
            route,
            tagging: facts::tagging(tagging),
        },
        None => undecided(),
    })
}

fn untagged(route: RouteAnswer) -> Answers {
    Answers {
        route,
        tagging: Tagging::default(),
    }
}

fn undecided() -> Answers {
    untagged(RouteAnswer::Suspend(Cause::PolicyFailed))
}

pub(super) fn incoming(arrived: &Arrived, letter: Letter) -> Incoming {
    let session = &arrived.session;
    let login = session.login.as_ref();
    Incoming {
        queue_id: arrived.queue_id.clone(),
        ingress: session.ingress,
        tls: session.tls.as_ref().map(TlsUsed::to_text),
        connector: session.connector().cloned(),
        credential: login.map(|login| login.credential.clone()),
        passage: Passage {
            session: session.id.clone(),
            peer: session.peer,
            helo: session.helo.clone(),
            sender: arrived.sender.clone(),
            recipients: arrived.recipients.clone(),
            author_is_reply_to: arrived.acceptance.author_is_reply_to,
        },
        recipient: arrived.recipient.clone(),
        text: arrived.text,
        origin: arrived.acceptance.origin,
        author: arrived.acceptance.author,
        flags: arrived.acceptance.flags.clone(),
        letter,
    }
}

/// What the policies may look up: the author and the recipient, no more.
pub(super) async fn call_facts(
    services: &Services,
    account: &Account,
    (letter, id): (&Letter, Option<&str>),
    start: Option<MessageStart>,
) -> Result<Arc<dyn policy::Facts>, desk::Error> {
    let counters = Arc::clone(&services.flow.counters);
    let mut call = CallFacts::new(Some(account.id()), counters, services.clock.now());
    if let Some(id) = id {
        call = call.of_message(id);
    }
    if let Some(start) = start {
        call = call.with_message(start);
    }
    if let Some(author) = &letter.author
        && let Some(person) = desk::people::lookup(account, &author.address).await?
    {
        call = call.with_person(author.address.to_string(), facts::person(person));
    }
    for address in letter.addressed.iter().take(LOOKED_UP_MAX) {
        if let Some(found) = desk::addresses::lookup(account, address).await? {
            call = call.with_support_address(address.to_string(), facts::support_address(&found));
        }
    }
    Ok(call.shared())
}

fn ended(outcome: Outcome) -> Ended {
    match outcome {
        Outcome::Entered(event) => {
            let (state, ticket) = (entered(event), event.ticket());
            let detail = match event {
                Event::Created { .. } => ticket.to_string(),
                Event::Commented { comment, .. } => format!("{ticket} {comment}"),
            };
            Ended::new(state, state.as_str(), detail).of_ticket(ticket)
        }
        Outcome::Suspended { id, cause } => Ended::suspended(cause, &id),
        Outcome::Dropped(reason) => {
            Ended::new(State::DroppedLoop, "dropped", reason.as_str()).because(reason)
        }
    }
}

/// How a message stands that has entered a ticket.
pub(super) fn entered(event: Event) -> State {
    match event {
        Event::Created { .. } => State::TicketCreated,
        Event::Commented { .. } => State::CommentAdded,
    }
}

/// Addressees a policy may look up; a message may name a thousand.
const LOOKED_UP_MAX: usize = 20;
