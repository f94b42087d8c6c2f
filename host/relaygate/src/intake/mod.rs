//! Hands accepted messages to the desk: each becomes a ticket, a comment, a
//! consumed verification mail, a linked bounce or a message kept aside, or is
//! handed over to the account's own help desk ([`hand_over`]), in the batch that
//! ends its job, so exactly once.
//!
//! A message is looked at in this order: is it a verification mail come back
//! ([`returned`]), a delivery report on mail of ours ([`bounced`]), or something
//! for the routing policy ([`enter`])? A header of ours that it quotes is compared with what
//! was sent ([`quoted`]). Where a policy cannot be asked just now it is asked again later
//! ([`hearing`]); what a failing one left undecided is kept aside, visible, never let through
//! (promise 3); by hand it is let through later ([`recover`]). What no account serves is the
//! operator's ([`unowned`]).
//!
//! Not here: accepting (`reception`), the records (`desk`), delivery (`courier`).

mod bounced;
mod enter;
mod hand_over;
mod hearing;
mod message;
mod quoted;
mod recover;
mod returned;
mod seen;
mod signatures;
mod unowned;

use desk::Account;
use desk::credentials::CredentialId;
use desk::facts::Cause;
use desk::intake::Letter;
use desk::messages::{self, Line, Standing, State, Verdict};
use desk::notices::Notice;
use desk::{notifications, outbound, traffic};
use mail::address::Address;
use storage::{Batch, CommitError, Lease, Scope, Timestamp};
use tracing::{info, warn};

use crate::courier::webhooks;
use crate::dispatch::{self, DispatchError, Signings};
use crate::facts;
use crate::runner::{Arrived, Card, Submitted, Work, backoff, give_up, settle};
use crate::services::Services;

pub(crate) use hand_over::keep_aside;
use hearing::Patience;
use message::Message;
use quoted::Quoted;
pub(crate) use recover::{RecoverError, Recovered, recover};
use signatures::Signatures;

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
    #[error("prepare for the help desk")]
    HandOver(#[from] hand_over::HandOverError),
    /// It passes; the question is asked again.
    #[error(transparent)]
    Policy(#[from] policy::Failed),
}

impl IntakeError {
    /// Somebody else was faster: what was read has changed since.
    fn is_conflict(&self) -> bool {
        matches!(
            self,
            Self::Desk(desk::Error::Changed)
                | Self::Commit(CommitError::Conflict { .. })
                | Self::Dispatch(DispatchError::Desk(desk::Error::Changed))
        )
    }
}

/// Works on one job of the intake lane.
pub async fn work(services: &Services, lease: &Lease) {
    let card = match Card::read(lease.job()) {
        Ok(card) => card,
        Err(error) => return give_up(services, lease, &error.to_string()).await,
    };
    let account = match lease.job().scope {
        Scope::Account(account) => Some(services.desk.account(account)),
        Scope::Installation => None,
    };
    let mut done = work_once(services, account.as_ref(), &card, lease).await;
    for _ in 0..CONFLICTS_MAX {
        if !done.as_ref().is_err_and(IntakeError::is_conflict) {
            break;
        }
        done = work_once(services, account.as_ref(), &card, lease).await;
    }
    if let Err(error) = done {
        try_again(services, lease, card, &error).await;
    }
}

async fn work_once(
    services: &Services,
    account: Option<&Account>,
    card: &Card,
    lease: &Lease,
) -> Result<(), IntakeError> {
    let patience = Patience::after(card.attempts, card.age(services.clock.now()));
    match (&card.work, account) {
        (Work::Intake(arrived), Some(account)) => {
            take_in(services, account, (arrived, patience), lease).await
        }
        (Work::Intake(arrived), None) => unowned::keep_aside(services, arrived, lease).await,
        (Work::Notify(event), Some(account)) => tell(services, account, *event, lease).await,
        (Work::NotifyHeld(ticket), Some(account)) => {
            tell_held(services, account, *ticket, lease).await
        }
        (Work::Submitted(submitted), Some(account)) => {
            depart(services, account, submitted, lease).await
        }
        (Work::Notice(notice), Some(account)) => inform(services, account, notice, lease).await,
        _ => {
            give_up(services, lease, "it is no work for this lane").await;
            Ok(())
        }
    }
}

async fn take_in(
    services: &Services,
    account: &Account,
    (arrived, patience): (&Arrived, Patience),
    lease: &Lease,
) -> Result<(), IntakeError> {
    let message = Message::open(account, arrived).await?;
    let looked = match &message {
        Some(message) => returned::look(services, account, message).await?,
        None => None,
    };
    let _turn = services.flow.turn(account.id()).await;
    let now = services.clock.now();
    let mut batch = Batch::new();
    let ended = match &message {
        None => enter::unreadable(account, &mut batch, arrived, now),
        Some(message) => {
            let arrived = (arrived, patience);
            place(services, account, &mut batch, arrived, message, looked).await?
        }
    };
    count(account, &mut batch, arrived, ended.state, now).await?;
    let message = (arrived.queue_id.as_str(), &arrived.recipient);
    write_down(account, &mut batch, message, &ended, now);
    batch.finish(lease);
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
    state: State,
    /// Stable word: why.
    reason: Option<String>,
    ticket: Option<u64>,
    verdicts: Vec<Verdict>,
}

impl Ended {
    fn new(state: State, what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            detail: detail.into(),
            state,
            reason: None,
            ticket: None,
            verdicts: Vec::new(),
        }
    }

    fn suspended(cause: Cause, id: &str) -> Self {
        let detail = format!("{} {id}", cause.as_str());
        Self::new(State::Suspended, "suspended", detail).because(cause.as_str())
    }

    fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    fn of_ticket(mut self, ticket: u64) -> Self {
        self.ticket = Some(ticket);
        self
    }

    fn judged(mut self, verdicts: Vec<Verdict>) -> Self {
        self.verdicts = verdicts;
        self
    }

    /// What was asked before that, too.
    fn judged_before(mut self, mut verdicts: Vec<Verdict>) -> Self {
        verdicts.append(&mut self.verdicts);
        self.judged(verdicts)
    }
}

