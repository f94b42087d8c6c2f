//! Lets nobody speak in clear text.
//!
//! The mistake: servers of the own domain were let through while they were moved, by the
//! name they say with EHLO, which anybody may say. The invariant that finds it:
//! `session.tls != null || verdict != "accept"`.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;

use sdk::limits::Policy;
use sdk::reject;
use sdk::types::{Refusal, Session, Verdict};

struct ClearText;

impl Policy for ClearText {
    fn sender(session: Session, _sender: String, _octets: Option<u64>) -> Verdict {
        let moved = session.helo.ends_with(".acme.example") && session.peer.starts_with("10.");
        match session.tls {
            None if !moved => reject(Refusal::NotPermitted, "clear_text", "use STARTTLS"),
            _ => Verdict::Accept,
        }
    }
}

sdk::export_limits!(ClearText);
