//! Domains and addresses, in the one form in which they may be compared.
//!
//! A [`Domain`] is lower-case A-labels from the moment it exists, so equality
//! is plain equality and a homograph, a full-width dot or an upper-case letter
//! cannot make two names of one. An [`Address`] keeps its local part exactly,
//! since only the receiving host may interpret it (RFC 5321 §2.4).
//!
//! Not here: display names, groups and comments (`message`); whether a domain
//! exists, or whose it is.

use std::fmt;
use std::str::FromStr;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// Longest local part in octets, as written on the wire (RFC 5321 §4.5.3.1.1).
pub const LOCAL_OCTETS_MAX: usize = 64;
/// Longest address in octets: a path of 256 less its brackets (RFC 5321 §4.5.3.1.3).
pub const ADDRESS_OCTETS_MAX: usize = 254;

/// The address in MAIL FROM; `None` is the null sender `<>` (RFC 5321 §4.5.5).
pub type ReversePath = Option<Address>;

/// Why a text is no domain or no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing before the `@`, or no `@` at all.
    #[error("address has no local part or no domain")]
    Incomplete,
    /// A character that may not stand there unquoted, or a control character.
    #[error("local part has a character that is not allowed")]
    Local,
    /// More than 64 octets before the `@`, or more than 254 in all.
    #[error("address is too long")]
    TooLong,
    /// Not a domain name by UTS-46 with STD3 rules; address literals included.
    #[error("domain is not valid")]
    Domain,
}

/// A domain name: lower-case A-labels, no trailing dot, never an IP address.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Domain(Box<str>);

