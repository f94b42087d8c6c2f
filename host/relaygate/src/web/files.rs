//! A stranger's file as an answer: octets of no known kind, to be saved under the name its
//! sender gave it and never shown (WEB-02).

use std::fmt::Write as _;

use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::{self, HeaderName};
use axum::response::{IntoResponse, Response};

use crate::operations::attachments::Opened;

/// The answer that brings a file.
pub(super) fn answer(opened: Opened) -> Response {
    let number = opened.file.number;
    let name = opened.file.name;
    let disposition = disposition(&name.unwrap_or_else(|| format!("attachment-{number}")));
    let disposition = HeaderValue::from_str(&disposition).expect("plain letters and marks");
    let fields = [
        (header::CONTENT_TYPE, HeaderValue::from_static(KIND)),
        (header::CONTENT_DISPOSITION, disposition),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
    ];
    (fields, Bytes::from_owner(opened.octets)).into_response()
}

/// `attachment` with a name (RFC 6266 §4.3): one of plain letters for whoever knows no
/// better, and the real one as RFC 8187 §3.2 writes it.
fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(plain).collect();
    let mut text = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''");
    for octet in name.bytes() {
        // Writing to a text cannot fail.
        let _ = match octet.is_ascii_alphanumeric() || ATTRIBUTE_MARKS.contains(&octet) {
            true => write!(text, "{}", char::from(octet)),
            false => write!(text, "%{octet:02X}"),
        };
    }
    text
}

/// Whatever means something to a header field, a shell or a file system is a line.
fn plain(letter: char) -> char {
    match letter {
        letter if letter.is_ascii_alphanumeric() => letter,
        ' ' | '-' | '.' | '(' | ')' | '+' | '@' => letter,
        _ => '_',
    }
}

/// What RFC 8187's `attr-char` has besides letters and digits, without those that a lax
/// reader might take for something else.
const ATTRIBUTE_MARKS: &[u8] = b"-._~";

/// What it is, whatever its sender says.
pub(super) const KIND: &str = "application/octet-stream";
/// A file that is opened all the same can do nothing.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_a_name() {
        for (name, fallback, real) in [
            ("report.pdf", "report.pdf", "report.pdf"),
            ("Grüße.txt", "Gr__e.txt", "Gr%C3%BC%C3%9Fe.txt"),
            (
                "a\"; filename=\"b.html",
                "a__ filename__b.html",
                "a%22%3B%20filename%3D%22b.html",
            ),
            (
                "a\r\nSet-Cookie: x=y",
                "a__Set-Cookie_ x_y",
                "a%0D%0ASet-Cookie%3A%20x%3Dy",
            ),
            ("100%25.txt", "100_25.txt", "100%2525.txt"),
            ("it's\\..", "it_s_..", "it%27s%5C.."),
        ] {
            let expected = format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{real}");
            assert_eq!(disposition(name), expected);
        }
    }
}
