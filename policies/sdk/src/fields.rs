//! Reading a header block: one pass over the octets, nothing copied.
//!
//! For policies that look at everything; for one or two fields `mail.header` is
//! simpler. Not here: decoding (RFC 2047), address lists (`mail.mailboxes`).

use alloc::string::String;

/// One field of a header block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Without the colon.
    pub name: &'a str,
    /// As it stands, folding included, without the last line break.
    pub raw: &'a str,
}

impl Field<'_> {
    /// Whether it is the field of that name (RFC 5322 §2.2: case does not count).
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value unfolded (RFC 5322 §2.2.3) and trimmed.
    pub fn value(&self) -> String {
        let trimmed = self.raw.trim();
        let mut value = String::with_capacity(trimmed.len());
        trimmed.split("\r\n").for_each(|line| value.push_str(line));
        value
    }

    /// The first word of the value in lower case, up to a `;` or blank:
    /// `auto-replied` of `Auto-Replied; owner=...`.
    pub fn keyword(&self) -> String {
        let value = self.raw.trim_start();
        let end = value.find(|c: char| c == ';' || c.is_ascii_whitespace());
        value[..end.unwrap_or(value.len())].to_ascii_lowercase()
    }
}

/// The fields of a header block, top first. Lines that are no field (no colon,
/// or not UTF-8) are left out.
pub fn fields(block: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let mut rest = block;
    core::iter::from_fn(move || {
        (!rest.is_empty()).then(|| {
            let (line, after) = rest.split_at(end_of_field(rest));
            rest = after;
            line
        })
    })
    .filter_map(parse)
}

/// The field of that name that stands first, if there is one.
pub fn first<'a>(block: &'a [u8], name: &str) -> Option<Field<'a>> {
    fields(block).find(|field| field.is(name))
}

/// Just after the line break that no blank follows.
fn end_of_field(block: &[u8]) -> usize {
    let mut from = 0;
    while let Some(at) = block[from..].iter().position(|octet| *octet == b'\n') {
        from += at + 1;
        if !matches!(block.get(from), Some(b' ' | b'\t')) {
            return from;
        }
    }
    block.len()
}

fn parse(line: &[u8]) -> Option<Field<'_>> {
    let text = core::str::from_utf8(line).ok()?;
    let (name, raw) = text.split_once(':')?;
    Some(Field {
        name: name.trim_end(),
        raw: raw.trim_end_matches(['\r', '\n']),
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
