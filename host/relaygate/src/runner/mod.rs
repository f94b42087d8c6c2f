//! Takes due jobs and sees that each is worked on, by one worker at a time.
//!
//! One loop for each lane leases no more than there is time for, hands the
//! leases to workers and sleeps until there is more; of one account only so many
//! at once ([`shares`]). A worker settles its
//! leases itself, in the batch that holds what the work brought about. One that
//! panics costs that attempt and nothing else.
//!
//! Not here: what the work is (`intake`, `courier`), when it is repeated
//! ([`backoff`], the routing policy).

pub mod backoff;
mod card;
mod settling;
mod shares;
pub(crate) mod text_form;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use storage::{Lane, Lease, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::task::TaskTracker;
use tracing::{Instrument as _, error, info_span, warn};

use crate::clock::later;
use crate::services::Services;
use crate::{courier, disconnect, intake};

pub use card::{
    Acceptance, Arrived, Card, Delivery, HandOver, Happened, Path, Submitted, Work, desk_lane,
    disconnect_lane, intake_lane, native_lane, smarthost_lane, webhook_lane,
};
pub(crate) use settling::{once_more, settle};
use shares::{Place, Shares};

/// Works on all lanes until the program is told to stop, and then until what is
/// in flight has ended or the time for that is up.
pub async fn run(services: Arc<Services>) {
    let lanes = TaskTracker::new();
    for (lane, worker) in [
        (intake_lane(), Worker::Intake),
        (smarthost_lane(), Worker::Courier),
        (native_lane(), Worker::Courier),
        (desk_lane(), Worker::Desk),
        (disconnect_lane(), Worker::Disconnect),
        (webhook_lane(), Worker::Webhook),
    ] {
        lanes.spawn(LaneLoop::new(Arc::clone(&services), lane, worker).run());
    }
    lanes.close();
    lanes.wait().await;
}

/// Who works on a lane.
#[derive(Debug, Clone, Copy)]
enum Worker {
    Intake,
    Courier,
    Desk,
    Disconnect,
    Webhook,
}

impl Worker {
    /// How long a worker may hold a job. Most wait for nobody; a dialogue
    /// with another server may take as long as RFC 5321 §4.5.3.2 lets it.
    fn lease_time(self) -> Duration {
        match self {
            Self::Intake | Self::Disconnect => Duration::from_secs(60),
            Self::Courier | Self::Desk | Self::Webhook => Duration::from_secs(60 * 60),
        }
    }
}

struct LaneLoop {
    services: Arc<Services>,
    lane: Lane,
    worker: Worker,
    permits: Arc<Semaphore>,
    shares: Shares,
    tasks: TaskTracker,
    enqueued: watch::Receiver<u64>,
}

impl LaneLoop {
    fn new(services: Arc<Services>, lane: Lane, worker: Worker) -> Self {
        let permits = Arc::new(Semaphore::new(
            services.config.limits.jobs_at_once_max as usize,
        ));
        let shares = Shares::new(services.config.limits.jobs_per_account_at_once_max);
        let enqueued = services.store.enqueued();
        Self {
            shares,
            services,
            lane,
            worker,
            permits,
            tasks: TaskTracker::new(),
            enqueued,
        }
    }

    async fn run(mut self) {
        let stop = self.services.stop.clone();
        while stop.run_until_cancelled(self.turn()).await.is_some() {}
        self.tasks.close();
        let grace = self.services.config.limits.stop();
        if tokio::time::timeout(grace, self.tasks.wait())
            .await
            .is_err()
        {
            warn!(lane = %self.lane, "jobs still in flight; they will be repeated");
        }
    }

    /// Leases what there is time for and hands it out, or waits for a change.
    ///
    /// Nothing is begun whose end could not be noted: a message would be
    /// delivered over and over for as long as the disk is full.
    async fn turn(&mut self) {
        if !self.services.embedded.can_settle() {
            return tokio::time::sleep(TROUBLE_PAUSE).await;
        }
        // Seen before leasing, so that what comes meanwhile wakes us.
        self.enqueued.borrow_and_update();
        let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else {
            return;
        };
        match self.lease().await {
            Ok(leases) if leases.is_empty() => {
                drop(permit);
                self.rest().await;
            }
            Ok(leases) => self.hand_out(leases, permit),
            Err(error) => {
                error!(lane = %self.lane, %error, "jobs cannot be leased");
                tokio::time::sleep(TROUBLE_PAUSE).await;
            }
        }
    }

    async fn lease(&self) -> Result<Vec<Lease>, storage::Error> {
        let now = self.services.clock.now();
        let limit = self.permits.available_permits() + 1;
        let until = later(now, self.worker.lease_time());
        self.services
            .store
            .lease_within(&self.lane, now, until, limit, &self.shares.now())
            .await
    }

