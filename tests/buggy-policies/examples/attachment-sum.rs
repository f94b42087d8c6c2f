//! Refuses mail whose attachments are larger together than an agent can open.
//!
//! The mistake: their sizes are what the sender says (RFC 2183 §2.7), and they are added up
//! in 32 bits. Two that say 3 GB make a sum that does not fit, and the policy traps.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use sdk::headers::{InboundFacts, InboundVerdict, Policy, nothing_found};
use sdk::types::Refusal;
use sdk::{mail, reason};

struct AttachmentSum;

impl Policy for AttachmentSum {
    fn inbound(_facts: InboundFacts) -> InboundVerdict {
        let mut sum = 0_u32;
        for disposition in mail::headers("Content-Disposition") {
            sum = sum.strict_add(size(&disposition));
        }
        if sum > 100_000_000 {
            let hint = "send a link instead of the file";
            return InboundVerdict::Reject(reason(Refusal::Content, "attachments_large", hint));
        }
        InboundVerdict::Accept(nothing_found())
    }
}

sdk::export_headers!(AttachmentSum);

/// What the field says of the size; 0 if nothing, or no number.
fn size(disposition: &str) -> u32 {
    let Some((_, said)) = disposition.split_once("size=") else {
        return 0;
    };
    let digits = said.find(|it: char| !it.is_ascii_digit());
    said[..digits.unwrap_or(said.len())].parse().unwrap_or(0)
}
