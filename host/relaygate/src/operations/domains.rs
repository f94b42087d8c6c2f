//! Connected domains and their inbound credential sets.

use std::net::IpAddr;

use desk::connectors::{self, Connector, NewConnector, Options, Protocol, Summary};
use desk::credentials::{self, Credential, CredentialId, Issued, Right, State, peers};
use desk::notices::Notice;
use desk::traffic;
use desk::{Account, accounts, addresses};
use ipnet::IpNet;
use mail::address::Domain;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use storage::Timestamp;

use super::traffic::{self as traffic_view, TrafficView};
use super::warning::{self, Warning};
use super::{Actor, Outcome, Refusal, audit, parse_domain, permitted, retried, security};
use crate::facts::{self, CallFacts};
use crate::policies::About;
use crate::services::Services;

/// A connector as it is shown.
#[derive(Debug, Serialize)]
pub struct ConnectorView {
    /// Its domain, in the form it has in DNS.
    pub domain: String,
    /// The same as people write it; both are to be shown where trust matters (ID-03).
    pub domain_unicode: String,
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
    /// Whether it was shown whose the domain is: `unknown`, `verified` or `failed`.
    pub domain_verification_status: &'static str,
    /// What the TXT record that shows it has to say; `domain dns` tells its name.
    pub domain_verification_code: String,
    /// The networks its server may log in from; any if empty.
    pub sources: Vec<String>,
    /// The user name of its server here.
    pub username: String,
    /// Live credential sets, oldest first; never a secret.
    pub credentials: Vec<CredentialView>,
    /// Number of support addresses.
    pub addresses: usize,
    /// Its mail of the last seven days (R44).
    pub traffic: TrafficView,
    /// What should not stay as it is.
    pub warnings: Vec<Warning>,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// A credential set without its secret: nobody can show that again (R55).
#[derive(Debug, Serialize)]
pub struct CredentialView {
    /// Its id.
    pub id: String,
    /// `current`, `previous` or `expired`.
    pub state: &'static str,
    /// Milliseconds since the epoch.
    pub created_at: u64,
    /// When it stops working, if that was wanted.
    pub expires_at: Option<u64>,
    /// Messages it brought in the last seven days, once for each recipient (R63).
    pub messages: u64,
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
    /// What speaks against the account's set-up.
    pub warnings: Vec<Warning>,
}

/// A connector that was just made.
#[derive(Serialize)]
pub struct AddedView {
    /// The connector.
    pub connector: ConnectorView,
    /// Its first credential set.
    pub credential: IssuedView,
    /// What speaks against the account's set-up.
    pub warnings: Vec<Warning>,
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

/// What shall be other than it is on a connector; what is absent stays.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct OptionsInput {
    /// Say that its server logs in by AUTH LOGIN, too.
    pub login: Option<bool>,
    /// Take mail for every address of the domain.
    pub catch_all: Option<bool>,
    /// Refuse unauthenticated mail for the domain.
    pub require_authenticated: Option<bool>,
}

/// A credential set to be discarded, as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DiscardInput {
    /// Subdomain of the account.
    pub account: String,
    /// The domain.
    pub domain: String,
    /// The set's id.
    pub credential: String,
    /// Also if nobody can log in afterwards.
    pub last: bool,
}

/// Connects a domain, if the policies allow it, and issues its credentials.
pub async fn add(services: &Services, actor: &Actor, input: &DomainInput) -> Outcome<AddedView> {
    let account = super::account(services, &input.account).await?;
    let domain = parse_domain(&input.domain)?;
    let (connector, issued) =
        retried(|| Box::pin(try_add(services, actor, &account, &domain, input))).await?;
    audit::record(services, &account, actor, "domain_added", domain.as_str()).await;
    Ok(AddedView {
        connector: shown(services, &account, &connector.domain).await?,
        warnings: warnings(&account).await?,
        credential: issued_view(services, &account, issued).await?,
    })
}

async fn try_add(
    services: &Services,
    actor: &Actor,
    account: &Account,
    domain: &Domain,
    input: &DomainInput,
) -> Outcome<(Connector, Issued)> {
    let now = services.clock.now();
    let (found, basis) = connectors::facts(account, &services.native, domain).await?;
    let call = CallFacts::new(Some(account.id()), services.flow.counters.clone(), now).shared();
    let chain = services.policies.of(account, About::NoMail).await;
    permitted(chain.add_domain(&call, &facts::domain(&found)))?;
    let new = NewConnector {
        domain: domain.clone(),
        name: input.name.clone().unwrap_or_else(|| domain.to_string()),
        options: Options {
            protocol: protocol(input.login),
            catch_all: input.catch_all,
            require_authenticated: input.require_authenticated,
            dkim_enabled: false,
        },
    };
    let change = connectors::create(account, &services.hasher, new, &basis, now).await?;
    let notice = Notice::CredentialCreated {
        domain: domain.to_string(),
        credential: change.value().1.credential.id.as_str().to_owned(),
    };
    security::commit(services, account, actor, change, notice).await
}

