//! [`Composer`]: a notification as the octets that are signed and sent.
//!
//! Everything a caller passes is either a type that cannot inject (`names`,
//! [`Address`], [`Marks`]) or text that is disarmed and encoded here: control
//! characters in a subject or a display name become spaces, line ends in a body
//! become CRLF. The output is checked once more as a whole: CRLF only, no line
//! over 998 octets, no NUL.
//!
//! Neither the clock nor the host name is looked at (mail-builder would): Date
//! and Message-ID are arguments and the boundaries follow from the e-mail id,
//! so that the same input gives the same octets.
//!
//! Not here: templates, who is written to (`desk`), signing (`dkim`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_builder::headers::content_type::ContentType;
use mail_builder::mime::{BodyPart, MimePart};

use super::fields::CRLF;
use super::names::{Field, HeaderName, HeaderValue, MessageId, NameError, write_field};
use super::{body, trace, words};
use crate::address::Address;

/// Somebody a message is from or to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Display name; empty for none.
    pub name: String,
    /// The address.
    pub address: Address,
}

/// Why a set of marks was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MarksError {
    /// The product name or prefix cannot stand in a header.
    #[error("product name or header prefix cannot stand in a header")]
    Product,
    /// The account id is not seven hexadecimal digits.
    #[error("account id is not seven hexadecimal digits")]
    AccountId,
    /// The e-mail id is not a ULID of 26 characters.
    #[error("e-mail id is not 26 characters of base32")]
    EmailId,
}

/// The five fields that have to survive every relay (R34). They name the
/// product, the account and the message, and keep auto-responders quiet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    fields: [Field; 5],
    email_id: String,
}

impl Marks {
    /// `product` is printed in X-Mailer, `prefix` stands in the names of the
    /// account and e-mail fields.
    ///
    /// # Errors
    /// One of them is not what it has to be; see [`MarksError`].
    pub fn new(
        product: &str,
        prefix: &str,
        account_id: &str,
        email_id: &str,
    ) -> Result<Self, MarksError> {
        let account_good = account_id.len() == ACCOUNT_ID_DIGITS
            && account_id.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !account_good {
            return Err(MarksError::AccountId);
        }
        let email_good = email_id.len() == EMAIL_ID_CHARACTERS
            && email_id
                .bytes()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        if !email_good {
            return Err(MarksError::EmailId);
        }
        let fields = mark_fields(product, prefix, account_id, email_id);
        let fields = fields.map_err(|_| MarksError::Product)?;
        Ok(Self {
            fields,
            email_id: email_id.to_owned(),
        })
    }

    /// The five, in the order they are printed.
    pub fn fields(&self) -> &[Field; 5] {
        &self.fields
    }

    /// The name of the field that holds the account id.
    pub fn account_id_field(prefix: &str) -> String {
        format!("X-{prefix}-From-Account-Id")
    }

    /// The name of the field that holds the e-mail id.
    pub fn email_id_field(prefix: &str) -> String {
        format!("X-{prefix}-Email-Id")
    }
}

fn mark_fields(
    product: &str,
    prefix: &str,
    account: &str,
    email: &str,
) -> Result<[Field; 5], NameError> {
    if prefix.is_empty() || !product.is_ascii() {
        return Err(NameError::Name);
    }
    Ok([
        Field::parse("Auto-Submitted", "auto-generated")?,
        Field::parse("X-Auto-Response-Suppress", "All")?,
        Field::parse("X-Mailer", &format!("{product} Mailer"))?,
        Field::parse(&Marks::account_id_field(prefix), account)?,
        Field::parse(&Marks::email_id_field(prefix), email)?,
    ])
}

/// A file that goes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttachment {
    /// File name; directories and control characters are taken off.
    pub name: String,
    /// Media type; anything that is no `type/subtype` is sent as
    /// `application/octet-stream`.
    pub media_type: String,
    /// The file.
    pub octets: Vec<u8>,
}

/// Why a message could not be composed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// To and Cc are both empty, or name more than [`Composer::PARTIES_MAX`].
    #[error("message has no recipients or too many")]
    Recipients,
    /// An extra field has a name this file prints itself.
    #[error("an extra field has a reserved name")]
    ReservedField,
    /// The result has a bare CR or LF, a NUL or an overlong line. It cannot
    /// happen as far as we know; should it, nothing is sent.
    #[error("composed message is not clean")]
    Unclean,
}

