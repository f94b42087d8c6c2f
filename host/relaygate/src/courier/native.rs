//! Our own path: to the servers a recipient's domain names, by fixed routes or
//! MX records (RFC 5321 §5.1). TLS where it is offered (RFC 7435), never AUTH.

use mail::address::Domain;
use mail::client::{Protocol, Settings, Timeouts, Tls};
use storage::AccountId;
use tracing::debug;

use super::OpenError;
use super::connection::{Connection, TlsPlan};
use super::dial::{Server, dial};
use super::smarthost::server_name;
use crate::resolver::{ResolveError, Target};
use crate::services::Services;

/// Connects to the first server of the domain that answers.
pub(super) async fn open(
    services: &Services,
    account: AccountId,
    domain: &Domain,
) -> Result<Connection, OpenError> {
    let targets = services.resolver.targets(domain.as_str()).await?;
    let mut last = OpenError::Resolve(ResolveError::NotFound);
    for target in targets.iter().take(TARGETS_MAX) {
        match open_one(services, account, target).await {
            Ok(connection) => return Ok(connection),
            Err(error) => {
                debug!(%error, "server of the domain was not reached");
                last = error;
            }
        }
    }
    Err(last)
}

async fn open_one(
    services: &Services,
    account: AccountId,
    target: &Target,
) -> Result<Connection, OpenError> {
    let server = Server {
        host: &target.host,
        port: target.port,
    };
    let tls = TlsPlan {
        connector: services.client_tls.opportunistic(),
        name: server_name(&target.host)?,
    };
    let settings = Settings {
        host: services.hostname.clone(),
        protocol: Protocol::Smtp,
        tls: Tls::Opportunistic,
        credentials: None,
        mechanism: None,
        timeouts: Timeouts::default(),
    };
    dial(services, account, server, tls, settings).await
}

/// Servers tried in one attempt; a domain may name a hundred.
const TARGETS_MAX: usize = 5;
