//! Where our outbound connections come from, for the customers who allow us in their firewalls
//! (R28).

use serde::Serialize;

use crate::services::Services;

/// The addresses and names of our outbound connections.
#[derive(Debug, Serialize)]
pub struct EgressView {
    /// Every connection comes from one of these; from any address of the system if there is none.
    pub addresses: Vec<String>,
    /// Their names.
    pub hostnames: Vec<String>,
    /// What we call ourselves in EHLO.
    pub ehlo: String,
}

/// What the operator has configured.
pub fn show(services: &Services) -> EgressView {
    let egress = &services.config.egress;
    EgressView {
        addresses: egress.addresses.iter().map(ToString::to_string).collect(),
        hostnames: egress.hostnames.clone(),
        ehlo: services.hostname.to_string(),
    }
}
