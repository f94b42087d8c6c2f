//! Changes to the header of a message: fields on top, fields taken out.
//!
//! Only the header is written anew, so a message with 25 MB of attachment is
//! edited without touching them. What is not taken out stays byte for byte:
//! somebody signed it.
//!
//! What is taken out is pointed at as it stands: a stranger wrote it, so neither
//! its name nor its value need be fit to be printed.
//!
//! Not here: which changes are wanted, and which names a policy must leave alone
//! (`policy`); the trace fields (`trace`).

use std::ops::Range;

use super::fields::RawField;
use super::headers::Headers;
use super::names::Field;
use super::results;

/// More than [`Edits::ADDED_MAX`] fields were to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {} fields added", Edits::ADDED_MAX)]
pub struct TooMany;

/// The changes to one message, collected before they are applied.
#[derive(Debug, Clone, Default)]
pub struct Edits {
    top: Vec<u8>,
    added: usize,
    remove: Vec<Removal>,
    product_prefix: Option<String>,
    authserv_id: Option<String>,
}

/// Fields that go.
#[derive(Debug, Clone)]
struct Removal {
    name: String,
    /// Without line breaks and outer blanks; every field of that name if absent.
    value: Option<String>,
}

impl Edits {
    /// Fields a message may be given, trace fields aside.
    pub const ADDED_MAX: usize = 64;

    /// A field comes on top; the last one added stands topmost.
    ///
    /// # Errors
    /// [`TooMany`]; nothing was added.
    pub fn add(&mut self, field: &Field) -> Result<(), TooMany> {
        if self.added == Self::ADDED_MAX {
            return Err(TooMany);
        }
        self.added += 1;
        let mut lines = Vec::new();
        field.write_to(&mut lines);
        self.put_on_top(&lines);
        Ok(())
    }

    /// Every field of that name goes; case does not count (RFC 5322 §2.2).
    pub fn remove(&mut self, name: &str) {
        let name = name.to_owned();
        self.remove.push(Removal { name, value: None });
    }

    /// The fields of that name go whose value is exactly this one, both read
    /// without line breaks and without blanks at either end.
    pub fn remove_value(&mut self, name: &str, value: &str) {
        self.remove.push(Removal {
            name: name.to_owned(),
            value: Some(plain(value.as_bytes())),
        });
    }

    /// Finished lines come on top: what `trace`, `results` or `dkim` printed,
    /// CRLF included.
    pub fn put_on_top(&mut self, lines: &[u8]) {
        self.top.splice(0..0, lines.iter().copied());
    }

    /// Every `X-<product_prefix>-*` field goes: what a message from outside must
    /// not tell us (R36). Malformed fields that a generous reader would take for
    /// one of these go too.
    pub fn strip_marks(&mut self, product_prefix: &str) {
        self.product_prefix = Some(product_prefix.to_owned());
    }

    /// Every Authentication-Results goes that claims to be by `authserv_id`,
    /// which is us (RFC 8601 §5); malformed ones too.
    pub fn strip_results(&mut self, authserv_id: &str) {
        self.authserv_id = Some(authserv_id.to_owned());
    }

    /// Works out what is left of the message whose header is `headers`.
    pub fn apply(self, headers: &Headers) -> Edited {
        let mut kept: Vec<Range<usize>> = Vec::new();
        let mut removed = 0;
        for field in headers.raw_fields() {
            if self.goes(headers, field) {
                removed += 1;
                continue;
            }
            match kept.last_mut() {
                Some(last) if last.end == field.whole.start => last.end = field.whole.end,
                _ => kept.push(field.whole.clone()),
            }
        }
        Edited {
            top: self.top,
            kept,
            separator: headers.block().len()..headers.body_start(),
            removed,
        }
    }

    fn goes(&self, headers: &Headers, field: &RawField) -> bool {
        let text = &headers.block()[field.whole.clone()];
        let Some(colon) = memchr::memchr(b':', text) else {
            return false;
        };
        let (name, value) = (&text[..colon], &text[colon + 1..]);
        self.remove.iter().any(|gone| gone.is(name, value)) || self.is_forged(name, value)
    }

    fn is_forged(&self, name: &[u8], value: &[u8]) -> bool {
        let name = squeezed(name);
        let prefix = self.product_prefix.as_deref();
        let us = self.authserv_id.as_deref();
        prefix.is_some_and(|prefix| is_product(&name, prefix))
            || name.eq_ignore_ascii_case(results::FIELD)
                && us.is_some_and(|us| results::is_by(value, us))
    }
}

impl Removal {
    fn is(&self, name: &[u8], value: &[u8]) -> bool {
        name.trim_ascii_end()
            .eq_ignore_ascii_case(self.name.as_bytes())
            && self
                .value
                .as_ref()
                .is_none_or(|wanted| *wanted == plain(value))
    }
}

/// A header after its edits, as pieces of the message before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// New fields, complete lines.
    top: Vec<u8>,
    /// What is kept of the header block.
    kept: Vec<Range<usize>>,
    /// The empty line behind the block, if there is one.
    separator: Range<usize>,
    removed: usize,
}

impl Edited {
    /// How many fields were taken out.
    pub fn removed(&self) -> usize {
        self.removed
    }

    /// The new header block, without the empty line. `block` is the old one.
    pub fn block(&self, block: &[u8]) -> Vec<u8> {
        let mut new = self.top.clone();
        for range in &self.kept {
            new.extend_from_slice(block.get(range.clone()).unwrap_or_default());
        }
        new
    }

