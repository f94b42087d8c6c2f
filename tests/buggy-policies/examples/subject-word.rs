//! Refuses mail whose subject hides its charset from other servers.
//!
//! The mistake: an encoded word (RFC 2047) is cut at its question marks, and one that has
//! too few of them is cut behind its end: `=?utf-8?=` traps.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use sdk::headers::{InboundFacts, InboundVerdict, Policy, nothing_found};
use sdk::types::Refusal;
use sdk::{mail, reason};

struct SubjectWord;

impl Policy for SubjectWord {
    fn inbound(_facts: InboundFacts) -> InboundVerdict {
        let subjects = mail::headers("Subject");
        if subjects
            .iter()
            .any(|subject| charset(subject) == "unknown-8bit")
        {
            let hint = "say in which charset the subject is written";
            return InboundVerdict::Reject(reason(Refusal::Content, "subject_charset", hint));
        }
        InboundVerdict::Accept(nothing_found())
    }
}

sdk::export_headers!(SubjectWord);

/// The charset of the first encoded word; empty if there is none.
fn charset(subject: &str) -> &str {
    let Some(from) = subject.find("=?") else {
        return "";
    };
    let word = &subject[from + 2..];
    let charset = word.find('?').unwrap_or(word.len());
    // The form is one letter, so the text begins three octets behind.
    let text = &word[charset + 3..];
    if text.is_empty() {
        ""
    } else {
        &word[..charset]
    }
}
