//! Support addresses: native, forwarded, or sent through the customer's server.
//!
//! Here are the record and the look-ups; [`change`] adds and removes, [`native`] adds those
//! of the native domain, [`checks`]
//! are the verification machines, [`server`] is the customer's server and our
//! login there.
//!
//! An address that is not native stands in an index of the whole installation,
//! so that no two accounts have it (R16).

pub mod change;
pub mod checks;
pub mod native;
pub mod server;

use mail::address::{Address, Domain};
use serde::{Deserialize, Serialize};
use storage::{AccountId, Batch, Table, Timestamp};

use crate::connectors::Connector;
use crate::facts::{RecipientFacts, RecipientKind, SupportAddressFacts};
use crate::rows::{Kept, Record, Rows};
use crate::{Account, Error, Installation, accounts, connectors, numbers, wire};

use change::check_brand;
pub use change::{
    Described, NewAddress, add, add_forwarded, describe, facts, remove, set_outbound_only,
};
pub use checks::{Check, CheckView, Direction};
pub use native::add_native;
pub(crate) use server::rewrap;
pub use server::{
    ChangedOutbound, NewOutbound, Outbound, OutboundAuth, OutboundTls, Staged, Trust,
    outbound_password,
};

/// How mail of an address comes and goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// In the account's native domain.
    Native,
    /// Forwarded to us by somebody; not authenticated (R6).
    Forwarded,
    /// Of a connector: in and out through the customer's server.
    Smtp {
        /// The connector's domain; the address's own domain, too (R18).
        #[serde(with = "wire::one")]
        connector: Domain,
    },
}

/// Which of an address's checks something speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tested {
    /// The way in.
    Inbound,
    /// The way out over the set in use.
    Outbound,
    /// The way out over what is staged.
    Staged,
}

/// An address people write to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportAddress {
    /// What programs call it by; never changes.
    pub number: u64,
    /// The address itself; never changes.
    #[serde(with = "wire::one")]
    pub address: Address,
    /// Its name for people; the address itself if nobody gave it one.
    pub name: String,
    /// Brand whose tickets it makes (R66).
    pub brand: u64,
    /// How its mail comes and goes.
    pub kind: Kind,
    /// The customer's server; only with [`Kind::Smtp`].
    pub outbound: Option<Outbound>,
    /// Its mail comes in by ordinary forwarding, not over the connector; only
    /// what leaves it goes through the customer's server.
    pub outbound_only: bool,
    /// What is to take its place (R94).
    pub staged: Option<Staged>,
    /// Verification of the way in.
    pub inbound_check: Check,
    /// Verification of the way out.
    pub outbound_check: Check,
    /// When it was added.
    pub created_at: Timestamp,
}

impl Tested {
    /// The way it goes.
    pub fn direction(self) -> Direction {
        match self {
            Self::Inbound => Direction::Inbound,
            Self::Outbound | Self::Staged => Direction::Outbound,
        }
    }
}

impl SupportAddress {
    /// A native address needs no verification. Its number is drawn when it is put.
    pub(crate) fn native(address: Address, brand: u64, now: Timestamp) -> Self {
        let verified = Check::Verified {
            at: now,
            warnings: Vec::new(),
        };
        Self {
            number: 0,
            name: address.to_string(),
            address,
            brand,
            kind: Kind::Native,
            outbound: None,
            outbound_only: false,
            staged: None,
            inbound_check: verified.clone(),
            outbound_check: verified,
            created_at: now,
        }
    }

    /// Verified both ways: may send in its own name (R72).
    pub fn usable(&self) -> bool {
        self.inbound_check.is_verified() && self.outbound_check.is_verified()
    }

    /// The connector it belongs to.
    pub fn connector(&self) -> Option<&Domain> {
        match &self.kind {
            Kind::Smtp { connector } => Some(connector),
            Kind::Native | Kind::Forwarded => None,
        }
    }

