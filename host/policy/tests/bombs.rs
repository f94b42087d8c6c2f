//! Components made to keep a compiler busy (WASM-08): refused by counting, with the place,
//! or done with in the time the process that compiles has.
//!
//! Not here: those that only the process's own limits end, which takes the process
//! (`tests/tests/it/bombs.rs`).

#[allow(dead_code)] // some are for the process only
#[path = "support/bombs.rs"]
mod bombs;

use std::time::Duration;

use bombs::{Bomb, End};
use policy::compiler::{self, CPU_MAX};
use policy::{CompileError, EngineSettings};

fn comes_to(bomb: &Bomb) -> End {
    let what = bomb.what;
    let started = computed();
    let outcome = compiler::compile(&EngineSettings::default(), &bomb.octets);
    let took = computed().saturating_sub(started);
    assert!(took < CPU_MAX / 2, "{what}: {took:?}");
    match outcome {
        Ok(_) => End::Compiled,
        Err(CompileError::TooComplex(why)) => {
            assert!(why.to_string().contains("limit is"), "{what}: {why}");
            End::Counted
        }
        Err(other) => panic!("{what}: {other}"),
    }
}

/// What this process has computed: the bound is on that, whoever else is at work.
fn computed() -> Duration {
    let clock = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(clock).expect("it only goes forward")
}

#[test]
fn what_is_too_much_is_refused_by_counting() {
    for bomb in bombs::counted() {
        assert_eq!(comes_to(&bomb), bomb.end, "{}", bomb.what);
    }
}

/// What is just within the bounds is compiled in the time there is.
#[test]
fn what_is_allowed_is_compiled_in_time() {
    for bomb in bombs::compiled() {
        assert_eq!(comes_to(&bomb), bomb.end, "{}", bomb.what);
    }
}
