//! What a policy author writes against.
//!
//! A policy is a type that implements the trait of a question and overrides the
//! functions it cares about; the others answer neutrally, which leaves a message
//! as the policies before it left it. An export macro makes a component of it:
//!
//! ```
//! use sdk::limits::{Permission, DomainFacts, violation};
//!
//! struct OneDomain;
//!
//! impl sdk::limits::Policy for OneDomain {
//!     fn add_domain(facts: DomainFacts) -> Permission {
//!         match facts.domains {
//!             0 => Permission::Granted,
//!             _ => violation("domain", "limit_domains", "disconnect the other domain first").into(),
//!         }
//!     }
//! }
//!
//! sdk::export_limits!(OneDomain);
//! # fn main() {}
//! ```
//!
//! Keep the decision in a plain function over plain values, and let the trait's
//! function only fetch settings and headers for it: then `cargo test` covers it. The
//! whole of a policy can be called there, too, by whoever plays its host (`native`).
//!
//! Not here: any decision. The contract itself is `wit/`.

#![cfg_attr(all(target_arch = "wasm32", feature = "runtime"), no_std)]

extern crate alloc;

#[allow(missing_docs)]
#[doc(hidden)]
pub mod bindings;
pub mod fields;
pub mod headers;
mod imports;
pub mod limits;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
pub mod routes;
#[cfg(all(target_arch = "wasm32", feature = "runtime"))]
mod runtime;
pub mod settings;
pub mod tags;
pub mod text;

pub use bindings::limits::relaygate::policy::types;
pub use imports::{counters, log, lookup, mail};

use alloc::string::String;
use types::{Reason, Refusal, Verdict};

/// Why something is refused; `hint` is one printable ASCII sentence with the mend.
pub fn reason(kind: Refusal, code: &str, hint: &str) -> Reason {
    Reason {
        kind,
        code: String::from(code),
        hint: String::from(hint),
    }
}

/// Not now: the sender keeps the message and tries again.
pub fn defer(kind: Refusal, code: &str, hint: &str) -> Verdict {
    Verdict::Defer(reason(kind, code, hint))
}

/// Never; needs a rule that says so.
pub fn reject(kind: Refusal, code: &str, hint: &str) -> Verdict {
    Verdict::Reject(reason(kind, code, hint))
}

/// The domain of an address; empty for the null reverse path.
pub fn domain_of(address: &str) -> &str {
    text::cut_last(address, b'@').map_or("", |(_, domain)| domain)
}

/// The parts joined to one text. Like `format!`, without its weight.
#[inline(never)]
pub fn join(parts: &[&str]) -> String {
    let octets = parts.iter().map(|part| part.len()).sum();
    let mut joined = String::with_capacity(octets);
    parts.iter().for_each(|part| joined.push_str(part));
    joined
}

/// A number as text, for hints. Without the weight of `core::fmt`.
pub fn digits(number: u64) -> String {
    let mut text = if number < 10 {
        String::new()
    } else {
        digits(number / 10)
    };
    text.push(char::from(b'0' + (number % 10) as u8));
    text
}