    /// Whether a confirmation mail counts that came back over this connector, or
    /// over none (R74): forwarded mail proves the circle for an address whose mail
    /// is forwarded, and for no other.
    pub(crate) fn takes_back(&self, relay: Option<&Domain>) -> bool {
        self.outbound_only || relay.is_some() && relay == self.connector()
    }

    /// Mail that is meant for it reaches us by forwarding.
    pub(crate) fn is_forwarded(&self) -> bool {
        self.outbound_only || self.kind == Kind::Forwarded
    }

    /// One of its two verifications.
    pub fn check(&self, direction: Direction) -> &Check {
        match direction {
            Direction::Inbound => &self.inbound_check,
            Direction::Outbound => &self.outbound_check,
        }
    }

    /// `None` if nothing is staged.
    pub fn check_of(&self, tested: Tested) -> Option<&Check> {
        match tested {
            Tested::Inbound => Some(&self.inbound_check),
            Tested::Outbound => Some(&self.outbound_check),
            Tested::Staged => self.staged.as_ref().map(|staged| &staged.check),
        }
    }

    /// As [`SupportAddress::check_of`].
    pub(crate) fn check_mut(&mut self, tested: Tested) -> Option<&mut Check> {
        match tested {
            Tested::Inbound => Some(&mut self.inbound_check),
            Tested::Outbound => Some(&mut self.outbound_check),
            Tested::Staged => self.staged.as_mut().map(|staged| &mut staged.check),
        }
    }

    /// What a confirmation mail of that direction tests: what is staged comes first.
    pub fn tested(&self, direction: Direction) -> Tested {
        match direction {
            Direction::Inbound => Tested::Inbound,
            Direction::Outbound if self.staged.is_some() => Tested::Staged,
            Direction::Outbound => Tested::Outbound,
        }
    }
}

/// One mailbox, one row: the local part in lower case (as every mail server in
/// the field compares it), the domain as it is.
pub(crate) fn row_id(address: &Address) -> String {
    address.to_string().to_ascii_lowercase()
}

pub(crate) async fn kept(
    account: &Account,
    address: &Address,
) -> Result<Option<Kept<SupportAddress>>, Error> {
    account.rows().get(row_id(address)).await
}

pub(crate) fn put_native(account: &Account, batch: &mut Batch, mut address: SupportAddress) {
    let row = row_id(&address.address);
    address.number = numbers::give::<SupportAddress>(account.rows(), batch, &row);
    account.rows().create(batch, row, &address);
}

/// Removes the row as it was read.
pub(crate) fn remove_kept(rows: Rows<'_>, batch: &mut Batch, kept: &Kept<SupportAddress>) {
    let row = row_id(&kept.record.address);
    let key = rows.key::<SupportAddress>(row.as_str());
    batch.expect(key, Some(kept.revision));
    rows.delete::<SupportAddress>(batch, row);
}

/// Finds a support address of the account, be it by a name it had before (R116).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn find(account: &Account, address: &Address) -> Result<Option<SupportAddress>, Error> {
    if let Some(kept) = kept(account, address).await? {
        return Ok(Some(kept.record));
    }
    match accounts::profile(account).await?.moved(address) {
        Some(address) => Ok(kept(account, &address).await?.map(|kept| kept.record)),
        None => Ok(None),
    }
}

/// Finds a support address of the account by its number.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Read`], [`Error::Corrupt`].
pub async fn by_number(account: &Account, number: u64) -> Result<SupportAddress, Error> {
    let unknown = Error::NotFound("address");
    let Some(row) = numbers::row::<SupportAddress>(account.rows(), number).await? else {
        return Err(unknown);
    };
    let kept = account.rows().get::<SupportAddress>(row).await?;
    kept.map(|kept| kept.record).ok_or(unknown)
}

/// Every support address of the account, in the order of their names.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<SupportAddress>, Error> {
    account.rows().all(&[]).await
}

