//! Notes how an attempt went, and ends or repeats the job: one commit.

use std::time::Duration;

use desk::Account;
use desk::addresses::{self, Direction};
use desk::facts::NotificationKind;
use desk::messages::{self, Line};
use desk::outbound::{self, Attempt, End};
use mail::address::Address;
use mail::client::{Cause, Outcome, Trouble};
use metrics::counter;
use policy::questions::routes::{self, Failure};
use storage::{Batch, Timestamp};
use tracing::{info, warn};

use super::{Attempted, reason};
use crate::clock::later;
use crate::facts::{self, CallFacts, noted};
use crate::runner::backoff::{self, Retry};
use crate::runner::{Card, Delivery, LeaseSlot, Path, Work};
use crate::services::Services;

/// Settles one attempt at one message.
pub(super) async fn settle(
    services: &Services,
    account: &Account,
    slot: &LeaseSlot,
    card: &Card,
    delivery: &Delivery,
    attempted: Attempted,
) -> Result<(), desk::Error> {
    let now = services.clock.now();
    let retry = retry(services, account, card, delivery, &attempted, now);
    let notes = notes(delivery, &attempted, retry);
    let _turn = services.flow.turn(account.id()).await;
    let mut batch = Batch::new();
    outbound::attempted(account, &mut batch, &delivery.email_id, &notes, now).await?;
    notes
        .iter()
        .for_each(|note| log(account, &mut batch, delivery, note, now));
    end(slot, card, delivery, &notes, retry, &mut batch, now);
    let _durable = account.commit(batch).await?;
    report(account, delivery, &attempted, &notes, now).await
}

/// What follows for recipients that were deferred.
fn retry(
    services: &Services,
    account: &Account,
    card: &Card,
    delivery: &Delivery,
    attempted: &Attempted,
    now: Timestamp,
) -> Retry {
    let deferred = attempted
        .outcomes
        .iter()
        .find(|outcome| is_deferred(outcome));
    let reply = deferred.and_then(reason::reply);
    let attempts = card.attempts.saturating_add(1);
    let failure = Failure {
        attempts,
        queued_at: card.queued_at.0,
        now: now.0,
        reply_code: reply.map(mail::reply::Reply::code),
        enhanced_status: reply.and_then(mail::reply::Reply::status),
        notification: facts::notification(delivery.notification),
    };
    let counters = std::sync::Arc::clone(&services.flow.counters);
    let call = CallFacts::new(Some(account.id()), counters, now).shared();
    match noted(services.chain.after_failure(&call, &failure)) {
        Ok(routes::Retry::After(delay)) => Retry::After(Duration::from_millis(delay)),
        Ok(routes::Retry::GiveUp) => Retry::GiveUp,
        Err(_) => backoff::without_policy(attempts, card.age(now)),
    }
}

fn is_deferred(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Deferred(_) | Outcome::Unknown(_))
}

fn notes(delivery: &Delivery, attempted: &Attempted, retry: Retry) -> Vec<Attempt> {
    let lost = Outcome::Deferred(Cause::Trouble(Trouble::ConnectionLost));
    let outcome = |at: usize| attempted.outcomes.get(at).unwrap_or(&lost);
    let recipients = delivery.recipients.iter().enumerate();
    recipients
        .map(|(at, recipient)| note(recipient, outcome(at), attempted, retry))
        .collect()
}

fn note(recipient: &Address, outcome: &Outcome, attempted: &Attempted, retry: Retry) -> Attempt {
    let end = match outcome {
        Outcome::Accepted(_) => End::Accepted,
        Outcome::Failed(_) => End::Failed,
        Outcome::Deferred(_) | Outcome::Unknown(_) if retry == Retry::GiveUp => End::Failed,
        Outcome::Deferred(_) | Outcome::Unknown(_) => End::Deferred,
    };
    let trouble = match outcome {
        Outcome::Deferred(Cause::Trouble(trouble))
        | Outcome::Failed(Cause::Trouble(trouble))
        | Outcome::Unknown(trouble) => Some(trouble.to_string()),
        _ => None,
    };
    let said = reason::reply(outcome).map(said);
    let word = attempted.reason.or_else(|| reason::of(outcome));
    Attempt {
        recipient: recipient.clone(),
        end,
        reason: word.map(str::to_owned),
        reply: said.or_else(|| attempted.detail.clone()).or(trouble),
        tls: attempted.tls.clone(),
        credential: attempted.credential.clone(),
    }
}

