//! One POST to an HTTP endpoint, signed as Standard Webhooks has it
//! (standardwebhooks.com, 1.0): `webhook-id`, `webhook-timestamp` and
//! `webhook-signature`, HMAC-SHA-256 over the three.
//!
//! Endpoints come from customers: only addresses that may be dialled are, over TLS
//! unless the operator has listed their network, and redirects are not followed.
//!
//! Not here: what is posted (`help_desk::webhook`, `webhooks`), when it is tried again.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use desk::addresses::Trust;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request, Uri, header};
use hyper_util::rt::TokioIo;
use storage::AccountId;
use tokio::time::timeout;

use super::connection::connect;
use super::smarthost::server_name;
use super::{OpenError, reason};
use crate::services::Services;
use crate::wire::Wire;

/// What is to be posted where.
pub(super) struct Post<'a> {
    /// Whose endpoint it is.
    pub(super) account: AccountId,
    /// Where it is.
    pub(super) url: &'a str,
    /// Certificate authority to trust instead of the system's, in PEM.
    pub(super) ca_pem: Option<&'a str>,
    /// What it is signed with.
    pub(super) secret: &'a [u8],
    /// Stays the same however often it is tried.
    pub(super) id: &'a str,
    /// JSON.
    pub(super) body: String,
}

/// What the endpoint said.
pub(super) struct Answer {
    /// HTTP's.
    pub(super) status: u16,
    /// TLS version and cipher, if it was asked over TLS.
    pub(super) tls: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum PostError {
    /// It did not come to a connection.
    #[error("{0}")]
    Open(#[from] OpenError),
    /// Nothing can be posted there.
    #[error("address of the endpoint is unusable")]
    Url,
    /// The connection broke.
    #[error("connection lost")]
    Lost(#[from] hyper::Error),
    /// The endpoint is not who it should be, or encryption failed.
    #[error("TLS handshake failed: {0}")]
    Handshake(std::io::Error),
    /// It took too long.
    #[error("no answer in time")]
    TimedOut,
    /// The request cannot be written.
    #[error("request cannot be made")]
    Request(#[from] hyper::http::Error),
}

impl PostError {
    /// The stable word for it.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Open(error) => reason::of_open_error(error),
            Self::Url => "host_not_found",
            Self::Lost(_) => "connection_lost",
            Self::Handshake(_) => "tls_failed",
            Self::TimedOut => "timed_out",
            Self::Request(_) => "internal",
        }
    }
}

/// One attempt, bounded in time.
pub(super) async fn post(services: &Services, what: Post<'_>) -> Result<Answer, PostError> {
    let attempt = try_post(services, what);
    timeout(POST_LIMIT, attempt)
        .await
        .unwrap_or(Err(PostError::TimedOut))
}

async fn try_post(services: &Services, what: Post<'_>) -> Result<Answer, PostError> {
    let uri: Uri = what.url.parse().map_err(|_| PostError::Url)?;
    let now = services.clock.now().0 / MILLIS_PER_SECOND;
    let request = request(&uri, what.secret, what.id, now, what.body)?;
    let host = uri.host().ok_or(PostError::Url)?;
    let seat = services.flow.seats.take(host, what.account).await;
    let _seat = seat.ok_or(OpenError::Busy)?;
    let wire = dial(services, what.ca_pem, &uri).await?;
    let tls = wire
        .tls()
        .map(|tls| format!("{} {}", tls.version, tls.cipher));
    let status = exchange(wire, request).await?;
    Ok(Answer { status, tls })
}

/// A connection to an address that may be dialled, TLS unless it is plain HTTP in
/// a network the operator has listed.
async fn dial(services: &Services, ca_pem: Option<&str>, uri: &Uri) -> Result<Wire, PostError> {
    let host = uri.host().ok_or(PostError::Url)?;
    let secure = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let resolver = &services.resolver;
    let addresses = resolver.web_addresses(host, port).await;
    let addresses = addresses.map_err(OpenError::from)?;
    if !secure && !resolver.are_listed(&addresses) {
        return Err(OpenError::ClearText.into());
    }
    let connected = connect(&addresses, &services.config.egress.addresses).await;
    let mut wire = connected.map_err(OpenError::Unreachable)?;
    if secure {
        let connector = services.client_tls.connector(&Trust::by(ca_pem));
        let connector = connector.map_err(OpenError::from)?;
        wire.connect_tls(connector, server_name(host)?, HANDSHAKE_LIMIT)
            .await
            .map_err(PostError::Handshake)?;
    }
    Ok(wire)
}

/// Sends the request and reads the answer to its end; its body says nothing to us.
async fn exchange(wire: Wire, request: Request<Full<Bytes>>) -> Result<u16, PostError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(wire)).await?;
    let driver = tokio::spawn(connection);
    let response = sender.send_request(request).await;
    let status = match response {
        Ok(response) => {
            let status = response.status().as_u16();
            // An answer that is too long or breaks off has been given all the same.
            let _ = Limited::new(response.into_body(), ANSWER_OCTETS_MAX)
                .collect()
                .await;
            Ok(status)
        }
        Err(error) => Err(error.into()),
    };
    driver.abort();
    status
}

fn request(
    uri: &Uri,
    secret: &[u8],
    id: &str,
    seconds: u64,
    body: String,
) -> Result<Request<Full<Bytes>>, PostError> {
    let authority = uri.authority().ok_or(PostError::Url)?.as_str();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Ok(Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, authority)
        .header(header::CONTENT_TYPE, "application/json")
        .header(
            header::USER_AGENT,
            concat!("relaygate/", env!("CARGO_PKG_VERSION")),
        )
        .header(header::CONNECTION, "close")
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds)
        .header("webhook-signature", signature(secret, id, seconds, &body))
        .body(Full::new(Bytes::from(body)))?)
}

/// `v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`.
fn signature(secret: &[u8], id: &str, seconds: u64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{id}.{seconds}.").as_bytes());
    context.update(body.as_bytes());
    format!("v1,{}", BASE64.encode(context.sign()))
}

/// From the first look-up to the end of the answer.
const POST_LIMIT: Duration = Duration::from_secs(60);
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(20);
const ANSWER_OCTETS_MAX: usize = 64 * 1024;
const MILLIS_PER_SECOND: u64 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn the_signature_is_that_of_the_specification() {
        let secret = BASE64
            .decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .expect("base64");
        assert_eq!(
            signature(
                &secret,
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                "{\"test\": 2432232314}"
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}