/// What policies may know of an address (`lookup.support-address`).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn lookup(
    account: &Account,
    address: &Address,
) -> Result<Option<SupportAddressFacts>, Error> {
    Ok(find(account, address)
        .await?
        .map(|found| SupportAddressFacts {
            connector: found.connector().cloned(),
            brand: found.brand,
            verified: found.usable(),
        }))
}

/// The account that takes mail for this recipient when nobody has logged in:
/// by native domain, by forwarded or connected address, by connected domain.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn account_for(
    installation: &Installation,
    native: &Domain,
    recipient: &Address,
    now: Timestamp,
) -> Result<Option<Account>, Error> {
    if let Some(account) =
        accounts::by_native_domain(installation, native, recipient.domain(), now).await?
    {
        return Ok(Some(account));
    }
    let holder = installation
        .rows()
        .get::<AddressHolder>(row_id(recipient))
        .await?;
    if let Some(holder) = holder {
        return Ok(Some(installation.account(holder.record.0)));
    }
    connectors::holder(installation, recipient.domain()).await
}

/// What a recipient is to the account of a session. `connector` is the domain
/// whose credential the session proved; absent on the mx listener. A native domain the account
/// has given up counts as its own; whether its grace time is over is asked before
/// ([`accounts::is_given_up`]).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn recipient_facts(
    account: &Account,
    connector: Option<&Domain>,
    recipient: &Address,
) -> Result<RecipientFacts, Error> {
    let profile = accounts::profile(account).await?;
    let is_native = recipient.domain() == profile.home() || profile.moved(recipient).is_some();
    let found = find(account, recipient).await?;
    let connected = connectors::find(account, recipient.domain()).await?;
    let kind = recipient_kind(
        is_native,
        connector,
        recipient,
        found.as_ref(),
        connected.as_ref(),
    );
    Ok(RecipientFacts {
        address: recipient.clone(),
        kind,
        catch_all: connected
            .as_ref()
            .is_some_and(|connected| connected.catch_all),
        disconnecting: connected.as_ref().is_some_and(Connector::is_disconnecting),
        unproved: connected
            .as_ref()
            .is_some_and(|connected| !connected.proof.is_verified()),
        require_authenticated: requires_authentication(connected.as_ref(), found.as_ref()),
    })
}

/// Whether mail for a recipient has to come over the connector of its domain
/// (R41). A connector on its way out wants nothing any more (R29), and what is
/// forwarded cannot come that way.
pub(crate) fn requires_authentication(
    connector: Option<&Connector>,
    support: Option<&SupportAddress>,
) -> bool {
    let owns = support.is_none_or(|found| found.connector().is_some() && !found.outbound_only);
    owns && connector.is_some_and(|c| c.require_authenticated && !c.is_disconnecting())
}

fn recipient_kind(
    is_native: bool,
    connector: Option<&Domain>,
    recipient: &Address,
    found: Option<&SupportAddress>,
    connected: Option<&Connector>,
) -> RecipientKind {
    if is_native {
        return RecipientKind::Native;
    }
    let proved = connector == Some(recipient.domain());
    match (connector, found) {
        (Some(_), Some(_)) if proved => RecipientKind::Support,
        (Some(_), None) if proved => RecipientKind::UnknownInDomain,
        (Some(_), _) => RecipientKind::Foreign,
        // Without a proof a connected address is one that mail is forwarded to (R29, R41).
        (None, Some(_)) => RecipientKind::Forwarded,
        (None, None) if connected.is_some() => RecipientKind::UnknownInDomain,
        (None, None) => RecipientKind::Foreign,
    }
}

impl Record for SupportAddress {
    const TABLE: Table = Table("address");
}

/// Who has an address that is not native; a row of the installation.
#[derive(Serialize, Deserialize)]
pub(crate) struct AddressHolder(pub(crate) AccountId);

impl Record for AddressHolder {
    const TABLE: Table = Table("address_holder");
}
