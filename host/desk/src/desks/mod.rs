//! Whose help desk an account's mail goes to: ours, or somebody else's.
//!
//! Here is the setting and its secrets. What a foreign desk is told about a message
//! is [`handover`]; the login by which it sends is [`logins`]; what it sent is
//! recorded by [`sent`].
//!
//! Not here: connections (`relaygate::courier::desk`), whether a message is handed
//! on at all (the policies, as for tickets).

pub mod handover;
pub mod logins;
pub mod sent;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};
use zeroize::Zeroizing;

use crate::rewrap::{self, Rewrapped};
use crate::rows::{Kept, Record};
use crate::secrets::{Place, Sealed, SealingKey};
use crate::{Account, Error};

/// Who works on an account's mail.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HelpDesk {
    /// Our own tickets.
    Embedded,
    /// The inbound mail server of another help desk.
    Server(Server),
    /// An HTTP endpoint of another help desk.
    Webhook(Webhook),
}

/// What a help desk's mail server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerProtocol {
    /// RFC 5321.
    Smtp,
    /// RFC 2033.
    Lmtp,
}

/// How the connection to a help desk's mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerTls {
    /// Not at all: for servers on this machine or in a network the operator allows.
    None,
    /// STARTTLS, which must be offered.
    Starttls,
    /// TLS from the first octet.
    Implicit,
}

/// A help desk's inbound mail server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// What it speaks.
    pub protocol: ServerProtocol,
    /// Host name or IP literal without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How TLS begins.
    pub tls: ServerTls,
    /// Certificate authority to trust instead of the system's, in PEM.
    pub ca_pem: Option<String>,
    /// Our user name there, if it wants one.
    pub username: Option<String>,
    password: Option<Sealed>,
}

/// A help desk's HTTP endpoint.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Where messages are posted to.
    pub url: String,
    /// Certificate authority to trust instead of the system's, in PEM.
    pub ca_pem: Option<String>,
    secret: Sealed,
    /// Since when it wants no more: it answered 410.
    pub gone_since: Option<Timestamp>,
}

/// An account's setting.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Who works on its mail.
    pub desk: HelpDesk,
    /// Counts up with each change; the seals are bound to it.
    version: u32,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// A new setting.
pub enum NewDesk {
    /// Our own tickets.
    Embedded,
    /// Another help desk's mail server.
    Server(NewServer),
    /// Another help desk's HTTP endpoint; its secret is made here.
    Webhook {
        /// Where messages are posted to.
        url: String,
        /// Certificate authority to trust instead of the system's, in PEM.
        ca_pem: Option<String>,
    },
}

/// A new mail server.
pub struct NewServer {
    /// What it speaks.
    pub protocol: ServerProtocol,
    /// Host name or IP literal without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How TLS begins.
    pub tls: ServerTls,
    /// Certificate authority to trust instead of the system's, in PEM.
    pub ca_pem: Option<String>,
    /// User name and password, if it wants them.
    pub login: Option<(String, SecretString)>,
}

/// What a change brought: the only moment the webhook's secret can be shown.
pub struct Changed {
    /// The new setting.
    pub setting: Setting,
    /// `whsec_…`, for the help desk.
    pub secret: Option<SecretString>,
}

impl HelpDesk {
    /// `embedded`, `smtp`, `lmtp` or `webhook`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Server(server) => server.protocol.as_str(),
            Self::Webhook(_) => "webhook",
        }
    }

    /// Somebody else's.
    pub fn is_foreign(&self) -> bool {
        !matches!(self, Self::Embedded)
    }
}

impl ServerProtocol {
    /// `smtp` or `lmtp`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Lmtp => "lmtp",
        }
    }
}

impl ServerTls {
    /// As the command line and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Starttls => "starttls",
            Self::Implicit => "implicit",
        }
    }
}

impl Setting {
    fn embedded() -> Self {
        Self {
            desk: HelpDesk::Embedded,
            version: 0,
            changed_at: Timestamp(0),
        }
    }

    /// The password for the help desk's mail server, if it wants one.
    ///
    /// # Errors
    /// [`Error::Sealed`].
    pub fn password(
        &self,
        account: &Account,
        key: &SealingKey,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        match &self.desk {
            HelpDesk::Server(Server {
                password: Some(sealed),
                ..
            }) => Ok(Some(key.open(place(account, self.version), sealed)?)),
            _ => Ok(None),
        }
    }

