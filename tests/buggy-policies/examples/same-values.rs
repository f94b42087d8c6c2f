//! Flags mail in which two fields say the same, as some programs that send bulk mail do.
//!
//! The mistake: for each field the whole header is read again, so a thousand fields cost a
//! million, and an answer is not there in time.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;

use sdk::fields::fields;
use sdk::headers::{InboundFacts, InboundVerdict, Policy, nothing_found};
use sdk::mail;

struct SameValues;

impl Policy for SameValues {
    fn inbound(_facts: InboundFacts) -> InboundVerdict {
        let block = mail::header_block();
        let mut found = nothing_found();
        let repeated = fields(&block).any(|field| {
            let same = fields(&block).filter(|it| it.raw == field.raw && !it.is(field.name));
            same.count() > 8
        });
        if repeated {
            found.flags.push(String::from("same_values"));
        }
        InboundVerdict::Accept(found)
    }
}

sdk::export_headers!(SameValues);
