//! Adding and removing support addresses, and what their checks are told.
//!
//! Limits are exact: the facts come with the [`Basis`] they were read at, and
//! adding requires that basis, so of fifty adds at forty-nine one wins (R22).

use mail::address::{Address, Domain};
use storage::{Batch, Timestamp};

use super::{
    AddressHolder, Check, Kind, NewOutbound, SupportAddress, Tested, kept, list, row_id, server,
};
use crate::connectors::{Connector, domain_kind, refuse_while_disconnecting};
use crate::facts::{AddressFacts, Holder};
use crate::limits;
use crate::people::Person;
use crate::rows::{Basis, Kept};
use crate::secrets::SealingKey;
use crate::{Account, Error, accounts, connectors, numbers, verification};

/// A support address of a connector, as an admin types it in.
#[derive(Clone)]
pub struct NewAddress {
    /// The address.
    pub address: Address,
    /// Its name for people; the address itself if absent.
    pub name: Option<String>,
    /// Brand whose tickets it makes.
    pub brand: u64,
    /// The customer's server.
    pub outbound: NewOutbound,
    /// Its mail comes in by ordinary forwarding.
    pub outbound_only: bool,
}

/// What a policy needs to know to allow the address, and what that rests on. `chosen` is the
/// connector somebody picked; that of the address's own domain if they did not (R67).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn facts(
    account: &Account,
    native: &Domain,
    address: &Address,
    chosen: Option<&Domain>,
) -> Result<(AddressFacts, Basis), Error> {
    let mut basis = Basis::default();
    limits::note(account, &mut basis).await?;
    let domain = chosen.unwrap_or(address.domain());
    let connector = account
        .rows()
        .get_noted::<Connector>(domain.as_str(), &mut basis)
        .await?;
    let person = account
        .rows()
        .get_noted::<Person>(row_id(address), &mut basis)
        .await?;
    let held_by = held_by(account, address, &mut basis).await?;
    let addresses = list(account).await?;
    let smtp = addresses.iter().filter_map(SupportAddress::connector);
    let proved = |kept: &Kept<Connector>| kept.record.proof.is_verified();
    let facts = AddressFacts {
        address: address.clone(),
        domain_proved: connector.as_ref().is_some_and(proved),
        connector: connector.map(|kept| kept.record.domain),
        kind: domain_kind(address.domain(), native),
        held_by,
        addresses_in_domain: count(smtp.clone().filter(|connector| *connector == domain)),
        addresses: count(smtp),
        is_person: person.is_some(),
    };
    Ok((facts, basis))
}

async fn held_by(account: &Account, address: &Address, basis: &mut Basis) -> Result<Holder, Error> {
    let holder = account
        .shared()
        .get_noted::<AddressHolder>(row_id(address), basis)
        .await?;
    if kept(account, address).await?.is_some() {
        return Ok(Holder::ThisAccount);
    }
    match holder {
        Some(kept) => limits::holder(account, kept.record.0).await,
        None => Ok(Holder::Nobody),
    }
}

fn count<'a>(items: impl Iterator<Item = &'a Domain>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

/// Adds an address to the connector of its domain. Both sides start as
/// `failed(not_yet_verified)` (R70).
///
/// # Errors
/// [`Error::Changed`] if the basis no longer holds; [`Error::NotFound`] without
/// a connector; [`Error::Invalid`] for a host, port or brand that cannot be.
pub async fn add(
    account: &Account,
    key: &SealingKey,
    new: NewAddress,
    basis: &Basis,
    now: Timestamp,
) -> Result<SupportAddress, Error> {
    let connector = account
        .rows()
        .get::<Connector>(new.address.domain().as_str())
        .await?
        .ok_or(Error::NotFound("connector"))?;
    refuse_while_disconnecting(&connector.record)?;
    check_brand(account, new.brand).await?;
    let outbound = server::seal(account, key, &new.address, new.outbound, FIRST_VERSION)?;
    let address = SupportAddress {
        kind: Kind::Smtp {
            connector: connector.record.domain,
        },
        outbound: Some(outbound),
        outbound_only: new.outbound_only,
        ..unverified(new.address, new.name.as_deref(), new.brand, now)?
    };
    insert(account, address, basis).await
}