    /// The octets a webhook is signed with.
    ///
    /// # Errors
    /// [`Error::Sealed`]; [`Error::NotFound`] if the desk is no webhook.
    pub fn webhook_secret(
        &self,
        account: &Account,
        key: &SealingKey,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        match &self.desk {
            HelpDesk::Webhook(hook) => Ok(key.open(place(account, self.version), &hook.secret)?),
            _ => Err(Error::NotFound("webhook")),
        }
    }
}

/// Who works on the account's mail; our own tickets unless it was set otherwise.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn setting(account: &Account) -> Result<Setting, Error> {
    Ok(kept(account)
        .await?
        .map_or_else(Setting::embedded, |kept| kept.record))
}

async fn kept(account: &Account) -> Result<Option<Kept<Setting>>, Error> {
    account.rows().get::<Setting>(ROW).await
}

/// Sets who works on the account's mail. What waits for the desk before goes to
/// the new one.
///
/// # Errors
/// [`Error::Changed`] if somebody else was faster.
pub async fn change(
    account: &Account,
    key: &SealingKey,
    new: NewDesk,
    now: Timestamp,
) -> Result<Changed, Error> {
    let kept = kept(account).await?;
    let version = kept.as_ref().map_or(0, |kept| kept.record.version) + 1;
    let (desk, secret) = made(account, key, version, new);
    let setting = Setting {
        desk,
        version,
        changed_at: now,
    };
    let mut batch = Batch::new();
    match kept {
        Some(kept) => {
            let kept = Kept {
                revision: kept.revision,
                record: setting.clone(),
            };
            account.rows().update(&mut batch, ROW, &kept);
        }
        None => account.rows().create(&mut batch, ROW, &setting),
    }
    account.apply(batch).await?;
    Ok(Changed { setting, secret })
}

fn made(
    account: &Account,
    key: &SealingKey,
    version: u32,
    new: NewDesk,
) -> (HelpDesk, Option<SecretString>) {
    let seal = |secret: &[u8]| key.seal(place(account, version), secret);
    match new {
        NewDesk::Embedded => (HelpDesk::Embedded, None),
        NewDesk::Server(new) => {
            let (username, password) = new.login.unzip();
            let server = Server {
                protocol: new.protocol,
                host: new.host,
                port: new.port,
                tls: new.tls,
                ca_pem: new.ca_pem,
                username,
                password: password.map(|password| seal(password.expose_secret().as_bytes())),
            };
            (HelpDesk::Server(server), None)
        }
        NewDesk::Webhook { url, ca_pem } => {
            let octets: Zeroizing<[u8; SECRET_OCTETS]> = Zeroizing::new(rand::random());
            let hook = Webhook {
                url,
                ca_pem,
                secret: seal(octets.as_slice()),
                gone_since: None,
            };
            let shown = format!("{SECRET_PREFIX}{}", BASE64.encode(octets.as_slice()));
            (HelpDesk::Webhook(hook), Some(shown.into()))
        }
    }
}

/// The endpoint wants no more (410): nothing is posted to it until it is set
/// again. The caller adds it to the batch that puts the message back.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn gone(account: &Account, batch: &mut Batch, now: Timestamp) -> Result<(), Error> {
    let Some(mut kept) = kept(account).await? else {
        return Ok(());
    };
    if let HelpDesk::Webhook(hook) = &mut kept.record.desk {
        hook.gone_since.get_or_insert(now);
        account.rows().update(batch, ROW, &kept);
    }
    Ok(())
}

/// Seals what the account's setting holds anew.
///
/// # Errors
/// As [`crate::rewrap::all`].
pub(crate) async fn rewrap(account: &Account, key: &SealingKey) -> Result<Rewrapped, Error> {
    rewrap::table::<Setting>(account.rows(), |_, setting| {
        let place = place(account, setting.version);
        let sealed = match &mut setting.desk {
            HelpDesk::Server(server) => server.password.as_mut(),
            HelpDesk::Webhook(hook) => Some(&mut hook.secret),
            HelpDesk::Embedded => None,
        };
        match sealed {
            Some(sealed) => rewrap::one(sealed, |old| key.reseal(place, old)),
            None => Ok(Rewrapped::default()),
        }
    })
    .await
}

fn place(account: &Account, version: u32) -> Place<'static> {
    let Table(table) = Setting::TABLE;
    Place {
        account: Some(account.id()),
        table,
        row: ROW.as_bytes(),
        version,
    }
}

/// The only row of its table.
const ROW: &str = "desk";
/// Standard Webhooks asks for 24 to 64.
const SECRET_OCTETS: usize = 32;
/// Before the base64 of a webhook's secret (Standard Webhooks).
const SECRET_PREFIX: &str = "whsec_";

impl Record for Setting {
    const TABLE: Table = Table("help_desk");
}
