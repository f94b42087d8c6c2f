//! How much a policy may use in one call.

use std::time::Duration;

/// The bounds of one call of one policy; every one can be set per policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Computing time, from instantiation to the answer; ten times that by the wall clock.
    pub deadline: Duration,
    /// Linear memory. It also bounds how late a deadline can be noticed: one
    /// bulk fill of all of it cannot be interrupted.
    pub memory_octets_max: usize,
    /// Entries of one table.
    pub table_elements_max: usize,
    /// Calls of imported functions.
    pub host_calls_max: u32,
    /// Data a policy may hand over in one import or answer (wasmtime's
    /// "hostcall fuel").
    pub transfer_octets_max: usize,
    /// Log text kept; the rest is cut silently.
    pub log_octets_max: usize,
    /// Deterministic units of work. Needs [`crate::EngineSettings::metered`].
    pub fuel: Option<u64>,
}

impl Limits {
    /// What `mail.header-block` hands over at most.
    pub const HEADER_BLOCK_OCTETS_MAX: usize = 256 * 1024;
    /// What one `mail.body` hands over at most.
    pub const BODY_OCTETS_MAX: u32 = 64 * 1024;
    /// Linear memory of a guest that brings a language runtime: a JavaScript one needs some
    /// 2 MiB, Python 20 to 40. Never more than can be overrun in one bulk fill.
    pub const RUNTIME_MEMORY_OCTETS: usize = 64 * 1024 * 1024;

    /// What an account's own policy may use unless the operator says otherwise: it may be
    /// written in any language.
    pub fn of_account() -> Self {
        Self {
            memory_octets_max: Self::RUNTIME_MEMORY_OCTETS,
            ..Self::default()
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_millis(20),
            memory_octets_max: 8 * 1024 * 1024,
            table_elements_max: 10_000,
            host_calls_max: 1_000,
            transfer_octets_max: 1024 * 1024,
            log_octets_max: 16 * 1024,
            fuel: None,
        }
    }
}