/// Adds an address that somebody forwards to us without authentication.
///
/// # Errors
/// As [`add`]; [`Error::Invalid`] if its domain is connected (R65).
pub async fn add_forwarded(
    account: &Account,
    address: Address,
    name: Option<&str>,
    brand: u64,
    basis: &Basis,
    now: Timestamp,
) -> Result<SupportAddress, Error> {
    if account
        .rows()
        .get::<Connector>(address.domain().as_str())
        .await?
        .is_some()
    {
        let hint = "addresses of a connected domain are added with their server";
        return Err(Error::invalid(
            "address",
            "address_in_connected_domain",
            hint,
        ));
    }
    check_brand(account, brand).await?;
    insert(account, unverified(address, name, brand, now)?, basis).await
}

fn unverified(
    address: Address,
    name: Option<&str>,
    brand: u64,
    now: Timestamp,
) -> Result<SupportAddress, Error> {
    Ok(SupportAddress {
        number: 0,
        name: name.map_or_else(|| Ok(address.to_string()), check_name)?,
        address,
        brand,
        kind: Kind::Forwarded,
        outbound: None,
        outbound_only: false,
        staged: None,
        inbound_check: Check::not_yet(now),
        outbound_check: Check::not_yet(now),
        created_at: now,
    })
}

fn check_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    match fits && !name.chars().any(char::is_control) {
        true => Ok(name.to_owned()),
        false => {
            let hint = format!("give it a name of 1 to {NAME_CHARS_MAX} characters");
            Err(Error::invalid("name", "name_malformed", hint))
        }
    }
}

/// Changes how the address's mail comes in. The way in has to be verified anew then: what has
/// come over the one way says nothing of the other.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for an address of no connector, or of one on its way
/// out; [`Error::Changed`].
pub async fn set_outbound_only(
    account: &Account,
    address: &Address,
    outbound_only: bool,
    now: Timestamp,
) -> Result<(), Error> {
    let found = kept(account, address).await?;
    let mut kept = found.ok_or(Error::NotFound("address"))?;
    let connector = match kept.record.connector() {
        Some(domain) => connectors::find(account, domain).await?,
        None => None,
    };
    let Some(connector) = connector else {
        let hint = "only an address of a connected domain can be set so";
        return Err(Error::invalid("address", "address_not_connected", hint));
    };
    refuse_while_disconnecting(&connector)?;
    if kept.record.outbound_only == outbound_only {
        return Ok(());
    }
    kept.record.outbound_only = outbound_only;
    kept.record.inbound_check = Check::not_yet(now);
    store(account, &kept).await
}

pub(super) async fn check_brand(account: &Account, brand: u64) -> Result<(), Error> {
    let profile = accounts::profile(account).await?;
    match profile.brands.iter().any(|known| known.id == brand) {
        true => Ok(()),
        false => Err(Error::invalid(
            "brand",
            "brand_unknown",
            "choose one of the account's brands",
        )),
    }
}

async fn insert(
    account: &Account,
    mut address: SupportAddress,
    basis: &Basis,
) -> Result<SupportAddress, Error> {
    let id = row_id(&address.address);
    let mut batch = Batch::new();
    basis.require(&mut batch);
    limits::advance(account, &mut batch).await?;
    address.number = numbers::give::<SupportAddress>(account.rows(), &mut batch, &id);
    account
        .shared()
        .create(&mut batch, id.as_str(), &AddressHolder(account.id()));
    account.rows().create(&mut batch, id.as_str(), &address);
    account.apply(batch).await?;
    Ok(address)
}

/// Notes hard evidence against one of the checks, for example refused
/// credentials: `verified` or `pending` becomes `failed(reason)` (R72). Without
/// what was tested nothing happens.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`].
pub async fn report_failure(
    account: &Account,
    address: &Address,
    tested: Tested,
    reason: &str,
    detail: Option<String>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut kept = kept(account, address)
        .await?
        .ok_or(Error::NotFound("address"))?;
    let Some(check) = kept.record.check_mut(tested) else {
        return Ok(());
    };
    *check = Check::failed(reason, detail, now);
    store(account, &kept).await
}

