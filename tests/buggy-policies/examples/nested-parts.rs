//! Flags mail with more than twenty parts.
//!
//! The mistake: the parts are looked for by their boundary, and each search goes on behind
//! the boundary found. An empty one (`boundary=""`) is found where the search begins, which
//! then never ends.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;

use sdk::headers::{InboundFacts, InboundVerdict, Policy, nothing_found};
use sdk::mail;

struct NestedParts;

impl Policy for NestedParts {
    fn inbound(_facts: InboundFacts) -> InboundVerdict {
        let mut found = nothing_found();
        if let Some(boundary) = boundary()
            && parts(&mail::body(0, 64 * 1024), boundary.as_bytes()) > 20
        {
            found.flags.push(String::from("many_parts"));
        }
        InboundVerdict::Accept(found)
    }
}

sdk::export_headers!(NestedParts);

fn boundary() -> Option<String> {
    let kind = mail::headers("Content-Type").into_iter().next()?;
    let (_, said) = kind.split_once("boundary=\"")?;
    let (boundary, _) = said.split_once('"')?;
    Some(String::from(boundary))
}

fn parts(body: &[u8], boundary: &[u8]) -> usize {
    let (mut parts, mut at) = (0, 0);
    while let Some(rest) = body.get(at..) {
        let step = (0..rest.len()).find(|from| rest[*from..].starts_with(boundary));
        match step {
            Some(step) => at += step + boundary.len(),
            None => break,
        }
        parts += 1;
    }
    parts
}