    /// Until something was added, is due, or a worker has become free.
    async fn rest(&mut self) {
        let until_due = self.until_due().await;
        tokio::select! {
            changed = self.enqueued.changed() => {
                if changed.is_err() {
                    // The store is closed; the program is about to end.
                    tokio::time::sleep(TROUBLE_PAUSE).await;
                }
            }
            () = self.shares.freed() => {}
            () = tokio::time::sleep(until_due) => {}
        }
    }

    async fn until_due(&self) -> Duration {
        let now = self.services.clock.now();
        let share = self.shares.now();
        match self
            .services
            .store
            .next_due_within(&self.lane, &share)
            .await
        {
            Ok(Some(Timestamp(due))) => {
                Duration::from_millis(due.saturating_sub(now.0)).clamp(REST_MIN, REST_MAX)
            }
            Ok(None) => REST_MAX,
            Err(_) => TROUBLE_PAUSE,
        }
    }

    /// Every group of jobs that belong together gets a worker of its own.
    fn hand_out(&self, leases: Vec<Lease>, first: OwnedSemaphorePermit) {
        let mut permits = Some(first);
        for group in grouped(self.worker, leases) {
            let permit = permits
                .take()
                .or_else(|| Arc::clone(&self.permits).try_acquire_owned().ok());
            let place = group
                .first()
                .map(|lease| self.shares.take(lease.job().scope));
            let held = (permit, place);
            self.tasks
                .spawn(work(Arc::clone(&self.services), self.worker, group, held));
        }
    }
}

/// Jobs for one destination go together over one connection; each accepted
/// message is worked on by itself.
fn grouped(worker: Worker, leases: Vec<Lease>) -> Vec<Vec<Lease>> {
    match worker {
        Worker::Intake | Worker::Disconnect => {
            leases.into_iter().map(|lease| vec![lease]).collect()
        }
        Worker::Courier => courier::by_destination(leases),
        Worker::Desk => courier::help_desk::by_account(leases),
        Worker::Webhook => courier::webhooks::by_account(leases),
    }
}

/// Runs one worker and cleans up after it if it panics.
async fn work(
    services: Arc<Services>,
    worker: Worker,
    leases: Vec<Lease>,
    held: (Option<OwnedSemaphorePermit>, Option<Place>),
) {
    let leases: Arc<[Lease]> = leases.into();
    let working = tokio::spawn(work_on(Arc::clone(&services), worker, leases.clone()));
    if let Err(error) = working.await {
        error!(%error, "a worker panicked; its jobs are tried again");
        counter!("relaygate_worker_panics_total").increment(1);
        for lease in &*leases {
            put_back(&services, lease).await;
        }
    }
    drop(held);
}

async fn work_on(services: Arc<Services>, worker: Worker, leases: Arc<[Lease]>) {
    match worker {
        Worker::Intake => {
            for lease in &*leases {
                let span = info_span!("job", job = %lease.job().id);
                let working: Working<'_> = Box::pin(intake::work(&services, lease));
                working.instrument(span).await;
            }
        }
        Worker::Disconnect => {
            for lease in &*leases {
                let span = info_span!("job", job = %lease.job().id);
                let working: Working<'_> = Box::pin(disconnect::work(&services, lease));
                working.instrument(span).await;
            }
        }
        Worker::Courier => {
            let working: Working<'_> = Box::pin(courier::work(&services, &leases));
            working.await;
        }
        Worker::Webhook => {
            let working: Working<'_> = Box::pin(courier::webhooks::work(&services, &leases));
            working.await;
        }
        Worker::Desk => {
            let working: Working<'_> = Box::pin(courier::help_desk::work(&services, &leases));
            working.await;
        }
    }
}

/// Boxed, because the compiler cannot yet see that such a future may go to
/// another thread whatever the lifetimes in it.
type Working<'w> = Pin<Box<dyn Future<Output = ()> + Send + 'w>>;

/// A job whose worker is gone waits its turn again, one attempt older. One that
/// was settled before is left alone: its lease is lost.
async fn put_back(services: &Services, lease: &Lease) {
    let Ok(card) = Card::read(lease.job()) else {
        return give_up(services, lease, "payload cannot be read").await;
    };
    let now = services.clock.now();
    let card = card.after_attempt("worker panicked");
    let retry = backoff::without_policy(card.attempts, card.age(now));
    settle(services, |batch| retry.put(batch, lease, &card, now)).await;
}

/// A job nobody can do stays as failed, to be looked at.
pub(crate) async fn give_up(services: &Services, lease: &Lease, reason: &str) {
    error!(reason, "job cannot be worked on");
    let payload = &lease.job().payload;
    settle(services, |batch| batch.fail(lease, payload.as_slice())).await;
}

/// A standing or wrong clock must not make the loop spin.
const REST_MIN: Duration = Duration::from_millis(5);
/// Looks again now and then although nothing is said to have changed.
const REST_MAX: Duration = Duration::from_secs(30);
const TROUBLE_PAUSE: Duration = Duration::from_secs(1);
