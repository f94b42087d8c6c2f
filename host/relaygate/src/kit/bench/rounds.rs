//! The clock: several things timed in turns, each by the best of its rounds.

use std::time::{Duration, Instant};

/// Something to be timed.
pub(super) type Timed<'a> = &'a mut dyn FnMut();

/// Microseconds of one call of each.
pub(super) fn micros<const N: usize>(mut timed: [Timed<'_>; N]) -> [f64; N] {
    let calls = timed.each_mut().map(calls_a_round);
    let mut best = [f64::INFINITY; N];
    for _ in 0..ROUNDS {
        for ((call, calls), best) in timed.iter_mut().zip(calls).zip(&mut best) {
            *best = best.min(round(call, calls));
        }
    }
    best
}

/// As many as take about [`ROUND`], the first ones not counted: caches fill.
fn calls_a_round(call: &mut Timed<'_>) -> u32 {
    for _ in 0..WARM_UP {
        call();
    }
    let once = round(call, WARM_UP).max(0.01);
    ((ROUND.as_secs_f64() * 1e6 / once) as u32).max(1)
}

fn round(call: &mut Timed<'_>, calls: u32) -> f64 {
    let started = Instant::now();
    for _ in 0..calls {
        call();
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
}

const ROUNDS: u32 = 60;
const ROUND: Duration = Duration::from_millis(10);
const WARM_UP: u32 = 100;
