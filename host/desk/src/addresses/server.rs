//! The customer's server of a support address, our login there, and how a change
//! of either is tried out before it counts (R94).
//!
//! A change is staged: mail goes on with what is in use until a confirmation mail
//! has come round over what is staged. Only then they swap, and the old password
//! goes with the old set. A staged set that fails stays where it is, with the
//! reason, until it is changed again or cancelled.
//!
//! Passwords are sealed for their row and version, so none opens anywhere else.

use mail::address::{Address, Domain};
use mail::sasl::ClientMechanism;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use storage::{Table, Timestamp};
use zeroize::Zeroizing;

use super::change::store;
use super::{Check, SupportAddress, Tested, kept, row_id};
use crate::rewrap::{self, Rewrapped};
use crate::rows::{Kept, Record};
use crate::secrets::{Place, Sealed, SealingKey};
use crate::{Account, Error};

/// How the connection to the customer's server is protected; never not at all (R2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutboundTls {
    /// STARTTLS, usually on port 587 (RFC 3207).
    Starttls,
    /// TLS from the first octet, usually on port 465 (RFC 8314 §3).
    Implicit,
}

impl OutboundTls {
    /// `starttls` or `implicit`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starttls => "starttls",
            Self::Implicit => "implicit",
        }
    }
}

/// Whom we believe to be the customer's server; never anybody (R2).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Trust {
    /// Who shows a certificate for its name by an authority the system believes.
    System,
    /// The same by these authorities alone, in PEM.
    Authority(String),
    /// Who shows the certificate with this SHA-256, whatever else stands in it.
    Certificate([u8; 32]),
}

/// How we prove who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutboundAuth {
    /// The better of PLAIN and LOGIN that is offered.
    Offered,
    /// RFC 4616.
    Plain,
    /// For servers that know nothing else.
    Login,
    /// With a token in the password's place.
    Xoauth2,
}

/// The customer's server and our credentials there (R58).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbound {
    /// Host name or IP literal without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How TLS begins.
    pub tls: OutboundTls,
    /// Whose certificate we believe.
    pub trust: Trust,
    /// How we log in.
    pub auth: OutboundAuth,
    /// The user name there.
    pub username: String,
    /// The password there, sealed for this row and version.
    pub(super) password: Sealed,
    /// Counts up with each change of the credential.
    pub version: u32,
}

/// A set that is to take over once it has proved itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staged {
    /// The set.
    pub server: Outbound,
    /// Where its verification stands.
    pub check: Check,
}

/// The customer's server as an admin types it in.
#[derive(Clone)]
pub struct NewOutbound {
    /// Host name or IP literal.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How TLS begins.
    pub tls: OutboundTls,
    /// Whose certificate we believe.
    pub trust: Trust,
    /// How we log in.
    pub auth: OutboundAuth,
    /// The user name there.
    pub username: String,
    /// The password there.
    pub password: SecretString,
}

/// What is to be different; what is absent stays as it is in use.
#[derive(Clone, Default)]
pub struct ChangedOutbound {
    /// Host name or IP literal, and its port if that is another one, too.
    pub server: Option<(String, Option<u16>)>,
    /// How TLS begins.
    pub tls: Option<OutboundTls>,
    /// Whose certificate we believe.
    pub trust: Option<Trust>,
    /// How we log in.
    pub auth: Option<OutboundAuth>,
    /// The user name there.
    pub username: Option<String>,
    /// The password there.
    pub password: Option<SecretString>,
}

impl Trust {
    /// The authority given, else the system's.
    pub fn by(ca_pem: Option<&str>) -> Self {
        ca_pem.map_or(Self::System, |pem| Self::Authority(pem.to_owned()))
    }

    /// `system`, `authority` or `certificate`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Authority(_) => "authority",
            Self::Certificate(_) => "certificate",
        }
    }
}

