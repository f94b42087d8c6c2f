//! What a policy's author works with, without a program that serves: made, built, tried
//! out, measured.
//!
//! | file | command |
//! |---|---|
//! | `bench` | `relaygate policy bench` |
//! | `build` | `relaygate policy build` |
//! | `run` | `relaygate policy run` |
//!
//! Not here: the contract (`wit/`), the sandbox (`policy`), installing (`operations`).

pub mod bench;
pub mod build;
pub mod run;
