//! The admin center: pages made here, one file for each noun. A handler reads what
//! was typed, lets `operations` do it, and fills a template of the same noun in
//! `templates/`; every sentence stands in `locales/`.
//!
//! Everything works without scripts; they only spare reloads and copying by hand.
//! Three things keep a foreign site from acting in somebody's name: the cookie is
//! not sent along from elsewhere (SameSite), a request says where it comes from
//! (`CsrfLayer`), and every form carries a word of its session ([`form`]).
//!
//! To add a noun: a file here with a `router`, a row in [`places`], a folder of
//! templates, a pair of files in `locales/`.

mod address_settings;
mod addresses;
mod audit;
mod bars;
mod dns;
mod domain_settings;
mod domains;
mod egress;
mod email;
mod form;
mod home;
mod invitation;
mod language;
mod mail_log;
mod operator;
mod own_policies;
mod page;
mod passkeys;
mod people;
mod places;
mod policies;
mod policy_install;
mod problem;
mod profile;
mod settings;
mod sign_in;
mod suspended;
mod ticket;
mod ticket_forms;
mod ticket_parts;
mod tickets;
mod traffic;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::from_fn_with_state;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::services::Services;

/// Every page.
pub(super) fn router(services: &Arc<Services>) -> Router<Arc<Services>> {
    Router::new()
        .merge(address_settings::router())
        .merge(addresses::router())
        .merge(audit::router())
        .merge(dns::router())
        .merge(domain_settings::router())
        .merge(domains::router())
        .merge(egress::router())
        .merge(email::router())
        .merge(home::router())
        .merge(invitation::router())
        .merge(mail_log::router())
        .merge(operator::router())
        .merge(own_policies::router())
        .merge(passkeys::router())
        .merge(people::router())
        .merge(policies::router())
        .merge(profile::router())
        .merge(settings::router())
        .merge(sign_in::router())
        .merge(suspended::router())
        .merge(ticket::router())
        .merge(ticket_forms::router())
        .merge(ticket_parts::router())
        .merge(tickets::router())
        .fallback(problem::nothing_here)
        .layer(RequestBodyLimitLayer::new(super::BODY_OCTETS_MAX))
        .layer(super::answered_within(super::ANSWER_TIMEOUT))
        // Components are larger than what is typed, and are compiled.
        .merge(policy_install::router(services))
        .layer(CsrfLayer::new())
        .layer(from_fn_with_state(services.clone(), visit::load))
        .merge(super::assets::router())
        .layer(unless_set(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY))
        .layer(unless_set(header::CACHE_CONTROL, "no-store"))
        .layer(unless_set(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ))
}

/// A header field of every answer whose handler knows no better.
fn unless_set(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Nothing but what we serve ourselves, no inline script or style, in nobody's frame.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'; frame-src 'self'";
