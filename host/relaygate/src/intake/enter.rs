//! Messages for people: asks the policies where they go and which tags they
//! bring, and lets the desk enter them.

use std::sync::Arc;

use desk::Account;
use desk::facts::{Cause, RouteAnswer, Tagging};
use desk::intake::{self, Answers, Gathered, Incoming, Letter, Outcome};
use desk::notifications::Event;
use desk::pace;
use desk::suspended::Shelf;
use policy::questions::routes::Carried;
use storage::{Batch, Timestamp};

use super::{Ended, IntakeError, Message, hand_over};
use crate::dispatch;
use crate::facts::{self, CallFacts, MessageStart, noted};
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
    Ended::new("suspended", format!("{} {id}", cause.as_str()))
}

/// Enters a message as the policies say.
pub(super) async fn enter(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    arrived: &Arrived,
    message: &Message,
) -> Result<Ended, IntakeError> {
    let now = services.clock.now();
    let product = facts::product(services);
    let incoming = incoming(arrived, message.letter.clone());
    let mut gathered = intake::gather(account, &product, &incoming).await?;
    gathered.arrival.author_messages = pace::of_author(account, batch, &incoming, now).await?;
    let call = call_facts(services, account, &message.letter, Some(message.start())).await?;
    let answers = ask(services, &call, &gathered);
    let found = (&incoming, &answers);
    if let Some(ended) = hand_over::enter(services, account, batch, arrived, message, found).await?
    {
        return Ok(ended);
    }
    let outcome =
        intake::enter(account, &product, batch, &incoming, gathered, &answers, now).await?;
    if let Outcome::Entered(event) = &outcome {
        dispatch::announce(account, batch, *event, now);
    }
    Ok(ended(outcome))
}

/// A policy that fails suspends the message: kept, visible, not let through.
fn ask(services: &Services, call: &Arc<dyn policy::Facts>, gathered: &Gathered) -> Answers {
    let arrival = facts::arrival(&gathered.arrival, Carried::Nothing);
    let Ok(route) = noted(services.chain.route_inbound(call, &arrival)) else {
        return failed();
    };
    tagged(services, call, gathered, facts::inbound_route(route))
}

/// Asks which tags go with a route.
pub(super) fn tagged(
    services: &Services,
    call: &Arc<dyn policy::Facts>,
    gathered: &Gathered,
    route: RouteAnswer,
) -> Answers {
    let Some(delivery) = gathered.delivery(&route) else {
        return untagged(route);
    };
    match noted(services.chain.delivery(call, &facts::delivery(&delivery))) {
        Ok(tagging) => Answers {
            route,
            tagging: facts::tagging(tagging),
        },
        Err(_) => failed(),
    }
}

fn untagged(route: RouteAnswer) -> Answers {
    Answers {
        route,
        tagging: Tagging::default(),
    }
}

fn failed() -> Answers {
    untagged(RouteAnswer::Suspend(Cause::PolicyFailed))
}

pub(super) fn incoming(arrived: &Arrived, letter: Letter) -> Incoming {
    let session = &arrived.session;
    let login = session.login.as_ref();
    Incoming {
        queue_id: arrived.queue_id.clone(),
        ingress: session.ingress,
        tls: session
            .tls
            .as_ref()
            .map(|tls| format!("{} {}", tls.version, tls.cipher)),
        connector: session.connector().cloned(),
        credential: login.map(|login| login.credential.clone()),
        null_sender: arrived.sender.is_none(),
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
    letter: &Letter,
    start: Option<MessageStart>,
) -> Result<Arc<dyn policy::Facts>, desk::Error> {
    let counters = Arc::clone(&services.flow.counters);
    let mut call = CallFacts::new(Some(account.id()), counters, services.clock.now());
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
        Outcome::Entered(Event::Created { ticket, .. }) => {
            Ended::new("ticket_created", ticket.to_string())
        }
        Outcome::Entered(Event::Commented { ticket, comment }) => {
            Ended::new("comment_added", format!("{ticket} {comment}"))
        }
        Outcome::Suspended { id, cause } => {
            Ended::new("suspended", format!("{} {id}", cause.as_str()))
        }
        Outcome::Dropped(reason) => Ended::new("dropped", reason),
    }
}

/// Addressees a policy may look up; a message may name a thousand.
const LOOKED_UP_MAX: usize = 20;