/// A reply on one line.
fn said(reply: &mail::reply::Reply) -> String {
    let status = reply
        .status()
        .map(|status| format!("{status} "))
        .unwrap_or_default();
    format!(
        "{} {status}{}",
        reply.code(),
        reply.text().replace('\n', " ")
    )
}

/// One line in the message's own log, one in the program's.
fn log(account: &Account, batch: &mut Batch, delivery: &Delivery, note: &Attempt, now: Timestamp) {
    let what = match note.end {
        End::Accepted => "delivered",
        End::Deferred => "deferred",
        End::Failed => "failed",
    };
    let path = path_name(&delivery.path);
    let reply = note.reply.as_deref().unwrap_or("no reply");
    let tls = note.tls.as_deref().unwrap_or("clear text");
    let credential = note.credential.as_deref().unwrap_or("none");
    let detail = format!("{path}; {reply}; {tls}; credential {credential}");
    messages::add(
        account,
        batch,
        &delivery.email_id,
        &Line {
            at: now,
            what: what.to_owned(),
            detail,
        },
    );
    counter!("relaygate_attempts_total", "path" => path, "end" => what).increment(1);
    let (email, reason) = (delivery.email_id.as_str(), note.reason.as_deref());
    info!(email, path, reason, tls, "{what}");
}

fn path_name(path: &Path) -> &'static str {
    match path {
        Path::Smarthost(_) => "smarthost",
        Path::Native(_) => "native",
    }
}

/// The job ends, or goes on with the recipients that are left.
fn end(
    slot: &LeaseSlot,
    card: &Card,
    delivery: &Delivery,
    notes: &[Attempt],
    retry: Retry,
    batch: &mut Batch,
    now: Timestamp,
) {
    let Some(lease) = slot.take() else { return };
    let left: Vec<&Attempt> = notes
        .iter()
        .filter(|note| note.end == End::Deferred)
        .collect();
    let Retry::After(delay) = retry else {
        return batch.finish(lease);
    };
    let Some(first) = left.first() else {
        return batch.finish(lease);
    };
    let reply = first.reply.clone().unwrap_or_default();
    let recipients = left.iter().map(|note| note.recipient.clone()).collect();
    let mut card = card.clone().after_attempt(reply);
    card.work = Work::Delivery(Delivery {
        recipients,
        ..delivery.clone()
    });
    let due = later(now, backoff::spread(delay, rand::random()));
    batch.again(lease, due, card.to_payload());
}

/// Tells the support address's checks what the attempt has shown (R26, R61, R72).
async fn report(
    account: &Account,
    delivery: &Delivery,
    attempted: &Attempted,
    notes: &[Attempt],
    now: Timestamp,
) -> Result<(), desk::Error> {
    let Some(note) = notes.first() else {
        return Ok(());
    };
    let word = note.reason.as_deref().unwrap_or("refused_by_server");
    let detail = note.reply.clone();
    match (tested(delivery), note.end) {
        (Some((address, direction)), End::Failed) => {
            addresses::change::report_failure(account, address, direction, word, detail, now).await
        }
        (Some((address, direction)), End::Deferred) => {
            addresses::change::report_delay(account, address, direction, word, detail).await
        }
        (None, _) => refused_credentials(account, delivery, attempted, detail, now).await,
        _ => Ok(()),
    }
}

/// The support address a verification mail tests: its own recipient.
fn tested(delivery: &Delivery) -> Option<(&Address, Direction)> {
    let address = delivery.recipients.first()?;
    match delivery.notification {
        NotificationKind::InboundVerification => Some((address, Direction::Inbound)),
        NotificationKind::OutboundVerification => Some((address, Direction::Outbound)),
        NotificationKind::Ticket | NotificationKind::Security => None,
    }
}

/// Credentials refused for good are hard evidence: from now on the fallback
/// sends, and the admin sees why.
async fn refused_credentials(
    account: &Account,
    delivery: &Delivery,
    attempted: &Attempted,
    detail: Option<String>,
    now: Timestamp,
) -> Result<(), desk::Error> {
    let Path::Smarthost(address) = &delivery.path else {
        return Ok(());
    };
    let refused = attempted.outcomes.iter().any(|outcome| match outcome {
        Outcome::Deferred(Cause::Trouble(Trouble::AuthRefused(reply))) => reply.is_permanent(),
        _ => false,
    });
    if !refused {
        return Ok(());
    }
    warn!(
        "customer's server refused our credentials; the address is not usable until verified again"
    );
    let word = "credentials_refused";
    addresses::change::report_failure(account, address, Direction::Outbound, word, detail, now)
        .await
}
