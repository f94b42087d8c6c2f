//! SMTP replies (RFC 5321 §4.2) with enhanced status codes (RFC 3463).
//!
//! A [`Reply`] keeps its enhanced status without the class: the class is the
//! first digit of the basic code, so the two cannot disagree. The session's
//! own replies are constants here, in the order a dialogue meets them.
//!
//! Not here: which failure becomes which reply; that is for the one who failed.

use std::borrow::Cow;
use std::fmt;

/// Longest reply read from a peer, in octets.
pub const REPLY_OCTETS_MAX: usize = 64 * 1024;
/// Most lines in a reply read from a peer.
pub const REPLY_LINES_MAX: usize = 100;
/// Longest text in one line we write: 512 less code, status and CRLF (RFC 5321 §4.5.3.1.5).
const LINE_TEXT_OCTETS_MAX: usize = 490;

/// Subject and detail of an enhanced status: `Detail(7, 8)` in `5.7.8` (RFC 3463 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Detail(pub u16, pub u16);

/// One SMTP reply. Prints as `451 4.3.0 try again later`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    detail: Option<Detail>,
    text: Cow<'static, str>,
}

/// Why octets are no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// No three digits from 200 to 599 followed by a space, a hyphen or the end.
    #[error("reply does not begin with a code")]
    Code,
    /// The lines of one reply carry different codes (RFC 5321 §4.2.1).
    #[error("reply changes its code between lines")]
    Mixed,
    /// No last line, or one that does not end in CRLF.
    #[error("reply is not complete")]
    Incomplete,
}

impl Reply {
    /// A reply with an enhanced status, its class taken from `code`. Line
    /// breaks in `text` make a reply of several lines.
    pub const fn new(code: u16, detail: Detail, text: &'static str) -> Self {
        Self {
            code,
            detail: Some(detail),
            text: Cow::Borrowed(text),
        }
    }

    /// A reply that carries no enhanced status: 220, 250 to EHLO, 334, 354 (RFC 2034 §4).
    pub const fn bare(code: u16, text: &'static str) -> Self {
        Self {
            code,
            detail: None,
            text: Cow::Borrowed(text),
        }
    }

    /// The same reply with another text.
    #[must_use]
    pub fn with_text(self, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            text: text.into(),
            ..self
        }
    }

    /// The message is kept, under that id of the program's.
    pub fn kept_as(id: &str) -> Self {
        Self::OK.with_text(format!("kept as {id}"))
    }

    /// The basic code.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The enhanced status without its class, if there is one.
    pub fn detail(&self) -> Option<Detail> {
        self.detail
    }

    /// The enhanced status as printed, for example `5.7.8`.
    pub fn status(&self) -> Option<String> {
        self.detail
            .map(|Detail(subject, detail)| format!("{}.{subject}.{detail}", self.class()))
    }

    /// The text, lines joined by `\n`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// 2yz.
    pub fn is_positive(&self) -> bool {
        self.class() == 2
    }

    /// 4yz: try again later.
    pub fn is_transient(&self) -> bool {
        self.class() == 4
    }

    /// 5yz: do not try again.
    pub fn is_permanent(&self) -> bool {
        self.class() == 5
    }

    /// A reply fit to refuse with: anything but 4yz and 5yz becomes 451, since
    /// in doubt the message stays with the sender (RFC 5321 §4.2.1).
    #[must_use]
    pub fn or_defer(self) -> Self {
        if self.is_transient() || self.is_permanent() {
            self
        } else {
            Self::TRY_LATER
        }
    }

    /// Appends the wire form to `out`.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        let mut lines = self.text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let separator = if lines.peek().is_some() { '-' } else { ' ' };
            out.extend_from_slice(format!("{}{separator}", self.code).as_bytes());
            if let Some(Detail(subject, detail)) = self.detail {
                out.extend_from_slice(format!("{}.{subject}.{detail} ", self.class()).as_bytes());
            }
            out.extend_from_slice(printable(line).as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }

    /// The wire form, CRLF included.
    pub fn to_wire(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.text.len() + 16);
        self.write_to(&mut out);
        out
    }

    /// Reads one whole reply, CRLF included. Octets that are no UTF-8 and
    /// controls are replaced: what comes out is fit for a log and for people.
    ///
    /// # Errors
    /// Codes outside 200 to 599, codes that change, a missing last line.
    pub fn parse(wire: &[u8]) -> Result<Self, ReplyError> {
        let wire = wire.strip_suffix(b"\r\n").ok_or(ReplyError::Incomplete)?;
        let mut reply: Option<Self> = None;
        let mut last = false;
        for line in wire.split(|&b| b == b'\n') {
            if last {
                return Err(ReplyError::Mixed);
            }
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let (code, is_last, text) = split_line(line)?;
            last = is_last;
            let (detail, text) = split_status(code, text);
            match &mut reply {
                None => {
                    reply = Some(Self {
                        code,
                        detail,
                        text: Cow::Owned(text),
                    })
                }
                Some(reply) if reply.code == code => {
                    reply.text.to_mut().push('\n');
                    reply.text.to_mut().push_str(&text);
                }
                Some(_) => return Err(ReplyError::Mixed),
            }
        }
        reply.filter(|_| last).ok_or(ReplyError::Incomplete)
    }

    fn class(&self) -> u16 {
        self.code / 100
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.code)?;
        if let Some(status) = self.status() {
            write!(f, "{status} ")?;
        }
        f.write_str(&self.text.replace('\n', " / "))
    }
}

