//! Adding, editing and disconnecting a domain.
//!
//! Facts come with the [`Basis`] they were read at; adding requires it, so the
//! limit of domains holds however many adds arrive at once (R23).

use mail::address::Domain;
use storage::{Batch, Timestamp};

use super::{Connector, DomainHolder, Phase, Protocol, domain_kind, kept, list};
use crate::accounts::{self, Profile};
use crate::addresses;
use crate::credentials::{self, Hasher, Issued};
use crate::facts::{DomainFacts, Holder};
use crate::limits::{self, Generation};
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
    account
        .rows()
        .get_noted::<Generation>(limits::ROW, &mut basis)
        .await?;
    let id = account.id().get().to_be_bytes();
    let profile = account
        .shared()
        .get_noted::<Profile>(id, &mut basis)
        .await?;
    let profile = profile.ok_or(Error::NotFound("account"))?.record;
    let held = account
        .shared()
        .get_noted::<DomainHolder>(domain.as_str(), &mut basis)
        .await?;
    let held_by = match held {
        Some(kept) => limits::holder(account, kept.record.0).await?,
        None => Holder::Nobody,
    };
    let addresses = addresses::list(account).await?;
    let in_domain = addresses.into_iter().map(|found| found.address);
    let facts = DomainFacts {
        domain: domain.clone(),
        kind: domain_kind(domain, native),
        held_by,
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
) -> Result<(Connector, Issued), Error> {
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
        phase: Phase::Connected,
        created_at: now,
    };
    let issued = credentials::issue(hasher, &connector, now).await?;
    let domain = connector.domain.as_str();
    let mut batch = Batch::new();
    basis.require(&mut batch);
    limits::advance(account, &mut batch).await?;
    account
        .shared()
        .create(&mut batch, domain, &DomainHolder(account.id()));
    account.rows().create(&mut batch, domain, &connector);
    credentials::put(account, &mut batch, &issued.credential);
    account.apply(batch).await?;
    Ok((connector, issued))
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

/// Changes what can be set on a connector.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`].
pub async fn change_options(
    account: &Account,
    domain: &Domain,
    options: Options,
) -> Result<Connector, Error> {
    let mut kept = kept(account, domain)
        .await?
        .ok_or(Error::NotFound("domain"))?;
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

/// Marks a connector as on its way out: from now on inbound mail for it is
/// deferred (R100). Repeating it does nothing.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`].
pub async fn begin_disconnect(
    account: &Account,
    domain: &Domain,
    now: Timestamp,
) -> Result<Connector, Error> {
    let mut kept = kept(account, domain)
        .await?
        .ok_or(Error::NotFound("domain"))?;
    if !kept.record.is_disconnecting() {
        kept.record.phase = Phase::Disconnecting { since: now };
        let mut batch = Batch::new();
        account.rows().update(&mut batch, domain.as_str(), &kept);
        account.apply(batch).await?;
    }
    Ok(kept.record)
}

/// Removes a connector with its addresses, their secrets and its credential
/// sets, once its queue is drained. The domain may be connected anew (R106).
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] unless it is disconnecting;
/// [`Error::Changed`].
pub async fn finish_disconnect(account: &Account, domain: &Domain) -> Result<(), Error> {
    let kept = kept(account, domain)
        .await?
        .ok_or(Error::NotFound("domain"))?;
    if !kept.record.is_disconnecting() {
        return Err(Error::invalid(
            "domain",
            "not_disconnecting",
            "begin to disconnect first",
        ));
    }
    let mut batch = Batch::new();
    // No address can slip in meanwhile: adding one requires the connector's row.
    batch.expect(
        account.rows().key::<Connector>(domain.as_str()),
        Some(kept.revision),
    );
    for address in addresses::list(account).await? {
        if address.connector() == Some(domain) {
            addresses::change::delete(account, &mut batch, &address);
        }
    }
    credentials::remove_all(account, &mut batch, domain).await?;
    account
        .rows()
        .delete::<Connector>(&mut batch, domain.as_str());
    account
        .shared()
        .delete::<DomainHolder>(&mut batch, domain.as_str());
    account.apply(batch).await?;
    Ok(())
}

/// Characters of a connector's name (R48).
const NAME_CHARACTERS_MAX: usize = 255;
/// Chance in a user name, so that names of other accounts cannot be guessed.
const USER_NAME_LETTERS: usize = 8;
