//! The way a message took, as its Received fields tell it (RFC 5321 §4.4).
//!
//! Each field is its writer's word, and everybody on the way could have written
//! any of them. Good for a diagnosis, never for a decision.
//!
//! Not here: our own Received field (`trace`).

use mail_parser::parsers::MessageStream;
use mail_parser::{DateTime, HeaderValue as Parsed, Host};

use super::headers::Headers;
use super::words;

/// What one server said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The server.
    pub by: String,
    /// Where it got the message from.
    pub from: Option<String>,
    /// The protocol's keyword, for example `ESMTPS` (RFC 3848).
    pub with: Option<String>,
    /// When, in milliseconds since the epoch.
    pub at: Option<u64>,
}

/// The servers a message passed, newest first; fields that name no server are
/// left out.
pub fn hops(headers: &Headers) -> Vec<Hop> {
    headers.all("Received").filter_map(hop).collect()
}

fn hop(raw: &[u8]) -> Option<Hop> {
    let mut line = words::unfold(raw);
    line.push('\n');
    let Parsed::Received(read) = MessageStream::new(line.as_bytes()).parse_received() else {
        return None;
    };
    Some(Hop {
        by: name(read.by.as_ref()?),
        from: read.from.as_ref().map(name),
        with: read.with.map(|protocol| printable(&protocol.to_string())),
        at: read.date.as_ref().and_then(at),
    })
}

fn name(host: &Host<'_>) -> String {
    match host {
        Host::Name(name) => printable(name),
        Host::IpAddr(address) => address.to_string(),
    }
}

fn at(date: &DateTime) -> Option<u64> {
    let seconds = u64::try_from(date.to_timestamp()).ok()?;
    date.is_valid().then(|| seconds.saturating_mul(1_000))
}

/// A stranger's word for people to read.
fn printable(text: &str) -> String {
    let plain = text.chars().filter(char::is_ascii_graphic);
    plain.take(WORD_OCTETS_MAX).collect()
}

/// A domain name or literal has 255 octets at most (RFC 5321 §4.5.3.1.2).
const WORD_OCTETS_MAX: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> Vec<Hop> {
        hops(&Headers::parse(header.as_bytes()).unwrap())
    }

    #[test]
    fn a_postfix_and_our_own_field_are_read() {
        let found = of(
            "Received: from mail.acme.example ([192.0.2.1]) (using TLSv1.3 with cipher X)\r\n \
             by relay.desk.example with ESMTPSA id 01J (session s-1)\r\n for <help@acme.example>; Tue, 14 Nov 2023 22:13:30 +0000\r\n\
             Received: from relay.desk.example (relay.desk.example [127.0.0.1])\r\n\
             \t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n\
             \t(No client certificate requested)\r\n\
             \tby mail.acme.example (Postfix) with ESMTPS id 4Sv\r\n\
             \tfor <help@acme.example>; Tue, 14 Nov 2023 23:13:20 +0100 (CET)\r\n",
        );
        let seen: Vec<_> = found.iter().map(|hop| (hop.by.as_str(), hop.at)).collect();
        assert_eq!(
            seen,
            [
                ("relay.desk.example", Some(1_700_000_010_000)),
                ("mail.acme.example", Some(1_700_000_000_000)),
            ]
        );
        assert_eq!(found[1].from.as_deref(), Some("relay.desk.example"));
        assert_eq!(found[0].with.as_deref(), Some("ESMTPSA"));
        assert_eq!(found[1].with.as_deref(), Some("ESMTPS"));
    }

    #[test]
    fn nonsense_is_no_hop_and_dates_may_be_missing() {
        let found =
            of("Received: nonsense\r\nReceived:\r\nReceived: by mx.acme.example with HTTP\r\n");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].by.as_str(), found[0].at),
            ("mx.acme.example", None)
        );
    }
}
