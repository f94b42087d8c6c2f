//! Takes away fields that stand there twice, for programs that cannot cope with them.
//!
//! The mistake: the trace of a message stands there once for each server it passed, and
//! nobody may take that away. The host refuses the edit, and ordinary mail is put off.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;

use sdk::fields::fields;
use sdk::headers::{Edit, InboundFacts, InboundVerdict, Policy, nothing_found};
use sdk::mail;

struct DuplicateFields;

impl Policy for DuplicateFields {
    fn inbound(_facts: InboundFacts) -> InboundVerdict {
        let block = mail::header_block();
        let mut found = nothing_found();
        let mut seen: Vec<String> = Vec::new();
        let mut twice: Vec<String> = Vec::new();
        for field in fields(&block) {
            let name = field.name.to_ascii_lowercase();
            let list = if seen.contains(&name) {
                &mut twice
            } else {
                &mut seen
            };
            if !list.contains(&name) && name != "from" {
                list.push(name);
            }
        }
        found.edits.extend(twice.into_iter().map(Edit::Remove));
        InboundVerdict::Accept(found)
    }
}

sdk::export_headers!(DuplicateFields);
