//! What people and their tools touch: the admin center's pages and the API,
//! over HTTPS. Both call the same functions as the command line (`operations`).
//!
//! Here the two are put together and get what holds for every answer. Not here:
//! connections ([`server`]), numbers and health for machines (`monitoring`).

mod api;
mod assets;
mod files;
mod pages;
mod server;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::services::Services;

pub use server::{Peer, serve};

/// Everything that can be asked for, and what holds for each answer.
fn router(services: Arc<Services>) -> Router {
    let api = api::router(&services).layer(answered_within(ANSWER_TIMEOUT));
    // Both bound the octets of a body, and say so in their own way.
    Router::new()
        .merge(pages::router(&services))
        .with_state(services)
        .merge(api)
        .layer(fixed(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000"))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
}

/// What takes longer is given up.
fn answered_within(time: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, time)
}

/// A header field every answer has.
fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

/// Octets of one request's body (FAULTS RES-10).
const BODY_OCTETS_MAX: usize = 1024 * 1024;
/// How long an answer may take to begin.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
