//! The hostile suite: what strangers may upload, and what becomes of it (WASM-01 to WASM-12).
//!
//! A hostile component is a text in `components/`. Its first lines say which row of the fault
//! catalogue it is of, what it does, what it is asked and how that has to end; `wrap/` has what
//! they all need around them. Where a row wants more than one component and one call, a file
//! here does it: storms, floods over many calls, damaged uploads, nested ones, random ones, those
//! the specification's own tests call invalid (`upstream/`), replays.
//!
//! `make test` takes a sample, `RELAYGATE_CAMPAIGN=full` (`make campaign-policies`) all.
//!
//! Not here: components that keep the compiler busy (`bombs.rs`), code on disk (`code.rs`).

#[path = "../support/mod.rs"]
mod support;

mod ask;
mod canary;
mod flat;
mod nested;
mod random;
mod replay;
mod rows;
mod seed;
mod storm;
mod suite;
mod uploads;
mod upstream;
mod worlds;

/// How often: a sample, or as often as the row of the catalogue says.
fn times(sample: usize, full: usize) -> usize {
    let campaign = std::env::var_os("RELAYGATE_CAMPAIGN").is_some_and(|value| value == "full");
    if campaign { full } else { sample }
}
