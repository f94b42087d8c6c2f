//! Support addresses of connected domains.

use desk::Account;
use desk::accounts::{self, Profile};
use desk::addresses::{self, Check, Described, Direction, Kind, NewAddress, SupportAddress};
use desk::brands::FIRST_BRAND;
use desk::facts::{DomainKind, Holder};
use desk::traffic::{self, Logins};
use mail::address::{Address, Domain};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use storage::Timestamp;

use super::diagnosis::{self, DiagnosisView};
use super::servers::{
    AuthInput, ServerView, StagedView, TlsInput, TrustInput, new_outbound, server_view, staged_view,
};
use super::traffic::{self as traffic_view, LoginView};
use super::{Actor, Outcome, Refusal, audit, parse_address, parse_domain, permitted, retried};
use crate::facts::{self, CallFacts};
use crate::policies::About;
use crate::services::Services;

/// A support address as it is shown; its password is nowhere in it.
#[derive(Debug, Serialize)]
pub struct AddressView {
    /// What programs call it by.
    pub number: u64,
    /// The address.
    pub address: String,
    /// Its name for people.
    pub name: String,
    /// Number of the brand whose tickets it makes.
    pub brand: u64,
    /// `native`, `forwarded` or `smtp`.
    pub kind: &'static str,
    /// It answers where a ticket has no address, or one that is gone (R105).
    pub default: bool,
    /// The connector's domain; absent for native and forwarded ones.
    pub connector: Option<String>,
    /// The customer's server.
    #[serde(flatten)]
    pub server: Option<ServerView>,
    /// What is to take its place (R94).
    pub staged: Option<StagedView>,
    /// Another address logs in there under the same name: neither can be told
    /// apart from the other, nor changed without it (R63).
    pub shares_login: bool,
    /// What went out through the customer's server in the last seven days, by the
    /// user name that was proved there (R63).
    pub traffic: Vec<LoginView>,
    /// Verification of the way in.
    pub inbound: CheckDetails,
    /// Verification of the way out.
    pub outbound: CheckDetails,
    /// Its mail comes in by ordinary forwarding, not over the connector.
    pub outbound_only: bool,
    /// Verified both ways.
    pub usable: bool,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// Where one verification stands.
#[derive(Debug, Serialize)]
pub struct CheckDetails {
    /// `failed`, `pending` or `verified`.
    pub state: &'static str,
    /// Stable word.
    pub reason: Option<String>,
    /// The last SMTP reply or finding.
    pub detail: Option<String>,
    /// Milliseconds since the epoch.
    pub checked_at: u64,
}

/// One address.
#[derive(Debug, Serialize)]
pub struct OneAddressView {
    /// It.
    pub address: AddressView,
    /// What its confirmation mails met, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<DiagnosisView>,
}

/// Every address of an account.
#[derive(Debug, Serialize)]
pub struct AddressesView {
    /// Those of connectors first, then in the order of their names.
    pub addresses: Vec<AddressView>,
}

/// A new address as typed.
#[derive(Debug, Clone)]
pub struct AddressInput {
    /// Subdomain of the account.
    pub account: String,
    /// The address.
    pub address: String,
    /// Its name for people; the address itself if absent.
    pub name: Option<String>,
    /// The connector's domain; the address's own if absent (R67).
    pub domain: Option<String>,
    /// The customer's server: `host`, `host:port`, `[2001:db8::1]:port`.
    pub host: String,
    /// The user name there.
    pub username: String,
    /// The password there.
    pub password: SecretString,
    /// Told by the port if absent.
    pub tls: Option<TlsInput>,
    /// Whom to believe.
    pub trust: TrustInput,
    /// How we log in; the better of PLAIN and LOGIN if absent.
    pub auth: Option<AuthInput>,
    /// Number of the brand; the account's first if absent.
    pub brand: Option<u64>,
    /// Its mail comes in by ordinary forwarding, not over the connector.
    pub outbound_only: bool,
}

/// A new forwarded address as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ForwardedInput {
    /// Subdomain of the account.
    pub account: String,
    /// The address.
    pub address: String,
    /// Its name for people; the address itself if absent.
    pub name: Option<String>,
    /// Number of the brand; the account's first if absent.
    pub brand: Option<u64>,
}

/// What is to be said of an address, as typed; what is absent stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DescribeInput {
    /// Subdomain of the account.
    pub account: String,
    /// The address.
    pub address: String,
    /// Its name for people.
    pub name: Option<String>,
    /// Number of the brand.
    pub brand: Option<u64>,
    /// Make it the account's default address.
    pub default: bool,
}