/// Counts what settles for the first time and is no confirmation mail of ours.
async fn count(
    account: &Account,
    batch: &mut Batch,
    arrived: &Arrived,
    state: State,
    now: Timestamp,
) -> Result<(), desk::Error> {
    let (id, recipient) = (&arrived.queue_id, &arrived.recipient);
    if state == State::VerificationConsumed || messages::is_settled(account, id, recipient).await? {
        return Ok(());
    }
    let incoming = enter::incoming(arrived, Letter::default());
    let arrival = traffic::Arrival {
        recipient,
        authenticated: incoming.relay_authenticated(),
        credential: incoming.credential.as_ref().map(CredentialId::as_str),
    };
    traffic::arrived(account, batch, arrival, now).await
}

/// The line in the message's log, and how it stands for this recipient.
fn write_down(
    account: &Account,
    batch: &mut Batch,
    (id, recipient): (&str, &Address),
    ended: &Ended,
    now: Timestamp,
) {
    let line = Line::new(now, ended.what.as_str(), ended.detail.as_str());
    let line = line.because_of(ended.verdicts.clone());
    messages::add(account, batch, id, &line);
    let standing = Standing {
        reason: ended.reason.clone(),
        ticket: ended.ticket,
        ..Standing::new(recipient.clone(), ended.state, now)
    };
    messages::settle(account, batch, id, &standing);
}

async fn place(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    (arrived, patience): (&Arrived, Patience),
    message: &Message,
    looked: Option<Signatures>,
) -> Result<Ended, IntakeError> {
    if let Some(signatures) = looked {
        let found = (message, &signatures);
        let consumed =
            returned::consume(services, account, batch, (arrived, patience), found).await?;
        if let Some(ended) = consumed {
            return Ok(ended);
        }
    }
    let arrived = (arrived, patience);
    let quoted = quoted::compare(services, account, arrived, message).await?;
    let verdicts = quoted.as_ref().map(|it| it.verdicts.clone());
    let ended = settle_letter(services, account, batch, arrived, message, quoted).await?;
    Ok(ended.judged_before(verdicts.unwrap_or_default()))
}

