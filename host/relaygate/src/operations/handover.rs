//! What the customer's mail administrator has to know of our side beside the
//! credentials (R40).

use serde::Serialize;

use super::egress::{self, EgressView};
use crate::config::{ListenerKind, TlsMode};
use crate::services::Services;

/// Where a customer's server hands in its mail.
#[derive(Debug, Serialize)]
pub struct HandoverView {
    /// Our name, which our certificate carries.
    pub host: String,
    /// The port with TLS from the first octet (RFC 8314 §3.3), if it is served.
    pub port_implicit: Option<u16>,
    /// The port with STARTTLS, if it is served.
    pub port_starttls: Option<u16>,
    /// AUTH LOGIN is offered besides PLAIN.
    pub login: bool,
    /// Where our connections to them come from.
    pub egress: EgressView,
}

/// As the operator has configured it.
pub fn sheet(services: &Services) -> HandoverView {
    let listeners = &services.config.listeners;
    let submission = || {
        let listeners = listeners.iter();
        listeners.filter(|listener| listener.kind == ListenerKind::Submission)
    };
    let port = |tls| {
        let found = submission().find(|listener| listener.tls == tls);
        found.map(|listener| listener.bind.port())
    };
    HandoverView {
        host: services.hostname.to_string(),
        port_implicit: port(TlsMode::Implicit),
        port_starttls: port(TlsMode::Starttls),
        login: submission().any(|listener| listener.login),
        egress: egress::show(services),
    }
}
