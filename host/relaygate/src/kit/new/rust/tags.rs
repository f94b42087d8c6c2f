//! A policy for `tags`: tickets whose subject has one of the words in the setting `words`
//! get the tag `urgent`.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;

use sdk::tags::{DeliveryFacts, Policy, Tagging, no_tags};
use sdk::{mail, settings};

struct Urgent;

impl Policy for Urgent {
    fn delivery(_facts: DeliveryFacts) -> Tagging {
        let subject = mail::header("Subject").unwrap_or_default();
        let mut tagging = no_tags();
        if has_one(&subject, &settings::texts("words")) {
            tagging.tags.push(String::from("urgent"));
        }
        tagging
    }
}

sdk::export_tags!(Urgent);

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
