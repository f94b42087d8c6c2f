//! The customer's server of a support address as it is typed and shown, and the
//! staged change of it (R94).
//!
//! Not here: the addresses themselves (`addresses`), what is kept (`desk`).

use desk::addresses::server::{cancel, stage};
use desk::addresses::{
    ChangedOutbound, Direction, NewOutbound, Outbound, OutboundAuth, OutboundTls, SupportAddress,
    Trust,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use storage::Timestamp;

use super::addresses::{AddressInput, CheckDetails, OneAddressView, check, shown};
use super::{Actor, Outcome, Refusal, audit, parse_address, retried, verification};
use crate::services::Services;

/// How the connection to the customer's server is protected, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsInput {
    /// STARTTLS, usually on port 587.
    Starttls,
    /// TLS from the first octet, usually on port 465.
    Implicit,
}

/// How we log in, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthInput {
    /// PLAIN.
    Plain,
    /// LOGIN.
    Login,
    /// XOAUTH2, with a token in the password's place.
    Xoauth2,
}

/// Whom to believe instead of the system's authorities, as typed; one of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TrustInput {
    /// Certificate authorities in PEM.
    pub ca_pem: Option<String>,
    /// SHA-256 of the certificate in hexadecimal digits, with or without colons.
    pub fingerprint: Option<String>,
}

/// What is to be different about the customer's server; what is absent stays.
#[derive(Debug, Clone)]
pub struct ChangeInput {
    /// Subdomain of the account.
    pub account: String,
    /// The address.
    pub address: String,
    /// `host`, `host:port`, `[2001:db8::1]:port`.
    pub host: Option<String>,
    /// The user name there.
    pub username: Option<String>,
    /// The password there.
    pub password: Option<SecretString>,
    /// How TLS begins.
    pub tls: Option<TlsInput>,
    /// Whom to believe.
    pub trust: TrustInput,
    /// How we log in.
    pub auth: Option<AuthInput>,
    /// Seconds to wait for the outcome; none if absent.
    pub wait_seconds: Option<u64>,
}

/// A customer's server; the password is nowhere in it.
#[derive(Debug, Serialize)]
pub struct ServerView {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `starttls` or `implicit`.
    pub tls: &'static str,
    /// Whom we believe: `system`, `authority` or `certificate`.
    pub trust: &'static str,
    /// `offered`, `plain`, `login` or `xoauth2`.
    pub auth: &'static str,
    /// The user name there.
    pub username: String,
}

/// What is to take its place.
#[derive(Debug, Serialize)]
pub struct StagedView {
    /// The server.
    #[serde(flatten)]
    pub server: ServerView,
    /// Where its verification stands.
    pub check: CheckDetails,
}

/// Stages the change and sends the confirmation mail that tries it out. Mail goes
/// on with what is in use until that has come round.
pub async fn change(
    services: &Services,
    actor: &Actor,
    input: &ChangeInput,
) -> Outcome<OneAddressView> {
    let account = super::account(services, &input.account).await?;
    let address = parse_address("address", &input.address)?;
    let changed = changed(services, input)?;
    let staged = || async {
        let now = services.clock.now();
        let key = &services.sealing;
        Ok(stage(&account, key, &address, changed.clone(), now).await?)
    };
    retried(|| Box::pin(staged())).await?;
    let what = "outbound_change_staged";
    audit::record(services, &account, actor, what, &address.to_string()).await;
    verification::verify_one(
        services,
        &account,
        &address,
        Direction::Outbound,
        input.wait_seconds,
    )
    .await?;
    shown(services, &account, &address, false).await
}

/// Forgets what is staged.
pub async fn keep(
    services: &Services,
    actor: &Actor,
    account: &str,
    address: &str,
) -> Outcome<OneAddressView> {
    let account = super::account(services, account).await?;
    let address = parse_address("address", address)?;
    let kept = || async { Ok(cancel(&account, &address).await?) };
    retried(|| Box::pin(kept())).await?;
    let what = "outbound_change_cancelled";
    audit::record(services, &account, actor, what, &address.to_string()).await;
    shown(services, &account, &address, false).await
}

pub(super) fn new_outbound(services: &Services, input: &AddressInput) -> Outcome<NewOutbound> {
    let (host, port) = host_and_port(&input.host)?;
    let tls = input.tls.or_else(|| usual_tls(port));
    let tls = tls.unwrap_or(TlsInput::Starttls);
    Ok(NewOutbound {
        host,
        port: port.unwrap_or(usual_port(tls)),
        tls: tls.into(),
        trust: trust(services, &input.trust)?.unwrap_or(Trust::System),
        auth: input.auth.map_or(OutboundAuth::Offered, Into::into),
        username: input.username.clone(),
        password: input.password.clone(),
    })
}

fn changed(services: &Services, input: &ChangeInput) -> Outcome<ChangedOutbound> {
    let server = input.host.as_deref().map(host_and_port).transpose()?;
    let port = server.as_ref().and_then(|(_, port)| *port);
    let changed = ChangedOutbound {
        tls: input.tls.or_else(|| usual_tls(port)).map(Into::into),
        trust: trust(services, &input.trust)?,
        auth: input.auth.map(Into::into),
        username: input.username.clone(),
        password: input.password.clone(),
        server,
    };
    if changed.is_empty() {
        let hint = "say what is to be different, for example --password-stdin";
        return Err(Refusal::field("address", "change_empty", hint));
    }
    Ok(changed)
}

fn usual_tls(port: Option<u16>) -> Option<TlsInput> {
    match port {
        Some(PORT_IMPLICIT) => Some(TlsInput::Implicit),
        Some(PORT_STARTTLS) => Some(TlsInput::Starttls),
        _ => None,
    }
}

