//! Takes a domain out of use while the program runs: one small step for each time its job is
//! leased (R99).
//!
//! 1. *drain*: what waits for the customer's server is tried at once; what is still there when
//!    the time for that is over is handed to the fallback sender by the courier
//!    (`dispatch::fallback`);
//! 2. *remove*: the addresses one by one, each with our password at the customer's server;
//! 3. *revoke*: the credentials; open sessions end;
//! 4. *finish*: the connector itself, and the admins are told.
//!
//! Each step is committed together with the job's next turn. A crash repeats the step it
//! broke off and no other, so the work goes on where it was.
//!
//! Not here: asking for it and looking on (`operations::disconnect`), 451 meanwhile (the
//! address-limits policy).

use std::time::Duration;

use desk::connectors::{self, Phase, disconnect};
use desk::notices::Notice;
use desk::{Account, Change, credentials};
use mail::address::Domain;
use storage::{Batch, Job, JobChange, JobFilter, JobState, Lease, Scope, Timestamp};
use tracing::{info, warn};

use crate::clock::later;
use crate::dispatch::fallback;
use crate::operations::{Actor, audit, security};
use crate::runner::{Card, Path, Work, give_up, settle, smarthost_lane};
use crate::services::Services;

/// Does the next step of one domain.
pub async fn work(services: &Services, lease: &Lease) {
    let card = Card::read(lease.job());
    let (Ok(card), Scope::Account(account)) = (card, lease.job().scope) else {
        return give_up(services, lease, "it is no domain of an account").await;
    };
    let Work::Disconnect(domain) = &card.work else {
        return give_up(services, lease, "it is no domain of an account").await;
    };
    let account = services.desk.account(account);
    let turn = Turn {
        services,
        account: &account,
        domain,
        lease,
        card: &card,
    };
    if let Err(error) = turn.step().await {
        warn!(
            error = &error as &dyn std::error::Error,
            "step of a disconnection not done yet"
        );
        turn.put_back(&error).await;
    }
}

/// One turn of one domain's job.
struct Turn<'a> {
    services: &'a Services,
    account: &'a Account,
    domain: &'a Domain,
    lease: &'a Lease,
    card: &'a Card,
}

impl Turn<'_> {
    async fn step(&self) -> Result<(), desk::Error> {
        let connector = connectors::find(self.account, self.domain).await?;
        let Some(Phase::Disconnecting { since }) = connector.map(|found| found.phase) else {
            return self.end(Batch::new()).await;
        };
        let waiting = waiting(self.services, self.account, self.domain).await?;
        if !waiting.is_empty() {
            return self.drain(&waiting, since).await;
        }
        let left = disconnect::addresses_left(self.account, self.domain).await?;
        if let Some(address) = left.first() {
            let change = disconnect::remove_address(self.account, self.domain, address).await?;
            let acts = [("address_removed", change.value().to_string(), None)];
            return self.go_on(change, acts).await;
        }
        if !credentials::list(self.account, self.domain)
            .await?
            .is_empty()
        {
            return self.revoke().await;
        }
        self.finish().await
    }

    /// Has what waits tried at once, the first time and when the time is over; looks again soon.
    async fn drain(&self, waiting: &[Job], since: Timestamp) -> Result<(), desk::Error> {
        let mut batch = Batch::new();
        if self.card.attempts == 0 || fallback::is_over(self.services, since) {
            let now = self.services.clock.now();
            for job in waiting.iter().filter(|job| may_be_tried(job)) {
                batch.change_job(job.id, JobChange::Retry(now));
            }
        }
        let said = format!("{} messages wait for the customer's server", waiting.len());
        self.again(batch, LOOK_AGAIN_AFTER, &said).await
    }

    async fn revoke(&self) -> Result<(), desk::Error> {
        let change = disconnect::revoke(self.account, self.domain).await?;
        let acts: Vec<_> = change
            .value()
            .iter()
            .map(|id| {
                let id = Some(id.as_str().to_owned());
                ("credential_discarded", self.domain.to_string(), id)
            })
            .collect();
        self.go_on(change, acts).await
    }

    async fn finish(&self) -> Result<(), desk::Error> {
        let now = self.services.clock.now();
        let mut change = disconnect::finish(self.account, self.domain, now).await?;
        let notice = Notice::Disconnected {
            domain: self.domain.to_string(),
        };
        let system = Actor::system();
        security::add(self.services, self.account, &system, change.batch(), notice);
        info!(account = self.account.id().get(), "domain disconnected");
        self.end(change.into_batch()).await
    }

    /// Commits a step with its audit rows; the next one follows at once.
    async fn go_on<T>(
        &self,
        change: Change<T>,
        acts: impl IntoIterator<Item = (&'static str, String, Option<String>)>,
    ) -> Result<(), desk::Error> {
        let mut batch = change.into_batch();
        for (action, subject, credential) in acts {
            let act = audit::act(
                self.services,
                &Actor::system(),
                action,
                &subject,
                credential,
            );
            desk::audit::append(self.account, &mut batch, &act);
        }
        self.again(batch, Duration::ZERO, "goes on").await
    }

    /// The job is done with this batch.
    async fn end(&self, mut batch: Batch) -> Result<(), desk::Error> {
        batch.finish(self.lease);
        self.account.commit(batch).await.map(drop)
    }

    /// The job has another turn after this batch.
    async fn again(
        &self,
        mut batch: Batch,
        after: Duration,
        said: &str,
    ) -> Result<(), desk::Error> {
        let due = later(self.services.clock.now(), after);
        let card = self.card.clone().after_attempt(said);
        batch.again(self.lease, due, card.to_payload());
        self.account.commit(batch).await.map(drop)
    }

    /// Puts the job back after trouble.
    async fn put_back(&self, trouble: &desk::Error) {
        let due = later(self.services.clock.now(), TROUBLE_PAUSE);
        let payload = self
            .card
            .clone()
            .after_attempt(trouble.to_string())
            .to_payload();
        let again = |batch: &mut Batch| batch.again(self.lease, due, payload.as_slice());
        settle(self.services, again).await;
    }
}

/// Jobs that wait for the customer's server of a domain, in whatever state but given up.
///
/// # Errors
/// [`desk::Error::Read`].
pub async fn waiting(
    services: &Services,
    account: &Account,
    domain: &Domain,
) -> Result<Vec<Job>, desk::Error> {
    let mut waiting = Vec::new();
    let mut filter = JobFilter {
        scope: Some(account.scope()),
        lane: Some(smarthost_lane()),
        ..JobFilter::first(PAGE_JOBS)
    };
    loop {
        let page = services.store.jobs(filter.clone()).await?;
        let Some(last) = page.last().map(|job| job.id) else {
            return Ok(waiting);
        };
        filter.after = Some(last);
        waiting.extend(page.into_iter().filter(|job| is_for(job, domain)));
    }
}

/// What came out of a backup may have been delivered since: that takes a person's word.
fn may_be_tried(job: &Job) -> bool {
    !matches!(job.state, JobState::Leased | JobState::Restored)
}

fn is_for(job: &Job, domain: &Domain) -> bool {
    let card = Card::read(job).map(|card| card.work);
    match card {
        Ok(Work::Delivery(delivery)) if job.state != JobState::Failed => {
            matches!(&delivery.path, Path::Smarthost(address) if address.domain() == domain)
        }
        _ => false,
    }
}

const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);
const TROUBLE_PAUSE: Duration = Duration::from_secs(5);
/// Jobs read at once.
const PAGE_JOBS: usize = 256;
