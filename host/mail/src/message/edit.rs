//! Changes to the header of a message: fields on top, fields taken out.
//!
//! Only the header is written anew, so a message with 25 MB of attachment is
//! edited without touching them. What is not taken out stays byte for byte:
//! somebody signed it.
//!
//! Two kinds of change meet here. A policy's pass the list of protected names
//! ([`Edits::add`], [`Edits::remove`]); the host's own (trace fields, the
//! stripping of forged fields) do not.
//!
//! Not here: which changes are wanted (policies), the trace fields (`trace`).

use std::ops::Range;

use super::fields::RawField;
use super::headers::Headers;
use super::names::{Field, HeaderName};
use super::results;

/// Why a policy's change was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Nobody but the host touches that field.
    #[error("header field {0} is protected")]
    Protected(HeaderName),
    /// More than [`Edits::MAX`] changes.
    #[error("more than {} header changes", Edits::MAX)]
    TooMany,
}

/// Whether a policy must leave fields of that name alone: what identifies the
/// author and the message, what others signed, what describes the body, and
/// the product's own fields (`X-<prefix>-*`).
pub fn is_protected(name: &HeaderName, product_prefix: &str) -> bool {
    let name = name.as_str();
    PROTECTED
        .iter()
        .any(|protected| name.eq_ignore_ascii_case(protected))
        || starts_with(name, "Content-")
        || starts_with(name, "ARC-")
        || is_product(name, product_prefix)
}

/// The changes to one message, collected before they are applied.
#[derive(Debug, Clone, Default)]
pub struct Edits {
    top: Vec<u8>,
    remove: Vec<HeaderName>,
    count: usize,
    foreign_marks: Option<Marks>,
}

#[derive(Debug, Clone)]
struct Marks {
    product_prefix: String,
    authserv_id: String,
}

impl Edits {
    /// Changes one message may have from policies.
    pub const MAX: usize = 64;

    /// A policy wants a field on top; the last one added stands topmost.
    ///
    /// # Errors
    /// The field is protected, or there are too many changes.
    pub fn add(&mut self, field: &Field, product_prefix: &str) -> Result<(), EditError> {
        self.check(&field.name, product_prefix)?;
        let mut lines = Vec::new();
        field.write_to(&mut lines);
        self.put_on_top(&lines);
        Ok(())
    }

    /// A policy wants every field of that name gone.
    ///
    /// # Errors
    /// The field is protected, or there are too many changes.
    pub fn remove(&mut self, name: HeaderName, product_prefix: &str) -> Result<(), EditError> {
        self.check(&name, product_prefix)?;
        self.remove.push(name);
        Ok(())
    }

    /// The host puts finished lines on top: what `trace`, `results` or `dkim`
    /// printed, CRLF included.
    pub fn put_on_top(&mut self, lines: &[u8]) {
        self.top.splice(0..0, lines.iter().copied());
    }

    /// What a message from outside must not tell us (R36): every
    /// `X-<product_prefix>-*` field, and every Authentication-Results that
    /// claims to be by `authserv_id`, which is us (RFC 8601 §5). Malformed
    /// fields that a generous reader would take for one of these go too.
    pub fn strip_forged(&mut self, product_prefix: &str, authserv_id: &str) {
        self.foreign_marks = Some(Marks {
            product_prefix: product_prefix.to_owned(),
            authserv_id: authserv_id.to_owned(),
        });
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

    fn check(&mut self, name: &HeaderName, product_prefix: &str) -> Result<(), EditError> {
        if is_protected(name, product_prefix) {
            return Err(EditError::Protected(name.clone()));
        }
        if self.count == Self::MAX {
            return Err(EditError::TooMany);
        }
        self.count += 1;
        Ok(())
    }

    fn goes(&self, headers: &Headers, field: &RawField) -> bool {
        let text = &headers.block()[field.whole.clone()];
        let Some(name) = squeezed_name(text) else {
            return false;
        };
        let wanted = self
            .remove
            .iter()
            .any(|gone| gone.as_str().eq_ignore_ascii_case(&name));
        let value = || {
            text.splitn(2, |&octet| octet == b':')
                .nth(1)
                .unwrap_or_default()
        };
        wanted
            || self.foreign_marks.as_ref().is_some_and(|marks| {
                is_product(&name, &marks.product_prefix)
                    || name.eq_ignore_ascii_case(results::FIELD)
                        && results::is_by(value(), &marks.authserv_id)
            })
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

/// The name a generous reader would see: what stands before the colon, white
/// space taken out.
fn squeezed_name(field: &[u8]) -> Option<String> {
    let colon = memchr::memchr(b':', field)?;
    let name = field[..colon]
        .iter()
        .filter(|octet| !octet.is_ascii_whitespace());
    Some(name.map(|&octet| char::from(octet)).collect())
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

/// The contract's list (`wit/headers.wit`), and what would forge a verdict
/// (Authentication-Results) or silence the loop protection.
const PROTECTED: [&str; 11] = [
    "From",
    "Sender",
    "Received",
    "Return-Path",
    "DKIM-Signature",
    "Message-ID",
    "MIME-Version",
    "Authentication-Results",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Mailer",
];

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
        edits
            .add(&Field::parse("X-One", "1").unwrap(), "Relaygate")
            .unwrap();
        edits
            .add(&Field::parse("X-Two", "grün").unwrap(), "Relaygate")
            .unwrap();
        edits
            .remove(HeaderName::parse("x-gone").unwrap(), "Relaygate")
            .unwrap();
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
    fn protected_fields_cannot_be_touched_by_policies() {
        let names = [
            "from",
            "SENDER",
            "Received",
            "return-path",
            "dkim-signature",
            "Message-Id",
            "Content-Type",
            "content-foo",
            "MIME-Version",
            "X-Relaygate-Email-Id",
            "x-RELAYGATE-anything",
            "Authentication-Results",
            "ARC-Seal",
            "Auto-Submitted",
        ];
        for name in names {
            let name = HeaderName::parse(name).unwrap();
            let field = Field {
                name: name.clone(),
                value: super::super::HeaderValue::parse("x").unwrap(),
            };
            let refused = Err(EditError::Protected(name.clone()));
            assert_eq!(Edits::default().add(&field, "Relaygate"), refused);
            assert_eq!(Edits::default().remove(name, "Relaygate"), refused);
        }
        for name in [
            "Subject",
            "X-Relaygater",
            "X-Relaygate-",
            "Contents",
            "X-Spam",
        ] {
            assert!(
                !is_protected(&HeaderName::parse(name).unwrap(), "Relaygate"),
                "{name}"
            );
        }
    }

    #[test]
    fn names_and_values_that_inject_are_no_fields() {
        for name in ["", "a b", "a:", "a\r\nb", "a\0", "ä", &"x".repeat(200)] {
            assert!(HeaderName::parse(name).is_err(), "{name}");
        }
        for value in ["a\r\nB: c", "a\nb", "a\rb", "a\0b", "a\u{85}b", "a\x1bb"] {
            assert!(HeaderValue::parse(value).is_err(), "{value}");
        }
    }

    use super::super::HeaderValue;

    #[test]
    fn what_outsiders_say_in_our_name_is_stripped() {
        let mut edits = Edits::default();
        edits.strip_forged("Relaygate", "relay.desk.example");
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
    fn a_policy_has_only_so_many_changes() {
        let mut edits = Edits::default();
        let field = Field::parse("X-One", "1").unwrap();
        for _ in 0..Edits::MAX {
            edits.add(&field, "Relaygate").unwrap();
        }
        assert_eq!(edits.add(&field, "Relaygate"), Err(EditError::TooMany));
    }
}
