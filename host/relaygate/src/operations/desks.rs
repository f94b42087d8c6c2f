//! Whose help desk an account's mail goes to, and the logins by which a foreign one
//! sends.

use desk::Account;
use desk::credentials::CredentialId;
use desk::desks::logins::{self, DeskLogin};
use desk::desks::{self, HelpDesk, NewDesk, NewServer, ServerProtocol, ServerTls, Setting};
use hyper::Uri;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::servers::{check_authority, host_and_port};
use super::{Actor, Outcome, Refusal, audit, retried};
use crate::admin::Secret;
use crate::resolver::{CheckedAddr, ResolveError};
use crate::services::Services;

/// Whose help desk, as it is shown.
#[derive(Debug, Serialize)]
pub struct DeskView {
    /// `embedded`, `smtp`, `lmtp` or `webhook`.
    pub kind: &'static str,
    /// The mail server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// `none`, `starttls` or `implicit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<&'static str>,
    /// Our user name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Since when the endpoint wants no more, milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<u64>,
    /// Its logins for sending; never a secret.
    pub logins: Vec<LoginView>,
}

/// A login without its secret: nobody can show that again.
#[derive(Debug, Serialize)]
pub struct LoginView {
    /// Its id.
    pub id: String,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// A desk that was just set.
#[derive(Serialize)]
pub struct DeskSetView {
    /// It.
    pub desk: DeskView,
    /// What a webhook's requests are signed with. Shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A login that was just made, in the one moment in which its password exists.
#[derive(Serialize)]
pub struct LoginIssuedView {
    /// The login.
    pub login: IssuedLoginView,
}

/// See [`LoginIssuedView`].
#[derive(Serialize)]
pub struct IssuedLoginView {
    /// Its id.
    pub id: String,
    /// The user name.
    pub username: String,
    /// The password. Shown once.
    pub password: String,
}

/// Which kind of desk, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KindInput {
    /// Our own tickets.
    Embedded,
    /// Another help desk's SMTP server.
    Smtp,
    /// Another help desk's LMTP server.
    Lmtp,
    /// Another help desk's HTTP endpoint.
    Webhook,
}

/// How the connection to its mail server is protected, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeskTlsInput {
    /// Not at all.
    None,
    /// STARTTLS.
    Starttls,
    /// TLS from the first octet.
    Implicit,
}

/// A desk as typed.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeskInput {
    /// Subdomain of the account.
    pub account: String,
    /// Which kind.
    pub kind: KindInput,
    /// The mail server: `host`, `host:port`, `[2001:db8::1]:port`.
    pub host: Option<String>,
    /// Told by the port if absent.
    pub tls: Option<DeskTlsInput>,
    /// Our user name there, if it wants one.
    pub username: Option<String>,
    /// The password that goes with it.
    pub password: Option<Secret>,
    /// The endpoint.
    pub url: Option<String>,
    /// Certificate authority to trust instead of the system's, in PEM.
    pub ca_pem: Option<String>,
}

/// Sets whose help desk the account's mail goes to. What waits goes there, too.
pub async fn set(services: &Services, actor: &Actor, input: &DeskInput) -> Outcome<DeskSetView> {
    let account = super::account(services, &input.account).await?;
    check_authority(services, input.ca_pem.as_deref())?;
    check_fields(input)?;
    match input.kind {
        KindInput::Smtp | KindInput::Lmtp => check_server(services, input).await?,
        KindInput::Webhook => {
            check_endpoint(services, input.url.as_deref().unwrap_or_default()).await?
        }
        KindInput::Embedded => {}
    }
    let changed = retried(|| Box::pin(try_set(services, &account, input))).await?;
    let kind = changed.setting.desk.as_str();
    audit::record(services, &account, actor, "desk_set", kind).await;
    Ok(DeskSetView {
        desk: view(&changed.setting, &logins::list(&account).await?),
        secret: changed
            .secret
            .map(|secret| secret.expose_secret().to_owned()),
    })
}

