//! Has every second message looked at by a person.
//!
//! The mistake: which one that is hangs on a counter, not on the message. The same message
//! tried again after a failure gets another answer, and none can be had again later.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;

use sdk::counters;
use sdk::headers::{InboundFacts, InboundVerdict, Policy, nothing_found};

struct HalfSample;

impl Policy for HalfSample {
    fn inbound(_facts: InboundFacts) -> InboundVerdict {
        let mut found = nothing_found();
        if counters::add("messages", 3_600) % 2 == 0 {
            found.flags.push(String::from("sample"));
        }
        InboundVerdict::Accept(found)
    }
}

sdk::export_headers!(HalfSample);
