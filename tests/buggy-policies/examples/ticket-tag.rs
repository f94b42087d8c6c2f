//! Tags a ticket with the local part of the address it was sent to.
//!
//! The mistake: customers choose that part. A tag that begins with `system_` is the host's,
//! which leaves it out, so whoever relies on the tag waits in vain.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;

use sdk::tags::{DeliveryFacts, Policy, Tagging, no_tags};

struct TicketTag;

impl Policy for TicketTag {
    fn delivery(facts: DeliveryFacts) -> Tagging {
        let mut tagging = no_tags();
        let local = facts.recipient.split('@').next().unwrap_or_default();
        let word = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
        let tag: String = local.chars().filter(|it| word(*it)).collect();
        let tag = tag.to_ascii_lowercase();
        if !tag.is_empty() && tag.len() <= 64 {
            tagging.tags.push(tag);
        }
        tagging
    }
}

sdk::export_tags!(TicketTag);
