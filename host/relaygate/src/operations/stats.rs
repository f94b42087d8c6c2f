//! How the machine has been working: the samples of the last hour or day.

use serde::Serialize;

use crate::samples::{Latency, Sample};
use crate::services::Services;

/// Samples, oldest first.
#[derive(Debug, Serialize)]
pub struct StatsView {
    /// One for each ten seconds of an hour, or for each five minutes of a day.
    pub samples: Vec<SampleView>,
}

/// What happened in one span of time.
#[derive(Debug, Clone, Serialize)]
pub struct SampleView {
    /// Milliseconds since the epoch: the end of the span.
    pub at: u64,
    /// Messages we said 250 to, per second.
    pub taken_per_second: f64,
    /// Messages other servers took over from us, per second.
    pub delivered_per_second: f64,
    /// Mean milliseconds until a message was durable; null if none was.
    pub keep_ms_mean: Option<f64>,
    /// Of twenty messages nineteen were durable sooner.
    pub keep_ms_p95: Option<f64>,
    /// Jobs that waited or were worked on, the most at once.
    pub queue_jobs: f64,
    /// Seconds the oldest of them had been there, the most at once.
    pub queue_oldest_seconds: f64,
    /// Mean microseconds one policy took for one question; null if none was asked.
    pub policy_us_mean: Option<f64>,
    /// Of twenty questions nineteen were answered sooner.
    pub policy_us_p95: Option<f64>,
}

/// The last hour finely, or the last day coarsely.
pub fn show(services: &Services, day: bool) -> StatsView {
    let samples = match day {
        true => services.samples.day(),
        false => services.samples.hour(),
    };
    StatsView {
        samples: samples.iter().map(view).collect(),
    }
}

fn view(sample: &Sample) -> SampleView {
    let (keep, policy) = (
        in_units(sample.keep, MILLIS),
        in_units(sample.policy, MICROS),
    );
    SampleView {
        at: sample.at.0,
        taken_per_second: sample.taken,
        delivered_per_second: sample.delivered,
        keep_ms_mean: keep.mean,
        keep_ms_p95: keep.p95,
        queue_jobs: sample.jobs,
        queue_oldest_seconds: sample.oldest,
        policy_us_mean: policy.mean,
        policy_us_p95: policy.p95,
    }
}

fn in_units(latency: Latency, per_second: f64) -> Latency {
    Latency {
        mean: latency.mean.map(|seconds| seconds * per_second),
        p95: latency.p95.map(|seconds| seconds * per_second),
    }
}

const MILLIS: f64 = 1_000.0;
const MICROS: f64 = 1_000_000.0;
