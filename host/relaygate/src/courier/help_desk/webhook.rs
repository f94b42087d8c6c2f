//! A help desk's HTTP endpoint: each message is posted to it, signed ([`post()`]).
//!
//! The message goes along whole, in base64: it is never larger than what the
//! listener lets in, and a link that works once would be one more secret to lose.
//! 2xx takes it. 410 means that no more are wanted. Everything else, redirects
//! included, is tried again; `webhook-id` stays the same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use desk::Account;
use desk::desks::{Setting, Webhook};
use desk::facts::{AuthorAuthentication, Origin};
use mail::message::{HEADER_START_OCTETS, Headers, timestamp};
use serde_json::{Value, json};
use storage::JobId;

use super::{Attempt, End};
use crate::courier::post::{self, Answer, Post};
use crate::runner::HandOver;
use crate::services::Services;
use crate::whole::{self, Whole};

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
    // The seat of a large message is kept until it is posted.
    let (body, _whole) = match body(account, hand_over).await {
        Ok(read) => read,
        Err(error) => return Attempt::deferred("internal", format!("read the message: {error}")),
    };
    let secret = match setting.webhook_secret(account, &services.sealing) {
        Ok(secret) => secret,
        Err(_) => return Attempt::deferred("internal", "secret does not open"),
    };
    let what = Post {
        account: account.id(),
        url: &hook.url,
        ca_pem: hook.ca_pem.as_deref(),
        secret: &secret,
        id: &job.to_string(),
        body,
    };
    match post::post(services, what).await {
        Ok(answer) => judged(answer),
        Err(error) => Attempt::deferred(error.word(), error.to_string()),
    }
}

async fn body(account: &Account, hand_over: &HandOver) -> Result<(String, Whole), storage::Error> {
    let text = account.store().text(hand_over.text).await?;
    let message = whole::read(&text).await?;
    Ok((event(hand_over, &message.octets).to_string(), message))
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