impl OutboundAuth {
    /// `offered` or the mechanism.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Plain => "plain",
            Self::Login => "login",
            Self::Xoauth2 => "xoauth2",
        }
    }

    /// What the dialogue is to use; `None` leaves it the choice.
    pub fn mechanism(self) -> Option<ClientMechanism> {
        match self {
            Self::Offered => None,
            Self::Plain => Some(ClientMechanism::Plain),
            Self::Login => Some(ClientMechanism::Login),
            Self::Xoauth2 => Some(ClientMechanism::Xoauth2),
        }
    }
}

impl ChangedOutbound {
    /// Nothing would be different.
    pub fn is_empty(&self) -> bool {
        let Self {
            server,
            tls,
            trust,
            auth,
            username,
            password,
        } = self;
        server.is_none()
            && tls.is_none()
            && trust.is_none()
            && auth.is_none()
            && username.is_none()
            && password.is_none()
    }
}

impl SupportAddress {
    /// Whether another address logs in at the same server under the same name (R63).
    pub fn shares_login(&self, other: &Self) -> bool {
        let login = |address: &Self| {
            let server = address.outbound.as_ref()?;
            Some((server.host.to_ascii_lowercase(), server.username.clone()))
        };
        self.address != other.address && login(self).is_some() && login(self) == login(other)
    }

    /// The set whose login is tested, or in use.
    pub fn server(&self, tested: Tested) -> Option<&Outbound> {
        match tested {
            Tested::Staged => self.staged.as_ref().map(|staged| &staged.server),
            Tested::Inbound | Tested::Outbound => self.outbound.as_ref(),
        }
    }

    /// What a confirmation mail is bound to besides the address (R73).
    pub(crate) fn version(&self, tested: Tested) -> Option<u32> {
        match (tested, self.server(tested)) {
            (_, Some(server)) => Some(server.version),
            (Tested::Staged, None) => None,
            (Tested::Inbound | Tested::Outbound, None) => Some(0),
        }
    }

    /// What was staged is in use from now on; the old password is gone with its set.
    pub(crate) fn swap(&mut self) {
        if let Some(staged) = self.staged.take() {
            self.outbound = Some(staged.server);
            self.outbound_check = staged.check;
        }
    }

    fn last_version(&self) -> u32 {
        let versions = [Tested::Outbound, Tested::Staged].map(|set| self.version(set));
        versions.into_iter().flatten().max().unwrap_or(0)
    }
}

/// Stages a change of the customer's server or our login there. What was staged
/// before is replaced. The caller sends the confirmation mail.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for what cannot be; [`Error::Sealed`],
/// [`Error::Changed`].
pub async fn stage(
    account: &Account,
    key: &SealingKey,
    address: &Address,
    change: ChangedOutbound,
    now: Timestamp,
) -> Result<SupportAddress, Error> {
    let mut kept = connected(account, address).await?;
    let version = kept.record.last_version() + 1;
    let new = merged(account, key, &kept.record, change)?;
    let server = seal(account, key, &kept.record.address, new, version)?;
    let check = Check::not_yet(now);
    kept.record.staged = Some(Staged { server, check });
    store(account, &kept).await?;
    Ok(kept.record)
}

/// Forgets what is staged; what is in use stays.
///
/// # Errors
/// [`Error::NotFound`], also if nothing is staged; [`Error::Changed`].
pub async fn cancel(account: &Account, address: &Address) -> Result<SupportAddress, Error> {
    let mut kept = connected(account, address).await?;
    kept.record
        .staged
        .take()
        .ok_or(Error::NotFound("staged change"))?;
    store(account, &kept).await?;
    Ok(kept.record)
}

async fn connected(account: &Account, address: &Address) -> Result<Kept<SupportAddress>, Error> {
    let kept = kept(account, address)
        .await?
        .ok_or(Error::NotFound("address"))?;
    match kept.record.outbound {
        Some(_) => Ok(kept),
        None => Err(Error::invalid(
            "address",
            "address_not_smtp",
            "only connector addresses have a server",
        )),
    }
}

