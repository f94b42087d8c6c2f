//! Notes how an attempt went, and ends or repeats the job: one commit.

use std::time::Duration;

use desk::Account;
use desk::facts::NotificationKind;
use desk::messages::{self, Line, Verdict};
use desk::outbound::{self, Attempt, End};
use desk::traffic;
use mail::address::Address;
use mail::client::{Cause, Outcome, Trouble};
use metrics::counter;
use policy::questions::routes::{self, Failure};
use storage::{Batch, CommitError, Lease, Timestamp};
use tracing::{debug, error, info, warn};

use super::webhooks::announce_deliveries;
use super::{Attempted, reason, report};
use crate::clock::later;
use crate::facts::{self, CallFacts, noted};
use crate::runner::backoff::{self, Retry};
use crate::runner::{Card, Delivery, Path, Work, once_more, settle};
use crate::services::Services;

/// One attempt at one message on its way into the store.
///
/// What the attempt brought about is decided once; what it is written into is
/// read anew whenever somebody else was faster. A message that was delivered is
/// never delivered again because of that.
pub(super) struct Settlement<'a> {
    services: &'a Services,
    account: &'a Account,
    lease: &'a Lease,
    card: &'a Card,
    delivery: &'a Delivery,
    attempted: Attempted,
    retry: Retry,
    /// What the routing policies said of what was put off.
    verdicts: Vec<Verdict>,
    notes: Vec<Attempt>,
    now: Timestamp,
}

/// What follows a failed attempt.
pub(super) struct Next {
    pub(super) retry: Retry,
    /// It takes long by now.
    delayed: bool,
    /// What the routing policies said.
    pub(super) verdicts: Vec<Verdict>,
}

/// How much of an attempt is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// The message's record, its log, the job.
    Whole,
    /// The record cannot be written: the log and the job, which conflict with nothing.
    JobAlone,
}

impl<'a> Settlement<'a> {
    pub(super) async fn new(
        services: &'a Services,
        account: &'a Account,
        lease: &'a Lease,
        card: &'a Card,
        delivery: &'a Delivery,
        attempted: Attempted,
    ) -> Self {
        let now = services.clock.now();
        let next = next(services, account, card, delivery, &attempted, now).await;
        let mut notes = notes(delivery, &attempted, next.retry);
        for note in &mut notes {
            note.delayed = next.delayed && note.end == End::Deferred;
        }
        Self {
            services,
            account,
            lease,
            card,
            delivery,
            attempted,
            retry: next.retry,
            verdicts: next.verdicts,
            notes,
            now,
        }
    }

    /// Notes the attempt and tells whom it concerns. One that was not made is put
    /// off and does not count, unless it is time to say that it takes too long.
    pub(super) async fn settle(&self) {
        let waits = |note: &Attempt| note.end == End::Deferred && !note.delayed;
        if let Some(until) = self.attempted.not_before
            && self.notes.iter().all(waits)
        {
            return self.put_off(until).await;
        }
        if !self.note_down().await {
            return;
        }
        for note in &self.notes {
            log(self.delivery, note);
        }
        let told = report::tell(
            self.account,
            self.delivery,
            &self.attempted,
            &self.notes,
            self.now,
        );
        if let Err(error) = told.await {
            warn!(
                error = &error as &dyn std::error::Error,
                "address's checks could not be told"
            );
        }
    }

    async fn put_off(&self, until: Timestamp) {
        debug!("server was not reached lately; not tried now");
        let due = later(until, PUT_OFF_SPREAD.mul_f64(rand::random()));
        let payload = self.card.to_payload();
        let again = |batch: &mut Batch| batch.again(self.lease, due, payload.clone());
        settle(self.services, again).await;
    }

    /// Whether the attempt is noted. If not, the job is somebody else's by now,
    /// or the store is closed.
    async fn note_down(&self) -> bool {
        let mut extent = Extent::Whole;
        for tries in 1.. {
            let Err(error) = self.commit(extent).await else {
                return true;
            };
            match self.next(&error, extent, tries).await {
                Some(next) => extent = next,
                None => {
                    let error: &dyn std::error::Error = &error;
                    warn!(error, "attempt could not be noted");
                    return false;
                }
            }
        }
        false
    }

