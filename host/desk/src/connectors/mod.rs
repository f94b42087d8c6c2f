//! Connectors: one authenticated mail domain each.
//!
//! Here are the record, its derived status and the look-ups; [`change`] adds and
//! edits, [`disconnect`] takes out of use, [`refused`] is the mail that was put off
//! meanwhile, [`proof`] shows whose it is. A connected domain stands in an index of the
//! whole installation, so that nobody takes what another organisation has (R49).

pub mod change;
pub mod disconnect;
pub mod proof;
pub mod refused;

use std::net::IpAddr;

use ipnet::IpNet;
use mail::address::Domain;
use serde::{Deserialize, Serialize};
use storage::{AccountId, Table, Timestamp};

use crate::addresses::{self, SupportAddress};
use crate::credentials::{self, Credential};
use crate::facts::DomainKind;
use crate::rows::{Kept, Record};
use crate::{Account, Error, Installation, wire};

pub use change::{NewConnector, Options, change_options, create, facts, limit_sources, rename};
use proof::Proof;

/// Which SASL mechanism a customer's server is set up for (R50).
///
/// It says what the admin sees and tells the customer. What EHLO offers is the
/// listener's affair (`login` in its configuration): the offer comes before the
/// log-in, so before anybody knows whose connection it is. A login is not
/// refused for the mechanism it came by; both carry the same secret under TLS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protocol {
    /// PLAIN (RFC 4616).
    #[default]
    Plain,
    /// PLAIN, and LOGIN for servers that know no better.
    Login,
}

/// Where a connector stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Set up and not on its way out.
    Connected,
    /// Being disconnected; inbound mail is deferred (R100).
    Disconnecting {
        /// Since when.
        since: Timestamp,
    },
}

/// One connected domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connector {
    /// The domain; never changes.
    #[serde(with = "wire::one")]
    pub domain: Domain,
    /// Its name for people, unique in the account (R48).
    pub name: String,
    /// The mechanism its server is set up for.
    pub protocol: Protocol,
    /// Takes mail for every address of the domain (R59).
    pub catch_all: bool,
    /// Refuses mail for the domain that did not come authenticated (R41).
    pub require_authenticated: bool,
    /// Sign with the customer's domain once the CNAMEs are in place (R85).
    pub dkim_enabled: bool,
    /// The user name its server logs in with.
    pub username: String,
    /// Whether it was shown whose the domain is (R49).
    pub proof: Proof,
    /// The networks its server may log in from; any if empty (R28).
    pub sources: Vec<IpNet>,
    /// Where it stands in its life.
    pub phase: Phase,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a connector's state adds up to (REQUIREMENTS.md, section 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// No support address yet (R57).
    SetupIncomplete,
    /// Addresses, but none verified both ways.
    ConnectedUnverified,
    /// At least one usable address, and nothing broken.
    Active,
    /// At least one usable address, and at least one broken.
    Degraded,
    /// On its way out.
    Disconnecting,
    /// No live credential set: nobody can log in.
    NoCredentials,
}

/// A connector with what belongs to it.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The record.
    pub connector: Connector,
    /// What its state adds up to.
    pub status: Status,
    /// Its credential sets, oldest first.
    pub credentials: Vec<Credential>,
    /// Its support addresses.
    pub addresses: usize,
}

impl Connector {
    /// On its way out.
    pub fn is_disconnecting(&self) -> bool {
        matches!(self.phase, Phase::Disconnecting { .. })
    }

    /// Whether its server may log in from there.
    pub fn admits(&self, peer: IpAddr) -> bool {
        self.sources.is_empty() || self.names(peer)
    }

    /// Whether the admin said that its server comes from there.
    pub fn names(&self, peer: IpAddr) -> bool {
        // `::ffff:192.0.2.1` is 192.0.2.1 that came to a socket for both.
        let peer = peer.to_canonical();
        self.sources.iter().any(|network| network.contains(&peer))
    }
}

impl Status {
    /// As the command line and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SetupIncomplete => "setup_incomplete",
            Self::ConnectedUnverified => "connected_unverified",
            Self::Active => "active",
            Self::Degraded => "degraded",
            Self::Disconnecting => "disconnecting",
            Self::NoCredentials => "no_credentials",
        }
    }

    /// The most pressing thing comes first.
    pub(crate) fn derive(
        connector: &Connector,
        credentials: &[Credential],
        addresses: &[&SupportAddress],
        now: Timestamp,
    ) -> Self {
        let broken = |address: &&SupportAddress| {
            address.inbound_check.is_broken(now) || address.outbound_check.is_broken(now)
        };
        if connector.is_disconnecting() {
            Self::Disconnecting
        } else if !credentials.iter().any(|set| set.is_live(now)) {
            Self::NoCredentials
        } else if addresses.is_empty() {
            Self::SetupIncomplete
        } else if !addresses.iter().any(|address| address.usable()) {
            Self::ConnectedUnverified
        } else if addresses.iter().any(broken) {
            Self::Degraded
        } else {
            Self::Active
        }
    }
}

/// What a name is in the world, seen from an installation with that native domain.
pub fn domain_kind(domain: &Domain, native: &Domain) -> DomainKind {
    let name = domain.as_str();
    if domain.is_within(native) {
        DomainKind::Native
    } else if !name.contains('.') || ends_in_number(name) {
        DomainKind::Unusable
    } else if is_public_suffix(name) {
        DomainKind::PublicSuffix
    } else {
        DomainKind::Ordinary
    }
}

