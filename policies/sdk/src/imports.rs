//! What a policy may ask the host, by name: the message, the account's records, the
//! account's counters, its own log.
//!
//! In a component these are the imports of the contract. In a program of the author's
//! machine, where a policy is tested and timed, whoever calls it plays the host
//! ([`crate::native`]).

#[cfg(target_arch = "wasm32")]
use crate::bindings::limits::relaygate::policy as host;
#[cfg(not(target_arch = "wasm32"))]
use crate::native as host;

/// The message the question is about (`wit/mail.wit`).
pub mod mail {
    pub use super::host::mail::{body, header, header_block, headers, mailboxes, octets};
}

/// The account's own records, to look at (`wit/lookup.wit`).
pub mod lookup {
    pub use super::host::lookup::{find_person, find_support_address};
    pub use crate::bindings::limits::relaygate::policy::lookup::{Person, SupportAddress};
}

/// Counts of the account that fade with time (`wit/counters.wit`).
pub mod counters {
    pub use super::host::counters::add;
}

/// Lines for the account's people (`wit/log.wit`).
pub mod log {
    pub use super::host::log::write;
    pub use crate::bindings::limits::relaygate::policy::log::Level;
}

pub(crate) mod settings {
    pub(crate) use super::host::settings::{contains, flag, number, text, texts};
}
