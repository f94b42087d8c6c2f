//! What strangers sent, given to a browser without harm: the HTML of a comment for its
//! frame, and files to be kept, never shown (WEB-01, WEB-02).

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::problem::Problem;
use super::visit::Member;
use crate::operations::attachments;
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route("/tickets/{id}/comments/{comment}/html", get(html))
        .route(
            "/tickets/{id}/comments/{comment}/attachments/{number}",
            get(attachment),
        )
}

/// The HTML of a comment as a page of its own, which nobody but our own frame shows.
async fn html(
    State(services): State<Arc<Services>>,
    member: Member,
    Path((ticket, comment)): Path<(u64, u64)>,
) -> Result<Response, Problem> {
    let html = attachments::html(&services, &member.account, (ticket, comment)).await?;
    let policy = [(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(FRAME_POLICY),
    )];
    Ok((policy, Html(format!("{FRAME_HEAD}{html}{FRAME_END}"))).into_response())
}

/// A file, as octets of no known kind under the name its sender gave it.
async fn attachment(
    State(services): State<Arc<Services>>,
    member: Member,
    Path((ticket, comment, number)): Path<(u64, u64, usize)>,
) -> Result<Response, Problem> {
    let place = (ticket, comment);
    let opened = attachments::open(&services, &member.account, place, number).await?;
    let name = opened
        .file
        .name
        .unwrap_or_else(|| format!("attachment-{number}"));
    let disposition = HeaderValue::from_str(&disposition(&name));
    let disposition =
        disposition.map_err(|_| Problem::Status(StatusCode::INTERNAL_SERVER_ERROR))?;
    let fields = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (header::CONTENT_DISPOSITION, disposition),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(FILE_POLICY),
        ),
        (RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
    ];
    Ok((fields, Bytes::from_owner(opened.octets)).into_response())
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

/// No scripts, no forms, an origin of its own, nothing loaded but pictures that are part
/// of the page. A link opens a tab, as in any mail reader, and that tab is nobody's
/// prisoner; it learns neither who opened it nor from where.
const FRAME_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
     default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'";
/// A file that is opened all the same can do nothing.
const FILE_POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Dark letters on white, whatever the reader's own colours: letters are written for that.
const FRAME_HEAD: &str = "<!doctype html><html lang=\"\"><head><meta charset=\"utf-8\">\
     <meta name=\"color-scheme\" content=\"only light\"><title>HTML</title><style>\
     html{background:#fff;color:#111;font:15px/1.5 system-ui,sans-serif}\
     body{margin:12px;overflow-wrap:anywhere}img{max-width:100%;height:auto}\
     blockquote{margin:0 0 0 .5em;padding-left:.75em;border-left:3px solid #ccc}\
     </style></head><body>";
const FRAME_END: &str = "</body></html>";

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
