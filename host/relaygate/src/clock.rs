//! The wall clock, as the one place that reads it.
//!
//! Everything below takes `now` as an argument; only the outermost layer asks
//! here, so that a test can set the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use storage::Timestamp;

/// Tells the time: the system's, or one a test has set.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    set: Option<Arc<AtomicU64>>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `start` until it is told to move.
    pub fn standing(start: Timestamp) -> Self {
        Self {
            set: Some(Arc::new(AtomicU64::new(start.0))),
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn now(&self) -> Timestamp {
        match &self.set {
            Some(set) => Timestamp(set.load(Ordering::Relaxed)),
            None => Timestamp(system_milliseconds()),
        }
    }

    /// Moves a standing clock forward; the system's clock is not moved by this.
    pub fn advance(&self, by: Duration) {
        if let Some(set) = &self.set {
            set.fetch_add(milliseconds(by), Ordering::Relaxed);
        }
    }
}

/// `from` and `by` later; stays at the end of time rather than wrap.
pub fn later(from: Timestamp, by: Duration) -> Timestamp {
    Timestamp(from.0.saturating_add(milliseconds(by)))
}

fn system_milliseconds() -> u64 {
    // Before 1970 the machine's clock is broken; the epoch is as good as any.
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    milliseconds(since.unwrap_or_default())
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_clock_moves_when_told() {
        let clock = Clock::standing(Timestamp(1_000));
        clock.advance(Duration::from_secs(2));
        assert_eq!(clock.now().0, 3_000);
    }

    #[test]
    fn the_system_clock_is_past_the_day_this_was_written() {
        assert!(Clock::system().now().0 > 1_700_000_000_000);
    }

    #[test]
    fn later_stops_at_the_end_of_time() {
        assert_eq!(
            later(Timestamp(u64::MAX), Duration::from_secs(1)).0,
            u64::MAX
        );
    }
}
