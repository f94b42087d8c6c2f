//! [`Headers`]: what the header fields of one message say.
//!
//! Made once a message from its first [`super::HEADER_START_OCTETS`]; it keeps
//! its own copy of the block (8 KB, as a rule), so the body may live elsewhere.
//! The values are read when they are asked for: the built-in policies look at a
//! dozen fields of thirty.
//!
//! Not here: the body (`body`), what may be concluded (`hints`, the policies).

use mail_parser::parsers::MessageStream;
use mail_parser::{self as parser, HeaderValue as Parsed};

use super::fields::{self, HeaderError, RawField, Split};
use super::names::MessageId;
use super::words;
use crate::address::Address;

/// Addresses one header field may have; the rest is not read.
pub const ADDRESSES_MAX: usize = 1_000;

/// Something structurally wrong with a message that is kept all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Defect {
    /// A line of the header is no field.
    MalformedField,
    /// No From field.
    NoFrom,
    /// More than one From field (RFC 5322 §3.6 wants exactly one).
    SeveralFrom,
    /// One From field with more than one mailbox.
    SeveralAuthors,
    /// A From, Sender, Reply-To, To or Cc field that holds something which is no mailbox.
    Unparseable,
    /// A field that RFC 5322 §3.6 allows once stands there more often.
    DuplicateField,
    /// CR or LF that is no CRLF in the header.
    BareLineEnd,
    /// Another control character in the header.
    ControlCharacter,
    /// More than [`ADDRESSES_MAX`] addresses in one field.
    TooManyAddresses,
    /// Two readers could see two bodies, as far as the header tells
    /// ([`super::is_ambiguous`] looks at the parts, too).
    MimeAmbiguous,
}

impl Defect {
    /// The word for machines: a `code` of the policy contract.
    pub fn code(self) -> &'static str {
        match self {
            Self::MalformedField => "malformed_field",
            Self::NoFrom => "no_from",
            Self::SeveralFrom => "several_from",
            Self::SeveralAuthors => "several_authors",
            Self::Unparseable => "unparseable",
            Self::DuplicateField => "duplicate_field",
            Self::BareLineEnd => "bare_line_end",
            Self::ControlCharacter => "control_character",
            Self::TooManyAddresses => "too_many_addresses",
            Self::MimeAmbiguous => "mime_ambiguous",
        }
    }
}

/// One mailbox of an address field (RFC 5322 §3.4), as a stranger wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Decoded display name without control characters; empty if there is none.
    pub name: String,
    /// The address as it stands in the field; may be empty or nonsense.
    pub text: String,
    /// The same if it is an address.
    pub address: Option<Address>,
}

/// The header fields of one message.
#[derive(Debug, Clone)]
pub struct Headers {
    block: Vec<u8>,
    fields: Vec<RawField>,
    body_start: usize,
    defects: Vec<Defect>,
}

impl Headers {
    /// Reads the header of a message. `start` is the whole message, or its
    /// first [`super::HEADER_START_OCTETS`] if it is longer.
    ///
    /// # Errors
    /// The header is beyond a limit; the message is not to be taken in.
    pub fn parse(start: &[u8]) -> Result<Self, HeaderError> {
        let Split {
            fields,
            block_end,
            body_start,
        } = fields::split(start)?;
        let block = start[..block_end].to_vec();
        let mut headers = Self {
            block,
            fields,
            body_start,
            defects: Vec::new(),
        };
        headers.defects = headers.find_defects();
        Ok(headers)
    }

    /// The header block as it stands, without the empty line.
    pub fn block(&self) -> &[u8] {
        &self.block
    }

    /// Where the body starts in the message.
    pub fn body_start(&self) -> usize {
        self.body_start
    }

    /// What is structurally wrong, each defect once.
    pub fn defects(&self) -> &[Defect] {
        &self.defects
    }

