//! Connections of browsers and API clients: a bounded number, each with a
//! handshake that may not take long, a header that may not trickle in and an end.
//!
//! Not here: what is answered (`super`), the certificate (`tls`).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use metrics::counter;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tracing::{debug, warn};

use crate::services::Services;
use crate::tls::ServerTls;

/// Who is at the other end; every request carries it.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Serves until the program is told to stop.
pub async fn serve(services: Arc<Services>, tls: Arc<ServerTls>, listener: TcpListener) {
    let stop = services.stop.clone();
    let places = Arc::new(Semaphore::new(connections_max(&services)));
    let router = super::router(services.clone());
    while let Some((place, accepted)) = stop.run_until_cancelled(next(&listener, &places)).await {
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(reason) => {
                warn!(%reason, "web connection not accepted");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                continue;
            }
        };
        let (tls, router, stop) = (tls.clone(), router.clone(), stop.clone());
        services.in_flight.spawn(async move {
            let _place = place;
            if let Some(stream) = handshake(&tls, stream).await {
                converse(stream, peer, router, stop).await;
            }
        });
    }
}

fn connections_max(services: &Services) -> usize {
    let web = services.config.web.as_ref();
    web.map_or(0, |web| web.connections_max as usize)
}

/// The next connection, once there is a place for it; until then it waits in the socket.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (
    OwnedSemaphorePermit,
    std::io::Result<(TcpStream, SocketAddr)>,
) {
    let place = places.clone().acquire_owned().await;
    let place = place.expect("the semaphore is never closed");
    (place, listener.accept().await)
}

async fn handshake(tls: &ServerTls, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
    counter!("relaygate_connections_total", "listener" => "https").increment(1);
    let _ = stream.set_nodelay(true);
    match timeout(HANDSHAKE_TIMEOUT, tls.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => Some(stream),
        Ok(Err(reason)) => {
            debug!(%reason, "web handshake failed");
            None
        }
        Err(_) => {
            debug!("web handshake took too long");
            None
        }
    }
}

/// Answers requests until the peer, the clock or the program ends it; what is
/// being answered then is finished.
async fn converse(
    stream: TlsStream<TcpStream>,
    peer: SocketAddr,
    router: Router,
    stop: CancellationToken,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request
            .extensions_mut()
            .insert(Peer(peer.ip().to_canonical()));
        router.clone().oneshot(request.map(Body::new))
    });
    let builder = builder();
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return log_end(ended),
        () = stop.cancelled() => {}
        () = tokio::time::sleep(CONNECTION_LIFE) => {}
    }
    connection.as_mut().graceful_shutdown();
    if let Ok(ended) = timeout(LAST_ANSWER_TIMEOUT, connection).await {
        log_end(ended);
    }
}

fn log_end(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(reason) = ended {
        debug!(%reason, "web connection lost");
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_headers(HEADERS_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEADER_OCTETS_MAX)
        .keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT);
    builder
}

const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// From the first octet of a request's header to its last, and how long a
/// connection may be idle between requests.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
const HEADERS_MAX: usize = 100;
const HEADER_OCTETS_MAX: u32 = 64 * 1024;
/// Requests at once on one connection.
const STREAMS_MAX: u32 = 64;
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection is ended after this long, whatever it does; clients open another.
const CONNECTION_LIFE: Duration = Duration::from_secs(10 * 60);
const LAST_ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);
