//! A help desk's HTTP endpoint, signed as Standard Webhooks has it
//! (standardwebhooks.com, 1.0): `webhook-id`, `webhook-timestamp` and
//! `webhook-signature`, HMAC-SHA-256 over the three.
//!
//! The message goes along whole, in base64: it is never larger than what the
//! listener lets in, and a link that works once would be one more secret to lose.
//! 2xx takes it. 410 means that no more are wanted. Everything else, redirects
//! included, is tried again; `webhook-id` stays the same.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use desk::Account;
use desk::addresses::Trust;
use desk::desks::{Setting, Webhook};
use desk::facts::{AuthorAuthentication, Origin};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request, Uri, header};
use hyper_util::rt::TokioIo;
use mail::message::{HEADER_START_OCTETS, Headers, timestamp};
use serde_json::{Value, json};
use storage::JobId;
use tokio::time::timeout;

use super::{Attempt, End};
use crate::courier::connection::connect;
use crate::courier::smarthost::server_name;
use crate::courier::{OpenError, reason};
use crate::runner::HandOver;
use crate::services::Services;
use crate::whole;
use crate::wire::Wire;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum PostError {
    #[error("{0}")]
    Open(#[from] OpenError),
    #[error("address of the endpoint is unusable")]
    Url,
    #[error("connection lost")]
    Lost(#[from] hyper::Error),
    #[error("TLS handshake failed: {0}")]
    Handshake(std::io::Error),
    #[error("no answer in time")]
    TimedOut,
    #[error("read the message")]
    Read(#[from] storage::Error),
    #[error("secret does not open")]
    Secret(#[from] desk::Error),
    #[error("request cannot be made")]
    Request(#[from] hyper::http::Error),
}

/// What the endpoint said.
struct Answer {
    status: u16,
    tls: Option<String>,
}

/// One attempt.
pub(super) async fn post(
    services: &Services,
    account: &Account,
    setting: &Setting,
    hook: &Webhook,
    hand_over: &HandOver,
    job: JobId,
) -> Attempt {
    if hook.gone_since.is_some() {
        return Attempt::deferred(
            "webhook_gone",
            "410 was answered; set the account's desk again",
        );
    }
    match timeout(
        POST_LIMIT,
        try_post(services, account, setting, hook, hand_over, job),
    )
    .await
    {
        Ok(Ok(answer)) => judged(answer),
        Ok(Err(error)) => Attempt::deferred(word(&error), error.to_string()),
        Err(_) => Attempt::deferred("timed_out", PostError::TimedOut.to_string()),
    }
}

fn judged(answer: Answer) -> Attempt {
    let (end, word) = match answer.status {
        200..=299 => (End::Taken, None),
        410 => (End::Gone, Some("webhook_gone")),
        400..=499 => (End::Deferred, Some("refused_by_endpoint")),
        300..=399 => (End::Deferred, Some("redirected")),
        _ => (End::Deferred, Some("deferred_by_endpoint")),
    };
    Attempt {
        end,
        word,
        said: format!("HTTP {}", answer.status),
        tls: answer.tls,
        reply: None,
    }
}

fn word(error: &PostError) -> &'static str {
    match error {
        PostError::Open(error) => reason::of_open_error(error),
        PostError::Url => "host_not_found",
        PostError::Lost(_) => "connection_lost",
        PostError::Handshake(_) => "tls_failed",
        PostError::TimedOut => "timed_out",
        PostError::Read(_) | PostError::Secret(_) | PostError::Request(_) => "internal",
    }
}

async fn try_post(
    services: &Services,
    account: &Account,
    setting: &Setting,
    hook: &Webhook,
    hand_over: &HandOver,
    job: JobId,
) -> Result<Answer, PostError> {
    let uri: Uri = hook.url.parse().map_err(|_| PostError::Url)?;
    let text = account.store().text(hand_over.text).await?;
    let message = whole::read(&text).await?;
    let body = event(hand_over, &message.octets).to_string();
    let secret = setting.webhook_secret(account, &services.sealing)?;
    let now = services.clock.now().0 / MILLIS_PER_SECOND;
    let request = request(&uri, &secret, &job.to_string(), now, body)?;
    let host = uri.host().ok_or(PostError::Url)?;
    let seat = services.flow.seats.take(host, account.id()).await;
    let _seat = seat.ok_or(OpenError::Busy)?;
    let wire = dial(services, hook, &uri).await?;
    let tls = wire
        .tls()
        .map(|tls| format!("{} {}", tls.version, tls.cipher));
    let status = exchange(wire, request).await?;
    Ok(Answer { status, tls })
}

/// A connection to an address that may be dialled, TLS unless it is plain HTTP in
/// a network the operator has listed.
async fn dial(services: &Services, hook: &Webhook, uri: &Uri) -> Result<Wire, PostError> {
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
        let connector = services
            .client_tls
            .connector(&Trust::by(hook.ca_pem.as_deref()));
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

/// The message's facts and verdicts, and the message.
fn event(hand_over: &HandOver, source: &[u8]) -> Value {
    let (arrived, passport) = (&hand_over.arrived, &hand_over.passport);
    let start = &source[..source.len().min(HEADER_START_OCTETS)];
    let headers = Headers::parse(start).ok();
    let text = |name: &str| headers.as_ref().and_then(|headers| headers.text(name));
    let login = arrived.session.login.as_ref();
    json!({
        "type": "message.received",
        "timestamp": arrived_at(&arrived.queue_id),
        "data": {
            "id": arrived.queue_id,
            "account": passport.account,
            "connector": passport.connector,
            "relay_authenticated": passport.relay_authenticated,
            "credential": login.map(|login| login.credential.to_string()),
            "author_authenticated": author_word(arrived.acceptance.author),
            "origin": origin_word(arrived.acceptance.origin),
            "flags": arrived.acceptance.flags,
            "tags": passport.tags,
            "sender": arrived.sender.as_ref().map(ToString::to_string),
            "recipient": arrived.recipient.to_string(),
            "tls": arrived.session.tls.as_ref().map(|tls| tls.version.clone()),
            "from": text("From"),
            "subject": text("Subject"),
            "message_id": text("Message-ID"),
            "octets": source.len(),
            "source_base64": BASE64.encode(source),
        },
    })
}

/// The first 48 bits of a ULID are milliseconds since the epoch.
fn arrived_at(queue_id: &str) -> Option<String> {
    let id = ulid::Ulid::from_string(queue_id).ok()?;
    Some(timestamp(id.timestamp_ms()))
}

pub(crate) fn author_word(author: AuthorAuthentication) -> &'static str {
    match author {
        AuthorAuthentication::None => "none",
        AuthorAuthentication::Pass => "pass",
        AuthorAuthentication::Fail => "fail",
    }
}

fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::Person => "person",
        Origin::Automatic => "automatic",
        Origin::Vacation => "vacation",
        Origin::Bulk => "bulk",
        Origin::Bounce => "bounce",
        Origin::Loop => "loop",
    }
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