/// Every connector of the account.
pub async fn list(services: &Services, account: &str) -> Outcome<ConnectorsView> {
    let account = super::account(services, account).await?;
    let now = services.clock.now();
    let mut views = Vec::new();
    for summary in connectors::summaries(&account, now).await? {
        views.push(view(services, &account, &summary, now).await?);
    }
    Ok(ConnectorsView {
        connectors: views,
        warnings: warnings(&account).await?,
    })
}

/// One connector.
pub async fn show(services: &Services, account: &str, domain: &str) -> Outcome<ConnectorView> {
    let account = super::account(services, account).await?;
    shown(services, &account, &parse_domain(domain)?).await
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
    let rotate = || try_rotate(services, actor, &account, &domain, keep_hours);
    let issued = retried(|| Box::pin(rotate())).await?;
    Ok(RotatedView {
        credential: issued_view(services, &account, issued).await?,
    })
}

async fn try_rotate(
    services: &Services,
    actor: &Actor,
    account: &Account,
    domain: &Domain,
    keep_hours: Option<u32>,
) -> Outcome<Issued> {
    let now = services.clock.now();
    let end = keep_hours.map(|hours| Timestamp(now.0 + u64::from(hours) * HOUR_MS));
    let change = credentials::rotate(account, &services.hasher, domain, end, now).await?;
    let notice = Notice::CredentialRotated {
        domain: domain.to_string(),
        credential: change.value().credential.id.as_str().to_owned(),
    };
    security::commit(services, account, actor, change, notice).await
}

/// Discards a credential set at once (R93).
pub async fn discard(
    services: &Services,
    actor: &Actor,
    input: &DiscardInput,
) -> Outcome<ConnectorView> {
    let account = super::account(services, &input.account).await?;
    let domain = parse_domain(&input.domain)?;
    let unknown = || Refusal::not_found("credential", "see `relaygate domain list`");
    let id = CredentialId::parse(&input.credential).ok_or_else(unknown)?;
    let discard = || try_discard(services, actor, &account, &domain, &id, input.last);
    retried(|| Box::pin(discard())).await?;
    shown(services, &account, &domain).await
}

async fn try_discard(
    services: &Services,
    actor: &Actor,
    account: &Account,
    domain: &Domain,
    id: &CredentialId,
    even_last: bool,
) -> Outcome<()> {
    let now = services.clock.now();
    let change = credentials::discard(account, domain, id, even_last, now).await?;
    let notice = Notice::CredentialDiscarded {
        domain: domain.to_string(),
        credential: id.as_str().to_owned(),
        last: *change.value(),
    };
    let discarded = security::commit(services, account, actor, change, notice);
    discarded.await.map(drop)
}

/// Gives a connector another name for people (R48).
pub async fn rename(
    services: &Services,
    actor: &Actor,
    account: &str,
    domain: &str,
    name: &str,
) -> Outcome<ConnectorView> {
    let account = super::account(services, account).await?;
    let domain = parse_domain(domain)?;
    let rename = || async { Ok(connectors::rename(&account, &domain, name).await?) };
    retried(|| Box::pin(rename())).await?;
    audit::record(services, &account, actor, "domain_renamed", domain.as_str()).await;
    shown(services, &account, &domain).await
}

/// Says from which networks the domain's server may log in; from any, if none is named (R28).
pub async fn allow(
    services: &Services,
    actor: &Actor,
    account: &str,
    domain: &str,
    from: &[String],
) -> Outcome<ConnectorView> {
    let account = super::account(services, account).await?;
    let domain = parse_domain(domain)?;
    let sources = from.iter().map(|text| parse_network(text));
    let sources = sources.collect::<Outcome<Vec<_>>>()?;
    let allow = || try_allow(services, actor, &account, &domain, &sources);
    retried(|| Box::pin(allow())).await?;
    shown(services, &account, &domain).await
}

async fn try_allow(
    services: &Services,
    actor: &Actor,
    account: &Account,
    domain: &Domain,
    sources: &[IpNet],
) -> Outcome<()> {
    let mut change = connectors::limit_sources(account, domain, sources.to_vec()).await?;
    let act = audit::act(services, actor, "domain_sources_set", domain.as_str(), None);
    desk::audit::append(account, change.batch(), &act);
    Ok(change.commit(account).await?)
}

/// A network, or an address that stands for itself.
fn parse_network(text: &str) -> Outcome<IpNet> {
    let network = text.parse::<IpNet>().map(|network| network.trunc());
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    network.or_else(|_| address()).map_err(|_| {
        Refusal::field(
            "from",
            "network_malformed",
            "give a network such as 192.0.2.0/24 or an address",
        )
    })
}