async fn try_set(
    services: &Services,
    account: &Account,
    input: &DeskInput,
) -> Outcome<desks::Changed> {
    let now = services.clock.now();
    Ok(desks::change(account, &services.sealing, new_desk(input)?, now).await?)
}

fn new_desk(input: &DeskInput) -> Outcome<NewDesk> {
    Ok(match input.kind {
        KindInput::Embedded => NewDesk::Embedded,
        KindInput::Smtp => NewDesk::Server(new_server(input, ServerProtocol::Smtp)?),
        KindInput::Lmtp => NewDesk::Server(new_server(input, ServerProtocol::Lmtp)?),
        KindInput::Webhook => NewDesk::Webhook {
            url: input.url.clone().unwrap_or_default(),
            ca_pem: input.ca_pem.clone(),
        },
    })
}

fn new_server(input: &DeskInput, protocol: ServerProtocol) -> Outcome<NewServer> {
    let (host, port) = host_and_port(input.host.as_deref().unwrap_or_default())?;
    let usual = match protocol {
        ServerProtocol::Smtp => PORT_SMTP,
        ServerProtocol::Lmtp => PORT_LMTP,
    };
    let port = port.unwrap_or(usual);
    let password = input.password.as_ref().map(|secret| secret.0.clone());
    Ok(NewServer {
        protocol,
        host,
        port,
        tls: match input.tls {
            Some(DeskTlsInput::None) => ServerTls::None,
            Some(DeskTlsInput::Starttls) => ServerTls::Starttls,
            Some(DeskTlsInput::Implicit) => ServerTls::Implicit,
            None if port == PORT_IMPLICIT => ServerTls::Implicit,
            None => ServerTls::Starttls,
        },
        ca_pem: input.ca_pem.clone(),
        login: input.username.clone().zip(password),
    })
}

/// Each kind has its own fields, and no others.
fn check_fields(input: &DeskInput) -> Outcome<()> {
    let is_server = matches!(input.kind, KindInput::Smtp | KindInput::Lmtp);
    let is_hook = input.kind == KindInput::Webhook;
    let server = input.host.is_some() || input.tls.is_some() || input.username.is_some();
    let refused = |field, code, hint| Err(Refusal::field(field, code, hint));
    if is_server && input.host.is_none() {
        return refused(
            "host",
            "host_missing",
            "name the help desk's mail server: --host HOST[:PORT]",
        );
    }
    if is_hook && input.url.is_none() {
        return refused(
            "url",
            "url_missing",
            "name the help desk's endpoint: --url https://...",
        );
    }
    if (server && !is_server) || (input.url.is_some() && !is_hook) {
        let hint = "--host, --tls and --username go with smtp and lmtp, --url with webhook";
        return refused("kind", "desk_fields_mixed", hint);
    }
    if input.username.is_some() != input.password.is_some() {
        return refused(
            "username",
            "login_incomplete",
            "give --username and --password-stdin together",
        );
    }
    if input.tls == Some(DeskTlsInput::None) && input.username.is_some() {
        return refused(
            "tls",
            "desk_login_needs_tls",
            "a password is never sent in clear text; use starttls or implicit",
        );
    }
    Ok(())
}

async fn check_server(services: &Services, input: &DeskInput) -> Outcome<()> {
    let (host, port) = host_and_port(input.host.as_deref().unwrap_or_default())?;
    let port = port.unwrap_or(PORT_SMTP);
    let found = services.resolver.addresses(&host, port).await;
    let clear = input.tls == Some(DeskTlsInput::None);
    check_reach(services, "host", found, clear)
}

/// An endpoint that can be posted to: over TLS, or in a network the operator has listed.
pub(super) async fn check_endpoint(services: &Services, url: &str) -> Outcome<()> {
    let malformed = || {
        let hint = "give an URL such as https://desk.example/hooks/relaygate";
        Refusal::field("url", "url_malformed", hint)
    };
    let url: Uri = url.parse().map_err(|_| malformed())?;
    let secure = match url.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(malformed()),
    };
    let authority = url.authority().ok_or_else(malformed)?;
    if authority.as_str().contains('@') {
        return Err(malformed());
    }
    let port = authority
        .port_u16()
        .unwrap_or(if secure { 443 } else { 80 });
    let found = services
        .resolver
        .web_addresses(authority.host(), port)
        .await;
    check_reach(services, "url", found, !secure)
}

