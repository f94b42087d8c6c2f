//! Notes how an attempt went, and ends or repeats the job: one commit.

use desk::Account;
use desk::desks::{self, HelpDesk};
use desk::facts::{Cause, NotificationKind};
use desk::messages::{self, Line, Standing, State, Verdict};
use metrics::counter;
use storage::{Batch, Lease, NewJob, Timestamp};
use tracing::{info, warn};

use super::{Attempt, End};
use crate::courier::settle::after_failure;
use crate::intake;
use crate::runner::backoff::{self, Retry};
use crate::runner::{self, Card, HandOver, Work, intake_lane, once_more};
use crate::services::Services;

/// One attempt on its way into the store. What it brought about is decided once; a
/// message that was handed over is never handed over again because the store
/// refused to hear it.
pub(super) struct Settlement<'a> {
    pub(super) services: &'a Services,
    pub(super) account: &'a Account,
    pub(super) lease: &'a Lease,
    pub(super) card: &'a Card,
    pub(super) hand_over: &'a HandOver,
    pub(super) desk: &'a HelpDesk,
    pub(super) attempt: Attempt,
}

impl Settlement<'_> {
    pub(super) async fn settle(&self) {
        let now = self.services.clock.now();
        let (retry, verdicts) = self.retry(now).await;
        for _ in 0..TRIES_MAX {
            match self.commit(retry, &verdicts, now).await {
                Ok(what) => return self.report(what),
                Err(desk::Error::Changed) => {}
                Err(desk::Error::Commit(error)) if once_more(self.services, &error).await => {}
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    return warn!(error, "attempt could not be noted");
                }
            }
        }
    }

    /// What is handed over or refused for good is done with; the rest is repeated as
    /// the policy says.
    async fn retry(&self, now: Timestamp) -> (Retry, Vec<Verdict>) {
        match self.attempt.end {
            End::Taken | End::Refused => (Retry::GiveUp, Vec::new()),
            End::Deferred | End::Gone => {
                let next = after_failure(
                    self.services,
                    self.account,
                    self.card,
                    self.attempt.reply.as_ref(),
                    NotificationKind::Ticket,
                    now,
                )
                .await;
                (next.retry, next.verdicts)
            }
        }
    }

    /// The word for what became of the message.
    async fn commit(
        &self,
        retry: Retry,
        verdicts: &[Verdict],
        now: Timestamp,
    ) -> Result<&'static str, desk::Error> {
        let (account, arrived) = (self.account, &self.hand_over.arrived);
        let recipient = arrived.recipient.clone();
        let mut batch = Batch::new();
        let mut kept = None;
        let (what, state) = match (self.attempt.end, retry) {
            (End::Taken, _) => {
                batch.finish(self.lease);
                intake::drop_text(account, &mut batch, arrived);
                ("handed_over", State::HandedOver)
            }
            (_, Retry::GiveUp) => {
                batch.finish(self.lease);
                kept = Some(intake::keep_aside(account, &mut batch, arrived, now).await?);
                ("suspended", State::Suspended)
            }
            (end, Retry::After(_)) => {
                if end == End::Gone {
                    desks::gone(account, &mut batch, now).await?;
                }
                let card = self.card.clone().after_attempt(self.attempt.said.clone());
                retry.put(&mut batch, self.lease, &card, now);
                ("deferred", State::Accepted)
            }
        };
        let line = self.line(what, kept.as_deref(), now);
        let line = line.because_of(verdicts.to_vec());
        messages::add(account, &mut batch, &arrived.queue_id, &line);
        let standing = Standing {
            reason: kept.map(|_| Cause::DeskRefused.as_str().to_owned()),
            ..Standing::new(recipient, state, now)
        };
        messages::settle(account, &mut batch, &arrived.queue_id, &standing);
        account.commit(batch).await?;
        Ok(what)
    }

    fn line(&self, what: &str, kept: Option<&str>, now: Timestamp) -> Line {
        let tls = self.attempt.tls.as_deref().unwrap_or("clear text");
        let refused = Cause::DeskRefused.as_str();
        let kept = kept.map(|id| format!("; {refused} {id}"));
        let detail = format!(
            "{}; {}; {tls}{}",
            self.desk.as_str(),
            self.attempt.said,
            kept.unwrap_or_default()
        );
        Line::new(now, what, detail)
    }

    fn report(&self, what: &'static str) {
        let (id, desk) = (self.hand_over.arrived.queue_id.as_str(), self.desk.as_str());
        counter!("relaygate_hand_overs_total", "desk" => desk, "end" => what).increment(1);
        info!(id, desk, reason = self.attempt.word, "{what}");
        if self.attempt.end == End::Gone {
            warn!(
                desk,
                "the help desk wants no more messages (410); they wait until the account's desk is set again"
            );
        }
    }
}

/// The account's setting cannot be read now.
pub(super) async fn put_off(services: &Services, lease: &Lease, card: &Card, error: &desk::Error) {
    warn!(
        error = error as &dyn std::error::Error,
        "account's desk could not be looked up"
    );
    let now = services.clock.now();
    let card = card.clone().after_attempt(error.to_string());
    let retry = backoff::without_policy(card.attempts, card.age(now));
    runner::settle(services, |batch| retry.put(batch, lease, &card, now)).await;
}

/// The account has gone back to our own desk: the message is settled anew, as if
/// it had just come.
pub(super) async fn take_back(
    services: &Services,
    account: &Account,
    lease: &Lease,
    hand_over: &HandOver,
) {
    let now = services.clock.now();
    let arrived = &hand_over.arrived;
    let payload = Card::new(now, Work::Intake(arrived.clone())).to_payload();
    let line = Line::new(now, "taken_back", "for our own desk");
    let changes = |batch: &mut Batch| {
        batch.finish(lease);
        batch.enqueue(NewJob {
            scope: account.scope(),
            lane: intake_lane(),
            due: now,
            payload: payload.clone(),
            texts: vec![arrived.text],
        });
        messages::add(account, batch, &arrived.queue_id, &line);
    };
    runner::settle(services, changes).await;
    info!(id = arrived.queue_id, "taken back");
}

/// Times what an attempt brought is said to the store while others are faster.
const TRIES_MAX: u32 = 8;