    /// Everything before the body: the new block and the empty line. `start` is
    /// the message before, or as much of it as holds its header.
    pub fn head(&self, start: &[u8]) -> Vec<u8> {
        let mut head = self.block(start);
        head.extend_from_slice(start.get(self.separator.clone()).unwrap_or_default());
        head
    }

    /// The whole message, for those that are in memory anyway.
    pub fn to_vec(&self, message: &[u8]) -> Vec<u8> {
        let mut whole = self.head(message);
        whole.extend_from_slice(message.get(self.separator.end..).unwrap_or_default());
        whole
    }
}

/// The name a generous reader would see: white space taken out.
fn squeezed(name: &[u8]) -> String {
    let name = name.iter().filter(|octet| !octet.is_ascii_whitespace());
    name.map(|&octet| char::from(octet)).collect()
}

/// A value without line breaks and without blanks at either end.
fn plain(value: &[u8]) -> String {
    let octets = value.iter().filter(|octet| !matches!(octet, b'\r' | b'\n'));
    let octets: Vec<u8> = octets.copied().collect();
    String::from_utf8_lossy(octets.trim_ascii()).into_owned()
}

fn is_product(name: &str, prefix: &str) -> bool {
    name.len() > prefix.len() + 3
        && starts_with(name, "X-")
        && starts_with(&name[2..], prefix)
        && name.as_bytes()[2 + prefix.len()] == b'-'
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(message: &str, edits: Edits) -> String {
        let message = message.replace('\n', "\r\n");
        let headers = Headers::parse(message.as_bytes()).unwrap();
        let edited = edits.apply(&headers);
        let whole = String::from_utf8(edited.to_vec(message.as_bytes())).unwrap();
        assert!(whole.as_bytes().starts_with(&edited.block(headers.block())));
        whole.replace("\r\n", "\n")
    }

    #[test]
    fn fields_are_added_on_top_and_removed_by_name() {
        let mut edits = Edits::default();
        edits.add(&Field::parse("X-One", "1").unwrap()).unwrap();
        edits.add(&Field::parse("X-Two", "grün").unwrap()).unwrap();
        edits.remove("x-gone");
        let after = edited(
            "X-Gone: a\n b\nFrom: a@b.example\nX-GONE: c\n\nX-Gone: body\n",
            edits,
        );
        assert_eq!(
            after,
            "X-Two: =?utf-8?B?Z3LDvG4=?=\nX-One: 1\nFrom: a@b.example\n\nX-Gone: body\n"
        );
    }

    #[test]
    fn one_field_is_removed_by_its_value() {
        let mut edits = Edits::default();
        edits.remove_value("x-note", "\tone two ");
        let after = edited(
            "X-Note: one\n two\nX-Note: one  two\nX-Note: One two\nX-NOTE:\n one two \n\
             X-Notes: one two\nX-Note : one two\n\n",
            edits,
        );
        assert_eq!(
            after,
            "X-Note: one  two\nX-Note: One two\nX-Notes: one two\n\n"
        );
    }

    #[test]
    fn an_empty_value_is_a_value() {
        let mut edits = Edits::default();
        edits.remove_value("X-Note", "");
        assert_eq!(edited("X-Note:\nX-Note: a\n\n", edits), "X-Note: a\n\n");
    }

    #[test]
    fn what_is_no_field_of_ours_to_print_can_be_removed() {
        let mut edits = Edits::default();
        edits.remove("X-Grün");
        edits.remove("X Y");
        assert_eq!(
            edited("X-Grün: 1\nX Y: 2\nXY: 3\nno field\n\n", edits),
            "XY: 3\nno field\n\n"
        );
    }

    #[test]
    fn names_and_values_that_inject_are_no_fields() {
        for name in ["", "a b", "a:", "a\r\nb", "a\0", "ä", &"x".repeat(200)] {
            assert!(Field::parse(name, "").is_err(), "{name}");
        }
        for value in ["a\r\nB: c", "a\nb", "a\rb", "a\0b", "a\u{85}b", "a\x1bb"] {
            assert!(Field::parse("X-Note", value).is_err(), "{value}");
        }
    }

    #[test]
    fn what_outsiders_say_in_our_name_is_stripped() {
        let mut edits = Edits::default();
        edits.strip_marks("Relaygate");
        edits.strip_results("relay.desk.example");
        let after = edited(
            "X-Relaygate-From-Account-Id: 1234567\nx-relaygate-Email-Id: 1\nX-Relay gate-Tags: a\n\
             X-Relaygater: stays\nAuthentication-Results: (c) RELAY.desk.example 1; spf=pass\n\
             Authentication-Results: \"relay.desk.example\"; none\nAuthentication-Results : relay.desk.example; none\n\
             Authentication-Results: mx.acme.example; spf=pass\nFrom: a@b.example\n\n",
            edits,
        );
        assert_eq!(
            after,
            "X-Relaygater: stays\nAuthentication-Results: mx.acme.example; spf=pass\nFrom: a@b.example\n\n"
        );
    }

    #[test]
    fn only_so_many_fields_are_added() {
        let mut edits = Edits::default();
        let field = Field::parse("X-One", "1").unwrap();
        for _ in 0..Edits::ADDED_MAX {
            edits.add(&field).unwrap();
        }
        assert_eq!(edits.add(&field), Err(TooMany));
    }
}
