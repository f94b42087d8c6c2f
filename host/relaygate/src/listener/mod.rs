//! Accepts SMTP connections and lends each a seat, a span and a [`connection`].
//!
//! Not here: the dialogue (`mail::server`), what it asks (`reception`),
//! certificates (`tls`), binding the sockets (`serve`).

mod caps;
mod connection;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mail::reply::Reply;
use mail::sasl::Mechanism;
use mail::server::{Role, Settings, Timeouts, Tolerance};
use metrics::{counter, gauge};
use tokio::net::{TcpListener, TcpStream};
use tracing::{Instrument as _, debug, error, info, info_span, warn};

use crate::config::{ListenerConfig, ListenerKind, TlsMode};
use crate::services::Services;
use crate::wire::Wire;

pub use caps::{AccountSeat, CapSettings, Caps, Full, Seat};

/// Accepts connections until the program is told to stop.
pub async fn serve(services: Arc<Services>, config: ListenerConfig, listener: TcpListener) {
    let settings = Arc::new(session_settings(&services, &config));
    info!(listener = config.kind.as_str(), bind = %config.bind, "listening");
    let stop = services.stop.clone();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => admit(&services, &settings, config.kind, stream, peer),
            Err(error) => pause_after(&error).await,
        }
    }
}

/// Gives a connection its seat and its task, or sends it away.
fn admit(
    services: &Arc<Services>,
    settings: &Arc<Settings>,
    kind: ListenerKind,
    stream: TcpStream,
    peer: SocketAddr,
) {
    counter!("relaygate_connections_total", "listener" => kind.as_str()).increment(1);
    let seat = match services.flow.caps.admit(peer.ip()) {
        Ok(seat) => seat,
        Err(full) => {
            note_refusal(services, kind, full);
            return send_away(&stream, settings);
        }
    };
    let wire = match Wire::new(stream) {
        Ok(wire) => wire,
        Err(error) => return debug!(%error, "connection was gone before it began"),
    };
    let id = ulid::Ulid::generate().to_string();
    let span = info_span!(
        "session",
        session = %id,
        listener = kind.as_str(),
        %peer,
        tenant = tracing::field::Empty,
    );
    let served = connection::run(
        Arc::clone(services),
        Arc::clone(settings),
        kind,
        wire,
        seat,
        peer,
        id,
    );
    let open = gauge!("relaygate_connections", "listener" => kind.as_str());
    services.in_flight.spawn(
        async move {
            open.increment(1);
            contained(served).await;
            open.decrement(1);
        }
        .instrument(span),
    );
}

/// Serves a session. A panic in it, ours or a parser's, costs that connection and
/// nothing else: without a reply the peer keeps the message and sends it again.
async fn contained(session: impl Future<Output = ()> + Send + 'static) {
    if let Err(reason) = tokio::spawn(session.in_current_span()).await {
        error!(%reason, "a session panicked; its connection is closed");
        counter!("relaygate_session_panics_total").increment(1);
    }
}

/// The metrics count each; the log is not theirs to fill.
fn note_refusal(services: &Services, kind: ListenerKind, full: Full) {
    counter!("relaygate_connections_refused_total", "listener" => kind.as_str()).increment(1);
    if services.flow.refusals.lets_through(services.clock.now()) {
        warn!(
            listener = kind.as_str(),
            full = full.as_str(),
            "connection refused, there is no room"
        );
    }
}

/// One line to a peer we have no room for, if it can be written without waiting.
fn send_away(stream: &TcpStream, settings: &Settings) {
    if settings.tls == mail::server::TlsMode::Starttls {
        let _ = stream.try_write(&Reply::CROWDED.to_wire());
    }
}

/// Out of descriptors, most likely: trying again at once would only burn time.
async fn pause_after(error: &io::Error) {
    warn!(%error, "could not accept a connection");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

fn session_settings(services: &Services, listener: &ListenerConfig) -> Settings {
    let limits = &services.config.limits;
    let host = services.hostname.clone();
    let mut settings = Settings::new(host, role(listener.kind), tls_mode(listener.tls));
    if listener.login {
        settings.mechanisms.push(Mechanism::Login);
    }
    settings.message_octets_max = limits.message_octets_max;
    settings.recipients_max = limits.recipients_max as usize;
    settings.tolerance = Tolerance {
        auth_failures_max: services.config.auth.failures_per_connection_max,
        ..Tolerance::default()
    };
    settings.timeouts = Timeouts {
        handshake: limits.handshake(),
        idle: limits.idle(),
        transaction: limits.transaction(),
        ..Timeouts::default()
    };
    settings
}

fn role(kind: ListenerKind) -> Role {
    match kind {
        ListenerKind::Submission => Role::Submission,
        ListenerKind::Mx => Role::Mx,
    }
}

fn tls_mode(mode: TlsMode) -> mail::server::TlsMode {
    match mode {
        TlsMode::Implicit => mail::server::TlsMode::Implicit,
        TlsMode::Starttls => mail::server::TlsMode::Starttls,
    }
}

const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::contained;

    /// OPS-05: whatever panics in a session ends with it.
    #[tokio::test]
    async fn a_session_that_panics_ends_alone() {
        contained(async {
            panic!("a parser met what nobody thought of");
        })
        .await;
        let (tell, told) = tokio::sync::oneshot::channel();
        contained(async { tell.send("served").expect("it is waited for") }).await;
        assert_eq!(told.await, Ok("served"));
    }
}
