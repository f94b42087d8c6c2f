//! The header block of a message, cut into fields without copying.
//!
//! Strict on purpose. mail-parser 0.11 is generous: it reads `Fr om:` as From
//! and skips lines it does not understand, so two readers of one message may
//! see two authors. Here a field is `name:value` with a name of printable
//! ASCII (RFC 5322 §3.6.8) and everything else is malformed: counted, kept in
//! place, never read. Only CRLF ends a line.
//!
//! Not here: what a field says (`headers`).

use std::ops::Range;

use memchr::memmem;

/// Octets one field may have, name and folded lines included.
pub const FIELD_OCTETS_MAX: usize = 64 * 1024;
/// Octets all fields together may have.
pub const BLOCK_OCTETS_MAX: usize = 256 * 1024;
/// Fields a message may have.
pub const FIELDS_MAX: usize = 1_000;
/// How much of a message [`split`] needs to see: a whole header block of the
/// largest size and the empty line after it.
pub const HEADER_START_OCTETS: usize = BLOCK_OCTETS_MAX + CRLF.len();

/// Why a header block was refused: it is beyond a limit. Malformed fields are
/// no error; they are defects of a message that can still be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// One field is larger than [`FIELD_OCTETS_MAX`].
    #[error("a header field has more than {FIELD_OCTETS_MAX} octets")]
    FieldTooLarge,
    /// The fields together are larger than [`BLOCK_OCTETS_MAX`].
    #[error("the header has more than {BLOCK_OCTETS_MAX} octets")]
    BlockTooLarge,
    /// There are more fields than [`FIELDS_MAX`].
    #[error("the header has more than {FIELDS_MAX} fields")]
    TooManyFields,
}

/// One field as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawField {
    /// The whole field in the message, line ends included.
    pub whole: Range<usize>,
    /// Where its name is; absent if the field is malformed.
    pub name: Option<Range<usize>>,
    /// Where its value is: from behind the colon to behind the last CRLF.
    /// For a malformed field everything.
    pub value: Range<usize>,
}

/// A message cut at the empty line. All ranges are offsets into the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The fields from top to bottom, malformed ones included.
    pub fields: Vec<RawField>,
    /// Where the header block ends; the empty line is not part of it.
    pub block_end: usize,
    /// Where the body begins, behind the empty line. Equals the length of the
    /// message if there is no empty line.
    pub body_start: usize,
}

/// Cuts the header block of a message into fields.
///
/// `start` is the whole message, or its first [`HEADER_START_OCTETS`] if it is
/// longer than that. A message without an empty line is all header.
///
/// # Errors
/// A limit was exceeded.
pub fn split(start: &[u8]) -> Result<Split, HeaderError> {
    let (block_end, body_start) = block_bounds(start);
    if block_end > BLOCK_OCTETS_MAX {
        return Err(HeaderError::BlockTooLarge);
    }
    let mut fields = Vec::new();
    let mut at = 0;
    while at < block_end {
        let end = field_end(start, at, block_end);
        if end - at > FIELD_OCTETS_MAX {
            return Err(HeaderError::FieldTooLarge);
        }
        if fields.len() == FIELDS_MAX {
            return Err(HeaderError::TooManyFields);
        }
        fields.push(raw_field(start, at..end));
        at = end;
    }
    Ok(Split {
        fields,
        block_end,
        body_start,
    })
}

/// Where the block ends and where the body starts.
fn block_bounds(start: &[u8]) -> (usize, usize) {
    if start.starts_with(CRLF) {
        return (0, CRLF.len());
    }
    match memmem::find(start, b"\r\n\r\n") {
        Some(at) => (at + CRLF.len(), at + 2 * CRLF.len()),
        None => (start.len(), start.len()),
    }
}

/// The end of the field that starts at `at`: behind the first CRLF that is not
/// followed by a space or tab (RFC 5322 §2.2.3).
fn field_end(message: &[u8], at: usize, block_end: usize) -> usize {
    let mut from = at;
    while let Some(found) = memmem::find(&message[from..block_end], CRLF) {
        let next = from + found + CRLF.len();
        if next >= block_end || !is_wsp(message[next]) {
            return next;
        }
        from = next;
    }
    block_end
}

