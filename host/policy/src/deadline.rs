//! When a policy has had its time.
//!
//! A policy may compute for so long; what other processes take from it in the
//! meantime is not its fault. Measured in wall time alone, a busy machine made the
//! built-in policies, which need some ten microseconds, miss 20 ms now and then, and
//! honest mail was deferred. So the epoch only wakes us: the call ends if its thread
//! has computed for the deadline, or if [`PATIENCE`] times that has passed on the wall.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use wasmtime::UpdateDeadline;

use crate::engine::TICK;

/// The time of one call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    limit: Duration,
    began: Instant,
    /// What the thread had computed when the call began; not known before the first look,
    /// since asking is a system call and nearly every call is over by then.
    computed_before: Option<Duration>,
    /// When a call of the host looks again.
    next_look: Duration,
}

/// So many times its limit a call may take by the wall clock, on a machine that
/// hardly lets it compute. Whoever waits for an answer is promised an end.
const PATIENCE: u32 = 10;

impl Deadline {
    /// A call that begins now, on this thread; it must stay there.
    pub(crate) fn start(limit: Duration) -> Self {
        Self {
            limit,
            began: Instant::now(),
            computed_before: None,
            next_look: TICK,
        }
    }

    /// Epochs until it is worth a look.
    pub(crate) fn ticks(&self) -> u64 {
        ticks(self.limit.min(TICK))
    }

    /// Asked when those epochs are over.
    pub(crate) fn passed(&mut self) -> UpdateDeadline {
        match self.left() {
            Duration::ZERO => UpdateDeadline::Interrupt,
            left => UpdateDeadline::Continue(ticks(left)),
        }
    }

    /// Asked at every call of the host. Epochs are looked at in loops and where functions
    /// begin; a thousand calls can stand one after the other with neither. Looks once a tick.
    pub(crate) fn is_over(&mut self) -> bool {
        let now = self.began.elapsed();
        if now < self.next_look {
            return false;
        }
        self.next_look = now + TICK;
        self.left().is_zero()
    }

    fn left(&mut self) -> Duration {
        match self.began.elapsed() >= self.limit * PATIENCE {
            true => Duration::ZERO,
            false => self.limit.saturating_sub(self.used()),
        }
    }

    /// Computing time since the call began. What passed before the first look counts as
    /// computed, up to the ticks after which there should have been one.
    fn used(&mut self) -> Duration {
        let now = computed();
        let first = self.began.elapsed().min(2 * TICK);
        let before = *self
            .computed_before
            .get_or_insert(now.saturating_sub(first));
        now.saturating_sub(before)
    }
}

/// One more than fit: the running tick is already partly over.
fn ticks(time: Duration) -> u64 {
    let ticks = time.as_nanos().div_ceil(TICK.as_nanos());
    u64::try_from(ticks).unwrap_or(u64::MAX).saturating_add(1)
}

/// The time this thread has computed for.
fn computed() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(5);

    #[test]
    fn time_asleep_does_not_count_until_patience_is_over() {
        let mut deadline = Deadline::start(LIMIT);
        std::thread::sleep(LIMIT * 2);
        assert!(matches!(deadline.passed(), UpdateDeadline::Continue(_)));
        std::thread::sleep(LIMIT * PATIENCE);
        assert!(matches!(deadline.passed(), UpdateDeadline::Interrupt));
    }

    #[test]
    fn computing_counts() {
        let mut deadline = Deadline::start(LIMIT);
        assert!(matches!(deadline.passed(), UpdateDeadline::Continue(_)));
        let before = computed();
        while computed().saturating_sub(before) < LIMIT {
            std::hint::spin_loop();
        }
        assert!(matches!(deadline.passed(), UpdateDeadline::Interrupt));
    }

    #[test]
    fn a_call_of_the_host_sees_it_too() {
        let mut deadline = Deadline::start(LIMIT);
        assert!(!deadline.is_over());
        let before = computed();
        while !deadline.is_over() {
            assert!(
                computed().saturating_sub(before) < LIMIT * 4,
                "it never ends"
            );
        }
        assert!(computed().saturating_sub(before) >= LIMIT - 2 * TICK);
    }
}
