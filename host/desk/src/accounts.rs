//! Accounts: who they are, what they are set to, and the names that lead to them.
//!
//! [`names`] is who has which name, [`rename`] how an account gets another, [`trials`] whether
//! all of it has ever worked.
//!
//! Not here: people of an account (`people`), its domains (`connectors`), adding
//! brands (`brands`).

mod names;
mod relations;
mod rename;
pub(crate) mod trials;

use mail::address::{Address, Domain};
use serde::{Deserialize, Serialize};
use storage::{AccountId, Batch, Table, Timestamp};

use crate::addresses::{self, SupportAddress};
use crate::brands::{Brand, FIRST_BRAND};
use crate::rows::{Basis, Kept, Record};
use crate::{Account, Error, Installation, limits, wire};

pub use names::{by_native_domain, by_subdomain, is_given_up};
pub(crate) use relations::are_siblings;
pub use relations::{admins_all_connected, sandboxes};
pub use rename::{FormerName, rename};
pub use trials::tried_in_sandbox;

/// CCs a ticket may have (R14).
pub const COPIES_MAX: usize = 48;

/// The account's name inside the native domain: a DNS label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subdomain(String);

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// The real thing.
    Production,
    /// For trying things out (R15).
    Sandbox,
}

/// What an account is set to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// CCs and followers are turned on (R13).
    pub copies_enabled: bool,
    /// CCs a ticket may have (R14).
    pub copies_max: u32,
    /// Tell requesters that their mail arrived.
    pub acknowledge: bool,
}

/// An account's own record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its id.
    pub id: AccountId,
    /// Its name inside the native domain.
    pub subdomain: Subdomain,
    /// The names it had before, oldest first.
    pub former: Vec<FormerName>,
    /// Its name for people.
    pub name: String,
    /// Production or sandbox.
    pub kind: Kind,
    /// The production account a sandbox belongs to.
    pub sandbox_of: Option<AccountId>,
    /// Where security notices go (R95, R96).
    #[serde(with = "wire::many")]
    pub admins: Vec<Address>,
    /// What it is set to.
    pub settings: Settings,
    /// At least one; the first is the default.
    pub brands: Vec<Brand>,
    /// The support address that answers where a ticket has none, or one that is gone
    /// (R105); the native one of the default brand if nobody chose.
    #[serde(with = "wire::opt")]
    pub default_address: Option<Address>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a new account is made of.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its name inside the native domain.
    pub subdomain: Subdomain,
    /// Its name for people.
    pub name: String,
    /// Where security notices go; at least one.
    pub admins: Vec<Address>,
    /// Makes it a sandbox of that account.
    pub sandbox_of: Option<AccountId>,
}

impl Subdomain {
    /// A DNS label of 1 to 63 of `[a-z0-9-]` that neither begins nor ends with
    /// a hyphen and is no A-label (RFC 5890 §2.3.1).
    ///
    /// # Errors
    /// [`Error::Invalid`] with field `subdomain`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let label = text.to_ascii_lowercase();
        let well_formed = (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
            && !label.starts_with("xn--");
        if !well_formed {
            let hint = "use 1 to 63 letters, digits and hyphens";
            return Err(Error::invalid("subdomain", "subdomain_malformed", hint));
        }
        if RESERVED_SUBDOMAINS.contains(&label.as_str()) {
            return Err(Error::invalid(
                "subdomain",
                "subdomain_reserved",
                "choose another name",
            ));
        }
        Ok(Self(label))
    }

    /// The label.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The account's native domain `<sub>.<native>`.
    pub fn domain(&self, native: &Domain) -> Domain {
        Domain::parse(&format!("{}.{native}", self.0))
            .expect("a checked label before a domain is a domain")
    }

    /// An address in the account's native domain.
    fn address(&self, local: &str, native: &Domain) -> Address {
        Address::new(local, self.domain(native)).expect("a checked label is a local part")
    }

