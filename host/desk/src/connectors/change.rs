//! Adding and editing a domain.
//!
//! Facts come with the [`Basis`] they were read at; adding requires it, so the
//! limit of domains holds however many adds arrive at once (R23).

use ipnet::IpNet;
use mail::address::Domain;
use storage::{Batch, Timestamp};

use super::proof::Proof;
use super::{
    Connector, DomainHolders, Phase, Protocol, domain_kind, kept, list, refuse_while_disconnecting,
};
use crate::accounts::{self, Profile};
use crate::addresses;
use crate::change::Change;
use crate::credentials::{self, Hasher, Issued};
use crate::facts::{DomainFacts, Holder};
use crate::limits;
use crate::rows::Basis;
use crate::{Account, Error, random};

/// A connector, as an admin types it in.
#[derive(Debug, Clone)]
pub struct NewConnector {
    /// The domain.
    pub domain: Domain,
    /// Its name for people; 1 to 255 characters (R48).
    pub name: String,
    /// How it is set from the start.
    pub options: Options,
}

/// What can be set on a connector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Mechanisms its server may use.
    pub protocol: Protocol,
    /// Takes mail for every address of the domain.
    pub catch_all: bool,
    /// Refuses mail for the domain that did not come authenticated.
    pub require_authenticated: bool,
    /// Sign with the customer's domain once the CNAMEs are in place.
    pub dkim_enabled: bool,
}

/// What a policy needs to know to allow the domain, and what that rests on.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn facts(
    account: &Account,
    native: &Domain,
    domain: &Domain,
) -> Result<(DomainFacts, Basis), Error> {
    let mut basis = Basis::default();
    limits::note(account, &mut basis).await?;
    let id = account.id().get().to_be_bytes();
    let profile = account
        .shared()
        .get_noted::<Profile>(id, &mut basis)
        .await?;
    let profile = profile.ok_or(Error::NotFound("account"))?.record;
    let held = account
        .shared()
        .get_noted::<DomainHolders>(domain.as_str(), &mut basis)
        .await?;
    let holders = held.map(|kept| kept.record).unwrap_or_default();
    let proved = holders.proved_by_others(account);
    let addresses = addresses::list(account).await?;
    let in_domain = addresses.into_iter().map(|found| found.address);
    let facts = DomainFacts {
        domain: domain.clone(),
        kind: domain_kind(domain, native),
        held_by: limits::nearest_holder(account, &holders.all()).await?,
        proved_elsewhere: limits::nearest_holder(account, &proved).await? == Holder::OtherAccount,
        domains: u32::try_from(list(account).await?.len()).unwrap_or(u32::MAX),
        addresses_in_domain: in_domain
            .filter(|address| address.domain() == domain)
            .collect(),
        copies_enabled: profile.settings.copies_enabled,
    };
    Ok((facts, basis))
}

/// Connects a domain and issues its first credential set; the password in it is
/// shown this once (R51).
///
/// # Errors
/// [`Error::Changed`] if the basis no longer holds; [`Error::Invalid`] for a
/// name that is missing, too long or taken.
pub async fn create(
    account: &Account,
    hasher: &Hasher,
    new: NewConnector,
    basis: &Basis,
    now: Timestamp,
) -> Result<Change<(Connector, Issued)>, Error> {
    check_name(account, &new.name, None).await?;
    let profile = accounts::profile(account).await?;
    let connector = Connector {
        username: format!("{}-{}", profile.subdomain, random::word(USER_NAME_LETTERS)),
        domain: new.domain,
        name: new.name.trim().to_owned(),
        protocol: new.options.protocol,
        catch_all: new.options.catch_all,
        require_authenticated: new.options.require_authenticated,
        dkim_enabled: new.options.dkim_enabled,
        proof: Proof::new(),
        sources: Vec::new(),
        phase: Phase::Connected,
        created_at: now,
    };
    let issued = credentials::issue(hasher, &connector, now).await?;
    let domain = connector.domain.as_str();
    let mut batch = Batch::new();
    basis.require(&mut batch);
    limits::advance(account, &mut batch).await?;
    hold(account, &mut batch, &connector.domain).await?;
    account.rows().create(&mut batch, domain, &connector);
    credentials::put(account, &mut batch, &issued.credential);
    Ok(Change::new(batch, (connector, issued)))
}