/// An IPv4 literal in any of its spellings ends in a number; no domain name does.
fn ends_in_number(name: &str) -> bool {
    name.rsplit('.')
        .next()
        .is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()) || label.starts_with("0x"))
}

/// Whether names are registered below it (`co.uk`, `github.io`), by the list of
/// <https://publicsuffix.org>. A single label it does not know is none.
fn is_public_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.as_bytes() == name.as_bytes())
}

/// A connector on its way out takes no more changes.
pub(crate) fn refuse_while_disconnecting(connector: &Connector) -> Result<(), Error> {
    match connector.is_disconnecting() {
        true => Err(Error::invalid(
            "domain",
            "domain_disconnecting",
            "it is being disconnected; connect it anew afterwards",
        )),
        false => Ok(()),
    }
}

pub(crate) async fn kept(
    account: &Account,
    domain: &Domain,
) -> Result<Option<Kept<Connector>>, Error> {
    account.rows().get(domain.as_str()).await
}

/// Finds a connector of the account.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn find(account: &Account, domain: &Domain) -> Result<Option<Connector>, Error> {
    Ok(kept(account, domain).await?.map(|kept| kept.record))
}

/// Every connector of the account, in the order of domains.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<Connector>, Error> {
    account.rows().all(&[]).await
}

/// Every connector with its status and counts.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn summaries(account: &Account, now: Timestamp) -> Result<Vec<Summary>, Error> {
    let addresses = addresses::list(account).await?;
    let mut summaries = Vec::new();
    for connector in list(account).await? {
        summaries.push(summarise(account, connector, &addresses, now).await?);
    }
    Ok(summaries)
}

/// One connector with its status and counts.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Read`], [`Error::Corrupt`].
pub async fn summary(account: &Account, domain: &Domain, now: Timestamp) -> Result<Summary, Error> {
    let connector = find(account, domain)
        .await?
        .ok_or(Error::NotFound("domain"))?;
    let addresses = addresses::list(account).await?;
    summarise(account, connector, &addresses, now).await
}

async fn summarise(
    account: &Account,
    connector: Connector,
    addresses: &[SupportAddress],
    now: Timestamp,
) -> Result<Summary, Error> {
    let credentials = credentials::list(account, &connector.domain).await?;
    let of_it = |address: &&SupportAddress| address.connector() == Some(&connector.domain);
    let own: Vec<_> = addresses.iter().filter(of_it).collect();
    let status = Status::derive(&connector, &credentials, &own, now);
    Ok(Summary {
        addresses: own.len(),
        connector,
        status,
        credentials,
    })
}

/// The account that has this domain connected; where several have, the first that has proved
/// it, else the first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn holder(
    installation: &Installation,
    domain: &Domain,
) -> Result<Option<Account>, Error> {
    let holder = installation
        .rows()
        .get::<DomainHolders>(domain.as_str())
        .await?;
    let first = holder.and_then(|kept| kept.record.first());
    Ok(first.map(|id| installation.account(id)))
}

impl Record for Connector {
    const TABLE: Table = Table("connector");
    const VERSION: u8 = 2;
}

/// Who has a domain connected, oldest first; a row of the installation.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct DomainHolders(Vec<Holding>);

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Holding {
    account: AccountId,
    /// It was shown that the domain is its own.
    proved: bool,
}

impl DomainHolders {
    fn add(&mut self, account: AccountId) {
        self.0.push(Holding {
            account,
            proved: false,
        });
    }

    fn remove(&mut self, account: AccountId) {
        self.0.retain(|holding| holding.account != account);
    }

    fn prove(&mut self, account: AccountId) {
        let own = self.0.iter_mut().find(|holding| holding.account == account);
        if let Some(own) = own {
            own.proved = true;
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn first(&self) -> Option<AccountId> {
        let proved = self.0.iter().find(|holding| holding.proved);
        let first = proved.or_else(|| self.0.first())?;
        Some(first.account)
    }

    fn all(&self) -> Vec<AccountId> {
        self.0.iter().map(|holding| holding.account).collect()
    }

    /// Those that have shown nothing.
    fn claims(&self) -> impl Iterator<Item = AccountId> {
        let claims = self.0.iter().filter(|holding| !holding.proved);
        claims.map(|holding| holding.account)
    }

    fn proved_by_others(&self, account: &Account) -> Vec<AccountId> {
        let others = self.0.iter().filter(|it| it.account != account.id());
        let proved = others.filter(|holding| holding.proved);
        proved.map(|holding| holding.account).collect()
    }
}

impl Record for DomainHolders {
    const TABLE: Table = Table("domain_holder");
    const VERSION: u8 = 2;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_by_what_they_are() {
        let native = Domain::parse("desk.example").unwrap();
        for (name, kind) in [
            ("acme.example", DomainKind::Ordinary),
            ("mail.acme.co.uk", DomainKind::Ordinary),
            ("desk.example", DomainKind::Native),
            ("acme.desk.example", DomainKind::Native),
            ("co.uk", DomainKind::PublicSuffix),
            ("com.au", DomainKind::PublicSuffix),
            ("gv.at", DomainKind::PublicSuffix),
            ("k12.ca.us", DomainKind::PublicSuffix),
            ("x.kobe.jp", DomainKind::PublicSuffix),
            ("city.kobe.jp", DomainKind::Ordinary),
            ("github.io", DomainKind::PublicSuffix),
            ("acme.github.io", DomainKind::Ordinary),
            ("localhost", DomainKind::Unusable),
        ] {
            let domain = Domain::parse(name).unwrap();
            assert_eq!(domain_kind(&domain, &native), kind, "{name}");
        }
    }
}
