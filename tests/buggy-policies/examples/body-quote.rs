//! Flags answers that quote more than they say.
//!
//! The mistake: the quoted lines are put together in a text that is made anew for each of
//! them, in an allocator that gives nothing back. Some hundred quoted lines are enough for
//! the memory to run out.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;

use sdk::headers::{InboundFacts, InboundVerdict, Policy, nothing_found};
use sdk::{join, mail};

struct BodyQuote;

impl Policy for BodyQuote {
    fn inbound(_facts: InboundFacts) -> InboundVerdict {
        let body = mail::body(0, 64 * 1024);
        let body = String::from_utf8_lossy(&body);
        let mut quoted = String::new();
        for line in body.lines() {
            let before = if line.starts_with('>') { "" } else { "> " };
            quoted = join(&[&quoted, before, line, "\n"]);
        }
        let mut found = nothing_found();
        if quoted.len() < body.len() + body.len() / 8 {
            found.flags.push(String::from("mostly_quoted"));
        }
        InboundVerdict::Accept(found)
    }
}

sdk::export_headers!(BodyQuote);