/// The set in use with what is to be different.
fn merged(
    account: &Account,
    key: &SealingKey,
    address: &SupportAddress,
    change: ChangedOutbound,
) -> Result<NewOutbound, Error> {
    let old = address
        .outbound
        .clone()
        .ok_or(Error::NotFound("outbound server"))?;
    let password = match change.password {
        Some(password) => password,
        None => old_password(account, key, address)?,
    };
    let (host, port) = change.server.unwrap_or((old.host, None));
    Ok(NewOutbound {
        host,
        port: port.unwrap_or(old.port),
        tls: change.tls.unwrap_or(old.tls),
        trust: change.trust.unwrap_or(old.trust),
        auth: change.auth.unwrap_or(old.auth),
        username: change.username.unwrap_or(old.username),
        password,
    })
}

fn old_password(
    account: &Account,
    key: &SealingKey,
    address: &SupportAddress,
) -> Result<SecretString, Error> {
    let opened = outbound_password(account, key, address, Tested::Outbound)?;
    let text = std::str::from_utf8(&opened).map_err(|_| Error::Corrupt { table: TABLE })?;
    Ok(SecretString::from(text))
}

/// The password at the customer's server, for the courier alone.
///
/// # Errors
/// [`Error::Sealed`] if it does not open in this row; [`Error::NotFound`] if the
/// address has no such server.
pub fn outbound_password(
    account: &Account,
    key: &SealingKey,
    address: &SupportAddress,
    tested: Tested,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let outbound = address
        .server(tested)
        .ok_or(Error::NotFound("outbound server"))?;
    let row = row_id(&address.address);
    Ok(key.open(place(account, &row, outbound.version), &outbound.password)?)
}

/// Seals the passwords of the account's addresses anew.
///
/// # Errors
/// As [`crate::rewrap::all`].
pub(crate) async fn rewrap(account: &Account, key: &SealingKey) -> Result<Rewrapped, Error> {
    rewrap::table::<SupportAddress>(account.rows(), |_, address| {
        let row = row_id(&address.address);
        let mut done = Rewrapped::default();
        let staged = address.staged.as_mut().map(|staged| &mut staged.server);
        for server in address.outbound.as_mut().into_iter().chain(staged) {
            let place = place(account, &row, server.version);
            done += rewrap::one(&mut server.password, |old| key.reseal(place, old))?;
        }
        Ok(done)
    })
    .await
}

pub(super) fn seal(
    account: &Account,
    key: &SealingKey,
    address: &Address,
    new: NewOutbound,
    version: u32,
) -> Result<Outbound, Error> {
    check(&new)?;
    let row = row_id(address);
    let password = key.seal(
        place(account, &row, version),
        new.password.expose_secret().as_bytes(),
    );
    Ok(Outbound {
        host: new.host,
        port: new.port,
        tls: new.tls,
        trust: new.trust,
        auth: new.auth,
        username: new.username,
        password,
        version,
    })
}

fn place<'a>(account: &Account, row: &'a str, version: u32) -> Place<'a> {
    Place {
        account: Some(account.id()),
        table: TABLE,
        row: row.as_bytes(),
        version,
    }
}

fn check(new: &NewOutbound) -> Result<(), Error> {
    let is_ip = new.host.parse::<std::net::IpAddr>().is_ok();
    if !is_ip && Domain::parse(&new.host).is_err() {
        return Err(Error::invalid(
            "host",
            "host_malformed",
            "give a host name such as smtp.example.com",
        ));
    }
    if new.port == 0 {
        return Err(Error::invalid(
            "port",
            "port_malformed",
            "587 with STARTTLS, 465 with implicit TLS",
        ));
    }
    if new.port == SMTP_PORT && new.tls == OutboundTls::Implicit {
        return Err(Error::invalid(
            "tls",
            "tls_not_on_port",
            "port 25 speaks STARTTLS only",
        ));
    }
    if new.username.is_empty() || new.password.expose_secret().is_empty() {
        return Err(Error::invalid(
            "username",
            "credential_missing",
            "user name and password are needed",
        ));
    }
    Ok(())
}

const TABLE: &str = {
    let Table(table) = SupportAddress::TABLE;
    table
};
/// RFC 5321 §4.5.4.2: the port on which TLS never starts by itself.
const SMTP_PORT: u16 = 25;
