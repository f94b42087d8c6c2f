//! Deadlines. Time is an argument: how long ago the connection was accepted.

use std::time::Duration;

use super::settings::Timeouts;

/// What a session waits for, and since when.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// The deadline of the last action.
    pub(super) deadline: Option<Duration>,
    /// Since when the command that is awaited has been awaited.
    command_since: Option<Duration>,
    /// When MAIL was accepted.
    transaction_since: Option<Duration>,
    pace: Pace,
    /// Others want our place.
    pub(super) hurry: bool,
}

/// How fast text comes, counted over the time we really waited for it: a slow
/// disk of ours is not the peer's fault.
#[derive(Debug, Default)]
struct Pace {
    waited: Duration,
    reading_since: Option<Duration>,
    octets: u64,
}

impl Clock {
    pub(super) fn transaction_began(&mut self, now: Duration) {
        self.transaction_since = Some(now);
    }

    pub(super) fn text_began(&mut self) {
        self.pace = Pace::default();
    }

    pub(super) fn transaction_ended(&mut self) {
        self.transaction_since = None;
    }

    pub(super) fn command_came(&mut self) {
        self.command_since = None;
    }

    pub(super) fn text_came(&mut self, octets: usize) {
        self.pace.octets += octets as u64;
    }

    /// Something happened: whatever was read for is no longer waited for.
    pub(super) fn woke(&mut self, now: Duration) {
        if let Some(since) = self.pace.reading_since.take() {
            self.pace.waited += now.saturating_sub(since);
        }
    }

    pub(super) fn await_command(&mut self, now: Duration, timeouts: &Timeouts) {
        let since = *self.command_since.get_or_insert(now);
        let idle = match self.hurry {
            true => timeouts.idle.min(timeouts.idle_in_hurry),
            false => timeouts.idle,
        };
        self.deadline = self.soonest(since + idle, timeouts);
    }

    pub(super) fn await_text(&mut self, now: Duration, timeouts: &Timeouts) {
        if self.pace.waited >= timeouts.pace_window && !self.too_slow(timeouts) {
            self.pace = Pace::default();
        }
        self.pace.reading_since = Some(now);
        let left = timeouts.pace_window.saturating_sub(self.pace.waited);
        self.deadline = self.soonest(now + left, timeouts);
    }

    /// The window is over and too little came, or the whole transaction took too long.
    pub(super) fn text_is_late(&self, now: Duration, timeouts: &Timeouts) -> bool {
        let slow = self.pace.waited >= timeouts.pace_window && self.too_slow(timeouts);
        let ends = self
            .transaction_since
            .map(|since| since + timeouts.transaction);
        slow || ends.is_some_and(|end| now >= end)
    }

    fn too_slow(&self, timeouts: &Timeouts) -> bool {
        self.pace.octets < timeouts.pace_octets_per_second * timeouts.pace_window.as_secs()
    }

    fn soonest(&self, deadline: Duration, timeouts: &Timeouts) -> Option<Duration> {
        let transaction = self
            .transaction_since
            .map(|since| since + timeouts.transaction);
        Some(transaction.map_or(deadline, |end| end.min(deadline)))
    }
}