fn raw_field(message: &[u8], whole: Range<usize>) -> RawField {
    let text = &message[whole.clone()];
    let name = memchr::memchr(b':', text)
        .filter(|&colon| colon > 0 && text[..colon].iter().all(|&octet| is_name_octet(octet)));
    match name {
        Some(colon) => RawField {
            name: Some(whole.start..whole.start + colon),
            value: whole.start + colon + 1..whole.end,
            whole,
        },
        None => RawField {
            name: None,
            value: whole.clone(),
            whole,
        },
    }
}

/// An octet that may stand in a field name: `ftext` (RFC 5322 §3.6.8).
pub(super) fn is_name_octet(octet: u8) -> bool {
    octet.is_ascii_graphic() && octet != b':'
}

pub(super) fn is_wsp(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

pub(super) const CRLF: &[u8] = b"\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    fn names(message: &str) -> Vec<Option<&str>> {
        let split = split(message.as_bytes()).unwrap();
        split
            .fields
            .iter()
            .map(|field| field.name.clone().map(|name| &message[name]))
            .collect()
    }

    #[test]
    fn the_empty_line_divides_header_and_body() {
        let message = b"From: a@b.example\r\nTo: c@d.example\r\n\r\nbody\r\n";
        let split = split(message).unwrap();
        assert_eq!(&message[split.body_start..], b"body\r\n");
        assert_eq!(split.fields.len(), 2);
        assert!(message[..split.block_end].ends_with(b"example\r\n"));
    }

    #[test]
    fn messages_without_header_or_without_body_are_fine() {
        assert_eq!(split(b"").unwrap().body_start, 0);
        assert_eq!(split(b"\r\n").unwrap().body_start, 2);
        let body_only = split(b"\r\nbody").unwrap();
        assert_eq!((body_only.fields.len(), body_only.body_start), (0, 2));
        let header_only = split(b"Subject: x").unwrap();
        assert_eq!((header_only.fields.len(), header_only.body_start), (1, 10));
    }

    #[test]
    fn only_a_name_of_printable_ascii_makes_a_field() {
        let message =
            "From: a\r\nFr om: b\r\nFrom : c\r\n: d\r\nno colon\r\nFr\u{f6}m: e\r\nX-1!: f\r\n";
        let expected = vec![Some("From"), None, None, None, None, None, Some("X-1!")];
        assert_eq!(names(message), expected);
    }

    #[test]
    fn folded_lines_belong_to_their_field() {
        assert_eq!(names("A: 1\r\n 2\r\n\t3\r\nB: 4\r\n").len(), 2);
        // A line that folds onto nothing is malformed, not silently dropped.
        assert_eq!(names(" lost\r\nA: 1\r\n"), vec![None, Some("A")]);
    }

    #[test]
    fn a_bare_line_feed_ends_nothing() {
        assert_eq!(
            names("A: 1\nFrom: x\r\nB: 2\r\n"),
            vec![Some("A"), Some("B")]
        );
    }

    #[test]
    fn each_limit_has_its_own_error() {
        let field = format!("A: {}\r\n", "x".repeat(FIELD_OCTETS_MAX));
        assert_eq!(split(field.as_bytes()), Err(HeaderError::FieldTooLarge));
        let many = "A: 1\r\n".repeat(FIELDS_MAX + 1);
        assert_eq!(split(many.as_bytes()), Err(HeaderError::TooManyFields));
        assert!(split("A: 1\r\n".repeat(FIELDS_MAX).as_bytes()).is_ok());
        let block = format!("A: {}\r\n", "x".repeat(60_000)).repeat(5);
        assert_eq!(split(block.as_bytes()), Err(HeaderError::BlockTooLarge));
        let folds = format!("A: 1\r\n{}", " x\r\n".repeat(100_000));
        assert_eq!(split(folds.as_bytes()), Err(HeaderError::BlockTooLarge));
    }
}