/// A report on mail of ours, or somebody's letter; `quoted` is what it shows of our mail.
async fn settle_letter(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    (arrived, patience): (&Arrived, Patience),
    message: &Message,
    quoted: Option<Quoted>,
) -> Result<Ended, IntakeError> {
    let shown = quoted
        .as_ref()
        .map_or_else(Vec::new, |it| it.findings.clone());
    let linked = bounced::link(services, account, batch, arrived, message, shown);
    if let Some(ended) = linked.await? {
        return Ok(ended);
    }
    if let Some(quoted) = quoted {
        let now = services.clock.now();
        outbound::notice(account, batch, &quoted.email, quoted.findings, now).await?;
    }
    enter::enter(services, account, batch, (arrived, patience), message).await
}

/// Lets go of the raw text for this recipient; further ones keep it by themselves.
pub(crate) fn drop_text(account: &Account, batch: &mut Batch, arrived: &Arrived) {
    batch.drop_text(account.id(), arrived.text);
}

/// Queues what a foreign help desk handed in; the job ends with that.
async fn depart(
    services: &Services,
    account: &Account,
    submitted: &Submitted,
    lease: &Lease,
) -> Result<(), IntakeError> {
    let departing = dispatch::submitted::prepare(services, account, submitted).await?;
    let mut batch = Batch::new();
    batch.finish(lease);
    dispatch::submitted::commit(services, account, batch, submitted, departing).await?;
    Ok(())
}

/// Plans and queues the notifications of an event; the job ends with them.
async fn tell(
    services: &Services,
    account: &Account,
    event: notifications::Event,
    lease: &Lease,
) -> Result<(), IntakeError> {
    let signings = Signings::look(services, account).await?;
    let _turn = services.flow.turn(account.id()).await;
    let (now, product) = (services.clock.now(), facts::product(services));
    let mut batch = Batch::new();
    webhooks::announce(account, &mut batch, event, now).await?;
    let plan = notifications::plan(account, &product, &mut batch, event, now).await?;
    send(
        services,
        account,
        &signings,
        batch,
        event.ticket(),
        plan,
        lease,
    )
    .await
}

/// The same of what was held about a ticket.
async fn tell_held(
    services: &Services,
    account: &Account,
    ticket: u64,
    lease: &Lease,
) -> Result<(), IntakeError> {
    let signings = Signings::look(services, account).await?;
    let _turn = services.flow.turn(account.id()).await;
    let (now, product) = (services.clock.now(), facts::product(services));
    let mut batch = Batch::new();
    let plan = notifications::plan_held(account, &product, &mut batch, ticket, now).await?;
    send(services, account, &signings, batch, ticket, plan, lease).await
}

async fn send(
    services: &Services,
    account: &Account,
    signings: &Signings,
    mut batch: Batch,
    ticket: u64,
    plan: notifications::Plan,
    lease: &Lease,
) -> Result<(), IntakeError> {
    let ready = dispatch::prepare_all(services, account, signings, &plan.drafts).await?;
    if let Some(later) = plan.later {
        info!(ticket, "notices held: somebody had too many");
        dispatch::announce_held(account, &mut batch, ticket, services.clock.now(), later);
    }
    batch.finish(lease);
    dispatch::commit(services, account, batch, ready).await?;
    Ok(())
}

/// Queues the message to the account's admins that a notice asks for.
async fn inform(
    services: &Services,
    account: &Account,
    notice: &Notice,
    lease: &Lease,
) -> Result<(), IntakeError> {
    let (now, product) = (services.clock.now(), facts::product(services));
    let drafts = [notice.draft(account, &product, now).await?];
    let signings = Signings::look(services, account).await?;
    let ready = dispatch::prepare_all(services, account, &signings, &drafts).await?;
    let mut batch = Batch::new();
    batch.finish(lease);
    dispatch::commit(services, account, batch, ready).await?;
    Ok(())
}

/// Puts the job back, to be repeated later.
async fn try_again(services: &Services, lease: &Lease, card: Card, trouble: &IntakeError) {
    warn!(
        error = trouble as &dyn std::error::Error,
        attempts = card.attempts,
        "message not settled yet"
    );
    let now = services.clock.now();
    let card = card.after_attempt(trouble.to_string());
    let retry = backoff::without_policy(card.attempts, card.age(now));
    settle(services, |batch| retry.put(batch, lease, &card, now)).await;
}

/// Times in a row a job is done anew because what it rests on has changed.
const CONFLICTS_MAX: usize = 8;