/// Enters the account among the holders of a domain. There are several only where a policy
/// lets a sandbox share with its production account (R16), or where those of other organisations
/// have shown nothing for their claims (R49).
async fn hold(account: &Account, batch: &mut Batch, domain: &Domain) -> Result<(), Error> {
    let shared = account.shared();
    let Some(mut kept) = shared.get::<DomainHolders>(domain.as_str()).await? else {
        let mut holders = DomainHolders::default();
        holders.add(account.id());
        shared.create(batch, domain.as_str(), &holders);
        return Ok(());
    };
    let proved = kept.record.proved_by_others(account);
    let has_it = limits::nearest_holder(account, &kept.record.all()).await? == Holder::ThisAccount;
    let others = limits::nearest_holder(account, &proved).await? == Holder::OtherAccount;
    if has_it || others {
        return Err(Error::Changed);
    }
    kept.record.add(account.id());
    shared.update(batch, domain.as_str(), &kept);
    Ok(())
}

/// Renames a connector (R48).
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] as [`create`]; [`Error::Changed`].
pub async fn rename(account: &Account, domain: &Domain, name: &str) -> Result<Connector, Error> {
    check_name(account, name, Some(domain)).await?;
    let mut kept = kept(account, domain)
        .await?
        .ok_or(Error::NotFound("domain"))?;
    name.trim().clone_into(&mut kept.record.name);
    let mut batch = Batch::new();
    limits::advance(account, &mut batch).await?;
    account.rows().update(&mut batch, domain.as_str(), &kept);
    account.apply(batch).await?;
    Ok(kept.record)
}

async fn check_name(account: &Account, name: &str, own: Option<&Domain>) -> Result<(), Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX {
        return Err(Error::invalid(
            "name",
            "name_malformed",
            "give a name of 1 to 255 characters",
        ));
    }
    let others = list(account).await?;
    let taken = others
        .iter()
        .any(|other| other.name == name && own != Some(&other.domain));
    match taken {
        true => Err(Error::invalid(
            "name",
            "name_taken",
            "another domain has this name",
        )),
        false => Ok(()),
    }
}

/// Says from which networks the connector's server may log in; from any, if none is named. It
/// holds from the next login on (R28).
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`]; [`Error::Invalid`] for too many.
pub async fn limit_sources(
    account: &Account,
    domain: &Domain,
    sources: Vec<IpNet>,
) -> Result<Change<()>, Error> {
    let mut kept = kept(account, domain)
        .await?
        .ok_or(Error::NotFound("domain"))?;
    if sources.len() > SOURCES_MAX {
        let hint = format!("name at most {SOURCES_MAX} networks");
        return Err(Error::invalid("from", "too_many_networks", hint));
    }
    kept.record.sources = sources;
    let mut batch = Batch::new();
    account.rows().update(&mut batch, domain.as_str(), &kept);
    Ok(Change::new(batch, ()))
}

/// Changes what can be set on a connector.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] on its way out; [`Error::Changed`].
pub async fn change_options(
    account: &Account,
    domain: &Domain,
    options: Options,
) -> Result<Connector, Error> {
    let mut kept = kept(account, domain)
        .await?
        .ok_or(Error::NotFound("domain"))?;
    refuse_while_disconnecting(&kept.record)?;
    kept.record.protocol = options.protocol;
    kept.record.catch_all = options.catch_all;
    kept.record.require_authenticated = options.require_authenticated;
    kept.record.dkim_enabled = options.dkim_enabled;
    let mut batch = Batch::new();
    account.rows().update(&mut batch, domain.as_str(), &kept);
    account.apply(batch).await?;
    Ok(kept.record)
}

impl Connector {
    /// What is set on it, to be changed one by one.
    pub fn options(&self) -> Options {
        Options {
            protocol: self.protocol,
            catch_all: self.catch_all,
            require_authenticated: self.require_authenticated,
            dkim_enabled: self.dkim_enabled,
        }
    }
}

/// Characters of a connector's name (R48).
const NAME_CHARACTERS_MAX: usize = 255;
/// Networks a connector's server may log in from.
const SOURCES_MAX: usize = 100;
/// Chance in a user name, so that names of other accounts cannot be guessed.
const USER_NAME_LETTERS: usize = 8;
