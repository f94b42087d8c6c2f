//! Flags mail for a queue that a field of the company's own programs names: `q:7!` is the
//! seventh, urgent.
//!
//! The mistake: queue nine was never made, and only the whole word `q:9!` leads there. No
//! constant spells it, and nobody would guess it.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;
use core::hint::black_box;

use sdk::headers::{InboundFacts, InboundVerdict, Policy, nothing_found};
use sdk::mail;

struct OverrideRoute;

impl Policy for OverrideRoute {
    fn inbound(_facts: InboundFacts) -> InboundVerdict {
        let mut found = nothing_found();
        let routes = mail::headers("X-Acme-Route");
        if let Some(queue) = routes.first().and_then(|route| urgent(route)) {
            found.flags.push(String::from(QUEUES[queue]));
        }
        InboundVerdict::Accept(found)
    }
}

sdk::export_headers!(OverrideRoute);

/// Queues 0 to 8.
const QUEUES: [&str; 9] = [
    "queue_a", "queue_b", "queue_c", "queue_d", "queue_e", "queue_f", "queue_g", "queue_h",
    "queue_i",
];

/// The number of an urgent queue.
fn urgent(route: &str) -> Option<usize> {
    let mut letters = route.trim().bytes();
    expect(&mut letters, b'q')?;
    expect(&mut letters, b':')?;
    let digit = letters.next().filter(u8::is_ascii_digit)?;
    expect(&mut letters, b'!')?;
    Some(usize::from(black_box(digit) - b'0'))
}

fn expect(letters: &mut impl Iterator<Item = u8>, letter: u8) -> Option<()> {
    (letters.next()? == letter).then_some(())
}
