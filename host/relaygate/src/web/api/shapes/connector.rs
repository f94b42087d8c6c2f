//! Connected domains, without a secret.

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::operations::domains::{ConnectorView, CredentialView};
use crate::operations::warning;
use crate::web::api::caller::Site;
use crate::web::api::paging::PageInfo;

/// A connected domain.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Connector {
    /// Its domain, in the form it has in DNS.
    id: String,
    url: String,
    domain: String,
    /// The same as people write it.
    domain_unicode: String,
    name: String,
    /// `PLAIN`, or `LOGIN` for both.
    protocol: &'static str,
    /// `setup_incomplete`, `active` …
    status: &'static str,
    /// Takes mail for every address of the domain.
    catch_all: bool,
    /// Refuses unauthenticated mail for the domain.
    require_authenticated: bool,
    dkim_enabled: bool,
    /// The user name of the customer's server here.
    username: String,
    /// Live credential sets, oldest first; never a secret.
    credentials: Vec<Credential>,
    /// Number of support addresses.
    addresses: usize,
    warnings: Vec<Warning>,
    created_at: String,
}

/// A credential set without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Credential {
    id: String,
    /// `current`, `previous` or `expired`.
    state: &'static str,
    created_at: String,
    expires_at: Option<String>,
}

/// What works and should not stay as it is.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Warning {
    /// Stable word for machines.
    code: &'static str,
    /// What to do about it.
    hint: String,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct OneConnector {
    pub(in crate::web::api) connector: Connector,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Connectors {
    pub(in crate::web::api) connectors: Vec<Connector>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

impl Connector {
    pub(in crate::web::api) fn new(view: ConnectorView, site: &Site) -> Self {
        Self {
            url: site.of_thing("relaygate/connectors", &view.domain),
            id: view.domain.clone(),
            domain: view.domain,
            domain_unicode: view.domain_unicode,
            name: view.name,
            protocol: view.protocol,
            status: view.status,
            catch_all: view.catch_all,
            require_authenticated: view.require_authenticated,
            dkim_enabled: view.dkim_enabled,
            username: view.username,
            credentials: view.credentials.into_iter().map(credential).collect(),
            addresses: view.addresses,
            warnings: view.warnings.into_iter().map(Into::into).collect(),
            created_at: time(view.created_at),
        }
    }
}

fn credential(view: CredentialView) -> Credential {
    Credential {
        id: view.id,
        state: view.state,
        created_at: time(view.created_at),
        expires_at: view.expires_at.map(time),
    }
}

impl From<warning::Warning> for Warning {
    fn from(warning: warning::Warning) -> Self {
        Self {
            code: warning.code,
            hint: warning.hint,
        }
    }
}
