//! What strangers can cause as often as they like is logged so often a minute and
//! after that only counted (FAULTS RES-12): a log is no way to fill a disk.
//!
//! Not here: metrics, which count everything.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use storage::Timestamp;
use tracing::warn;

use crate::services::Services;

/// Counts the lines of one kind.
#[derive(Debug)]
pub struct Muffle {
    lines_max: u32,
    minute: Mutex<Minute>,
}

#[derive(Debug, Default)]
struct Minute {
    began: Timestamp,
    lines: u32,
    untold: u64,
}

impl Muffle {
    /// Lets so many lines a minute through.
    pub fn new(lines_max: u32) -> Self {
        Self {
            lines_max,
            minute: Mutex::default(),
        }
    }

    /// Whether one more line may be written; else it is counted.
    pub fn lets_through(&self, now: Timestamp) -> bool {
        let mut minute = self.minute();
        if now.0.saturating_sub(minute.began.0) >= MINUTE_MS {
            minute.began = now;
            minute.lines = 0;
        }
        if minute.lines < self.lines_max {
            minute.lines += 1;
            return true;
        }
        minute.untold += 1;
        false
    }

    /// How many lines were not written since it was asked last.
    pub fn take_untold(&self) -> u64 {
        std::mem::take(&mut self.minute().untold)
    }

    // Whole after every statement, so a panic elsewhere spoils nothing.
    fn minute(&self) -> MutexGuard<'_, Minute> {
        self.minute.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says every minute how much was not said, until the program is told to stop.
pub async fn run(services: Arc<Services>) {
    let stop = services.stop.clone();
    let minute = Duration::from_millis(MINUTE_MS);
    while stop
        .run_until_cancelled(tokio::time::sleep(minute))
        .await
        .is_some()
    {
        tell(&services);
    }
}

fn tell(services: &Services) {
    let connections = services.flow.refusals.take_untold();
    if connections > 0 {
        warn!(connections, "more connections refused, there is no room");
    }
    let refusals = services.flow.strangers.take_untold();
    if refusals > 0 {
        warn!(
            refusals,
            "more refusals of strangers, not logged one by one"
        );
    }
}

const MINUTE_MS: u64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// RES-12
    #[test]
    fn a_million_refusals_are_a_few_lines_and_a_number() {
        let muffle = Muffle::new(3);
        let written = (0..1_000_000).filter(|_| muffle.lets_through(Timestamp(60_000)));
        assert_eq!(written.count(), 3);
        assert_eq!(muffle.take_untold(), 999_997);
        assert_eq!(muffle.take_untold(), 0, "it is told once");
        assert!(
            !muffle.lets_through(Timestamp(119_999)),
            "the minute is not over"
        );
        assert!(muffle.lets_through(Timestamp(120_000)));
    }
}
