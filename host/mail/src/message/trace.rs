//! Trace fields: `Received` and `Return-Path` (RFC 5321 §4.4).
//!
//! What the peer said about itself (HELO) is printed only if it looks like a
//! name; anything else could carry a second field into the message.
//!
//! Not here: `Authentication-Results` (`results`), reading Received of others (`hops`).

use std::fmt::Write as _;
use std::net::IpAddr;

use mail_parser::DateTime;

use super::names::write_field;
use crate::address::Address;

/// The version and cipher of a TLS session, as the TLS library names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TlsFacts<'a> {
    /// For example `TLSv1.3`.
    pub version: &'a str,
    /// For example `TLS13_AES_256_GCM_SHA384`.
    pub cipher: &'a str,
}

/// How the message came in, from which the `with` keyword follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protocol {
    /// EHLO was said rather than HELO.
    pub extended: bool,
    /// The session was encrypted.
    pub tls: bool,
    /// The peer proved credentials.
    pub authenticated: bool,
    /// MAIL had the SMTPUTF8 parameter.
    pub utf8: bool,
}

impl Protocol {
    /// The keyword of the IANA registry: `SMTP`, `ESMTPSA`, `UTF8SMTPS` and so
    /// on (RFC 3848, RFC 6531 §4.3).
    pub fn keyword(self) -> &'static str {
        match (self.utf8, self.extended, self.tls, self.authenticated) {
            (true, _, true, true) => "UTF8SMTPSA",
            (true, _, true, false) => "UTF8SMTPS",
            (true, _, false, true) => "UTF8SMTPA",
            (true, _, false, false) => "UTF8SMTP",
            (_, _, true, true) => "ESMTPSA",
            (_, _, true, false) => "ESMTPS",
            (_, _, false, true) => "ESMTPA",
            (_, true, false, false) => "ESMTP",
            (_, false, false, false) => "SMTP",
        }
    }
}

/// What our Received field says.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// What the peer called itself; printed only if it looks like a name.
    pub helo: &'a str,
    /// Where it connected from.
    pub peer: IpAddr,
    /// Our own name.
    pub by: &'a str,
    /// How it came in.
    pub protocol: Protocol,
    /// The TLS session, if there was one.
    pub tls: Option<TlsFacts<'a>>,
    /// The session's id, which is in the log.
    pub session: &'a str,
    /// The message's id, which is in the 250 reply.
    pub id: &'a str,
    /// The recipient; only if there is exactly one, else it would tell one
    /// recipient about the others (RFC 5321 §7.2).
    pub recipient: Option<&'a Address>,
    /// When, in milliseconds since the epoch.
    pub at: u64,
}

impl Received<'_> {
    /// The field as lines, CRLF included.
    pub fn to_lines(&self) -> Vec<u8> {
        let mut value = format!("from {} ({})", self.from(), address_literal(self.peer));
        if let Some(tls) = self.tls {
            let version = word(tls.version);
            let _ = write!(value, " (using {version} with cipher {})", word(tls.cipher));
        }
        let _ = write!(value, " by {}", word(self.by));
        let _ = write!(
            value,
            " with {} id {}",
            self.protocol.keyword(),
            word(self.id)
        );
        let _ = write!(value, " (session {})", word(self.session));
        if let Some(recipient) = self.recipient {
            let _ = write!(value, " for <{recipient}>");
        }
        let _ = write!(value, "; {}", date(self.at));
        let mut lines = Vec::with_capacity(value.len() + 32);
        write_field("Received", &value, &mut lines);
        lines
    }

    /// The name given with HELO, or the address if that is no name.
    fn from(&self) -> String {
        let good = !self.helo.is_empty()
            && self.helo.len() <= HELO_OCTETS_MAX
            && self.helo.bytes().all(is_name_octet);
        if good {
            self.helo.to_owned()
        } else {
            address_literal(self.peer)
        }
    }
}

/// The Return-Path field as a line, CRLF included; `None` is the null path.
pub fn return_path(path: Option<&Address>) -> Vec<u8> {
    let value = path.map_or_else(|| "<>".to_owned(), |address| format!("<{address}>"));
    let mut line = Vec::new();
    write_field("Return-Path", &value, &mut line);
    line
}

/// The Date field as a line, CRLF included; `at` in milliseconds since the epoch.
pub fn date_line(at: u64) -> Vec<u8> {
    let mut line = Vec::new();
    write_field("Date", &date(at), &mut line);
    line
}

/// A time in milliseconds since the epoch as people and scripts read it: RFC 3339,
/// UTC, whole seconds.
pub fn timestamp(at: u64) -> String {
    date_time(at).to_rfc3339()
}

/// Reads such a time, with any offset; anything else is none.
pub fn read_timestamp(text: &str) -> Option<u64> {
    let read = DateTime::parse_rfc3339(text)?;
    let seconds = u64::try_from(read.to_timestamp()).ok()?;
    let sound = read.is_valid() && read.to_rfc3339() == text;
    sound.then_some(seconds * MILLIS_PER_SECOND)
}

