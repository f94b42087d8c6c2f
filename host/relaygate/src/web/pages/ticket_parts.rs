//! What strangers sent, given to a browser without harm: the HTML of a comment for its
//! frame, and files to be kept, never shown (WEB-01, WEB-02).

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::problem::Problem;
use super::visit::Member;
use crate::operations::attachments;
use crate::services::Services;
use crate::web::files;

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

/// A file, to be saved.
async fn attachment(
    State(services): State<Arc<Services>>,
    member: Member,
    Path((ticket, comment, number)): Path<(u64, u64, usize)>,
) -> Result<Response, Problem> {
    let place = (ticket, comment);
    let opened = attachments::open(&services, &member.account, place, number).await?;
    Ok(files::answer(opened))
}

/// No scripts, no forms, an origin of its own, nothing loaded but pictures that are part
/// of the page. A link opens a tab, as in any mail reader, and that tab is nobody's
/// prisoner; it learns neither who opened it nor from where.
const FRAME_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
     default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'";
/// Dark letters on white, whatever the reader's own colours: letters are written for that.
const FRAME_HEAD: &str = "<!doctype html><html lang=\"\"><head><meta charset=\"utf-8\">\
     <meta name=\"color-scheme\" content=\"only light\"><title>HTML</title><style>\
     html{background:#fff;color:#111;font:15px/1.5 system-ui,sans-serif}\
     body{margin:12px;overflow-wrap:anywhere}img{max-width:100%;height:auto}\
     blockquote{margin:0 0 0 .5em;padding-left:.75em;border-left:3px solid #ccc}\
     </style></head><body>";
const FRAME_END: &str = "</body></html>";