    /// How much to note after the store has refused that much; `None` if it is over.
    async fn next(&self, error: &desk::Error, extent: Extent, tries: u32) -> Option<Extent> {
        use CommitError::{Closed, Failed, Full, LeaseLost};
        match error {
            desk::Error::Changed if tries < TRIES_MAX => Some(extent),
            desk::Error::Commit(LeaseLost(_) | Closed | Failed) => None,
            desk::Error::Commit(full @ Full) => {
                once_more(self.services, full).await.then_some(extent)
            }
            _ if extent == Extent::JobAlone => None,
            error => {
                let error: &dyn std::error::Error = error;
                error!(
                    error,
                    "record of a message cannot be written; its job ends without"
                );
                Some(Extent::JobAlone)
            }
        }
    }

    async fn commit(&self, extent: Extent) -> Result<(), desk::Error> {
        let _turn = self.services.flow.turn(self.account.id()).await;
        let mut batch = Batch::new();
        let email = &self.delivery.email_id;
        if extent == Extent::Whole {
            let (account, notes) = (self.account, &self.notes);
            let after = outbound::attempted(account, &mut batch, email, notes, self.now).await?;
            // One more deferral is no news.
            let first = self.card.attempts == 0;
            let news = |note: &&Attempt| first || note.end != End::Deferred;
            let concerned = notes.iter().filter(news).map(|note| &note.recipient);
            let concerned: Vec<_> = concerned.collect();
            announce_deliveries(account, &mut batch, &after, &concerned, self.now).await?;
            self.count(&mut batch).await?;
        }
        for note in &self.notes {
            let line = line(self.delivery, note, self.now);
            let line = line.because_of(self.verdicts_on(note));
            messages::add(self.account, &mut batch, email, &line);
        }
        self.end_job(&mut batch);
        self.account.commit(batch).await.map(drop)
    }

    /// Mail through the customer's server; a confirmation mail is not counted.
    async fn count(&self, batch: &mut Batch) -> Result<(), desk::Error> {
        let delivery = self.delivery;
        let counts = delivery.notification == NotificationKind::Ticket;
        match &delivery.path {
            Path::Smarthost(address) if counts => {
                traffic::departed(self.account, batch, address, &self.notes, self.now).await
            }
            _ => Ok(()),
        }
    }

    /// What was accepted was no question to anybody.
    fn verdicts_on(&self, note: &Attempt) -> Vec<Verdict> {
        match note.end {
            End::Accepted => Vec::new(),
            End::Deferred | End::Failed => self.verdicts.clone(),
        }
    }

    /// The job ends, or goes on with the recipients that are left.
    fn end_job(&self, batch: &mut Batch) {
        let deferred = |note: &&Attempt| note.end == End::Deferred;
        let left: Vec<&Attempt> = self.notes.iter().filter(deferred).collect();
        let (Retry::After(_), Some(first)) = (self.retry, left.first()) else {
            return batch.finish(self.lease);
        };
        let reply = first.reply.clone().unwrap_or_default();
        let recipients = left.iter().map(|note| note.recipient.clone()).collect();
        let mut card = self.card.clone().after_attempt(reply);
        card.work = Work::Delivery(Delivery {
            recipients,
            ..self.delivery.clone()
        });
        self.retry.put(batch, self.lease, &card, self.now);
    }
}

/// What follows for recipients that were deferred; nobody is asked if there are none.
async fn next(
    services: &Services,
    account: &Account,
    card: &Card,
    delivery: &Delivery,
    attempted: &Attempted,
    now: Timestamp,
) -> Next {
    let outcomes = &attempted.outcomes;
    let deferred = outcomes.iter().find(|outcome| is_deferred(outcome));
    if deferred.is_none() && outcomes.len() == delivery.recipients.len() {
        return Next {
            retry: Retry::GiveUp,
            delayed: false,
            verdicts: Vec::new(),
        };
    }
    let reply = deferred.and_then(decisive);
    after_failure(services, account, card, reply, delivery.notification, now).await
}