fn usual_port(tls: TlsInput) -> u16 {
    match tls {
        TlsInput::Implicit => PORT_IMPLICIT,
        TlsInput::Starttls => PORT_STARTTLS,
    }
}

fn trust(services: &Services, input: &TrustInput) -> Outcome<Option<Trust>> {
    let trust = match (&input.ca_pem, &input.fingerprint) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            let hint = "pin an authority or a certificate, not both";
            return Err(Refusal::field("fingerprint", "trust_ambiguous", hint));
        }
        (Some(pem), None) => Trust::Authority(pem.clone()),
        (None, Some(text)) => Trust::Certificate(fingerprint(text)?),
    };
    check_trust(services, &trust)?;
    Ok(Some(trust))
}

/// Whether an authority that was given is one.
pub(super) fn check_authority(services: &Services, ca_pem: Option<&str>) -> Outcome<()> {
    check_trust(services, &Trust::by(ca_pem))
}

fn check_trust(services: &Services, trust: &Trust) -> Outcome<()> {
    let usable = services.client_tls.connector(trust).map(drop);
    usable.map_err(|_| Refusal::field("ca", "ca_malformed", "give one or more certificates in PEM"))
}

fn fingerprint(text: &str) -> Outcome<[u8; 32]> {
    let digits: Vec<u8> = text.bytes().filter(|octet| *octet != b':').collect();
    let pair = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).ok()?;
        let digits = pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit);
        u8::from_str_radix(text, 16).ok().filter(|_| digits)
    };
    let octets: Option<Vec<u8>> = digits.chunks(2).map(pair).collect();
    octets
        .and_then(|octets| octets.try_into().ok())
        .ok_or_else(|| {
            let hint = "give the SHA-256 of the certificate: 64 hexadecimal digits, as \
                    `openssl x509 -noout -fingerprint -sha256` prints them";
            Refusal::field("fingerprint", "fingerprint_malformed", hint)
        })
}

/// Takes `host`, `host:port`, `2001:db8::1` and `[2001:db8::1]:port` apart.
pub(super) fn host_and_port(text: &str) -> Outcome<(String, Option<u16>)> {
    let text = text.trim();
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':').unwrap_or("?"))),
        None if text.matches(':').count() == 1 => {
            let (host, port) = text.split_once(':').unwrap_or((text, ""));
            (host, Some(port))
        }
        None => (text, None),
    };
    let refused = || {
        Refusal::field(
            "port",
            "port_malformed",
            "give host:port with a port of 1 to 65535",
        )
    };
    let port = port.map(|port| {
        port.parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or_else(refused)
    });
    Ok((host.to_owned(), port.transpose()?))
}

pub(super) fn server_view(server: &Outbound) -> ServerView {
    ServerView {
        host: server.host.clone(),
        port: server.port,
        tls: server.tls.as_str(),
        trust: server.trust.as_str(),
        auth: server.auth.as_str(),
        username: server.username.clone(),
    }
}

pub(super) fn staged_view(address: &SupportAddress, now: Timestamp) -> Option<StagedView> {
    address.staged.as_ref().map(|staged| StagedView {
        server: server_view(&staged.server),
        check: check(&staged.check, now),
    })
}

impl From<TlsInput> for OutboundTls {
    fn from(tls: TlsInput) -> Self {
        match tls {
            TlsInput::Starttls => Self::Starttls,
            TlsInput::Implicit => Self::Implicit,
        }
    }
}

impl From<AuthInput> for OutboundAuth {
    fn from(auth: AuthInput) -> Self {
        match auth {
            AuthInput::Plain => Self::Plain,
            AuthInput::Login => Self::Login,
            AuthInput::Xoauth2 => Self::Xoauth2,
        }
    }
}

/// Message submission (RFC 6409).
const PORT_STARTTLS: u16 = 587;
/// Message submission over TLS (RFC 8314 §3.3).
const PORT_IMPLICIT: u16 = 465;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_with_and_without_a_port() {
        for (text, host, port) in [
            ("mail.acme.example", "mail.acme.example", None),
            (" mail.acme.example:2525 ", "mail.acme.example", Some(2525)),
            ("192.0.2.1:465", "192.0.2.1", Some(465)),
            ("2001:db8::1", "2001:db8::1", None),
            ("[2001:db8::1]", "2001:db8::1", None),
            ("[2001:db8::1]:587", "2001:db8::1", Some(587)),
        ] {
            assert_eq!(host_and_port(text), Ok((host.to_owned(), port)), "{text}");
        }
    }

    #[test]
    fn ports_that_are_none() {
        for text in [
            "h:0", "h:65536", "h:", "h:smtp", "h:-1", "[::1]587", "[::1]:",
        ] {
            let refusal = host_and_port(text).expect_err(text);
            assert_eq!(refusal.code, "port_malformed", "{text}");
        }
    }

    #[test]
    fn fingerprints_are_read_as_openssl_prints_them() {
        let plain = "ab".repeat(32);
        let colons = vec!["AB"; 32].join(":");
        assert_eq!(fingerprint(&plain), Ok([0xab; 32]));
        assert_eq!(fingerprint(&colons), Ok([0xab; 32]));
        for text in [
            "",
            "ab",
            &"ab".repeat(33),
            &"+b".repeat(32),
            &"zz".repeat(32),
        ] {
            let refusal = fingerprint(text).expect_err(text);
            assert_eq!(refusal.code, "fingerprint_malformed", "{text}");
        }
    }
}