/// Changes what is set on a connector (R41, R50, R59).
pub async fn set(
    services: &Services,
    actor: &Actor,
    account: &str,
    domain: &str,
    input: OptionsInput,
) -> Outcome<ConnectorView> {
    let account = super::account(services, account).await?;
    let domain = parse_domain(domain)?;
    change_options(&account, &domain, |options| {
        if let Some(login) = input.login {
            options.protocol = protocol(login);
        }
        options.catch_all = input.catch_all.unwrap_or(options.catch_all);
        let required = input.require_authenticated;
        options.require_authenticated = required.unwrap_or(options.require_authenticated);
    })
    .await?;
    audit::record(services, &account, actor, "domain_set", domain.as_str()).await;
    shown(services, &account, &domain).await
}

fn protocol(login: bool) -> Protocol {
    match login {
        true => Protocol::Login,
        false => Protocol::Plain,
    }
}

/// Turns DKIM signing on or off.
pub(super) async fn set_dkim(account: &Account, domain: &Domain, enabled: bool) -> Outcome<()> {
    change_options(account, domain, |options| options.dkim_enabled = enabled).await
}

/// Changes some of the options, on top of what anybody else changes meanwhile.
async fn change_options(
    account: &Account,
    domain: &Domain,
    change: impl Fn(&mut Options) + Sync,
) -> Outcome<()> {
    let change = &change;
    let attempt = || async move {
        let connector = connectors::find(account, domain).await?;
        let mut options = connector.ok_or(desk::Error::NotFound("domain"))?.options();
        change(&mut options);
        connectors::change_options(account, domain, options).await?;
        Ok(())
    };
    retried(|| Box::pin(attempt())).await
}

async fn shown(services: &Services, account: &Account, domain: &Domain) -> Outcome<ConnectorView> {
    let now = services.clock.now();
    let summary = connectors::summary(account, domain, now).await?;
    view(services, account, &summary, now).await
}

/// What speaks against the account's set-up.
async fn warnings(account: &Account) -> Outcome<Vec<Warning>> {
    warning::of_account(account, &accounts::profile(account).await?).await
}

async fn view(
    services: &Services,
    account: &Account,
    summary: &Summary,
    now: Timestamp,
) -> Outcome<ConnectorView> {
    let connector = &summary.connector;
    let week = traffic::of_domain(account, &connector.domain, now).await?;
    let mut credentials = Vec::new();
    for set in &summary.credentials {
        credentials.push(credential_view(account, set, now).await?);
    }
    let overdue = summary.credentials.iter().filter(|set| set.is_overdue(now));
    let unauthenticated = Warning::unauthenticated(&traffic_view::sum(&week));
    Ok(ConnectorView {
        domain: connector.domain.to_string(),
        domain_unicode: connector.domain.to_unicode(),
        name: connector.name.clone(),
        protocol: match connector.protocol {
            Protocol::Plain => "PLAIN",
            Protocol::Login => "LOGIN",
        },
        status: summary.status.as_str(),
        catch_all: connector.catch_all,
        require_authenticated: connector.require_authenticated,
        dkim_enabled: connector.dkim_enabled,
        domain_verification_status: connector.proof.state.as_str(),
        domain_verification_code: connector.proof.code.clone(),
        sources: connector.sources.iter().map(ToString::to_string).collect(),
        username: connector.username.clone(),
        credentials,
        warnings: overdue
            .map(Warning::two_sets)
            .chain(unauthenticated)
            .chain(alias_without_address(services, account, summary).await?)
            .collect(),
        addresses: summary.addresses,
        traffic: traffic_view::view(&week),
        created_at: connector.created_at.0,
    })
}

/// Whether the domain's server logs in under an address that was never added (R54).
async fn alias_without_address(
    services: &Services,
    account: &Account,
    summary: &Summary,
) -> Outcome<Option<Warning>> {
    let right = Right::Connector(summary.connector.domain.clone());
    let mut used = false;
    for set in &summary.credentials {
        used |= peers::is_alias_used(account, &right, &set.id).await?;
    }
    let profile = accounts::profile(account).await?;
    let alias = profile.subdomain.user_name_alias(&services.native);
    let missing = used && addresses::find(account, &alias).await?.is_none();
    Ok(missing.then(|| Warning::alias_without_address(&alias)))
}

async fn credential_view(
    account: &Account,
    credential: &Credential,
    now: Timestamp,
) -> Outcome<CredentialView> {
    let week = traffic::of_credential(account, credential.id.as_str(), now).await?;
    Ok(CredentialView {
        id: credential.id.as_str().to_owned(),
        state: match credential.is_live(now) {
            true => credential.state.as_str(),
            false => "expired",
        },
        created_at: credential.created_at.0,
        expires_at: match credential.state {
            State::Previous { expires_at, .. } => expires_at.map(|end| end.0),
            State::Current => None,
        },
        messages: week.authenticated_in,
    })
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
