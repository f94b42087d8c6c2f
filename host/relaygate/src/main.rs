//! The program; everything is in the library.

use std::process::ExitCode;

use relaygate::policies::compiler;

fn main() -> ExitCode {
    // Not a command: what we are called for by ourselves.
    match std::env::args().nth(1).as_deref() {
        Some(compiler::TASK) => compiler::work(),
        _ => relaygate::cli::run(),
    }
}
