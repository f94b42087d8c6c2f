//! Where our outbound connections come from.

use serde::Serialize;
use utoipa::ToSchema;

use crate::operations::egress::EgressView;

/// The addresses and names of our outbound connections.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Egress {
    /// Every connection comes from one of these; from any address of the system if there
    /// is none.
    addresses: Vec<String>,
    /// Their names.
    hostnames: Vec<String>,
    /// What we call ourselves in EHLO.
    ehlo: String,
}

impl From<EgressView> for Egress {
    fn from(view: EgressView) -> Self {
        Self {
            addresses: view.addresses,
            hostnames: view.hostnames,
            ehlo: view.ehlo,
        }
    }
}
