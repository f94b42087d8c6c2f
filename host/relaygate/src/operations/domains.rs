//! Connected domains and their inbound credential sets.

use desk::connectors::{self, Connector, NewConnector, Options, Protocol, Summary};
use desk::credentials::{self, Credential, CredentialId, Issued, State};
use desk::{Account, accounts};
use mail::address::Domain;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use storage::Timestamp;

use super::{Actor, Outcome, Refusal, audit, parse_domain, permitted, retried};
use crate::facts::{self, CallFacts};
use crate::services::Services;

/// A connector as it is shown.
#[derive(Debug, Serialize)]
pub struct ConnectorView {
    /// Its domain.
    pub domain: String,
    /// Its name for people.
    pub name: String,
    /// `PLAIN`, or `LOGIN` for both.
    pub protocol: &'static str,
    /// `setup_incomplete`, `active` …
    pub status: &'static str,
    /// Takes mail for every address of the domain.
    pub catch_all: bool,
    /// Refuses unauthenticated mail for the domain.
    pub require_authenticated: bool,
    /// DKIM signing is switched on.
    pub dkim_enabled: bool,
    /// The user name of its server here.
    pub username: String,
    /// Live credential sets, oldest first; never a secret.
    pub credentials: Vec<CredentialView>,
    /// Number of support addresses.
    pub addresses: usize,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// A credential set without its secret: nobody can show that again (R55).
#[derive(Debug, Serialize)]
pub struct CredentialView {
    /// Its id.
    pub id: String,
    /// `current` or `previous`.
    pub state: &'static str,
    /// Milliseconds since the epoch.
    pub created_at: u64,
    /// When it stops working, if that was wanted.
    pub expires_at: Option<u64>,
}

/// A credential set in the one moment in which its password exists (R51).
#[derive(Serialize)]
pub struct IssuedView {
    /// Its id.
    pub id: String,
    /// The user name.
    pub username: String,
    /// The user name for servers that want an address (R53).
    pub username_alias: String,
    /// The password. Shown once.
    pub password: String,
}

/// Every connector of an account.
#[derive(Debug, Serialize)]
pub struct ConnectorsView {
    /// In the order of domains.
    pub connectors: Vec<ConnectorView>,
}

/// A connector that was just made.
#[derive(Serialize)]
pub struct AddedView {
    /// The connector.
    pub connector: ConnectorView,
    /// Its first credential set.
    pub credential: IssuedView,
}

/// A credential set that was just made.
#[derive(Serialize)]
pub struct RotatedView {
    /// The new current one.
    pub credential: IssuedView,
}

/// A new connector as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DomainInput {
    /// Subdomain of the account.
    pub account: String,
    /// The domain.
    pub domain: String,
    /// Its name for people; the domain if absent.
    pub name: Option<String>,
    /// Offer AUTH LOGIN besides PLAIN.
    pub login: bool,
    /// Take mail for every address of the domain.
    pub catch_all: bool,
    /// Refuse unauthenticated mail for the domain.
    pub require_authenticated: bool,
}

/// Connects a domain, if the policies allow it, and issues its credentials.
pub async fn add(services: &Services, actor: &Actor, input: &DomainInput) -> Outcome<AddedView> {
    let account = super::account(services, &input.account).await?;
    let domain = parse_domain(&input.domain)?;
    let (connector, issued) =
        retried(|| Box::pin(try_add(services, &account, &domain, input))).await?;
    audit::record(services, &account, actor, "domain_added", domain.as_str()).await;
    let id = issued.credential.id.as_str();
    audit::record_credential(
        services,
        &account,
        actor,
        "credential_issued",
        domain.as_str(),
        id,
    )
    .await;
    let summary = connectors::summary(&account, &connector.domain, services.clock.now()).await?;
    Ok(AddedView {
        connector: view(&summary),
        credential: issued_view(services, &account, issued).await?,
    })
}

async fn try_add(
    services: &Services,
    account: &Account,
    domain: &Domain,
    input: &DomainInput,
) -> Outcome<(Connector, Issued)> {
    let now = services.clock.now();
    let (found, basis) = connectors::facts(account, &services.native, domain).await?;
    let call = CallFacts::new(Some(account.id()), services.flow.counters.clone(), now).shared();
    permitted(services.chain.add_domain(&call, &facts::domain(&found)))?;
    let protocol = if input.login {
        Protocol::Login
    } else {
        Protocol::Plain
    };
    let new = NewConnector {
        domain: domain.clone(),
        name: input.name.clone().unwrap_or_else(|| domain.to_string()),
        options: Options {
            protocol,
            catch_all: input.catch_all,
            require_authenticated: input.require_authenticated,
            dkim_enabled: false,
        },
    };
    Ok(connectors::create(account, &services.hasher, new, &basis, now).await?)
}

/// Every connector of the account.
pub async fn list(services: &Services, account: &str) -> Outcome<ConnectorsView> {
    let account = super::account(services, account).await?;
    let summaries = connectors::summaries(&account, services.clock.now()).await?;
    Ok(ConnectorsView {
        connectors: summaries.iter().map(view).collect(),
    })
}

