//! From readings to samples: what changed from one to the next, and the latest of them.

use std::collections::VecDeque;
use std::time::Duration;

use super::reading::{Histogram, Reading};
use super::{Latency, Sample};

/// The latest samples of one fineness.
#[derive(Debug)]
pub(super) struct Ring {
    every: Duration,
    kept: usize,
    /// The reading the next sample begins at.
    last: Option<Reading>,
    /// The most that was seen of the queue since.
    jobs: f64,
    oldest: f64,
    samples: VecDeque<Sample>,
}

impl Ring {
    /// A sample for each span, so many of them kept.
    pub(super) fn new(every: Duration, kept: usize) -> Self {
        Self {
            every,
            kept,
            last: None,
            jobs: 0.0,
            oldest: 0.0,
            samples: VecDeque::with_capacity(kept),
        }
    }

    /// Oldest first.
    pub(super) fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.samples.iter()
    }

    /// Makes a sample if the span is over.
    pub(super) fn add(&mut self, reading: &Reading) {
        self.jobs = self.jobs.max(reading.jobs);
        self.oldest = self.oldest.max(reading.oldest);
        let Some(last) = &self.last else {
            self.last = Some(reading.clone());
            return;
        };
        let millis = reading.at.0.saturating_sub(last.at.0);
        // A timer is never early, but the clock may have been set back a little.
        if u128::from(millis) + SLACK_MS < self.every.as_millis() {
            return;
        }
        let sample = Sample {
            jobs: self.jobs,
            oldest: self.oldest,
            ..between(last, reading, millis as f64 / MILLIS_PER_SECOND)
        };
        if self.samples.len() == self.kept {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
        (self.jobs, self.oldest) = (0.0, 0.0);
        self.last = Some(reading.clone());
    }
}

fn between(before: &Reading, now: &Reading, seconds: f64) -> Sample {
    let rate = |before: f64, now: f64| (now - before).max(0.0) / seconds;
    Sample {
        at: now.at,
        taken: rate(before.taken, now.taken),
        delivered: rate(before.delivered, now.delivered),
        keep: latency(&before.keep, &now.keep),
        policy: latency(&before.policy, &now.policy),
        ..Sample::default()
    }
}

fn latency(before: &Histogram, now: &Histogram) -> Latency {
    let count = now.count - before.count;
    if count <= 0.0 {
        return Latency::default();
    }
    let of = |bound: f64| {
        let found = before.buckets.iter().find(|(known, _)| *known == bound);
        found.map_or(0.0, |(_, counted)| *counted)
    };
    let buckets = now.buckets.iter();
    let buckets: Vec<_> = buckets
        .map(|(bound, counted)| (*bound, counted - of(*bound)))
        .collect();
    Latency {
        mean: Some((now.sum - before.sum) / count),
        p95: quantile(&buckets, count * 0.95),
    }
}

/// Where the `rank`th of ascending durations lies, taken as spread evenly within its
/// bucket; the highest bound if it lies beyond.
fn quantile(buckets: &[(f64, f64)], rank: f64) -> Option<f64> {
    let (mut from, mut below) = (0.0, 0.0);
    for (bound, counted) in buckets {
        if *counted >= rank {
            let within = (rank - below) / (counted - below);
            return Some(from + (bound - from) * within);
        }
        (from, below) = (*bound, *counted);
    }
    buckets.last().map(|(bound, _)| *bound)
}

const SLACK_MS: u128 = 500;
const MILLIS_PER_SECOND: f64 = 1_000.0;

#[cfg(test)]
mod tests {
    use storage::Timestamp;

    use super::*;

    fn reading(seconds: u64, taken: f64, jobs: f64) -> Reading {
        Reading {
            at: Timestamp(seconds * 1_000),
            taken,
            jobs,
            keep: Histogram {
                sum: taken * 0.002,
                count: taken,
                buckets: vec![(0.001, 0.0), (0.005, taken)],
            },
            ..Reading::default()
        }
    }

    #[test]
    fn a_sample_tells_what_changed_and_the_most_that_was_seen() {
        let mut ring = Ring::new(Duration::from_secs(20), 9);
        ring.add(&reading(0, 100.0, 0.0));
        ring.add(&reading(10, 120.0, 7.0));
        assert_eq!(ring.samples().count(), 0, "the span is not over");
        ring.add(&reading(20, 140.0, 1.0));
        let sample = ring.samples().next().expect("it is over");
        assert_eq!((sample.taken, sample.jobs), (2.0, 7.0));
        let mean = sample.keep.mean.expect("something was kept");
        assert!((mean - 0.002).abs() < 1e-9, "{mean}");
        let p95 = sample.keep.p95.expect("something was kept");
        assert!((p95 - 0.0048).abs() < 1e-9, "{p95}");
        ring.add(&reading(40, 140.0, 0.0));
        let sample = ring.samples().last().expect("another");
        assert_eq!((sample.taken, sample.keep), (0.0, Latency::default()));
    }

    #[test]
    fn the_oldest_samples_go() {
        let mut ring = Ring::new(Duration::from_secs(1), 3);
        for second in 0..10 {
            ring.add(&reading(second, 0.0, 0.0));
        }
        let at: Vec<_> = ring.samples().map(|sample| sample.at.0).collect();
        assert_eq!(at, [7_000, 8_000, 9_000]);
    }

    #[test]
    fn what_lies_beyond_the_buckets_is_told_by_the_last() {
        assert_eq!(quantile(&[(1.0, 2.0), (2.0, 4.0)], 3.0), Some(1.5));
        assert_eq!(quantile(&[(1.0, 2.0), (2.0, 4.0)], 9.0), Some(2.0));
        assert_eq!(quantile(&[], 1.0), None);
    }
}
