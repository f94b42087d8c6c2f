//! What the account's own help desk hands in: exactly one `From` with exactly one
//! mailbox, and that is the envelope sender (FAULTS ID-02).
//!
//! The value is read strictly, not generously. Whoever reads the message later, by
//! whatever parser, has to find the same one author: so no groups, no comments, no
//! second angle bracket, nothing that looks like another address.

use alloc::string::String;
use alloc::vec::Vec;

use sdk::fields::Field;
use sdk::headers::{OutboundFacts, OutboundVerdict};
use sdk::types::{Mailbox, Refusal};
use sdk::{reason, text};

/// May it leave in this name?
///
/// `fields` are those of the whole header block, `from` the mailboxes the host
/// reads in `From`, decoded.
pub fn verdict(facts: &OutboundFacts, fields: &[Field<'_>], from: &[Mailbox]) -> OutboundVerdict {
    match fault(facts, fields, from) {
        None => OutboundVerdict::Accept(Vec::new()),
        Some((code, hint)) => OutboundVerdict::Reject(reason(Refusal::NotPermitted, code, hint)),
    }
}

type Fault = (&'static str, &'static str);

fn fault(facts: &OutboundFacts, fields: &[Field<'_>], from: &[Mailbox]) -> Option<Fault> {
    let sender = facts.sender.as_str();
    let mut authors = named(fields, "From");
    let (Some(author), None) = (authors.next(), authors.next()) else {
        return Some(("from_count", "write exactly one From field"));
    };
    let [mailbox] = from else {
        return Some(("from_mailboxes", "write exactly one mailbox in From"));
    };
    if !text::same(&mailbox.address, sender) {
        return Some((
            "from_not_sender",
            "From has to be the support address of the envelope sender",
        ));
    }
    if !is_plain(&author.value(), sender) {
        return Some((
            "from_ambiguous",
            "write From as: Name <address>, without comments, groups or other addresses",
        ));
    }
    if text::has(&mailbox.name, b'@') && !text::same(&mailbox.name, sender) {
        return Some((
            "from_name_misleads",
            "the display name in From must not look like another address",
        ));
    }
    if named(fields, "Sender").any(|field| !is_plain(&field.value(), sender)) {
        return Some((
            "sender_field_not_sender",
            "leave Sender out, or write the address of From in it",
        ));
    }
    let resent = |field: &Field<'_>| squeezed(field.name).starts_with("resent-");
    fields.iter().any(resent).then_some((
        "resent_field",
        "resent messages are not taken; write a new one",
    ))
}

/// Every field a generous reader would take for that one.
fn named<'f>(fields: &'f [Field<'f>], name: &'f str) -> impl Iterator<Item = &'f Field<'f>> {
    let lower = name.to_ascii_lowercase();
    fields
        .iter()
        .filter(move |field| squeezed(field.name) == lower)
}

fn squeezed(name: &str) -> String {
    let visible = name
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control());
    visible.map(|c| c.to_ascii_lowercase()).collect()
}

/// `address`, `<address>`, `words <address>` or `"words" <address>`, and nothing
/// that could be read otherwise.
fn is_plain(value: &str, address: &str) -> bool {
    let value = value.trim_ascii();
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return false;
    }
    if text::same(value, address) {
        return true;
    }
    let Some((name, rest)) = text::cut_last(value, b'<') else {
        return false;
    };
    let inner = rest.strip_suffix('>').unwrap_or_default();
    text::same(inner.trim_ascii(), address) && is_plain_name(name.trim_ascii())
}

/// One quoted string without quotes in it, or words without special characters.
fn is_plain_name(name: &str) -> bool {
    let quoted = name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match quoted {
        Some(inner) => !text::has_any(inner, b"\"\\<>"),
        None => !text::has_any(name, b"\"\\<>()[]:;,@"),
    }
}

#[cfg(test)]
#[path = "submitted_tests.rs"]
mod tests;
