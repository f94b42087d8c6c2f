//! Whether two readers of a message could see two bodies (FAULTS ID-10).
//!
//! We read MIME in one way, strictly. Who inspects a message on its way may read it in
//! another, and who opens an attachment in a third. Where RFC 2045, 2046, 2183 and 2231
//! leave a choice, or a sender has left their ground, the message is flagged; it is never
//! refused for that, since honest programs leave it too.
//!
//! Not here: what we read (`mime`, `body`).

use super::fields::CRLF;
use super::headers::Headers;
use super::mime::{Part, TransferEncoding};
use super::words;

/// Whether what the header fields say of a body can be read in two ways.
pub(super) fn of_fields(headers: &Headers) -> bool {
    let first = |name| headers.raw_all(name).into_iter().next();
    let twice = |name| headers.all(name).nth(1).is_some();
    let loose = |name, read: fn(&str) -> Option<Vec<String>>| {
        first(name).is_some_and(|value| {
            let names = read(&value);
            names.is_none_or(|names| has_rivals(&names))
        })
    };
    DECIDING.into_iter().any(twice)
        || loose("Content-Type", content_type)
        || loose("Content-Disposition", disposition)
        || first(ENCODING).is_some_and(|value| encoding_of(&value).is_none())
        || headers.all(ENCODING).any(trails_off)
        || packs_a_container(first("Content-Type").as_deref(), first(ENCODING).as_deref())
}

/// Whether the body of a leaf can be decoded in two ways. `whole`: nothing of it is missing.
pub(super) fn of_body(part: &Part, body: &[u8], whole: bool) -> bool {
    match part.encoding {
        TransferEncoding::Identity => false,
        TransferEncoding::Base64 => !is_plain_base64(body, whole),
        TransferEncoding::QuotedPrintable => !is_plain_quoted_printable(body),
    }
}

/// The base names of the parameters; nothing if the value is not what RFC 2045 §5.1 says.
fn content_type(value: &str) -> Option<Vec<String>> {
    let (kind, rest) = token(value)?;
    let (subtype, rest) = token(rest.strip_prefix('/')?)?;
    let names = parameters(rest)?;
    let composite = kind.eq_ignore_ascii_case("multipart");
    let bounded = names.iter().any(|name| name == "boundary");
    // What divides a multipart stands there plainly, once (RFC 2231 §3 would allow pieces).
    let pieces = names.iter().any(|name| name.starts_with("boundary*"));
    let sound = !pieces && (bounded || !composite) && !subtype.is_empty();
    sound.then_some(names)
}

/// The same for RFC 2183 §2.
fn disposition(value: &str) -> Option<Vec<String>> {
    let (_, rest) = token(value)?;
    parameters(rest)
}

/// The names of `; name=value` pairs as they stand, in lower case.
fn parameters(mut rest: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Some(names);
        }
        rest = rest.strip_prefix(';')?.trim_start();
        if rest.is_empty() {
            return Some(names);
        }
        let (name, after) = token(rest)?;
        names.push(name.to_ascii_lowercase());
        rest = value(after.strip_prefix('=')?)?;
    }
}

/// What follows a token or a quoted string.
fn value(text: &str) -> Option<&str> {
    let Some(quoted) = text.strip_prefix('"') else {
        return token(text).map(|(_, rest)| rest);
    };
    let mut escaped = false;
    let end = quoted.bytes().position(|octet| {
        let ends = octet == b'"' && !escaped;
        escaped = octet == b'\\' && !escaped;
        ends
    })?;
    Some(&quoted[end + 1..])
}

/// A token (RFC 2045 §5.1) and what follows it.
fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |b: u8| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b);
    let end = text
        .bytes()
        .position(|b| !is_token(b))
        .unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// Two parameters of one name that are not the numbered pieces of one (RFC 2231 §3).
fn has_rivals(names: &[String]) -> bool {
    let parted = |name: &str| match name.split_once('*') {
        Some((base, piece)) => (
            base.to_owned(),
            Some(piece.trim_end_matches('*').to_owned()),
        ),
        None => (name.to_owned(), None),
    };
    let all: Vec<_> = names.iter().map(|name| parted(name)).collect();
    all.iter().enumerate().any(|(at, (base, piece))| {
        let others = || all[at + 1..].iter().filter(|(other, _)| other == base);
        let numbered = |piece: &Option<String>| piece.as_ref().is_some_and(|it| !it.is_empty());
        others().any(|(_, other)| other == piece || !numbered(piece) || !numbered(other))
    })
}

/// The encodings there are (RFC 2045 §6.1); the others mean something to somebody.
fn encoding_of(value: &str) -> Option<TransferEncoding> {
    let value = words::disarm(value).trim().to_ascii_lowercase();
    match value.as_str() {
        "7bit" | "8bit" | "binary" => Some(TransferEncoding::Identity),
        "base64" => Some(TransferEncoding::Base64),
        "quoted-printable" => Some(TransferEncoding::QuotedPrintable),
        _ => None,
    }
}

/// White space at the end says nothing, but some compare the value with it.
fn trails_off(raw: &[u8]) -> bool {
    let value = raw.strip_suffix(CRLF).unwrap_or(raw);
    value.ends_with(b" ") || value.ends_with(b"\t")
}

