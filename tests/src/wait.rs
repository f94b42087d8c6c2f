//! Waiting for a condition; the only place where the tests sleep.

use std::thread;
use std::time::{Duration, Instant};

/// Asks `condition` again and again until it gives a value.
///
/// Panics after `patience`, saying what did not come.
pub fn until<T>(what: &str, patience: Duration, mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(
            start.elapsed() < patience,
            "waited {patience:?} in vain for {what}"
        );
        thread::sleep(PAUSE);
    }
}

/// Lets time pass, for who plays somebody slow.
pub fn pause(time: Duration) {
    thread::sleep(time);
}

/// What a healthy machine needs for anything in these tests, with room for a busy one.
pub const PATIENCE: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(40);