/// What a notification is made of.
#[derive(Debug, Clone)]
pub struct Composer {
    /// The author.
    pub from: Party,
    /// Shown in To.
    pub to: Vec<Party>,
    /// Shown in Cc.
    pub cc: Vec<Party>,
    /// Where answers go, if not to the author.
    pub reply_to: Option<Party>,
    /// Any text; control characters become spaces.
    pub subject: String,
    /// Milliseconds since the epoch.
    pub date: u64,
    /// Its identifier, the same at every attempt.
    pub message_id: MessageId,
    /// The root of the ticket first, then earlier messages.
    pub references: Vec<MessageId>,
    /// What it answers.
    pub in_reply_to: Vec<MessageId>,
    /// The five protected fields.
    pub marks: Marks,
    /// The text for readers without HTML; any line ends.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// Files.
    pub attachments: Vec<NewAttachment>,
    /// Further fields, for example `X-Delivery-Context`.
    pub extra: Vec<Field>,
}

impl Composer {
    /// Addresses To and Cc may have together.
    pub const PARTIES_MAX: usize = 1_000;

    /// Prints the message.
    ///
    /// If an address has a local part other than ASCII, the header holds UTF-8
    /// and the message needs SMTPUTF8 (RFC 6532): see [`Self::needs_utf8`].
    ///
    /// # Errors
    /// See [`ComposeError`]; none of them depends on the texts.
    pub fn compose(&self) -> Result<Vec<u8>, ComposeError> {
        let parties = self.to.len() + self.cc.len();
        if parties == 0 || parties > Self::PARTIES_MAX {
            return Err(ComposeError::Recipients);
        }
        if self.extra.iter().any(|field| is_reserved(&field.name)) {
            return Err(ComposeError::ReservedField);
        }
        let mut out = self.header();
        self.body().write_part(&mut out);
        if !out.ends_with(CRLF) {
            out.extend_from_slice(CRLF);
        }
        if is_clean(&out) {
            Ok(out)
        } else {
            Err(ComposeError::Unclean)
        }
    }

    /// Whether the message can only travel with SMTPUTF8 (RFC 6531).
    pub fn needs_utf8(&self) -> bool {
        let one = std::iter::once(&self.from);
        let mut all = one.chain(&self.to).chain(&self.cc).chain(&self.reply_to);
        !all.all(|party| party.address.is_ascii())
    }

    fn header(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_OCTETS_TYPICAL);
        write_field("Date", &trace::date(self.date), &mut out);
        write_parties("From", std::slice::from_ref(&self.from), &mut out);
        write_parties("Reply-To", self.reply_to.as_slice(), &mut out);
        write_parties("To", &self.to, &mut out);
        write_parties("Cc", &self.cc, &mut out);
        write_field("Message-ID", &self.message_id.to_string(), &mut out);
        write_ids("In-Reply-To", &self.in_reply_to, &mut out);
        write_ids("References", &self.references, &mut out);
        let subject = words::disarm(&self.subject);
        write_field("Subject", &words::encode(bounded(subject.trim())), &mut out);
        for field in self.marks.fields().iter().chain(&self.extra) {
            field.write_to(&mut out);
        }
        write_field("MIME-Version", "1.0", &mut out);
        out
    }

    fn body(&self) -> MimePart<'_> {
        let text = text_part("text/plain", &self.text);
        let readable = match &self.html {
            Some(html) => self.multipart("alternative", vec![text, text_part("text/html", html)]),
            None => text,
        };
        if self.attachments.is_empty() {
            return readable;
        }
        let files = self.attachments.iter().map(attachment_part);
        self.multipart("mixed", std::iter::once(readable).chain(files).collect())
    }

    fn multipart<'x>(&self, subtype: &'static str, parts: Vec<MimePart<'x>>) -> MimePart<'x> {
        let kind = ContentType::new(format!("multipart/{subtype}"));
        MimePart::new(kind.attribute("boundary", self.boundary(subtype)), parts)
    }

    /// A line nobody has written: the e-mail id is new, and should a text hold
    /// the boundary all the same, another one is taken.
    fn boundary(&self, subtype: &str) -> String {
        let texts = [Some(&self.text), self.html.as_ref()];
        let free = |candidate: &String| {
            !texts
                .iter()
                .flatten()
                .any(|text| text.contains(candidate.as_str()))
        };
        let id = &self.marks.email_id;
        let mut candidates = (0_u32..).map(|n| format!("=_{id}_{subtype}_{n}"));
        candidates.find(free).unwrap_or_default()
    }
}

