//! How the machine has been working: samples of our own metrics, kept in memory for an
//! hour finely and for a day coarsely, so that a page can show a curve where nothing else
//! watches.
//!
//! They are taken from the same text `/metrics` answers with ([`reading`]); the two cannot
//! disagree. All of it starts anew with the process. What is written into the metrics
//! themselves stands where it happens, but for the queue: that is looked at here, once for
//! each reading.

mod reading;
mod ring;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::gauge;
use metrics_exporter_prometheus::PrometheusHandle;
use storage::{Backlog, JobState, Timestamp};

use crate::services::Services;

use reading::Reading;
use ring::Ring;

/// What happened in one span of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    /// The end of the span.
    pub at: Timestamp,
    /// Messages we said 250 to, per second.
    pub taken: f64,
    /// Messages other servers took over from us, per second.
    pub delivered: f64,
    /// Time until a message was durable, in seconds.
    pub keep: Latency,
    /// Time one policy took for one question, in seconds.
    pub policy: Latency,
    /// Jobs that wait or are worked on; the most there were when it was looked at.
    pub jobs: f64,
    /// Age of the oldest of them, in seconds; the highest when it was looked at.
    pub oldest: f64,
}

/// How long something took, in seconds; nothing if it did not happen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Latency {
    /// The mean.
    pub mean: Option<f64>,
    /// Nineteen of twenty took no longer; as exact as the buckets of the histogram.
    pub p95: Option<f64>,
}

/// The curves of one process.
#[derive(Debug)]
pub struct Samples {
    fine: Mutex<Ring>,
    coarse: Mutex<Ring>,
}

impl Default for Samples {
    fn default() -> Self {
        Self {
            fine: Mutex::new(Ring::new(FINE_EVERY, FINE_KEPT)),
            coarse: Mutex::new(Ring::new(COARSE_EVERY, COARSE_KEPT)),
        }
    }
}

impl Samples {
    /// The last hour, oldest first: a sample for each ten seconds.
    pub fn hour(&self) -> Vec<Sample> {
        kept(&self.fine)
    }

    /// The last day, oldest first: a sample for each five minutes.
    pub fn day(&self) -> Vec<Sample> {
        kept(&self.coarse)
    }

    fn add(&self, reading: &Reading) {
        for ring in [&self.fine, &self.coarse] {
            // A ring is whole after every reading, so a panic elsewhere spoils nothing.
            let mut ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
            ring.add(reading);
        }
    }
}

fn kept(ring: &Mutex<Ring>) -> Vec<Sample> {
    let ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
    ring.samples().cloned().collect()
}

/// Takes readings until the program is told to stop.
pub async fn run(services: Arc<Services>, metrics: PrometheusHandle) {
    let mut shown = BTreeSet::new();
    loop {
        let now = services.clock.now();
        show_queue(&services.embedded.backlog(), now, &mut shown);
        services.samples.add(&Reading::of(&metrics.render(), now));
        let pause = tokio::time::sleep(FINE_EVERY);
        if services.stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}

/// Writes the queue into the metrics; what there is no more stands at nought.
fn show_queue(backlog: &[Backlog], now: Timestamp, shown: &mut BTreeSet<(String, &'static str)>) {
    let jobs = |lane: &str, state: &'static str| gauge!("relaygate_queue_jobs", "lane" => lane.to_owned(), "state" => state);
    for (lane, state) in shown.iter() {
        jobs(lane, state).set(0.0);
    }
    for part in backlog {
        let (lane, state) = (part.lane.0.clone(), part.state.as_str());
        jobs(&lane, state).set(part.jobs as f64);
        shown.insert((lane, state));
    }
    let moving = backlog.iter().filter(|part| moves(part.state));
    let oldest = moving.map(|part| now.0.saturating_sub(part.oldest.0)).max();
    let seconds = oldest.unwrap_or(0) as f64 / MILLIS_PER_SECOND;
    gauge!("relaygate_queue_oldest_seconds").set(seconds);
}

/// Whether such jobs go on by themselves; the others wait for somebody.
pub fn moves(state: JobState) -> bool {
    matches!(state, JobState::Due | JobState::Leased)
}

/// How often a reading is taken.
const FINE_EVERY: Duration = Duration::from_secs(10);
/// An hour of them.
const FINE_KEPT: usize = 360;
/// How often one is kept for longer.
const COARSE_EVERY: Duration = Duration::from_secs(300);
/// A day of those.
const COARSE_KEPT: usize = 288;
const MILLIS_PER_SECOND: f64 = 1_000.0;