/// Splits `250-text` into code, "is the last line" and text.
pub(crate) fn split_line(line: &[u8]) -> Result<(u16, bool, &[u8]), ReplyError> {
    let (digits, rest) = line.split_at_checked(3).ok_or(ReplyError::Code)?;
    if !matches!(digits[0], b'2'..=b'5') || !digits.iter().all(u8::is_ascii_digit) {
        return Err(ReplyError::Code);
    }
    let code = digits
        .iter()
        .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    match rest.split_first() {
        None => Ok((code, true, rest)),
        Some((b' ', text)) => Ok((code, true, text)),
        Some((b'-', text)) => Ok((code, false, text)),
        Some(_) => Err(ReplyError::Code),
    }
}

/// Takes `5.7.8 ` off the front of a text if its class fits the code. What does
/// not fit stays text: a status must not be believed against its own code.
fn split_status(code: u16, text: &[u8]) -> (Option<Detail>, String) {
    let text = printable(&String::from_utf8_lossy(text)).into_owned();
    let (first, rest) = text.split_once(' ').unwrap_or((&text, ""));
    match parse_status(first) {
        Some((class, detail)) if class == code / 100 => (Some(detail), rest.to_owned()),
        _ => (None, text),
    }
}

fn parse_status(word: &str) -> Option<(u16, Detail)> {
    let mut parts = word.split('.').map(|part| {
        let plain = matches!(part.len(), 1..=3) && part.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| part.parse().ok()).flatten()
    });
    let (class, subject, detail) = (parts.next()??, parts.next()??, parts.next()??);
    parts
        .next()
        .is_none()
        .then_some((class, Detail(subject, detail)))
}

/// The text without controls, cut to what fits a line.
fn printable(text: &str) -> Cow<'_, str> {
    let cut = &text[..text.floor_char_boundary(LINE_TEXT_OCTETS_MAX)];
    if cut.chars().any(char::is_control) {
        return cut
            .chars()
            .map(|c| if c.is_control() { '?' } else { c })
            .collect::<String>()
            .into();
    }
    cut.into()
}

