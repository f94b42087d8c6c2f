//! Child processes that end with the test.

use std::process::{Command, Output};

pub use customer::process::{Daemon, installed};

/// Runs a program to its end, with `input` on its standard input; panics if there is no such
/// program.
pub fn run(command: &mut Command, input: &[u8]) -> Output {
    customer::process::run(command, input).unwrap_or_else(|error| panic!("{command:?}: {error:?}"))
}