impl Domain {
    /// Reads a domain name in A-labels or U-labels (UTS-46, STD3 rules, length checked).
    ///
    /// # Errors
    /// [`AddressError::Domain`] for address literals, dotted numbers, a trailing
    /// dot, an A-label that decodes to ASCII, and invisible characters, which
    /// UTS-46 would drop silently.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.chars().any(is_invisible) {
            return Err(AddressError::Domain);
        }
        let ascii = Uts46::new()
            .to_ascii(
                text.as_bytes(),
                AsciiDenyList::STD3,
                Hyphens::CheckFirstLast,
                DnsLength::Verify,
            )
            .map_err(|_| AddressError::Domain)?;
        // `127.0.0.1` and `1.2.3` pass UTS-46, but no such top-level domain can exist (RFC 3696 §2).
        let top = ascii.rsplit('.').next().unwrap_or_default();
        if top.bytes().all(|b| b.is_ascii_digit()) {
            return Err(AddressError::Domain);
        }
        Ok(Self(ascii.into()))
    }

    /// The name in A-labels.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name for people, in U-labels where it has any. Show both forms where trust matters.
    pub fn to_unicode(&self) -> String {
        let (unicode, _) = Uts46::new().to_unicode(
            self.0.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
        );
        unicode.into_owned()
    }

    /// True for `parent` itself and every name below it.
    pub fn is_within(&self, parent: &Self) -> bool {
        match self.0.strip_suffix(&*parent.0) {
            Some(rest) => rest.is_empty() || rest.ends_with('.'),
            None => false,
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Domain {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

/// `local@domain`. Equality is exact in the local part; see [`Address::same_mailbox`].
///
/// The local part is kept unquoted: `"a b"@c` and `"abc"@c` have the local
/// parts `a b` and `abc`. `Display` prints the wire form, with quotes only
/// where they are needed.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    local: Box<str>,
    domain: Domain,
}

impl Address {
    /// Reads `local@domain`: dot-atom or quoted local part, UTF-8 allowed (RFC 6531 §3.3).
    ///
    /// # Errors
    /// Says which half is wrong; no address with a control character in it exists.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = if text.starts_with('"') {
            quoted_local(text)?
        } else {
            let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Incomplete)?;
            if !is_dot_atom(local) {
                return Err(if local.is_empty() {
                    AddressError::Incomplete
                } else {
                    AddressError::Local
                });
            }
            (local.to_owned(), domain)
        };
        if domain.is_empty() {
            return Err(AddressError::Incomplete);
        }
        Self::new(&local, Domain::parse(domain)?)
    }

    /// Joins an unquoted local part and a domain.
    ///
    /// # Errors
    /// [`AddressError::Local`] if it is empty or has a control character,
    /// [`AddressError::TooLong`] if its wire form is.
    pub fn new(local: &str, domain: Domain) -> Result<Self, AddressError> {
        if local.is_empty() || local.chars().any(is_forbidden) {
            return Err(AddressError::Local);
        }
        let address = Self {
            local: local.into(),
            domain,
        };
        let local_octets = address.wire_local_octets();
        if local_octets > LOCAL_OCTETS_MAX
            || local_octets + 1 + address.domain.0.len() > ADDRESS_OCTETS_MAX
        {
            return Err(AddressError::TooLong);
        }
        Ok(address)
    }

    /// The local part, unquoted.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// False if the local part needs SMTPUTF8 (RFC 6531).
    pub fn is_ascii(&self) -> bool {
        self.local.is_ascii()
    }

    /// The same mailbox as far as a sane host is concerned: the case of ASCII
    /// letters in the local part does not count. For finding people and support
    /// addresses; never for writing an address on the wire.
    pub fn same_mailbox(&self, other: &Self) -> bool {
        self.domain == other.domain && self.local.eq_ignore_ascii_case(&other.local)
    }

    fn wire_local_octets(&self) -> usize {
        if is_dot_atom(&self.local) {
            return self.local.len();
        }
        let escapes = self
            .local
            .bytes()
            .filter(|b| matches!(b, b'"' | b'\\'))
            .count();
        self.local.len() + escapes + 2
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_dot_atom(&self.local) {
            return write!(f, "{}@{}", self.local, self.domain);
        }
        f.write_str("\"")?;
        for c in self.local.chars() {
            if matches!(c, '"' | '\\') {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        write!(f, "\"@{}", self.domain)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

/// Splits `"quoted local"@domain` and takes the quoting away (RFC 5321 §4.1.2).
fn quoted_local(text: &str) -> Result<(String, &str), AddressError> {
    let mut local = String::new();
    let mut rest = text[1..].chars();
    loop {
        match rest.next().ok_or(AddressError::Local)? {
            '"' => break,
            '\\' => local.push(
                rest.next()
                    .filter(|c| c.is_ascii())
                    .ok_or(AddressError::Local)?,
            ),
            c => local.push(c),
        }
    }
    let domain = rest
        .as_str()
        .strip_prefix('@')
        .ok_or(AddressError::Incomplete)?;
    Ok((local, domain))
}

fn is_dot_atom(text: &str) -> bool {
    text.split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(is_atom_text))
}

/// `atext` of RFC 5322 §3.2.3, and what RFC 6531 §3.3 adds to it.
fn is_atom_text(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "!#$%&'*+-/=?^_`{|}~".contains(c)
        || (!c.is_ascii() && !is_forbidden(c))
}

/// Controls, line separators and invisible characters: they forge lines, hide in names, or both.
fn is_forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_invisible(c)
}

/// Characters without a glyph that would make two addresses look like one.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn domain(text: &str) -> Option<String> {
        Domain::parse(text).ok().map(|d| d.as_str().to_owned())
    }

    #[test]
    fn a_domain_has_one_form() {
        for (given, kept) in [
            ("Acme.Example", "acme.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("acme\u{3002}example", "acme.example"),
            ("localhost", "localhost"),
            ("r3---sn.example", "r3---sn.example"),
        ] {
            assert_eq!(domain(given).as_deref(), Some(kept), "{given}");
        }
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        for bad in [
            "",
            ".",
            "acme.example.",
            ".acme.example",
            "acme..example",
            "-a.example",
            "a-.example",
            "a b.example",
            "a_b.example",
            "127.0.0.1",
            "[127.0.0.1]",
            "[IPv6:::1]",
            "1.2.3",
            "xn--example-.org",
            "xn--a.example",
            "ac\u{200b}me.example",
            "acme\u{ad}.example",
            "*.example",
            "acme.example\r\n",
            "a\0.example",
            "%41.example",
        ] {
            assert_eq!(domain(bad), None, "{bad:?}");
        }
        assert_eq!(domain(&format!("{}.example", "a".repeat(64))), None);
        assert_eq!(domain(&"abcdefgh.".repeat(30)), None);
    }

    #[test]
    fn below_a_domain_means_at_a_label_border() {
        let parent = Domain::parse("desk.example").unwrap();
        for (name, within) in [
            ("desk.example", true),
            ("a.desk.example", true),
            ("adesk.example", false),
            ("example", false),
        ] {
            assert_eq!(
                Domain::parse(name).unwrap().is_within(&parent),
                within,
                "{name}"
            );
        }
    }

    #[test]
    fn an_address_prints_as_it_goes_on_the_wire() {
        for (given, printed) in [
            ("Help@ACME.example", "Help@acme.example"),
            ("\"a b\"@acme.example", "\"a b\"@acme.example"),
            ("\"abc\"@acme.example", "abc@acme.example"),
            (r#""\"@x"@acme.example"#, r#""\"@x"@acme.example"#),
            (r#""a\\b"@acme.example"#, r#""a\\b"@acme.example"#),
            ("a%b+c=d@acme.example", "a%b+c=d@acme.example"),
            ("jürgen@bücher.example", "jürgen@xn--bcher-kva.example"),
        ] {
            assert_eq!(Address::parse(given).unwrap().to_string(), printed);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "@",
            "a@",
            "@acme.example",
            "acme.example",
            "a b@acme.example",
            ".a@acme.example",
            "a.@acme.example",
            "a..b@acme.example",
            "a@b@acme.example",
            "\"a@acme.example",
            "\"\"@acme.example",
            "\"a\"b@acme.example",
            "a@[127.0.0.1]",
            "a\r\n@acme.example",
            "\"a\nb\"@acme.example",
            "\"a\\\0\"@acme.example",
            "a\u{2028}b@acme.example",
            "<a@acme.example>",
            "a@acme.example ",
            "a\u{200b}b@acme.example",
            "\"a\\",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(
            Address::parse(&format!("{}@acme.example", "a".repeat(65))),
            Err(AddressError::TooLong)
        );
        let long = format!("{0}.{0}.{0}.example", "b".repeat(62));
        assert_eq!(
            Address::parse(&format!("{}@{long}", "a".repeat(60))),
            Err(AddressError::TooLong)
        );
    }

    #[test]
    fn case_counts_for_equality_but_not_for_the_mailbox() {
        let (one, two) = (
            Address::parse("Help@acme.example").unwrap(),
            Address::parse("help@ACME.example").unwrap(),
        );
        assert_ne!(one, two);
        assert!(one.same_mailbox(&two));
    }

    proptest! {
        /// What parses prints, and what was printed parses to the same.
        #[test]
        fn printing_and_parsing_agree(local in "[ -~ü]{1,40}") {
            let Ok(address) = Address::new(&local, Domain::parse("acme.example").unwrap()) else { return Ok(()) };
            prop_assert_eq!(Address::parse(&address.to_string()), Ok(address));
        }

        #[test]
        fn nothing_parsed_can_break_a_line(text in any::<String>()) {
            if let Ok(address) = Address::parse(&text) {
                let has_control = address.to_string().chars().any(char::is_control);
                prop_assert!(!has_control);
            }
        }
    }
}