    /// `<sub>@<sub>.<native>`: the user name for servers that want an address (R53).
    pub fn user_name_alias(&self, native: &Domain) -> Address {
        self.address(&self.0, native)
    }
}

impl std::fmt::Display for Subdomain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            copies_enabled: true,
            copies_max: COPIES_MAX as u32,
            acknowledge: true,
        }
    }
}

impl Profile {
    /// Seven hex digits that stand for the account in outbound headers (R34).
    /// Different accounts have different ones as long as ids are below 2^28.
    pub fn code(&self) -> String {
        account_code(self.id)
    }

    /// The brand of that number, else the default one.
    pub fn brand(&self, id: u64) -> &Brand {
        self.brands
            .iter()
            .find(|brand| brand.id == id)
            .or_else(|| self.brands.first())
            .expect("an account is made with a brand and brands are never removed")
    }

    /// The default brand.
    pub fn default_brand(&self) -> &Brand {
        self.brand(FIRST_BRAND)
    }
}

/// See [`Profile::code`]. An odd factor makes it one to one, and neighbours unlike.
pub fn account_code(id: AccountId) -> String {
    const FACTOR: u64 = 0x9E3_779B;
    const MASK: u64 = 0xFFF_FFFF;
    format!("{:07x}", id.get().wrapping_mul(FACTOR) & MASK)
}

/// Makes an account with one brand and its native default address.
///
/// # Errors
/// [`Error::Invalid`] if the subdomain is taken or there is no admin.
pub async fn create(
    installation: &Installation,
    native: &Domain,
    new: NewAccount,
    now: Timestamp,
) -> Result<Profile, Error> {
    check_new(installation, &new, now).await?;
    loop {
        match try_create(installation, native, &new, now).await {
            Err(Error::Changed) => {}
            outcome => return outcome,
        }
        refuse_taken(installation, &new.subdomain, now).await?;
    }
}

async fn check_new(
    installation: &Installation,
    new: &NewAccount,
    now: Timestamp,
) -> Result<(), Error> {
    if new.admins.is_empty() {
        return Err(admin_missing());
    }
    if new.name.trim().is_empty() {
        return Err(Error::invalid(
            "name",
            "name_missing",
            "give the account a name",
        ));
    }
    if let Some(parent) = new.sandbox_of {
        profile(&installation.account(parent)).await?;
    }
    refuse_taken(installation, &new.subdomain, now).await
}

async fn refuse_taken(
    installation: &Installation,
    name: &Subdomain,
    now: Timestamp,
) -> Result<(), Error> {
    match by_subdomain(installation, name, now).await? {
        Some(_) => Err(names::taken()),
        None => Ok(()),
    }
}

async fn try_create(
    installation: &Installation,
    native: &Domain,
    new: &NewAccount,
    now: Timestamp,
) -> Result<Profile, Error> {
    let shared = installation.rows();
    let mut batch = Batch::new();
    let last = shared.get::<LastAccount>(LAST_ACCOUNT).await?;
    let number = last.as_ref().map_or(0, |kept| kept.record.0) + 1;
    let id = AccountId::new(number).expect("one more than something is not zero");
    batch.expect(
        shared.key::<LastAccount>(LAST_ACCOUNT),
        last.map(|kept| kept.revision),
    );
    shared.put(&mut batch, LAST_ACCOUNT, &LastAccount(number));
    names::take(shared, &mut batch, &new.subdomain, id, now).await?;
    let profile = new_profile(id, native, new, now);
    shared.create(&mut batch, id.get().to_be_bytes(), &profile);
    let account = installation.account(id);
    let default = profile.default_brand().default_address.clone();
    addresses::put_native(
        &account,
        &mut batch,
        SupportAddress::native(default, FIRST_BRAND, now),
    );
    account.apply(batch).await?;
    Ok(profile)
}

