//! A policy for `headers`: messages whose subject has one of the words in the setting
//! `words` are let in and flagged for an agent's eye.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;

use sdk::headers::{InboundFacts, InboundVerdict, Policy, nothing_found};
use sdk::{mail, settings};

struct Words;

impl Policy for Words {
    fn inbound(_facts: InboundFacts) -> InboundVerdict {
        let subject = mail::header("Subject").unwrap_or_default();
        let mut acceptance = nothing_found();
        if has_one(&subject, &settings::texts("words")) {
            acceptance.flags.push(String::from("subject_word"));
        }
        InboundVerdict::Accept(acceptance)
    }
}

sdk::export_headers!(Words);

/// Whether one of the words stands in it, in capitals or not.
pub fn has_one(subject: &str, words: &[String]) -> bool {
    let subject = subject.to_lowercase();
    words.iter().any(|word| subject.contains(&word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_make_no_difference() {
        let words = [String::from("Outage")];
        assert!(has_one("OUTAGE in Berlin", &words));
        assert!(!has_one("a question", &words));
    }
}
