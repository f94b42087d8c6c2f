//! What our metrics say at one moment, read from the text they are scraped as.

use storage::{JobState, Timestamp};

use super::moves;

/// The metrics a curve is made of, as they stood.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Reading {
    pub(super) at: Timestamp,
    /// Messages accepted since the start.
    pub(super) taken: f64,
    /// Messages handed over since the start.
    pub(super) delivered: f64,
    pub(super) keep: Histogram,
    pub(super) policy: Histogram,
    /// Jobs that wait or are worked on.
    pub(super) jobs: f64,
    /// Seconds the oldest of them has been there.
    pub(super) oldest: f64,
}

/// Durations since the start, in seconds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Histogram {
    pub(super) sum: f64,
    pub(super) count: f64,
    /// Upper bound, and how many took no longer; bounds ascend.
    pub(super) buckets: Vec<(f64, f64)>,
}

impl Reading {
    /// Reads a whole scrape. A line that is none of those wanted says nothing to us.
    pub(super) fn of(text: &str, at: Timestamp) -> Self {
        let mut reading = Self {
            at,
            ..Self::default()
        };
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        for line in lines.filter_map(Line::read) {
            reading.take(&line);
        }
        reading
    }

    fn take(&mut self, line: &Line<'_>) {
        match line.name {
            "relaygate_accepted_total" => self.taken += line.value,
            "relaygate_attempts_total" if line.label("end") == Some("delivered") => {
                self.delivered += line.value;
            }
            "relaygate_queue_jobs" if line.label("state").is_some_and(is_moving) => {
                self.jobs += line.value;
            }
            "relaygate_queue_oldest_seconds" => self.oldest = line.value,
            name => {
                if let Some(part) = name.strip_prefix("relaygate_keep_seconds_") {
                    self.keep.take(part, line);
                } else if let Some(part) = name.strip_prefix("relaygate_policy_seconds_") {
                    self.policy.take(part, line);
                }
            }
        }
    }
}

fn is_moving(word: &str) -> bool {
    let mut states = JobState::ALL.into_iter();
    states.any(|state| state.as_str() == word && moves(state))
}

impl Histogram {
    /// Those of all labels together.
    fn take(&mut self, part: &str, line: &Line<'_>) {
        match part {
            "sum" => self.sum += line.value,
            "count" => self.count += line.value,
            "bucket" => {
                let bound = line.label("le").and_then(|bound| bound.parse().ok());
                if let Some(bound) = bound.filter(|bound: &f64| bound.is_finite()) {
                    self.add(bound, line.value);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, bound: f64, count: f64) {
        let place = self.buckets.partition_point(|(known, _)| *known < bound);
        match self.buckets.get_mut(place) {
            Some((known, counted)) if *known == bound => *counted += count,
            _ => self.buckets.insert(place, (bound, count)),
        }
    }
}

/// `name{label="value",…} 1.5`
struct Line<'t> {
    name: &'t str,
    labels: &'t str,
    value: f64,
}

impl<'t> Line<'t> {
    fn read(line: &'t str) -> Option<Self> {
        let (what, value) = line.rsplit_once(' ')?;
        let (name, labels) = match what.split_once('{') {
            Some((name, labels)) => (name, labels.strip_suffix('}')?),
            None => (what, ""),
        };
        Some(Self {
            name,
            labels,
            value: value.parse().ok()?,
        })
    }

    /// Our own labels hold neither quotes nor commas.
    fn label(&self, wanted: &str) -> Option<&'t str> {
        let mut labels = self.labels.split(',');
        labels.find_map(|label| {
            let (name, value) = label.split_once('=')?;
            (name == wanted).then(|| value.trim_matches('"'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scrape_is_summed_over_its_labels() {
        let text = "\
# TYPE relaygate_accepted_total counter
relaygate_accepted_total{ingress=\"submission\"} 7
relaygate_accepted_total{ingress=\"mx\"} 2

relaygate_attempts_total{path=\"native\",end=\"delivered\"} 3
relaygate_attempts_total{path=\"native\",end=\"deferred\"} 9
relaygate_queue_jobs{lane=\"native\",state=\"due\"} 4
relaygate_queue_jobs{lane=\"native\",state=\"leased\"} 1
relaygate_queue_jobs{lane=\"native\",state=\"held\"} 50
relaygate_queue_oldest_seconds 12.5
relaygate_keep_seconds_bucket{le=\"0.005\"} 5
relaygate_keep_seconds_bucket{le=\"+Inf\"} 9
relaygate_keep_seconds_sum 0.25
relaygate_keep_seconds_count 9
relaygate_policy_seconds_bucket{policy=\"a\",question=\"q\",le=\"0.001\"} 1
relaygate_policy_seconds_bucket{policy=\"b\",question=\"q\",le=\"0.001\"} 2
relaygate_policy_seconds_bucket{policy=\"b\",question=\"q\",le=\"0.0001\"} 2
no metric at all
";
        let reading = Reading::of(text, Timestamp(1));
        assert_eq!((reading.taken, reading.delivered), (9.0, 3.0));
        assert_eq!((reading.jobs, reading.oldest), (5.0, 12.5));
        assert_eq!(reading.keep.buckets, [(0.005, 5.0)]);
        assert_eq!((reading.keep.sum, reading.keep.count), (0.25, 9.0));
        assert_eq!(reading.policy.buckets, [(0.0001, 2.0), (0.001, 3.0)]);
    }
}