/// Keeps a pending check pending and says why, for example `greylisted` (R26).
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`].
pub async fn report_delay(
    account: &Account,
    address: &Address,
    tested: Tested,
    reason: &str,
    detail: Option<String>,
) -> Result<(), Error> {
    let mut kept = kept(account, address)
        .await?
        .ok_or(Error::NotFound("address"))?;
    let Some(check) = kept.record.check_mut(tested) else {
        return Ok(());
    };
    check.note(reason, detail);
    store(account, &kept).await
}

pub(super) async fn store(account: &Account, kept: &Kept<SupportAddress>) -> Result<(), Error> {
    let mut batch = Batch::new();
    account
        .rows()
        .update(&mut batch, row_id(&kept.record.address), kept);
    account.apply(batch).await?;
    Ok(())
}

/// Removes an address and with it its sealed password (R105).
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a brand's default address.
pub async fn remove(account: &Account, address: &Address) -> Result<(), Error> {
    let found = kept(account, address)
        .await?
        .ok_or(Error::NotFound("address"))?;
    if is_default(account, address).await? {
        let hint = "the default address stays: it answers where no other address may";
        return Err(Error::invalid("address", "address_is_default", hint));
    }
    let mut batch = Batch::new();
    delete(account, &mut batch, &found.record);
    account.apply(batch).await?;
    Ok(())
}

async fn is_default(account: &Account, address: &Address) -> Result<bool, Error> {
    let profile = accounts::profile(account).await?;
    let of_brands = profile.brands.iter().map(|brand| &brand.default_address);
    let mut defaults = of_brands.chain(&profile.default_address);
    Ok(defaults.any(|default| default.same_mailbox(address)))
}

/// What is to be said of an address from now on; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// Its name for people.
    pub name: Option<String>,
    /// Brand whose tickets it makes.
    pub brand: Option<u64>,
    /// It becomes the account's default address.
    pub default: bool,
}

/// Changes what does not touch how mail of an address comes and goes.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a name, brand or default that cannot
/// be; [`Error::Changed`].
pub async fn describe(
    account: &Account,
    address: &Address,
    described: &Described,
) -> Result<SupportAddress, Error> {
    let mut kept = kept(account, address)
        .await?
        .ok_or(Error::NotFound("address"))?;
    let found = &mut kept.record;
    if let Some(name) = &described.name {
        found.name = check_name(name)?;
    }
    if let Some(brand) = described.brand.filter(|brand| *brand != found.brand) {
        check_brand(account, brand).await?;
        check_no_brand_needs(account, address).await?;
        found.brand = brand;
    }
    let mut batch = Batch::new();
    if described.default {
        make_default(account, &mut batch, found).await?;
    }
    account.rows().update(&mut batch, row_id(address), &kept);
    account.apply(batch).await?;
    Ok(kept.record)
}

/// The native address of a brand stays with it: it sends what no other may (R20).
async fn check_no_brand_needs(account: &Account, address: &Address) -> Result<(), Error> {
    let profile = accounts::profile(account).await?;
    let mut brands = profile.brands.iter();
    match brands.any(|brand| brand.default_address.same_mailbox(address)) {
        true => {
            let hint = "the native address of a brand stays with it";
            Err(Error::invalid("brand", "address_is_default", hint))
        }
        false => Ok(()),
    }
}

async fn make_default(
    account: &Account,
    batch: &mut Batch,
    address: &SupportAddress,
) -> Result<(), Error> {
    if !address.usable() {
        let hint = "verify it both ways first";
        return Err(Error::invalid("default", "address_not_verified", hint));
    }
    let mut profile = accounts::kept_profile(account).await?;
    profile.record.default_address = Some(address.address.clone());
    let row = account.id().get().to_be_bytes();
    account.shared().update(batch, row, &profile);
    Ok(())
}

pub(crate) fn delete(account: &Account, batch: &mut Batch, address: &SupportAddress) {
    let id = row_id(&address.address);
    account.rows().delete::<SupportAddress>(batch, id.as_str());
    verification::forget(account, batch, &address.address);
    numbers::take_back(account.scope(), batch, address.number);
    if address.kind != Kind::Native {
        account.shared().delete::<AddressHolder>(batch, id);
    }
}

/// Characters of an address's name for people.
const NAME_CHARS_MAX: usize = 100;
/// Version of an address's first outbound credential.
const FIRST_VERSION: u32 = 1;
