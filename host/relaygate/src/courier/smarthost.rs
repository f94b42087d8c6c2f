//! Customers' own servers: TLS always, certificate verified, AUTH with the
//! support address's credentials, never anything in clear text (R2, R7).

use std::net::IpAddr;

use desk::Account;
use desk::addresses::{self, Outbound, OutboundTls, SupportAddress, Tested};
use mail::address::Address;
use mail::client::{Protocol, Settings, Timeouts, Tls};
use mail::sasl::Credentials;
use rustls::pki_types::ServerName;

use super::OpenError;
use super::connection::{Connection, TlsPlan};
use super::dial::{Server, dial};
use crate::services::Services;

/// Connects to the server of a support address: to the one in use, or to the one
/// that is staged.
pub(super) async fn open(
    services: &Services,
    account: &Account,
    address: &Address,
    set: Tested,
) -> Result<Connection, OpenError> {
    let found = addresses::find(account, address)
        .await?
        .ok_or(OpenError::Disconnected)?;
    let outbound = found.server(set).ok_or(OpenError::Disconnected)?;
    let server = Server {
        host: &outbound.host,
        port: outbound.port,
    };
    let tls = TlsPlan {
        connector: services.client_tls.connector(&outbound.trust)?,
        name: server_name(&outbound.host)?,
    };
    let settings = settings(services, account, &found, set, outbound)?;
    dial(services, account.id(), server, tls, settings).await
}

/// The password is opened here, for this connection, and wiped with it.
fn settings(
    services: &Services,
    account: &Account,
    address: &SupportAddress,
    set: Tested,
    outbound: &Outbound,
) -> Result<Settings, OpenError> {
    let password = addresses::outbound_password(account, &services.sealing, address, set)?;
    let password = std::str::from_utf8(&password).map_err(|_| OpenError::Disconnected)?;
    Ok(Settings {
        host: services.hostname.clone(),
        protocol: Protocol::Smtp,
        tls: match outbound.tls {
            OutboundTls::Starttls => Tls::Required,
            OutboundTls::Implicit => Tls::Implicit,
        },
        credentials: Some(Credentials::new(outbound.username.as_str(), password)),
        mechanism: outbound.auth.mechanism(),
        timeouts: Timeouts::default(),
    })
}

/// What the certificate has to be for.
pub(super) fn server_name(host: &str) -> Result<ServerName<'static>, OpenError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(ServerName::IpAddress(ip.into()));
    }
    let name = bare.trim_end_matches('.').to_owned();
    ServerName::try_from(name).map_err(|_| OpenError::ServerName)
}