/// RFC 2045 §6.4: what holds other parts is never encoded itself.
fn packs_a_container(media_type: Option<&str>, encoding: Option<&str>) -> bool {
    let holds = |value: &str| {
        let value = value.trim_start().to_ascii_lowercase();
        value.starts_with("multipart/") || value.starts_with("message/")
    };
    let packed = encoding.and_then(encoding_of);
    media_type.is_some_and(holds)
        && matches!(
            packed,
            Some(TransferEncoding::Base64 | TransferEncoding::QuotedPrintable)
        )
}

/// Letters of the alphabet and white space, padding at the end only (RFC 2045 §6.8).
fn is_plain_base64(body: &[u8], whole: bool) -> bool {
    let mut letters = body.iter().filter(|octet| !octet.is_ascii_whitespace());
    let (mut count, mut padding) = (0_usize, 0_usize);
    let plain = letters.all(|octet| match octet {
        b'=' => {
            padding += 1;
            padding <= 2
        }
        octet => {
            count += 1;
            padding == 0 && (octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/'))
        }
    });
    plain && (!whole || (count + padding).is_multiple_of(4))
}

/// Every `=` is an octet in hexadecimal or a line that goes on (RFC 2045 §6.7).
fn is_plain_quoted_printable(body: &[u8]) -> bool {
    memchr::memchr_iter(b'=', body).all(|at| match &body[at + 1..] {
        [b'\r', b'\n', ..] | [] | [_] => true,
        [first, second, ..] => first.is_ascii_hexdigit() && second.is_ascii_hexdigit(),
    })
}

const ENCODING: &str = "Content-Transfer-Encoding";
/// The fields that decide how a body is read.
const DECIDING: [&str; 4] = [
    "Content-Type",
    ENCODING,
    "Content-Disposition",
    "MIME-Version",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::mime::is_ambiguous;

    fn flagged(message: &str) -> bool {
        let message = message.replace('\n', "\r\n").into_bytes();
        is_ambiguous(&message, &Headers::parse(&message).unwrap(), true)
    }

    #[test]
    fn id_10_what_can_be_read_in_two_ways_is_flagged() {
        for message in [
            "Content-Type: multipart/mixed; boundary=a; boundary=b\n\nx",
            "Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\n\nx",
            "Content-Type: multipart/mixed; boundary=a; boundary*=us-ascii''b\n\nx",
            "Content-Type: multipart/mixed\n\nx",
            "Content-Type: text/plain\nContent-Type: text/html\n\nx",
            "Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n\nx",
            "Content-Transfer-Encoding: x-uuencode\n\nx",
            "Content-Transfer-Encoding: base64 (really)\n\nAAAA",
            "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b--\n",
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\nx",
            "Content-Disposition: attachment; filename=a.txt; filename=a.exe\n\nx",
            "Content-Disposition: attachment; filename=a.txt; filename*=us-ascii''a.exe\n\nx",
            "Content-Disposition: attachment; filename*0=a; filename*0=b\n\nx",
            "Content-Type: text/plain; charset=us-ascii; charset=utf-7\n\nx",
            "Content-Type: text/plain (html)\n\nx",
            "Content-Type: nonsense\n\nx",
            "Content-Type: text/html; name=a b.txt\n\nx",
            "Content-Transfer-Encoding: base64\n\nAA!AA",
            "Content-Transfer-Encoding: base64\n\nAA==AAAA",
            "Content-Transfer-Encoding: base64\n\nAAAAA",
            "Content-Transfer-Encoding: quoted-printable\n\na=ZZb",
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\nContent-Type: text/html\n\nx\n--b--\n",
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nno field\nContent-Type: text/html\n\nx\n--b--\n",
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n--b--\n",
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\n-AAA\n--b--\n",
        ] {
            assert!(flagged(message), "{message}");
        }
    }

    #[test]
    fn id_10_what_honest_programs_write_is_not() {
        for message in [
            "\nhello",
            "Content-Type: text/plain; charset=\"utf-8\"; format=flowed;\n\nhello",
            "Content-Type: TEXT/html;\n charset = utf-8\n\nhello"
                .replace(" = ", "=")
                .as_str(),
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"=_a;b\\\"c\"\n\n--=_a;b\"c--\n",
            "Content-Disposition: attachment; filename*0=\"a long\"; filename*1=\" name\"\n\nx",
            "Content-Disposition: attachment; filename*0*=utf-8''a%20; filename*1=b\n\nx",
            "Content-Disposition: attachment; filename*=utf-8''%e2%82%ac.txt\n\nx",
            "Content-Transfer-Encoding: Base64\n\naGVsbG8=\n",
            "Content-Transfer-Encoding: quoted-printable\n\nh=C3=a9l=\nlo\n",
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\nAAAA\n--b\n\nx\n--b--\n",
        ] {
            assert!(!flagged(message), "{message}");
        }
    }

    /// What was cut off at the end of what is looked at may have been sound.
    #[test]
    fn the_start_of_a_message_is_judged_as_far_as_it_goes() {
        let start = b"Content-Transfer-Encoding: base64\r\n\r\nAAAAA";
        let headers = Headers::parse(start).unwrap();
        assert!(!is_ambiguous(start, &headers, false));
        assert!(is_ambiguous(start, &headers, true));
    }
}
