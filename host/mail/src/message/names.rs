//! Text that cannot inject: field names, field values, message identifiers.
//!
//! No `String` becomes a header field without passing one of these types. They
//! refuse what would end a line or hide from a reader: CR, LF, NUL and the
//! other control characters. Each is checked once, where it is made, so that
//! the printing code has nothing left to forget.
//!
//! Not here: which fields nobody may touch (`policy`).

use std::fmt;

use super::fields::{CRLF, is_name_octet};
use super::words;

/// Why a text is no field name, value or message identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Empty, longer than [`HeaderName::OCTETS_MAX`], or not RFC 5322 `ftext`.
    #[error("not a header field name")]
    Name,
    /// A control character in the value, or longer than [`HeaderValue::OCTETS_MAX`].
    #[error("header field value has a control character or is too long")]
    Value,
    /// Not `left@right` of printable ASCII without space, `<` and `>`.
    #[error("not a message identifier")]
    MessageId,
}

/// A header field name (RFC 5322 §3.6.8). Compares without regard to case.
#[derive(Debug, Clone)]
pub struct HeaderName(String);

impl HeaderName {
    /// Octets a name may have; a name and its colon must fit into one line.
    pub const OCTETS_MAX: usize = 127;

    /// # Errors
    /// [`NameError::Name`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let good =
            !text.is_empty() && text.len() <= Self::OCTETS_MAX && text.bytes().all(is_name_octet);
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Name)
        }
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for HeaderName {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for HeaderName {}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The unfolded value of a header field: no control characters, tab excepted.
/// May hold any other Unicode text; printing encodes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderValue(String);

impl HeaderValue {
    /// Octets a value may have.
    pub const OCTETS_MAX: usize = 16 * 1024;

    /// # Errors
    /// [`NameError::Value`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let bad = |c: char| c.is_control() && c != '\t';
        if text.len() > Self::OCTETS_MAX || text.chars().any(bad) {
            return Err(NameError::Value);
        }
        Ok(Self(text.trim().to_owned()))
    }

    /// The value as it was given, without outer white space.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A field ready to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: HeaderName,
    /// Its value.
    pub value: HeaderValue,
}

impl Field {
    /// # Errors
    /// The name or the value is not fit to be printed.
    pub fn parse(name: &str, value: &str) -> Result<Self, NameError> {
        Ok(Self {
            name: HeaderName::parse(name)?,
            value: HeaderValue::parse(value)?,
        })
    }

    /// Appends the field as lines of at most 998 octets, CRLF included at the
    /// end. A value that is not ASCII, or that no white space lets us fold, is
    /// printed as encoded words (RFC 2047).
    pub fn write_to(&self, out: &mut Vec<u8>) {
        write_field(self.name.as_str(), &words::encode(self.value.as_str()), out);
    }
}

/// Appends `name: value` folded at white space (RFC 5322 §2.2.3). `value` has
/// no control characters and no word longer than a line; the callers in this
/// module see to both.
pub(super) fn write_field(name: &str, value: &str, out: &mut Vec<u8>) {
    use mail_builder::headers::{Header, raw::Raw};
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b":");
    if value.is_empty() {
        out.extend_from_slice(CRLF);
        return;
    }
    out.push(b' ');
    Raw::new(value).write_header(out, name.len() + 2);
}

/// A message identifier without its angle brackets (RFC 5322 §3.6.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(String);

impl MessageId {
    /// Octets an identifier may have, so that a line of References holds one.
    pub const OCTETS_MAX: usize = 512;

    /// Reads `left@right`, with or without angle brackets around it. More
    /// generous than the RFC about the characters on both sides, since what a
    /// customer's server makes has to be quoted back as it is.
    ///
    /// # Errors
    /// [`NameError::MessageId`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        let inner = text
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
            .unwrap_or(text);
        let good = inner.len() <= Self::OCTETS_MAX
            && inner
                .bytes()
                .all(|octet| octet.is_ascii_graphic() && !matches!(octet, b'<' | b'>'))
            && inner
                .split_once('@')
                .is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
        if good {
            Ok(Self(inner.to_owned()))
        } else {
            Err(NameError::MessageId)
        }
    }

    /// The identifier without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Prints with angle brackets.
impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}
