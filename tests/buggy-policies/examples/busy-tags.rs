//! Tags no ticket, and takes a long time over mail whose subject begins with `Slow`.
//!
//! Not a mistake a fuzzer has to find: it uses up its account's computing time, so that the
//! account's other mail cannot be asked about for a while.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::ToString;

use sdk::mail;
use sdk::tags::{DeliveryFacts, Policy, Tagging, no_tags};

struct BusyTags;

impl Policy for BusyTags {
    fn delivery(facts: DeliveryFacts) -> Tagging {
        let mut tagging = no_tags();
        let subject = mail::header("Subject").unwrap_or_default();
        if subject.starts_with("Slow") && is_odd(facts.recipient.len() as u64) {
            tagging.tags.push("odd".to_string());
        }
        tagging
    }
}

/// Of a number that takes long to find.
fn is_odd(seed: u64) -> bool {
    let next = |number: u64, _| number.wrapping_mul(6_364_136_223_846_793_005) ^ (number >> 29);
    (0..ROUNDS).fold(seed, next) % 2 == 1
}

sdk::export_tags!(BusyTags);

/// A good part of a second.
const ROUNDS: u64 = 200_000_000;
