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
        verdict(&text, refused, |end| settings::contains("flag", end))
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
    let ends: Vec<String> = ends(text).collect();
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
pub fn ends(text: &[u8]) -> impl Iterator<Item = String> + '_ {
    const NAME: &[u8] = b"name=";
    let places = (0..text.len().saturating_sub(NAME.len()))
        .filter(|at| text[*at..*at + NAME.len()].eq_ignore_ascii_case(NAME));
    places.filter_map(|at| end_of(text.get(at + NAME.len()..)?))
}

/// What stands behind the last dot of a name, quoted or not.
fn end_of(name: &[u8]) -> Option<String> {
    let (quote, name) = match name.split_first()? {
        (b'"', rest) => (true, rest),
        _ => (false, name),
    };
    let is_end = |octet: &u8| match quote {
        true => matches!(octet, b'"' | b'\r' | b'\n'),
        false => matches!(octet, b';' | b' ' | b'\t' | b'\r' | b'\n'),
    };
    let length = name.iter().position(is_end).unwrap_or(name.len());
    let name = core::str::from_utf8(name.get(..length)?).ok()?;
    // Windows drops dots and blanks at the end of a name.
    let (_, end) = name.trim_end_matches(['.', ' ']).rsplit_once('.')?;
    Some(end.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_written() {
        let text = b"Content-Disposition: attachment; FileName=\"a b.EXE\"\r\n\
            Content-Type: x/y; name=c.tar.gz;\r\n\tfilename=\"d.js. .\"\r\n\r\nname=none\r\n";
        let found: Vec<String> = ends(text).collect();
        assert_eq!(found, ["exe", "gz", "js"]);
    }

    #[test]
    fn what_is_cut_anywhere_is_read_without_panic() {
        let text = b"name=\"a.exe\"; filename=b.js";
        for end in 0..text.len() {
            ends(&text[..end]).for_each(drop);
        }
    }
}