/// The reply that says something of the message or of our login. What a server answers to the
/// connection, EHLO or STARTTLS is trouble of its own: whatever the code, it passes, or
/// somebody in between said it (TLS-03).
fn decisive(outcome: &Outcome) -> Option<&mail::reply::Reply> {
    match outcome {
        Outcome::Deferred(Cause::Trouble(
            Trouble::Greeting(_) | Trouble::Hello(_) | Trouble::TlsRefused(_),
        )) => None,
        other => reason::reply(other),
    }
}

/// When an attempt that ended with this reply is repeated, as the routing policy says.
pub(super) async fn after_failure(
    services: &Services,
    account: &Account,
    card: &Card,
    reply: Option<&mail::reply::Reply>,
    notification: NotificationKind,
    now: Timestamp,
) -> Next {
    let attempts = card.attempts.saturating_add(1);
    let failure = Failure {
        attempts,
        queued_at: card.queued_at.0,
        now: now.0,
        reply_code: reply.map(mail::reply::Reply::code),
        enhanced_status: reply.and_then(mail::reply::Reply::status),
        notification: facts::notification(notification),
    };
    let counters = std::sync::Arc::clone(&services.flow.counters);
    let call = CallFacts::new(Some(account.id()), counters, now).shared();
    let after = |delay| Retry::After(Duration::from_millis(delay));
    let mut verdicts = Vec::new();
    let chain = services.policies.of(account, card.work.about()).await;
    let answered = chain.after_failure(&call, &failure);
    let (retry, delayed) = match noted(answered, &mut verdicts) {
        Ok(routes::Retry::After(delay)) => (after(delay), false),
        Ok(routes::Retry::Delayed(delay)) => (after(delay), true),
        Ok(routes::Retry::GiveUp) => (Retry::GiveUp, false),
        Err(_) => (backoff::without_policy(attempts, card.age(now)), false),
    };
    Next {
        retry,
        delayed,
        verdicts,
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
        server: attempted.server.clone(),
        certificate: attempted.certificate.clone(),
        tls: attempted.tls.clone(),
        credential: attempted.credential.clone(),
        delayed: false,
    }
}

/// A reply on one line.
pub(super) fn said(reply: &mail::reply::Reply) -> String {
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

/// One line in the program's log.
fn log(delivery: &Delivery, note: &Attempt) {
    let (path, what) = (path_name(&delivery.path), end_name(note.end));
    let (email, reason) = (delivery.email_id.as_str(), note.reason.as_deref());
    let tls = note.tls.as_deref().unwrap_or(CLEAR_TEXT);
    counter!("relaygate_attempts_total", "path" => path, "end" => what).increment(1);
    info!(email, path, reason, tls, "{what}");
}

/// One line in the message's own log.
fn line(delivery: &Delivery, note: &Attempt, at: Timestamp) -> Line {
    let path = path_name(&delivery.path);
    let reply = note.reply.as_deref().unwrap_or("no reply");
    let tls = note.tls.as_deref().unwrap_or(CLEAR_TEXT);
    let credential = note.credential.as_deref().unwrap_or("none");
    let detail = format!("{path}; {reply}; {tls}; credential {credential}");
    Line::new(at, end_name(note.end), detail)
}

fn end_name(end: End) -> &'static str {
    match end {
        End::Accepted => "delivered",
        End::Deferred => "deferred",
        End::Failed => "failed",
    }
}

fn path_name(path: &Path) -> &'static str {
    match path {
        Path::Smarthost(_) | Path::Staged(_) => "smarthost",
        Path::Native(_) => "native",
    }
}

/// So that not all come back at once with the probe.
const PUT_OFF_SPREAD: Duration = Duration::from_secs(10);
const CLEAR_TEXT: &str = "clear text";
/// Times the record of a message is read anew before its job ends without.
const TRIES_MAX: u32 = 8;
