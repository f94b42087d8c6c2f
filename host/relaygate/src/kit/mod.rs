//! What a policy's author works with, without a program that serves: made, built, tested,
//! tried out.
//!
//! | file | command |
//! |---|---|
//! | `bench` | `relaygate policy bench` |
//! | `new` | `relaygate policy new` |
//! | `build` | `relaygate policy build` |
//! | `test` | `relaygate policy test` |
//! | `run` | `relaygate policy run` |
//! | `fuzz` | `relaygate policy fuzz` |
//!
//! Not here: the contract (`wit/`), the sandbox (`policy`), installing (`operations`).

pub mod bench;
pub mod build;
mod code;
pub mod contract;
pub mod fuzz;
pub mod new;
pub mod run;
mod sandbox;
pub mod test;

pub use sandbox::Said;