/// What the session itself has to say.
impl Reply {
    /// Something spoke before the greeting (FAULTS SMG-04).
    pub const EARLY_TALKER: Self = Self::new(554, Detail(5, 0), "you spoke before the greeting");
    /// HELO.
    pub const HELLO: Self = Self::bare(250, "hello");
    /// A command that changed nothing worth telling.
    pub const OK: Self = Self::new(250, Detail(0, 0), "ok");
    /// QUIT.
    pub const GOODBYE: Self = Self::new(221, Detail(0, 0), "goodbye");
    /// HELP.
    pub const HELP: Self = Self::new(
        214,
        Detail(0, 0),
        "see RFC 5321; mail postmaster for people",
    );
    /// VRFY (RFC 5321 §3.5.3).
    pub const NOT_VERIFIED: Self = Self::new(
        252,
        Detail(1, 5),
        "addresses are not verified, send mail to find out",
    );
    /// The handshake may begin (RFC 3207 §4).
    pub const START_TLS: Self = Self::new(220, Detail(0, 0), "ready to start TLS");
    /// AUTH took place (RFC 4954 §6).
    pub const AUTHENTICATED: Self = Self::new(235, Detail(7, 0), "authentication succeeded");
    /// Wrong, discarded or unknown: nobody learns which (RFC 4954 §6).
    pub const CREDENTIALS_INVALID: Self =
        Self::new(535, Detail(7, 8), "authentication credentials invalid");
    /// The checking of credentials is not possible just now (RFC 4954 §6).
    pub const AUTH_TEMPORARY: Self = Self::new(
        454,
        Detail(7, 0),
        "temporary authentication failure, try again later",
    );
    /// AUTH without TLS (RFC 4954 §6).
    pub const ENCRYPTION_REQUIRED: Self = Self::new(
        538,
        Detail(7, 11),
        "encryption required, use STARTTLS first",
    );
    /// MAIL without TLS where it is obligatory (RFC 3207 §4).
    pub const STARTTLS_REQUIRED: Self =
        Self::new(530, Detail(7, 0), "must issue a STARTTLS command first");
    /// MAIL without AUTH (RFC 4954 §6).
    pub const AUTH_REQUIRED: Self = Self::new(530, Detail(7, 0), "authentication required");
    /// The client ended the exchange with `*` (RFC 4954 §4).
    pub const AUTH_CANCELLED: Self = Self::new(501, Detail(7, 0), "authentication cancelled");
    /// A response that is no base64 (RFC 4954 §4).
    pub const AUTH_MALFORMED: Self = Self::new(501, Detail(5, 2), "cannot decode the response");
    /// A response longer than 12,288 octets (RFC 4954 §6).
    pub const AUTH_TOO_LONG: Self = Self::new(
        500,
        Detail(5, 6),
        "authentication exchange line is too long",
    );
    /// A mechanism that is not offered (RFC 4954 §4).
    pub const MECHANISM_UNKNOWN: Self =
        Self::new(504, Detail(5, 4), "authentication mechanism not offered");
    /// Too many failed attempts in one session.
    pub const TOO_MANY_FAILURES: Self = Self::new(
        421,
        Detail(7, 0),
        "too many failed authentications, closing",
    );
    /// Others want the place, and nobody has logged in here.
    pub const CROWDED: Self = Self::new(421, Detail(3, 2), "too many connections, try again later");
    /// The credentials of this session are no longer valid.
    pub const REVOKED: Self = Self::new(421, Detail(3, 2), "credentials revoked, closing");
    /// MAIL.
    pub const SENDER_OK: Self = Self::new(250, Detail(1, 0), "sender ok");
    /// RCPT.
    pub const RECIPIENT_OK: Self = Self::new(250, Detail(1, 5), "recipient ok");
    /// DATA.
    pub const SEND_TEXT: Self = Self::bare(354, "send the message, end with a line of one dot");
    /// DATA after every recipient was refused.
    pub const NO_RECIPIENTS: Self = Self::new(554, Detail(5, 1), "no valid recipients");
    /// Too many recipients (RFC 5321 §4.5.3.1.10).
    pub const TOO_MANY_RECIPIENTS: Self = Self::new(
        452,
        Detail(5, 3),
        "too many recipients, send the rest in another message",
    );
    /// Larger than SIZE allows (RFC 1870 §6).
    pub const TOO_LARGE: Self = Self::new(552, Detail(3, 4), "message exceeds the size limit");
    /// A text line beyond the limit of 8,192 octets.
    pub const TEXT_LINE_TOO_LONG: Self = Self::new(
        554,
        Detail(6, 0),
        "a line of the message exceeds 8192 octets",
    );
    /// A bare CR, a bare LF or a NUL: whoever sends those may be smuggling (FAULTS SMG-01).
    pub const BAD_LINE_END: Self = Self::new(
        521,
        Detail(5, 2),
        "bare CR, bare LF or NUL received, closing",
    );
    /// Octets that came before they were asked for (RFC 2920 §3.1).
    pub const UNEXPECTED_INPUT: Self =
        Self::new(503, Detail(5, 1), "input before the reply, closing");
    /// A command where it may not stand (RFC 5321 §4.1.4).
    pub const BAD_SEQUENCE: Self = Self::new(503, Detail(5, 1), "bad sequence of commands");
    /// A command line longer than 2,048 octets.
    pub const LINE_TOO_LONG: Self = Self::new(500, Detail(5, 2), "line too long");
    /// No such command.
    pub const UNKNOWN_COMMAND: Self = Self::new(500, Detail(5, 2), "command not recognised");
    /// A command of SMTP that we do not have.
    pub const NOT_IMPLEMENTED: Self = Self::new(502, Detail(5, 1), "command not implemented");
    /// An argument that cannot be read.
    pub const BAD_ARGUMENTS: Self = Self::new(501, Detail(5, 4), "syntax error in the arguments");
    /// Controls, or octets beyond ASCII where SMTPUTF8 was not asked for (FAULTS SMG-06).
    pub const BAD_OCTETS: Self = Self::new(501, Detail(5, 2), "octets not allowed in this command");
    /// A reverse path that cannot be read.
    pub const BAD_SENDER: Self = Self::new(501, Detail(1, 7), "sender address is not valid");
    /// A forward path that cannot be read.
    pub const BAD_RECIPIENT: Self = Self::new(501, Detail(1, 3), "recipient address is not valid");
    /// A MAIL or RCPT parameter that was not offered (RFC 5321 §4.1.1.11).
    pub const UNKNOWN_PARAMETER: Self = Self::new(555, Detail(5, 4), "parameter not recognised");
    /// HTTP and the like (FAULTS SMG-05).
    pub const NOT_SMTP: Self = Self::new(221, Detail(7, 0), "this is an SMTP server, closing");
    /// The error limit.
    pub const TOO_MANY_ERRORS: Self = Self::new(421, Detail(7, 0), "too many errors, closing");
    /// The junk limit.
    pub const TOO_MUCH_JUNK: Self =
        Self::new(421, Detail(7, 0), "too many commands without mail, closing");
    /// The peer was silent or slow for too long (RFC 5321 §4.5.3.2.7).
    pub const TIMED_OUT: Self = Self::new(421, Detail(4, 2), "timed out, closing");
    /// We are going down.
    pub const SHUTTING_DOWN: Self = Self::new(421, Detail(3, 2), "shutting down, try again later");
    /// Trouble on our side: the message stays with the sender.
    pub const TRY_LATER: Self = Self::new(451, Detail(3, 0), "try again later");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_class_comes_from_the_code() {
        assert_eq!(Reply::TRY_LATER.to_string(), "451 4.3.0 try again later");
        assert_eq!(
            Reply::CREDENTIALS_INVALID.to_wire(),
            b"535 5.7.8 authentication credentials invalid\r\n"
        );
    }