    /// Every well-formed field from top to bottom: name and raw value, folds included.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields
            .iter()
            .filter_map(|field| Some((self.name_of(field)?, self.value_of(field))))
    }

    /// The raw fields with their places, malformed ones included.
    pub fn raw_fields(&self) -> &[RawField] {
        &self.fields
    }

    /// The raw values of every field of that name, top first.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.fields()
            .filter(move |(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Whether there is a field of that name.
    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The first field of that name, unfolded and decoded (RFC 2047).
    pub fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(|value| words::decode(&value))
    }

    /// The first field of that name, unfolded but not decoded.
    pub fn raw(&self, name: &str) -> Option<String> {
        self.all(name).next().map(words::unfold)
    }

    /// Every field of that name, top first, unfolded but not decoded.
    pub fn raw_all(&self, name: &str) -> Vec<String> {
        self.all(name).map(words::unfold).collect()
    }

    /// The mailboxes of every field of that name, groups flattened; at most
    /// [`ADDRESSES_MAX`] a field.
    pub fn mailboxes(&self, name: &str) -> Vec<Mailbox> {
        self.all(name).flat_map(mailboxes).collect()
    }

    /// The message's own identifier, if it has one that can be quoted.
    pub fn message_id(&self) -> Option<MessageId> {
        MessageId::parse(&self.raw("Message-ID")?).ok()
    }

    /// What it answers: the identifiers of References, newest first, then those
    /// of In-Reply-To, each once; at most [`REFERENCES_MAX`].
    pub fn references(&self) -> Vec<MessageId> {
        let mut ids: Vec<MessageId> = Vec::new();
        let references = self.raw("References").map(|value| identifiers(&value));
        let replied = self.raw("In-Reply-To").map(|value| identifiers(&value));
        let newest_first = references.into_iter().flat_map(|ids| ids.into_iter().rev());
        for id in newest_first
            .chain(replied.into_iter().flatten())
            .take(REFERENCES_MAX)
        {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// How many servers have handled it: the Received fields (RFC 5321 §6.3).
    pub fn hops(&self) -> usize {
        self.all("Received").count()
    }

    /// The Date field in milliseconds since the epoch; absent before 1970 too.
    pub fn date(&self) -> Option<u64> {
        let date = parser::DateTime::parse_rfc822(&self.raw("Date")?)?;
        let seconds = u64::try_from(date.to_timestamp()).ok()?;
        date.is_valid().then(|| seconds.saturating_mul(1_000))
    }

    fn name_of(&self, field: &RawField) -> Option<&str> {
        // A name is printable ASCII, so this never fails.
        field
            .name
            .clone()
            .and_then(|name| std::str::from_utf8(&self.block[name]).ok())
    }

    fn value_of(&self, field: &RawField) -> &[u8] {
        &self.block[field.value.clone()]
    }

    fn find_defects(&self) -> Vec<Defect> {
        let mut found = self.form_defects();
        found.extend(self.author_defects());
        found.extend(self.address_defects());
        let mime = super::ambiguity::of_fields(self);
        found.extend(mime.then_some(Defect::MimeAmbiguous));
        found.sort_unstable();
        found.dedup();
        found
    }

    fn form_defects(&self) -> Vec<Defect> {
        let mut found = Vec::new();
        let checks = [
            (
                self.fields.iter().any(|field| field.name.is_none()),
                Defect::MalformedField,
            ),
            (has_bare_line_end(&self.block), Defect::BareLineEnd),
            (
                self.block.iter().any(|&octet| is_control(octet)),
                Defect::ControlCharacter,
            ),
            (
                ONCE.iter().any(|name| self.all(name).nth(1).is_some()),
                Defect::DuplicateField,
            ),
        ];
        found.extend(
            checks
                .into_iter()
                .filter(|(bad, _)| *bad)
                .map(|(_, defect)| defect),
        );
        found
    }

    fn author_defects(&self) -> Option<Defect> {
        match self.all("From").count() {
            0 => Some(Defect::NoFrom),
            1 => (self.mailboxes("From").len() > 1).then_some(Defect::SeveralAuthors),
            _ => Some(Defect::SeveralFrom),
        }
    }

    fn address_defects(&self) -> Vec<Defect> {
        let mut found = Vec::new();
        for value in ADDRESS_FIELDS.iter().flat_map(|name| self.all(name)) {
            let boxes = mailboxes(value);
            if boxes.len() >= ADDRESSES_MAX {
                found.push(Defect::TooManyAddresses);
            }
            let nothing = boxes.is_empty() && !is_empty_group(value);
            if nothing || boxes.iter().any(|mailbox| mailbox.address.is_none()) {
                found.push(Defect::Unparseable);
            }
        }
        found
    }
}

/// The mailboxes of one raw value.
fn mailboxes(raw: &[u8]) -> Vec<Mailbox> {
    let unfolded = words::unfold(raw);
    if unfinished_words(&unfolded) > UNFINISHED_WORDS_MAX {
        return Vec::new();
    }
    // The parser wants a line end and stops there; the text has no other.
    let line = format!("{unfolded}\n");
    let Parsed::Address(parsed) = MessageStream::new(line.as_bytes()).parse_address() else {
        return Vec::new();
    };
    parsed.iter().take(ADDRESSES_MAX).map(mailbox).collect()
}

fn mailbox(parsed: &parser::Addr<'_>) -> Mailbox {
    let text = words::disarm(parsed.address().unwrap_or_default());
    let text = current_form(text.trim());
    let name = words::disarm(parsed.name().unwrap_or_default())
        .trim()
        .to_owned();
    // An octet that is no text stands for nobody: what it was cannot be told any more.
    let legible = !text.contains(char::REPLACEMENT_CHARACTER);
    Mailbox {
        name,
        address: Address::parse(&text).ok().filter(|_| legible),
        text,
    }
}

/// RFC 5322 §4.4: a route before the address is to be ignored, and blanks may stand around its
/// dots and its `@`. Between quotes they mean something.
fn current_form(text: &str) -> String {
    let routed = text.starts_with('@');
    let text = text
        .split_once(':')
        .filter(|_| routed)
        .map_or(text, |(_, rest)| rest);
    if text.contains('"') {
        return text.trim().to_owned();
    }
    let mut said = String::with_capacity(text.len());
    for word in text.split_ascii_whitespace() {
        let joins = said.ends_with(['.', '@']) || word.starts_with(['.', '@']);
        if !joins && !said.is_empty() {
            said.push(' ');
        }
        said.push_str(word);
    }
    said
}

/// How many `=?` begin no encoded word. mail-parser looks for the end of each
/// up to the end of the field, so a field full of them is not given to it.
fn unfinished_words(value: &str) -> usize {
    let all = memchr::memmem::find_iter(value.as_bytes(), b"=?").count();
    all.saturating_sub(words::find(value.as_bytes()).count())
}

/// `undisclosed-recipients:;` names nobody and is right.
fn is_empty_group(raw: &[u8]) -> bool {
    let text = words::unfold(raw);
    text.trim_end()
        .trim_end_matches(';')
        .trim_end()
        .ends_with(':')
}

/// The identifiers in an unfolded References or In-Reply-To value: what stands
/// in angle brackets and is one.
pub(super) fn identifiers(value: &str) -> Vec<MessageId> {
    value
        .split('<')
        .skip(1)
        .filter_map(|piece| MessageId::parse(piece.split('>').next()?).ok())
        .collect()
}

fn has_bare_line_end(block: &[u8]) -> bool {
    memchr::memchr2_iter(b'\r', b'\n', block).any(|at| match block[at] {
        b'\r' => block.get(at + 1) != Some(&b'\n'),
        _ => at == 0 || block[at - 1] != b'\r',
    })
}

fn is_control(octet: u8) -> bool {
    octet.is_ascii_control() && !matches!(octet, b'\r' | b'\n' | b'\t')
}

/// Identifiers [`Headers::references`] gives at most.
const REFERENCES_MAX: usize = 100;
/// Unfinished encoded words an address field may have and still be read.
const UNFINISHED_WORDS_MAX: usize = 8;
/// Fields that name people.
const ADDRESS_FIELDS: [&str; 5] = ["From", "Sender", "Reply-To", "To", "Cc"];
/// Fields that may stand there once (RFC 5322 §3.6, RFC 2045 §3); From has a defect of its own.
const ONCE: [&str; 12] = [
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &str) -> Headers {
        Headers::parse(fields.replace('\n', "\r\n").as_bytes()).unwrap()
    }

    fn boxes(value: &str) -> Vec<(String, String)> {
        let read = headers(&format!("To: {value}\n")).mailboxes("to");
        read.into_iter()
            .map(|mailbox| (mailbox.name, mailbox.text))
            .collect()
    }

    #[test]
    fn fields_are_found_without_regard_to_case() {
        let headers = headers("SUBJECT: =?utf-8?q?caf=C3=A9?=\n and tea\nsubject: second\n");
        assert_eq!(headers.text("Subject").unwrap(), "café and tea");
        assert_eq!(
            headers.raw_all("subject"),
            ["=?utf-8?q?caf=C3=A9?= and tea", "second"]
        );
        assert_eq!(headers.text("To"), None);
    }

    #[test]
    fn mailboxes_are_read_however_they_are_written() {
        let table: [(&str, &[(&str, &str)]); 12] = [
            ("a@b.example", &[("", "a@b.example")]),
            ("<a@b.example>", &[("", "a@b.example")]),
            ("Ann B <a@b.example>", &[("Ann B", "a@b.example")]),
            (
                r#""B, \"Ann\"" <a@b.example>"#,
                &[(r#"B, "Ann""#, "a@b.example")],
            ),
            ("a@b.example (Ann)", &[("Ann", "a@b.example")]),
            (
                "a@b.example,\n c@d.example",
                &[("", "a@b.example"), ("", "c@d.example")],
            ),
            (
                "team: a@b.example, C <c@d.example>;, e@f.example",
                &[
                    ("", "a@b.example"),
                    ("C", "c@d.example"),
                    ("", "e@f.example"),
                ],
            ),
            ("undisclosed-recipients:;", &[]),
            (
                "=?utf-8?q?J=C3=BCrgen?= <j@b.example>",
                &[("Jürgen", "j@b.example")],
            ),
            // A display name that looks like an address is a display name.
            (
                "\"ceo@bank.example\" <x@evil.example>",
                &[("ceo@bank.example", "x@evil.example")],
            ),
            (
                "=?utf-8?q?ceo=40bank.example?= <x@evil.example>",
                &[("ceo@bank.example", "x@evil.example")],
            ),
            (
                "=?utf-8?q?a=0D=0ABcc=3A?= <a@b.example>",
                &[("a  Bcc:", "a@b.example")],
            ),
        ];
        for (value, expected) in table {
            let expected: Vec<_> = expected
                .iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect();
            assert_eq!(boxes(value), expected, "{value}");
        }
    }

    #[test]
    fn each_defect_is_seen() {
        let table: [(&str, &[Defect]); 14] = [
            ("From: a@b.example\n", &[]),
            ("From: a@b.example\nTo: undisclosed-recipients:;\n", &[]),
            ("To: a@b.example\n", &[Defect::NoFrom]),
            (
                "From: a@b.example\nFrom: c@d.example\n",
                &[Defect::SeveralFrom],
            ),
            (
                "From: a@b.example, c@d.example\n",
                &[Defect::SeveralAuthors],
            ),
            (
                "From: g: a@b.example, c@d.example;\n",
                &[Defect::SeveralAuthors],
            ),
            ("From: nobody\n", &[Defect::Unparseable]),
            ("From:\n", &[Defect::Unparseable]),
            (
                "Fr om: x@y.example\nFrom: a@b.example\n",
                &[Defect::MalformedField],
            ),
            (
                "From : a@b.example\n",
                &[Defect::MalformedField, Defect::NoFrom],
            ),
            (
                "From: a@b.example\nSubject: 1\nSubject: 2\n",
                &[Defect::DuplicateField],
            ),
            (
                "From: a@b.example\nSubject: 1\0\n",
                &[Defect::ControlCharacter],
            ),
            ("From: a@b.example\nSubject: 1\rx\n", &[Defect::BareLineEnd]),
            (
                "From: a@b.example\nContent-Type: multipart/mixed; boundary=a; boundary=b\n",
                &[Defect::MimeAmbiguous],
            ),
        ];
        for (fields, expected) in table {
            assert_eq!(headers(fields).defects(), expected, "{fields:?}");
        }
    }

    #[test]
    fn a_generous_reading_of_from_is_never_given() {
        let headers = headers("Fr om: evil@x.example\nFrom\t: evil@x.example\nFrom: a@b.example\n");
        let from: Vec<_> = headers
            .mailboxes("From")
            .into_iter()
            .map(|from| from.text)
            .collect();
        assert_eq!(from, ["a@b.example"]);
    }

    #[test]
    fn a_thousand_addresses_are_read_and_no_more() {
        let many = vec!["a@b.example"; ADDRESSES_MAX + 5].join(", ");
        let headers = headers(&format!("From: a@b.example\nTo: {many}\n"));
        assert_eq!(headers.mailboxes("To").len(), ADDRESSES_MAX);
        assert_eq!(headers.defects(), [Defect::TooManyAddresses]);
    }

    #[test]
    fn identifiers_date_and_hops_are_read() {
        let headers = headers(
            "Received: from a\nReceived: from b\nMessage-ID: <m@x.example>\n\
             References: <root@x.example> junk <one@x.example>\n <two@x.example>\n\
             In-Reply-To: <two@x.example> <three@x.example>\n\
             Date: Tue, 14 Nov 2023 23:13:20 +0100\n",
        );
        let ids = |ids: Vec<MessageId>| {
            ids.into_iter()
                .map(|id| id.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(headers.hops(), 2);
        assert_eq!(headers.message_id().unwrap().as_str(), "m@x.example");
        assert_eq!(
            ids(headers.references()),
            [
                "two@x.example",
                "one@x.example",
                "root@x.example",
                "three@x.example"
            ]
        );
        assert_eq!(headers.date(), Some(1_700_000_000_000));
    }
}