/// Whether that field is printed from another member of [`Composer`].
fn is_reserved(name: &HeaderName) -> bool {
    let name = name.as_str();
    RESERVED
        .iter()
        .any(|reserved| name.eq_ignore_ascii_case(reserved))
        || name
            .get(..8)
            .is_some_and(|head| head.eq_ignore_ascii_case("Content-"))
}

fn write_parties(name: &str, parties: &[Party], out: &mut Vec<u8>) {
    if parties.is_empty() {
        return;
    }
    let print = |party: &Party| match words::phrase(bounded(&party.name)) {
        phrase if phrase.is_empty() => party.address.to_string(),
        phrase => format!("{phrase} <{}>", party.address),
    };
    write_field(
        name,
        &parties.iter().map(print).collect::<Vec<_>>().join(", "),
        out,
    );
}

/// The last [`IDS_MAX`] identifiers and the first, which is the ticket's root.
fn write_ids(name: &str, ids: &[MessageId], out: &mut Vec<u8>) {
    let Some((root, later)) = ids.split_first() else {
        return;
    };
    let newest = &later[later.len().saturating_sub(IDS_MAX)..];
    let printed: Vec<_> = std::iter::once(root)
        .chain(newest)
        .map(ToString::to_string)
        .collect();
    write_field(name, &printed.join(" "), out);
}

fn text_part<'x>(media_type: &'static str, text: &str) -> MimePart<'x> {
    let kind = ContentType::new(media_type).attribute("charset", "utf-8");
    MimePart::new(kind, BodyPart::Text(canonical(text).into()))
}

/// CRLF line ends, one at the end, and none of the control characters that
/// have no place in a text.
fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16 + CRLF.len());
    for line in text.replace("\r\n", "\n").split(['\r', '\n']) {
        out.extend(line.chars().filter(|c| !c.is_control() || *c == '\t'));
        out.push_str("\r\n");
    }
    // The split makes an empty line of the end; one line end is enough.
    if text.ends_with(['\r', '\n']) || text.is_empty() {
        out.truncate(out.len() - CRLF.len());
    }
    out
}

/// Base64 always: mail-builder would send a `text/*` file with its own line
/// ends, and among those may be bare ones.
fn attachment_part<'x>(file: &NewAttachment) -> MimePart<'x> {
    let name = body::file_name(&words::disarm(&file.name));
    let media_type = if is_media_type(&file.media_type) {
        &file.media_type
    } else {
        OPAQUE
    };
    let kind = ContentType::new(media_type.to_ascii_lowercase());
    let said = ContentType::new("attachment");
    let said = match name {
        Some(name) => said.attribute("filename", name),
        None => said,
    };
    MimePart::new(kind, BodyPart::Binary(base64_lines(&file.octets).into()))
        .header("Content-Disposition", said)
        .transfer_encoding("base64")
}

fn base64_lines(octets: &[u8]) -> Vec<u8> {
    let encoded = STANDARD.encode(octets);
    let mut out = Vec::with_capacity(encoded.len() + encoded.len() / 38 + CRLF.len());
    for line in encoded.as_bytes().chunks(BASE64_LINE) {
        out.extend_from_slice(line);
        out.extend_from_slice(CRLF);
    }
    out
}

/// `type/subtype` of RFC 2045 tokens; containers are not files.
fn is_media_type(text: &str) -> bool {
    let token = |part: &str| {
        let good = |c: u8| c.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&c);
        !part.is_empty() && part.len() <= MEDIA_NAME_OCTETS_MAX && part.bytes().all(good)
    };
    text.split_once('/').is_some_and(|(kind, sub)| {
        let container = ["multipart", "message"]
            .iter()
            .any(|c| kind.eq_ignore_ascii_case(c));
        token(kind) && token(sub) && !container
    })
}

