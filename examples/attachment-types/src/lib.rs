//! A policy for `headers`: attachments are refused, or flagged, by the end of their
//! names. Settings: `refuse` and `flag`, lists of ends without the dot.
//!
//! It looks at the first 256 KiB of a message, where the names of its parts nearly always
//! stand; what the host does not hand over it cannot judge and lets pass.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;

use sdk::headers::{InboundFacts, InboundVerdict, Policy, nothing_found};
use sdk::types::Refusal;
use sdk::{join, mail, reason, settings};

struct AttachmentTypes;

impl Policy for AttachmentTypes {
    fn inbound(_facts: InboundFacts) -> InboundVerdict {
        let text = whole_text();
        let refuse = settings::texts("refuse");
        let usual = ["exe", "scr", "js", "vbs"];
        let refused = |end: &str| match refuse.is_empty() {
            true => usual.contains(&end),
            false => refuse.iter().any(|it| it.eq_ignore_ascii_case(end)),
        };
        let flag = settings::texts("flag");
        let flagged = |end: &str| flag.iter().any(|it| it.eq_ignore_ascii_case(end));
        verdict(&text, refused, flagged)
    }
}

sdk::export_headers!(AttachmentTypes);

/// The header block and as much of the body as there is.
fn whole_text() -> Vec<u8> {
    const PIECE: u32 = 64 * 1024;
    let mut text = mail::header_block();
    let mut offset = 0;
    loop {
        let piece = mail::body(offset, PIECE);
        offset += piece.len() as u64;
        let last = piece.len() < PIECE as usize;
        text.extend(piece);
        if last {
            return text;
        }
    }
}

/// What is to become of a message with these attachments.
pub fn verdict(
    text: &[u8],
    refused: impl Fn(&str) -> bool,
    flagged: impl Fn(&str) -> bool,
) -> InboundVerdict {
    let ends = ends(text);
    if let Some(end) = ends.iter().find(|end| refused(end)) {
        let hint = join(&["send the file in another form than .", end]);
        let why = reason(Refusal::Content, "attachment_type", &hint);
        return InboundVerdict::Reject(why);
    }
    let mut acceptance = nothing_found();
    if ends.iter().any(|end| flagged(end)) {
        acceptance.flags.push(String::from("attachment_type"));
    }
    InboundVerdict::Accept(acceptance)
}

/// The ends of the names of all parts, in lower case: `filename="a.EXE"`, `name=a.exe`.
///
/// Read from behind, where a name ends is known by the time its beginning is met. Looked
/// for from each beginning, a line of nothing but `name=` would cost the square of its
/// length; that was so once, and `relaygate policy fuzz` found it.
pub fn ends(text: &[u8]) -> Vec<String> {
    let (mut quoted_end, mut plain_end) = (text.len(), text.len());
    let mut found = Vec::new();
    for (at, octet) in text.iter().enumerate().rev() {
        let name = match octet {
            b'"' => &text[at + 1..quoted_end],
            b';' | b' ' | b'\t' | b'\r' | b'\n' => &[],
            _ => &text[at..plain_end],
        };
        if is_named(&text[..at]) {
            found.extend(end_of(name));
        }
        match octet {
            b'"' => quoted_end = at,
            b';' | b' ' | b'\t' => plain_end = at,
            b'\r' | b'\n' => (quoted_end, plain_end) = (at, at),
            _ => {}
        }
    }
    found.reverse();
    found
}

/// Whether a name stands behind this.
fn is_named(before: &[u8]) -> bool {
    const NAME: &[u8] = b"name=";
    let from = before.len().saturating_sub(NAME.len());
    before[from..].eq_ignore_ascii_case(NAME)
}

/// What stands behind the last dot of a name.
fn end_of(name: &[u8]) -> Option<String> {
    // No file has a longer name.
    const NAME_OCTETS_MAX: usize = 255;
    let name = &name[name.len().saturating_sub(NAME_OCTETS_MAX)..];
    // Windows drops dots and blanks at the end of a name.
    let last = name.iter().rposition(|octet| !b". ".contains(octet))?;
    let dot = name[..last].iter().rposition(|octet| *octet == b'.')?;
    let end = core::str::from_utf8(&name[dot + 1..=last]).ok()?;
    Some(end.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_written() {
        let text = b"Content-Disposition: attachment; FileName=\"a b.EXE\"\r\n\
            Content-Type: x/y; name=c.tar.gz;\r\n\tfilename=\"d.js. .\"\r\n\r\nname=none\r\n";
        assert_eq!(ends(text), ["exe", "gz", "js"]);
        assert_eq!(ends(b"name=a.exe"), ["exe"]);
        assert_eq!(ends(b"name=\"a; b.exe"), ["exe"]);
        assert!(ends(b"name=a; b.exe name= c.exe name=").is_empty());
    }

    #[test]
    fn what_is_cut_anywhere_is_read_without_panic() {
        let text = b"name=\"a.exe\"; filename=b.js";
        for end in 0..text.len() {
            drop(ends(&text[..end]));
        }
    }
}