/// A name that cannot be looked up today may be there tomorrow; what must not be
/// dialled is refused now rather than at the first message.
fn check_reach(
    services: &Services,
    field: &str,
    found: Result<Vec<CheckedAddr>, ResolveError>,
    clear: bool,
) -> Outcome<()> {
    match found {
        Err(ResolveError::Temporary | ResolveError::NotFound) => Ok(()),
        Err(_) => Err(Refusal::field(
            field,
            "host_not_allowed",
            "the operator has to list its network in outbound.allowed_networks",
        )),
        Ok(addresses) if clear && !services.resolver.are_listed(&addresses) => Err(Refusal::field(
            field,
            "desk_tls_required",
            "clear text is for networks in outbound.allowed_networks; use TLS",
        )),
        Ok(_) => Ok(()),
    }
}

/// Issues a login by which the account's own help desk sends.
pub async fn issue_login(
    services: &Services,
    actor: &Actor,
    account: &str,
) -> Outcome<LoginIssuedView> {
    let subdomain = account;
    let account = super::account(services, subdomain).await?;
    let (hasher, native) = (&services.hasher, &services.native);
    let issue =
        || async { Ok(logins::issue(&account, hasher, native, services.clock.now()).await?) };
    let issued = retried(|| Box::pin(issue())).await?;
    let id = issued.login.id.to_string();
    audit::record_credential(
        services,
        &account,
        actor,
        "desk_login_issued",
        subdomain,
        &id,
    )
    .await;
    Ok(LoginIssuedView {
        login: IssuedLoginView {
            id,
            username: issued.username,
            password: issued.password.expose_secret().to_owned(),
        },
    })
}

/// Discards a login at once; open sessions end.
pub async fn discard_login(
    services: &Services,
    actor: &Actor,
    account: &str,
    login: &str,
) -> Outcome<()> {
    let subdomain = account;
    let account = super::account(services, subdomain).await?;
    let unknown = || Refusal::not_found("login", "see `relaygate account show`");
    let id = CredentialId::parse(login).ok_or_else(unknown)?;
    let discard = || async { Ok(logins::discard(&account, &id).await?) };
    retried(|| Box::pin(discard())).await?;
    let id = id.as_str();
    audit::record_credential(
        services,
        &account,
        actor,
        "desk_login_discarded",
        subdomain,
        id,
    )
    .await;
    Ok(())
}

/// Whose help desk an account has.
pub(super) async fn show(account: &Account) -> Outcome<DeskView> {
    Ok(view(
        &desks::setting(account).await?,
        &logins::list(account).await?,
    ))
}

fn view(setting: &Setting, logins: &[DeskLogin]) -> DeskView {
    let server = match &setting.desk {
        HelpDesk::Server(server) => Some(server),
        _ => None,
    };
    let hook = match &setting.desk {
        HelpDesk::Webhook(hook) => Some(hook),
        _ => None,
    };
    let login = |login: &DeskLogin| LoginView {
        id: login.id.to_string(),
        created_at: login.created_at.0,
    };
    DeskView {
        kind: setting.desk.as_str(),
        host: server.map(|server| server.host.clone()),
        port: server.map(|server| server.port),
        tls: server.map(|server| server.tls.as_str()),
        username: server.and_then(|server| server.username.clone()),
        url: hook.map(|hook| hook.url.clone()),
        gone_at: hook.and_then(|hook| hook.gone_since).map(|since| since.0),
        logins: logins.iter().map(login).collect(),
    }
}

/// RFC 5321 §4.5.4.2.
const PORT_SMTP: u16 = 25;
/// RFC 2033 §5 leaves it open; this one is registered.
const PORT_LMTP: u16 = 24;
/// Submission over TLS (RFC 8314 §3.3).
const PORT_IMPLICIT: u16 = 465;