/// A date-time (RFC 5322 §3.3) in UTC, from milliseconds since the epoch.
pub(super) fn date(at: u64) -> String {
    date_time(at).to_rfc822()
}

fn date_time(at: u64) -> DateTime {
    let seconds = (at / MILLIS_PER_SECOND).min(SECONDS_MAX);
    DateTime::from_timestamp(i64::try_from(seconds).unwrap_or_default())
}

fn address_literal(peer: IpAddr) -> String {
    match peer {
        IpAddr::V4(v4) => format!("[{v4}]"),
        IpAddr::V6(v6) => format!("[IPv6:{v6}]"),
    }
}

/// A name or id of our own: anything that is no name octet becomes `_`, so that
/// a surprising id cannot end the field.
fn word(text: &str) -> String {
    let safe = text.chars().map(|c| {
        if c.is_ascii() && is_name_octet(c as u8) {
            c
        } else {
            '_'
        }
    });
    let word: String = safe.take(HELO_OCTETS_MAX).collect();
    if word.is_empty() {
        "_".to_owned()
    } else {
        word
    }
}

fn is_name_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-' | b'_' | b':' | b'[' | b']')
}

/// A domain name or literal has 255 octets at most (RFC 5321 §4.5.3.1.2).
const HELO_OCTETS_MAX: usize = 255;
const MILLIS_PER_SECOND: u64 = 1_000;
/// The last second of the year 9999, the last a date-time has room for.
const SECONDS_MAX: u64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Headers;

    fn received(helo: &str) -> String {
        let received = Received {
            helo,
            peer: "192.0.2.1".parse().unwrap(),
            by: "relay.desk.example",
            protocol: Protocol {
                extended: true,
                tls: true,
                authenticated: true,
                utf8: false,
            },
            tls: Some(TlsFacts {
                version: "TLSv1.3",
                cipher: "TLS13_AES_256_GCM_SHA384",
            }),
            session: "s-1",
            id: "01J",
            recipient: Some(&Address::parse("help@acme.example").unwrap()),
            at: 1_700_000_000_000,
        };
        String::from_utf8(received.to_lines()).unwrap()
    }

    #[test]
    fn a_time_is_read_as_it_is_printed_and_no_other_way() {
        let at = 1_767_225_600_000;
        assert_eq!(read_timestamp(&timestamp(at)), Some(at));
        assert_eq!(read_timestamp("2026-01-01T01:00:00+01:00"), Some(at));
        for other in [
            "",
            "2026-01-01",
            "2026-13-01T00:00:00Z",
            "1969-01-01T00:00:00Z",
            "yesterday",
        ] {
            assert_eq!(read_timestamp(other), None, "{other}");
        }
    }

    #[test]
    fn received_names_session_message_and_tls() {
        let lines = received("mail.acme.example");
        assert!(lines.lines().all(|line| line.len() <= 78), "{lines}");
        let headers = Headers::parse(lines.as_bytes()).unwrap();
        assert_eq!(
            headers.raw("Received").unwrap(),
            "from mail.acme.example ([192.0.2.1]) (using TLSv1.3 with cipher \
             TLS13_AES_256_GCM_SHA384) by relay.desk.example with ESMTPSA id 01J (session s-1) \
             for <help@acme.example>; Tue, 14 Nov 2023 22:13:20 +0000"
        );
    }

    #[test]
    fn a_helo_that_is_no_name_is_not_repeated() {
        let long = "x".repeat(300);
        for helo in [
            "",
            "a b",
            "a\r\nBcc: x@y.example",
            "(",
            "a;b",
            "<x>",
            "h\u{e9}",
            "a\0",
            &long,
        ] {
            let lines = received(helo);
            assert_eq!(
                Headers::parse(lines.as_bytes()).unwrap().raw_fields().len(),
                1,
                "{helo}"
            );
            assert!(
                lines.starts_with("Received: from [192.0.2.1] ([192.0.2.1])"),
                "{lines}"
            );
        }
    }

    #[test]
    fn the_keyword_tells_tls_and_auth() {
        let keyword = |extended, tls, authenticated, utf8| {
            Protocol {
                extended,
                tls,
                authenticated,
                utf8,
            }
            .keyword()
        };
        assert_eq!(keyword(false, false, false, false), "SMTP");
        assert_eq!(keyword(true, false, false, false), "ESMTP");
        assert_eq!(keyword(true, true, false, false), "ESMTPS");
        assert_eq!(keyword(true, true, true, true), "UTF8SMTPSA");
    }

    #[test]
    fn return_path_is_bracketed() {
        assert_eq!(return_path(None), b"Return-Path: <>\r\n");
        let address = Address::parse("a@b.example").unwrap();
        assert_eq!(
            return_path(Some(&address)),
            b"Return-Path: <a@b.example>\r\n"
        );
    }

    #[test]
    fn dates_stay_within_four_digit_years() {
        assert_eq!(date(0), "Thu, 1 Jan 1970 00:00:00 +0000");
        assert_eq!(date(u64::MAX), "Fri, 31 Dec 9999 23:59:59 +0000");
    }
}