/// Adds a support address to the connector of its domain, if the policies
/// allow it. Both verifications start as failed (R70).
pub async fn add(
    services: &Services,
    actor: &Actor,
    input: &AddressInput,
) -> Outcome<OneAddressView> {
    let account = super::account(services, &input.account).await?;
    let address = parse_address("address", &input.address)?;
    let outbound = new_outbound(services, input)?;
    let brand = input.brand.unwrap_or(FIRST_BRAND);
    let new = NewAddress {
        address: address.clone(),
        name: input.name.clone(),
        brand,
        outbound,
        outbound_only: input.outbound_only,
    };
    let chosen = input.domain.as_deref().map(parse_domain).transpose()?;
    let add = || try_add(services, &account, new.clone(), chosen.as_ref());
    retried(|| Box::pin(add())).await?;
    audit::record(
        services,
        &account,
        actor,
        "address_added",
        &address.to_string(),
    )
    .await;
    shown(services, &account, &address, false).await
}

async fn try_add(
    services: &Services,
    account: &Account,
    new: NewAddress,
    chosen: Option<&Domain>,
) -> Outcome<SupportAddress> {
    let now = services.clock.now();
    let facts = addresses::facts(account, &services.native, &new.address, chosen);
    let (found, basis) = facts.await?;
    let call = CallFacts::new(Some(account.id()), services.flow.counters.clone(), now).shared();
    let chain = services.policies.of(account, About::NoMail).await;
    permitted(chain.add_address(&call, &facts::address(&found)))?;
    Ok(addresses::add(account, &services.sealing, new, &basis, now).await?)
}

/// Adds an address of a domain that is not connected, whose mail somebody forwards to us
/// without authentication (R6, R29).
pub async fn add_forwarded(
    services: &Services,
    actor: &Actor,
    input: &ForwardedInput,
) -> Outcome<OneAddressView> {
    let account = super::account(services, &input.account).await?;
    let address = parse_address("address", &input.address)?;
    let add = || try_add_forwarded(services, &account, &address, input);
    let added = retried(|| Box::pin(add())).await?;
    let subject = address.to_string();
    audit::record(services, &account, actor, "address_added", &subject).await;
    shown(services, &account, &added.address, false).await
}

async fn try_add_forwarded(
    services: &Services,
    account: &Account,
    address: &Address,
    input: &ForwardedInput,
) -> Outcome<SupportAddress> {
    let now = services.clock.now();
    let facts = addresses::facts(account, &services.native, address, None);
    let (found, basis) = facts.await?;
    if found.kind != DomainKind::Ordinary || found.held_by != Holder::Nobody {
        let hint = "choose an address of your own domain that nobody has as a support address";
        return Err(Refusal::field("address", "address_taken", hint));
    }
    let (name, brand) = (input.name.as_deref(), input.brand.unwrap_or(FIRST_BRAND));
    Ok(addresses::add_forwarded(account, address.clone(), name, brand, &basis, now).await?)
}

/// Adds an address of the account's native domain; without `local` the one its servers log in
/// as that want an address (R54).
pub async fn add_native(
    services: &Services,
    actor: &Actor,
    account: &str,
    local: Option<&str>,
    brand: Option<u64>,
) -> Outcome<OneAddressView> {
    let account = super::account(services, account).await?;
    let (native, now) = (&services.native, services.clock.now());
    let brand = brand.unwrap_or(FIRST_BRAND);
    let add = || async { Ok(addresses::add_native(&account, native, local, brand, now).await?) };
    let added = retried(|| Box::pin(add())).await?;
    let subject = added.address.to_string();
    audit::record(services, &account, actor, "address_added", &subject).await;
    shown(services, &account, &added.address, false).await
}

/// Changes an address's name or brand, or makes it the default one.
pub async fn describe(
    services: &Services,
    actor: &Actor,
    input: &DescribeInput,
) -> Outcome<OneAddressView> {
    let account = super::account(services, &input.account).await?;
    let address = parse_address("address", &input.address)?;
    let described = Described {
        name: input.name.clone(),
        brand: input.brand,
        default: input.default,
    };
    if described == Described::default() {
        return Err(Refusal::new("nothing_to_change", "say what is to change"));
    }
    let describe = || async { Ok(addresses::describe(&account, &address, &described).await?) };
    retried(|| Box::pin(describe())).await?;
    let subject = address.to_string();
    audit::record(services, &account, actor, "address_described", &subject).await;
    shown(services, &account, &address, false).await
}

/// The address that bears a number.
pub async fn by_number(services: &Services, account: &str, number: u64) -> Outcome<String> {
    let account = super::account(services, account).await?;
    let found = addresses::by_number(&account, number).await?;
    Ok(found.address.to_string())
}