fn bounded(text: &str) -> &str {
    &text[..text.floor_char_boundary(HeaderValue::OCTETS_MAX / 4)]
}

/// Whether octets may go out as a message: every line ends in CRLF, has no bare
/// CR or LF and no NUL, and at most 998 octets (RFC 5322 §2.1.1).
fn is_clean(message: &[u8]) -> bool {
    let mut lines = message.split(|&octet| octet == b'\n');
    // What stands behind the last line end is nothing.
    lines.next_back().is_some_and(<[u8]>::is_empty)
        && lines.all(|line| {
            line.strip_suffix(b"\r").is_some_and(|line| {
                line.len() <= LINE_OCTETS_MAX && memchr::memchr2(b'\r', 0, line).is_none()
            })
        })
}

const ACCOUNT_ID_DIGITS: usize = 7;
const EMAIL_ID_CHARACTERS: usize = 26;
const LINE_OCTETS_MAX: usize = 998;
const BASE64_LINE: usize = 76;
const OPAQUE: &str = "application/octet-stream";
/// RFC 6838 §4.2.
const MEDIA_NAME_OCTETS_MAX: usize = 127;
/// Identifiers in References besides the root.
const IDS_MAX: usize = 20;
const HEADER_OCTETS_TYPICAL: usize = 2_048;
const RESERVED: [&str; 18] = [
    "Date",
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Subject",
    "MIME-Version",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Mailer",
    "DKIM-Signature",
    "Received",
    "Return-Path",
];

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::message::{Content, Headers};

    pub(in crate::message) fn party(name: &str, address: &str) -> Party {
        Party {
            name: name.to_owned(),
            address: Address::parse(address).unwrap(),
        }
    }

    pub(in crate::message) fn sample() -> Composer {
        Composer {
            from: party("Acme Support", "help@acme.example"),
            to: vec![party("Jürgen", "j@customer.example")],
            cc: vec![party("", "boss@customer.example")],
            reply_to: None,
            subject: "Re: the printer".to_owned(),
            date: 1_700_000_000_000,
            message_id: MessageId::parse("01hf@acme.example").unwrap(),
            references: vec![MessageId::parse("root@acme.example").unwrap()],
            in_reply_to: vec![MessageId::parse("<q@customer.example>").unwrap()],
            marks: Marks::new(
                "Relaygate",
                "Relaygate",
                "0a1b2c3",
                "01HF7YAT00ABCDEFGHJKMNPQRS",
            )
            .unwrap(),
            text: "Hello\nit prints now".to_owned(),
            html: Some("<p>Hello<br>it prints now</p>".to_owned()),
            attachments: Vec::new(),
            extra: Vec::new(),
        }
    }

    fn read(message: &[u8]) -> (Headers, Content) {
        let headers = Headers::parse(message).unwrap();
        let content = Content::read(message, &headers);
        (headers, content)
    }

    #[test]
    fn a_notification_has_all_it_needs() {
        let message = sample().compose().unwrap();
        let (headers, content) = read(&message);
        assert_eq!(headers.defects(), []);
        let expected = [
            ("Date", "Tue, 14 Nov 2023 22:13:20 +0000"),
            ("From", "\"Acme Support\" <help@acme.example>"),
            ("To", "Jürgen <j@customer.example>"),
            ("Cc", "boss@customer.example"),
            ("Message-ID", "<01hf@acme.example>"),
            ("References", "<root@acme.example>"),
            ("In-Reply-To", "<q@customer.example>"),
            ("Subject", "Re: the printer"),
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
            ("X-Mailer", "Relaygate Mailer"),
            ("X-Relaygate-From-Account-Id", "0a1b2c3"),
            ("X-Relaygate-Email-Id", "01HF7YAT00ABCDEFGHJKMNPQRS"),
        ];
        for (name, value) in expected {
            assert_eq!(headers.text(name).as_deref(), Some(value));
        }
        assert_eq!(content.text.as_deref(), Some("Hello\nit prints now\n"));
        assert_eq!(
            content.html.as_deref(),
            Some("<p>Hello<br>it prints now</p>\n")
        );
        assert!(
            headers
                .raw("Content-Type")
                .unwrap()
                .starts_with("multipart/alternative")
        );
        assert_eq!(
            message,
            sample().compose().unwrap(),
            "the same input gives the same octets"
        );
    }

    #[test]
    fn files_go_along_unchanged() {
        let octets: Vec<u8> = (0..=255).cycle().take(1_000).collect();
        let file = |name: &str, media_type: &str| NewAttachment {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            octets: octets.clone(),
        };
        let files = vec![
            file("Grüße.txt", "text/plain"),
            file("../a\r\nb.bin", "multipart/x; a=b"),
        ];
        let message = Composer {
            attachments: files,
            ..sample()
        }
        .compose()
        .unwrap();
        let (_, content) = read(&message);
        let seen: Vec<_> = content
            .attachments
            .iter()
            .map(|f| (f.name.as_deref(), f.media_type.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                (Some("Grüße.txt"), "text/plain"),
                (Some("a  b.bin"), OPAQUE)
            ]
        );
        assert!(
            content
                .attachments
                .iter()
                .all(|file| file.decode(&message) == octets)
        );
        assert_eq!(content.text.as_deref(), Some("Hello\nit prints now\n"));
    }

    #[test]
    fn bodies_keep_their_lines_and_lose_what_harms() {
        let table = [
            ("a\r\nb\rc\nd", "a\nb\nc\nd\n"),
            ("a\0b\x1b[31m\tc\n", "ab[31m\tc\n"),
            ("", ""),
            (".\n..\n.\n", ".\n..\n.\n"),
            ("trailing  \nspace \n", "trailing  \nspace \n"),
            ("From here\n--=_x\n", "From here\n--=_x\n"),
        ];
        for (text, expected) in table {
            let message = Composer {
                text: text.to_owned(),
                ..sample()
            }
            .compose()
            .unwrap();
            assert_eq!(read(&message).1.text.as_deref(), Some(expected), "{text:?}");
        }
        let long = format!("{}\n", "x".repeat(5_000));
        let message = Composer {
            text: long.clone(),
            ..sample()
        }
        .compose()
        .unwrap();
        assert_eq!(read(&message).1.text, Some(long));
    }

    #[test]
    fn text_without_white_space_fits_into_lines() {
        for long in ["x", "\"", "\\", "é", "=?", "a/"].map(|piece| piece.repeat(20_000)) {
            let mut composer = sample();
            composer.subject.clone_from(&long);
            composer.from.name.clone_from(&long);
            composer.html = Some(long.clone());
            composer.attachments = vec![NewAttachment {
                name: long,
                media_type: "a/b".to_owned(),
                octets: Vec::new(),
            }];
            assert!(composer.compose().is_ok(), "{}", &composer.subject[..2]);
        }
    }

    #[test]
    fn a_text_that_holds_the_boundary_does_not_end_the_part() {
        let first = sample().boundary("alternative");
        let text =
            format!("--{first}\r\nContent-Type: text/html\r\n\r\n<b>evil</b>\r\n--{first}--\r\n");
        let message = Composer {
            text: text.clone(),
            ..sample()
        }
        .compose()
        .unwrap();
        assert_eq!(read(&message).1.text, Some(text.replace("\r\n", "\n")));
    }

    #[test]
    fn marks_and_fields_that_could_inject_are_refused() {
        let good = (
            "Relaygate",
            "Relaygate",
            "0a1b2c3",
            "01HF7YAT00ABCDEFGHJKMNPQRS",
        );
        let bad = [
            ("Relay\r\nX: y", good.1, good.2, good.3, MarksError::Product),
            ("Relaygäte", good.1, good.2, good.3, MarksError::Product),
            (good.0, "Relay gate", good.2, good.3, MarksError::Product),
            (good.0, "", good.2, good.3, MarksError::Product),
            (good.0, good.1, "0a1b2c", good.3, MarksError::AccountId),
            (good.0, good.1, "0a1b2c\n", good.3, MarksError::AccountId),
            (
                good.0,
                good.1,
                good.2,
                "01HF7YAT00ABCDEFGHJKMNPQR\n",
                MarksError::EmailId,
            ),
        ];
        for (product, prefix, account, email, error) in bad {
            assert_eq!(Marks::new(product, prefix, account, email), Err(error));
        }
        for id in ["a@b\r\nX: y", "a@b>", "<a b@c>", "a", "@b", "a@", "ä@b"] {
            assert!(MessageId::parse(id).is_err(), "{id}");
        }
        for name in ["From", "bcc", "Content-Type", "X-Mailer"] {
            let extra = vec![Field::parse(name, "x").unwrap()];
            assert_eq!(
                Composer { extra, ..sample() }.compose(),
                Err(ComposeError::ReservedField)
            );
        }
        let nobody = Composer {
            to: vec![],
            cc: vec![],
            ..sample()
        };
        assert_eq!(nobody.compose(), Err(ComposeError::Recipients));
    }

    /// Ways to end a line, or to have a later reader end one.
    const ENDS: [&str; 20] = [
        "\r\n",
        "\n",
        "\r",
        "\r\n\r\n",
        "\n\n",
        "\r\n ",
        "\n\t",
        "\0",
        "\x0b",
        "\x0c",
        "\x1b",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "%0d%0a",
        "\\r\\n",
        "=0D=0A",
        "=?utf-8?q?=0D=0A?=",
        "\u{560d}\u{560a}",
        "\r\n.\r\n",
    ];
    /// What the attacker wants to stand behind it.
    const LOOT: [&str; 9] = [
        "Bcc: evil@x.example",
        "X-Evil: 1",
        "From: evil@x.example",
        "MAIL FROM:<evil@x.example>",
        "Content-Type: text/html",
        "--=_b",
        "\" <evil@x.example>, \"",
        "\"; filename=\"evil.exe",
        "=?utf-8?q?evil?=",
    ];

    fn payloads() -> Vec<String> {
        let pairs = ENDS
            .iter()
            .flat_map(|end| LOOT.iter().map(move |loot| (end, loot)));
        pairs
            .flat_map(|(end, loot)| {
                [
                    format!("{end}{loot}"),
                    format!("a{end}{loot}{end}b"),
                    format!("{loot}{end}"),
                ]
            })
            .collect()
    }

    /// Names of all fields and all addresses: what an injection would add to.
    fn skeleton(message: &[u8]) -> (Vec<String>, Vec<String>) {
        let headers = Headers::parse(message).unwrap();
        assert_eq!(
            headers.defects(),
            [],
            "{}",
            String::from_utf8_lossy(message)
        );
        let names = headers.fields().map(|(name, _)| name.to_owned()).collect();
        let people = ["From", "To", "Cc", "Reply-To"]
            .iter()
            .flat_map(|name| headers.mailboxes(name));
        (names, people.map(|mailbox| mailbox.text).collect())
    }

    #[test]
    fn no_payload_adds_a_field_an_address_or_a_part() {
        let base = || Composer {
            reply_to: Some(party("r", "r@acme.example")),
            attachments: vec![NewAttachment {
                name: "a".to_owned(),
                media_type: "text/plain".to_owned(),
                octets: vec![b'x'],
            }],
            ..sample()
        };
        let clean = skeleton(&base().compose().unwrap());
        type Place = fn(&mut Composer, String);
        let places: [Place; 8] = [
            |composer, evil| composer.subject = evil,
            |composer, evil| composer.from.name = evil,
            |composer, evil| composer.to[0].name = evil,
            |composer, evil| composer.cc[0].name = evil,
            |composer, evil| composer.text = evil,
            |composer, evil| composer.html = Some(evil),
            |composer, evil| composer.attachments[0].name = evil,
            |composer, evil| composer.attachments[0].media_type = evil,
        ];
        for payload in payloads() {
            for place in places {
                let mut composer = base();
                place(&mut composer, payload.clone());
                let message = composer.compose().unwrap();
                assert_eq!(skeleton(&message), clean, "{payload:?}");
                let content = read(&message).1;
                assert!(
                    content.text.is_some()
                        && content.html.is_some()
                        && content.attachments.len() == 1
                );
            }
        }
    }
}
