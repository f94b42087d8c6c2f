//! The four policies that come with the program, built by `build.rs`.

use std::thread;

use serde_json::Value;

use crate::{ChainError, Component, Engine, Limits, Policy, Settings};

/// Answers `limits`.
pub const ADDRESS_LIMITS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/address_limits.wasm"));
/// Answers `headers`.
pub const HEADER_CHECK: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/header_check.wasm"));
/// Answers `tags`.
pub const TAGGING: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tagging.wasm"));
/// Answers `routes`.
pub const ROUTING: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/routing.wasm"));

/// Does what a policy must not: which of it, its setting `do` says. For tests, and to time
/// what it costs to stop it.
pub const MISCHIEF: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/mischief.wasm"));

/// The version they all are of: they come with the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Name and component of each.
pub const ALL: [(&str, &[u8]); 4] = [
    ("address-limits", ADDRESS_LIMITS),
    ("header-check", HEADER_CHECK),
    ("tagging", TAGGING),
    ("routing", ROUTING),
];

/// Whether that is the name of one of the four.
pub fn has(name: &str) -> bool {
    ALL.iter().any(|(known, _)| *known == name)
}

/// The four compiled, without settings: share them between accounts.
pub fn components(engine: &Engine) -> Result<Vec<(&'static str, Component)>, ChainError> {
    ALL.iter()
        .map(|(name, bytes)| match engine.compile(bytes) {
            Ok(component) => Ok((*name, component)),
            Err(error) => Err(ChainError::Compile(name.to_string(), error)),
        })
        .collect()
}

/// The four as policies, each with the settings that stand under its name. All accounts' mail
/// asks them, so they stand once for each core.
pub fn policies(
    components: &[(&'static str, Component)],
    settings: &Value,
    limits: &Limits,
) -> Result<Vec<Policy>, ChainError> {
    components
        .iter()
        .map(|(name, component)| {
            let settings = match settings.get(name) {
                Some(value) => Settings::from_json(value)
                    .map_err(|error| ChainError::Settings(name.to_string(), error))?,
                None => Settings::none(),
            };
            Policy::new(name, component)
                .with_settings(settings)
                .with_limits(limits.clone())
                .for_threads(cores())
                .map_err(|error| ChainError::Compile(name.to_string(), error))
        })
        .collect()
}

/// Those this process may use; some copies serve two threads where there are many.
fn cores() -> usize {
    const COPIES_MAX: usize = 32;
    thread::available_parallelism().map_or(1, |cores| cores.get().min(COPIES_MAX))
}
