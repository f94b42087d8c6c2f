//! Reading a header block: one pass over the octets, nothing copied.
//!
//! For policies that look at everything; for one or two fields `mail.header` is
//! simpler. Not here: decoding (RFC 2047), address lists (`mail.mailboxes`).

use alloc::string::String;

use crate::text;

/// One field of a header block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Without the colon.
    pub name: &'a str,
    /// As it stands, folding included, without the line break at its end.
    pub raw: &'a str,
}

impl Field<'_> {
    /// Whether it is the field of that name (RFC 5322 §2.2: case does not count).
    pub fn is(&self, name: &str) -> bool {
        text::same(self.name, name)
    }

    /// The value unfolded (RFC 5322 §2.2.3) and trimmed.
    #[inline(never)]
    pub fn value(&self) -> String {
        let trimmed = self.raw.trim_ascii();
        let mut value = String::with_capacity(trimmed.len());
        for line in text::parts(trimmed, b'\n') {
            text::parts(line, b'\r').for_each(|part| value.push_str(part));
        }
        value
    }

    /// The first word of the value in lower case, up to a blank, `;` or `(`:
    /// `auto-replied` of `Auto-Replied; owner=...`.
    #[inline(never)]
    pub fn keyword(&self) -> String {
        first_word(self.raw.trim_ascii_start()).to_ascii_lowercase()
    }
}

/// What stands before the first blank, `;` or `(`.
pub fn first_word(text: &str) -> &str {
    let ends = |octet: &u8| matches!(octet, b';' | b'(') || octet.is_ascii_whitespace();
    let end = text.as_bytes().iter().position(ends);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The fields of a header block, top first. Lines that are no field (no colon,
/// or not UTF-8) are left out.
pub fn fields(block: &[u8]) -> Fields<'_> {
    Fields { rest: block }
}

/// See [`fields`].
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    // Not inlined: policies walk the block several times, and code size counts.
    #[inline(never)]
    fn next(&mut self) -> Option<Field<'a>> {
        while !self.rest.is_empty() {
            let (line, after) = self.rest.split_at_checked(end_of_field(self.rest))?;
            self.rest = after;
            if let Some(field) = parse(line) {
                return Some(field);
            }
        }
        None
    }
}

/// The field of that name that stands first, if there is one.
pub fn first<'a>(block: &'a [u8], name: &str) -> Option<Field<'a>> {
    fields(block).find(|field| field.is(name))
}

/// Just after the line break that no blank follows.
fn end_of_field(block: &[u8]) -> usize {
    let mut from = 0;
    loop {
        let rest = block.get(from..).unwrap_or_default();
        let Some(at) = memchr::memchr(b'\n', rest) else {
            return block.len();
        };
        from += at + 1;
        if !matches!(block.get(from), Some(b' ' | b'\t')) {
            return from;
        }
    }
}

fn parse(line: &[u8]) -> Option<Field<'_>> {
    let text = core::str::from_utf8(line).ok()?;
    let colon = memchr::memchr(b':', line)?;
    let (name, raw) = (text.get(..colon)?, text.get(colon + 1..)?);
    Some(Field {
        name: name.trim_ascii_end(),
        raw: raw.trim_ascii_end(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &[u8] = b"From: a@b.example\r\nSubject: one\r\n two\r\n\tthree\r\nno field\r\n\
        Auto-Submitted: Auto-Replied; owner=x\r\nfrom: second@b.example\r\n";

    #[test]
    fn folded_fields_are_one_field() {
        let subject = first(BLOCK, "SUBJECT").map(|field| field.value());
        assert_eq!(subject.as_deref(), Some("one two\tthree"));
    }

    #[test]
    fn every_field_is_met_in_order() {
        let names: Vec<_> = fields(BLOCK).map(|field| field.name).collect();
        assert_eq!(names, ["From", "Subject", "Auto-Submitted", "from"]);
    }

    #[test]
    fn the_keyword_ends_at_a_parameter() {
        let field = first(BLOCK, "auto-submitted").map(|field| field.keyword());
        assert_eq!(field.as_deref(), Some("auto-replied"));
    }

    #[test]
    fn a_block_cut_anywhere_is_read_without_panic() {
        for end in 0..BLOCK.len() {
            fields(&BLOCK[..end]).for_each(|field| drop(field.value()));
        }
    }
}