    #[test]
    fn a_text_of_several_lines_repeats_code_and_status() {
        let reply = Reply::TOO_LARGE.with_text("too large\nthe limit is 5");
        assert_eq!(
            reply.to_wire(),
            b"552-5.3.4 too large\r\n552 5.3.4 the limit is 5\r\n"
        );
    }

    #[test]
    fn no_text_can_add_a_line() {
        let reply = Reply::OK.with_text("a\rb\0c\u{85}\x1b[31m");
        assert_eq!(reply.to_wire(), b"250 2.0.0 a?b?c??[31m\r\n");
    }

    #[test]
    fn a_status_is_believed_only_if_its_class_fits() {
        for (wire, status, text) in [
            ("550 5.1.1 unknown\r\n", Some("5.1.1"), "unknown"),
            ("550 4.1.1 unknown\r\n", None, "4.1.1 unknown"),
            ("550 5.1.1\r\n", Some("5.1.1"), ""),
            ("550 5.7.1350 x\r\n", None, "5.7.1350 x"),
            ("550 5.1.1.1 x\r\n", None, "5.1.1.1 x"),
            ("550 5..1 x\r\n", None, "5..1 x"),
            ("550 5.+1.1 x\r\n", None, "5.+1.1 x"),
            ("550\r\n", None, ""),
            ("550 \r\n", None, ""),
        ] {
            let reply = Reply::parse(wire.as_bytes()).unwrap();
            assert_eq!(
                (reply.status().as_deref(), reply.text()),
                (status, text),
                "{wire:?}"
            );
        }
    }

    #[test]
    fn what_is_no_reply_is_refused() {
        for (wire, error) in [
            ("", ReplyError::Incomplete),
            ("250 ok", ReplyError::Incomplete),
            ("250-ok\r\n", ReplyError::Incomplete),
            ("25\r\n", ReplyError::Code),
            ("2500\r\n", ReplyError::Code),
            ("150 x\r\n", ReplyError::Code),
            ("650 x\r\n", ReplyError::Code),
            ("2x0 x\r\n", ReplyError::Code),
            ("250_x\r\n", ReplyError::Code),
            ("250-a\r\n550 b\r\n", ReplyError::Mixed),
            ("250 a\r\n250 b\r\n", ReplyError::Mixed),
        ] {
            assert_eq!(Reply::parse(wire.as_bytes()), Err(error), "{wire:?}");
        }
    }

    #[test]
    fn only_a_refusal_refuses() {
        assert_eq!(Reply::OK.or_defer(), Reply::TRY_LATER);
        assert_eq!(Reply::TOO_LARGE.or_defer(), Reply::TOO_LARGE);
    }

    proptest! {
        /// What we print, we read: codes, status and every line.
        #[test]
        fn printing_and_parsing_agree(
            code in 200u16..600,
            detail in proptest::option::of((0u16..1000, 0u16..1000)),
            lines in proptest::collection::vec("[a-z ü]{0,40}", 1..5),
        ) {
            let mut reply = Reply::bare(code, "").with_text(lines.join("\n"));
            reply.detail = detail.map(|(subject, detail)| Detail(subject, detail));
            prop_assert_eq!(Reply::parse(&reply.to_wire()), Ok(reply));
        }

        #[test]
        fn no_octets_make_parsing_panic(wire in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(reply) = Reply::parse(&wire) {
                prop_assert!(!reply.text().chars().any(|c| c.is_control() && c != '\n'));
            }
        }
    }
}