/// Changes how an address's mail comes in; the way in has to be verified anew.
pub async fn set(
    services: &Services,
    actor: &Actor,
    account: &str,
    address: &str,
    outbound_only: bool,
) -> Outcome<OneAddressView> {
    let account = super::account(services, account).await?;
    let address = parse_address("address", address)?;
    let now = services.clock.now();
    let set = || async {
        let set = addresses::set_outbound_only(&account, &address, outbound_only, now);
        Ok(set.await?)
    };
    retried(|| Box::pin(set())).await?;
    let subject = address.to_string();
    audit::record(services, &account, actor, "address_set", &subject).await;
    shown(services, &account, &address, false).await
}

/// Every address of the account.
pub async fn list(services: &Services, account: &str) -> Outcome<AddressesView> {
    let account = super::account(services, account).await?;
    let now = services.clock.now();
    let profile = accounts::profile(&account).await?;
    let mut found = addresses::list(&account).await?;
    // Those somebody set up come before those that came with the account.
    found.sort_by_key(|address| address.connector().is_none());
    let logins = traffic::logins(&account, now).await?;
    let views = found
        .iter()
        .map(|address| view(&profile, address, &found, &logins, now));
    Ok(AddressesView {
        addresses: views.collect(),
    })
}

/// One address, with what its confirmation mails met.
pub async fn show(services: &Services, account: &str, address: &str) -> Outcome<OneAddressView> {
    let account = super::account(services, account).await?;
    let address = parse_address("address", address)?;
    shown(services, &account, &address, true).await
}

/// An address as it is now; `explained` with what its confirmation mails met.
pub(super) async fn shown(
    services: &Services,
    account: &Account,
    address: &Address,
    explained: bool,
) -> Outcome<OneAddressView> {
    let found = addresses::find(account, address).await?;
    let found = found.ok_or(desk::Error::NotFound("address"))?;
    let all = addresses::list(account).await?;
    let profile = accounts::profile(account).await?;
    let now = services.clock.now();
    let logins = traffic::logins(account, now).await?;
    let diagnosis = match explained {
        true => Some(diagnosis::of(account, &found, now).await?),
        false => None,
    };
    Ok(OneAddressView {
        address: view(&profile, &found, &all, &logins, now),
        diagnosis,
    })
}

/// Removes an address and its sealed password (R105).
pub async fn remove(
    services: &Services,
    actor: &Actor,
    account: &str,
    address: &str,
) -> Outcome<()> {
    let account = super::account(services, account).await?;
    let address = parse_address("address", address)?;
    let remove = || async { Ok(addresses::remove(&account, &address).await?) };
    retried(|| Box::pin(remove())).await?;
    audit::record(
        services,
        &account,
        actor,
        "address_removed",
        &address.to_string(),
    )
    .await;
    Ok(())
}

fn view(
    profile: &Profile,
    found: &SupportAddress,
    all: &[SupportAddress],
    logins: &Logins,
    now: Timestamp,
) -> AddressView {
    let carried = logins.of(&found.address);
    AddressView {
        number: found.number,
        address: found.address.to_string(),
        name: found.name.clone(),
        kind: match found.kind {
            Kind::Native => "native",
            Kind::Forwarded => "forwarded",
            Kind::Smtp { .. } => "smtp",
        },
        default: default_of(profile, all) == &found.address,
        brand: found.brand,
        connector: found.connector().map(ToString::to_string),
        server: found.outbound.as_ref().map(server_view),
        staged: staged_view(found, now),
        shares_login: all.iter().any(|other| found.shares_login(other)),
        traffic: carried.map(traffic_view::login).collect(),
        inbound: check(found.check(Direction::Inbound), now),
        outbound: check(found.check(Direction::Outbound), now),
        outbound_only: found.outbound_only,
        usable: found.usable(),
        created_at: found.created_at.0,
    }
}

/// The one that was chosen, as long as it is there; else that of the default brand.
fn default_of<'a>(profile: &'a Profile, all: &[SupportAddress]) -> &'a Address {
    let is_there = |chosen: &&Address| all.iter().any(|found| found.address == **chosen);
    let chosen = profile.default_address.as_ref().filter(is_there);
    chosen.unwrap_or(&profile.default_brand().default_address)
}

pub(super) fn check(check: &Check, now: Timestamp) -> CheckDetails {
    let view = check.view(now);
    CheckDetails {
        state: view.state,
        reason: view.reason,
        detail: view.detail,
        checked_at: view.checked_at.0,
    }
}
