//! Connecting to one server: its addresses judged, its circuit asked, a seat taken.

use storage::AccountId;

use super::OpenError;
use super::connection::{Connection, TlsPlan};
use crate::services::Services;

/// A server by name or address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Server<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
}

/// Connects, or says why not. Names are looked up and judged each time, and what
/// was judged is what is dialled (OUT-02).
pub(super) async fn dial(
    services: &Services,
    account: AccountId,
    server: Server<'_>,
    tls: TlsPlan,
    settings: mail::client::Settings,
) -> Result<Connection, OpenError> {
    let Server { host, port } = server;
    let sockets = services.resolver.addresses(host, port).await?;
    let circuits = &services.flow.circuits;
    circuits
        .ask(host, port, services.clock.now())
        .map_err(OpenError::Down)?;
    let seat = services.flow.seats.take(host, account).await;
    let seat = seat.ok_or(OpenError::Busy)?;
    let route = (&sockets[..], &services.config.egress.addresses[..]);
    let opened = Connection::open(route, tls, settings, seat).await;
    circuits.note(host, port, opened.is_ok(), services.clock.now());
    opened
}