fn new_profile(id: AccountId, native: &Domain, new: &NewAccount, now: Timestamp) -> Profile {
    let default_address = new.subdomain.address(DEFAULT_LOCAL_PART, native);
    Profile {
        id,
        subdomain: new.subdomain.clone(),
        former: Vec::new(),
        name: new.name.trim().to_owned(),
        kind: if new.sandbox_of.is_some() {
            Kind::Sandbox
        } else {
            Kind::Production
        },
        sandbox_of: new.sandbox_of,
        admins: new.admins.clone(),
        settings: Settings::default(),
        brands: vec![Brand {
            id: FIRST_BRAND,
            name: new.name.trim().to_owned(),
            default_address,
            created_at: now,
        }],
        default_address: None,
        created_at: now,
    }
}

/// The account's own record.
///
/// # Errors
/// [`Error::NotFound`] if there is no such account.
pub async fn profile(account: &Account) -> Result<Profile, Error> {
    Ok(kept_profile(account).await?.record)
}

pub(crate) async fn kept_profile(account: &Account) -> Result<Kept<Profile>, Error> {
    let id = account.id().get().to_be_bytes();
    account
        .shared()
        .get::<Profile>(id)
        .await?
        .ok_or(Error::NotFound("account"))
}

/// Every account, oldest first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(installation: &Installation) -> Result<Vec<Profile>, Error> {
    installation.rows().all::<Profile>(&[]).await
}

/// Changes an account's settings.
///
/// # Errors
/// [`Error::Invalid`] if copies are turned off while a connector exists (R13);
/// [`Error::Changed`] if somebody else changed the account meanwhile.
pub async fn change_settings(account: &Account, settings: Settings) -> Result<Profile, Error> {
    let mut basis = Basis::default();
    limits::note(account, &mut basis).await?;
    let mut kept = kept_profile(account).await?;
    if !settings.copies_enabled && !crate::connectors::list(account).await?.is_empty() {
        let hint = "disconnect the domains first: connectors need CCs and followers";
        return Err(Error::invalid(
            "ccs_followers_enabled",
            "ccs_followers_needed",
            hint,
        ));
    }
    kept.record.settings = settings;
    let mut batch = Batch::new();
    basis.require(&mut batch);
    account
        .shared()
        .update(&mut batch, account.id().get().to_be_bytes(), &kept);
    account.apply(batch).await?;
    Ok(kept.record)
}

/// Changes where security notices go.
///
/// # Errors
/// [`Error::Invalid`] if nobody is left, or too many are named; [`Error::Changed`] if
/// somebody else changed the account meanwhile.
pub async fn change_admins(account: &Account, admins: Vec<Address>) -> Result<Profile, Error> {
    if admins.is_empty() {
        return Err(admin_missing());
    }
    if admins.len() > ADMINS_MAX {
        let hint = "name twenty admins at most";
        return Err(Error::invalid("admins", "admins_max", hint));
    }
    let mut kept = kept_profile(account).await?;
    kept.record.admins = admins;
    let mut batch = Batch::new();
    account
        .shared()
        .update(&mut batch, account.id().get().to_be_bytes(), &kept);
    account.apply(batch).await?;
    Ok(kept.record)
}

fn admin_missing() -> Error {
    let hint = "name at least one admin address";
    Error::invalid("admins", "admin_missing", hint)
}

/// Admins who are told of what happens to credentials.
const ADMINS_MAX: usize = 20;
/// Local part of an account's default address.
const DEFAULT_LOCAL_PART: &str = "support";
/// Names that would shadow the operator's own hosts.
const RESERVED_SUBDOMAINS: [&str; 8] = [
    "www",
    "mail",
    "smtp",
    "mx",
    "relay",
    "api",
    "admin",
    "postmaster",
];
const LAST_ACCOUNT: &str = "account";

impl Record for Profile {
    const TABLE: Table = Table("account");
}

/// The number given to the newest account.
#[derive(Serialize, Deserialize)]
struct LastAccount(u64);

impl Record for LastAccount {
    const TABLE: Table = Table("counter");
}