/// Issues a second credential set; the first keeps working until it is
/// discarded, or for `keep_hours` (R90, R92).
pub async fn rotate(
    services: &Services,
    actor: &Actor,
    account: &str,
    domain: &str,
    keep_hours: Option<u32>,
) -> Outcome<RotatedView> {
    let account = super::account(services, account).await?;
    let domain = parse_domain(domain)?;
    let issued = retried(|| Box::pin(try_rotate(services, &account, &domain, keep_hours))).await?;
    let id = issued.credential.id.as_str();
    audit::record_credential(
        services,
        &account,
        actor,
        "credential_issued",
        domain.as_str(),
        id,
    )
    .await;
    Ok(RotatedView {
        credential: issued_view(services, &account, issued).await?,
    })
}

async fn try_rotate(
    services: &Services,
    account: &Account,
    domain: &Domain,
    keep_hours: Option<u32>,
) -> Outcome<Issued> {
    let now = services.clock.now();
    let end = keep_hours.map(|hours| Timestamp(now.0 + u64::from(hours) * HOUR_MS));
    Ok(credentials::rotate(account, &services.hasher, domain, end, now).await?)
}

/// Discards a credential set at once (R93).
pub async fn discard(
    services: &Services,
    actor: &Actor,
    account: &str,
    domain: &str,
    credential: &str,
) -> Outcome<ConnectorView> {
    let account = super::account(services, account).await?;
    let domain = parse_domain(domain)?;
    let unknown = || Refusal::not_found("credential", "see `relaygate domain list`");
    let id = CredentialId::parse(credential).ok_or_else(unknown)?;
    let discard = || async { Ok(credentials::discard(&account, &domain, &id).await?) };
    retried(|| Box::pin(discard())).await?;
    audit::record_credential(
        services,
        &account,
        actor,
        "credential_discarded",
        domain.as_str(),
        id.as_str(),
    )
    .await;
    show(services, &account, &domain).await
}

/// Takes a domain out of use: marks it, so that inbound mail is deferred, and
/// removes it with its addresses and credentials (R98, R106).
pub async fn disconnect(
    services: &Services,
    actor: &Actor,
    account: &str,
    domain: &str,
) -> Outcome<()> {
    let account = super::account(services, account).await?;
    let domain = parse_domain(domain)?;
    retried(|| Box::pin(try_disconnect(services, &account, &domain))).await?;
    audit::record(
        services,
        &account,
        actor,
        "domain_disconnected",
        domain.as_str(),
    )
    .await;
    Ok(())
}

async fn try_disconnect(services: &Services, account: &Account, domain: &Domain) -> Outcome<()> {
    connectors::begin_disconnect(account, domain, services.clock.now()).await?;
    Ok(connectors::finish_disconnect(account, domain).await?)
}

/// Turns DKIM signing on or off.
pub(super) async fn set_dkim(account: &Account, domain: &Domain, enabled: bool) -> Outcome<()> {
    retried(|| Box::pin(try_set_dkim(account, domain, enabled))).await
}

async fn try_set_dkim(account: &Account, domain: &Domain, enabled: bool) -> Outcome<()> {
    let connector = connectors::find(account, domain).await?;
    let mut options = connector.ok_or(desk::Error::NotFound("domain"))?.options();
    options.dkim_enabled = enabled;
    connectors::change_options(account, domain, options).await?;
    Ok(())
}

async fn show(services: &Services, account: &Account, domain: &Domain) -> Outcome<ConnectorView> {
    Ok(view(
        &connectors::summary(account, domain, services.clock.now()).await?,
    ))
}

fn view(summary: &Summary) -> ConnectorView {
    let connector = &summary.connector;
    ConnectorView {
        domain: connector.domain.to_string(),
        name: connector.name.clone(),
        protocol: match connector.protocol {
            Protocol::Plain => "PLAIN",
            Protocol::Login => "LOGIN",
        },
        status: summary.status.as_str(),
        catch_all: connector.catch_all,
        require_authenticated: connector.require_authenticated,
        dkim_enabled: connector.dkim_enabled,
        username: connector.username.clone(),
        credentials: summary.credentials.iter().map(credential_view).collect(),
        addresses: summary.addresses,
        created_at: connector.created_at.0,
    }
}

fn credential_view(credential: &Credential) -> CredentialView {
    CredentialView {
        id: credential.id.as_str().to_owned(),
        state: credential.state.as_str(),
        created_at: credential.created_at.0,
        expires_at: match credential.state {
            State::Previous { expires_at, .. } => expires_at.map(|end| end.0),
            State::Current => None,
        },
    }
}

async fn issued_view(
    services: &Services,
    account: &Account,
    issued: Issued,
) -> Outcome<IssuedView> {
    let profile = accounts::profile(account).await?;
    Ok(IssuedView {
        id: issued.credential.id.as_str().to_owned(),
        username: issued.username,
        username_alias: profile
            .subdomain
            .user_name_alias(&services.native)
            .to_string(),
        password: issued.password.expose_secret().to_owned(),
    })
}

const HOUR_MS: u64 = 3_600_000;
