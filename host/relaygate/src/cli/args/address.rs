//! `relaygate address`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{AccountArgument, OnOff};
use crate::operations::servers::{AuthInput, TlsInput};
use crate::operations::verification::Ways;

/// `relaygate address`.
#[derive(Debug, Subcommand)]
pub enum AddressCommand {
    /// Add a support address with its login at the customer's server.
    Add(NewAddressArguments),
    /// Add an address of a domain that is not connected, whose mail is forwarded to us.
    Forward {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The address.
        address: String,
        /// Its name for people; the address itself if absent.
        #[arg(long)]
        name: Option<String>,
        /// Number of the brand; the account's first if absent.
        #[arg(long)]
        brand: Option<u64>,
    },
    /// Add an address of the account's native domain, whose tickets are answered from it.
    Native {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// What stands before its @; the account's own name if absent, which is what servers
        /// log in as that want an address for a user name.
        local: Option<String>,
        /// Number of the brand; the account's first if absent.
        #[arg(long)]
        brand: Option<u64>,
    },
    /// Change how the address's mail comes in; the way in has to be verified anew then.
    Set {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The address.
        address: String,
        /// Its mail comes in by ordinary forwarding; only what leaves it goes through the
        /// customer's server.
        #[arg(long, value_enum)]
        outbound_only: OnOff,
    },
    /// Change the name or the brand, or make it the default address: the one that answers where
    /// a ticket has none, or one that is gone.
    Describe {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The address.
        address: String,
        /// Its name for people.
        #[arg(long)]
        name: Option<String>,
        /// Number of the brand.
        #[arg(long)]
        brand: Option<u64>,
        /// Make it the default address; it has to be verified both ways.
        #[arg(long)]
        default: bool,
    },
    /// Change the customer's server or the login there. The change is staged: mail goes on with
    /// what is in use until a confirmation mail has come round over what is new.
    Change(ChangedAddressArguments),
    /// Forget a staged change; what is in use stays.
    Keep {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The address.
        address: String,
    },
    /// List the support addresses.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// Show one support address, and what its confirmation mails met.
    Show {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The address.
        address: String,
    },
    /// Send the confirmation mails, and perhaps wait for them.
    Verify {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The address.
        address: String,
        /// Which way.
        #[arg(long, value_enum, default_value_t = WaysArgument::Both)]
        direction: WaysArgument,
        /// Wait so long for the outcome.
        #[arg(long, value_name = "SECONDS")]
        wait: Option<u64>,
        /// Tell what the mails met on their way: each hop, each field, and what to mend.
        #[arg(long)]
        explain: bool,
    },
    /// Remove a support address and its password.
    Remove {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The address.
        address: String,
    },
}

/// `relaygate address add`.
#[derive(Debug, Args)]
pub struct NewAddressArguments {
    /// See [`AccountArgument`].
    #[command(flatten)]
    pub account: AccountArgument,
    /// The address.
    pub address: String,
    /// Its name for people; the address itself if absent.
    #[arg(long)]
    pub name: Option<String>,
    /// The connected domain it belongs to; its own if absent.
    #[arg(long)]
    pub domain: Option<String>,
    /// The customer's server; port 587 or, with implicit TLS, 465 if not given.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub host: String,
    /// The user name there.
    #[arg(long)]
    pub username: String,
    /// Read the password there from standard input (the only way: arguments can be seen by others).
    #[arg(long, required = true)]
    pub password_stdin: bool,
    /// How TLS begins; told by the port if absent.
    #[arg(long, value_enum)]
    pub tls: Option<TlsArgument>,
    /// See [`TrustArguments`].
    #[command(flatten)]
    pub trust: TrustArguments,
    /// How to log in; the better of PLAIN and LOGIN if absent. With `xoauth2` the password is a token.
    #[arg(long, value_enum)]
    pub auth: Option<AuthArgument>,
    /// Number of the brand.
    #[arg(long)]
    pub brand: Option<u64>,
    /// Its mail comes in by ordinary forwarding, to its native address or straight to us; only
    /// what leaves it goes through the customer's server.
    #[arg(long)]
    pub outbound_only: bool,
}

/// `relaygate address change`; what is not given stays as it is in use.
#[derive(Debug, Args)]
pub struct ChangedAddressArguments {
    /// See [`AccountArgument`].
    #[command(flatten)]
    pub account: AccountArgument,
    /// The address.
    pub address: String,
    /// The customer's server.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub host: Option<String>,
    /// The user name there.
    #[arg(long)]
    pub username: Option<String>,
    /// Read a new password from standard input.
    #[arg(long)]
    pub password_stdin: bool,
    /// How TLS begins.
    #[arg(long, value_enum)]
    pub tls: Option<TlsArgument>,
    /// See [`TrustArguments`].
    #[command(flatten)]
    pub trust: TrustArguments,
    /// How to log in.
    #[arg(long, value_enum)]
    pub auth: Option<AuthArgument>,
    /// Wait so long for the outcome.
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
}

/// Whom to believe to be the customer's server; the system's authorities if neither is given.
#[derive(Debug, Args)]
pub struct TrustArguments {
    /// A certificate authority to believe instead of the system's, PEM.
    #[arg(long, value_name = "FILE", conflicts_with = "fingerprint")]
    pub ca: Option<PathBuf>,
    /// The one certificate to believe, by its SHA-256 in hexadecimal digits.
    #[arg(long, value_name = "SHA256")]
    pub fingerprint: Option<String>,
}

/// How to log in.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum AuthArgument {
    /// PLAIN.
    Plain,
    /// LOGIN.
    Login,
    /// XOAUTH2.
    Xoauth2,
}

/// How TLS begins.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum TlsArgument {
    /// STARTTLS.
    Starttls,
    /// From the first octet.
    Implicit,
}

/// Which way.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum WaysArgument {
    /// Mail to the address.
    Inbound,
    /// Mail from the address.
    Outbound,
    /// Both.
    Both,
}

impl From<TlsArgument> for TlsInput {
    fn from(tls: TlsArgument) -> Self {
        match tls {
            TlsArgument::Starttls => Self::Starttls,
            TlsArgument::Implicit => Self::Implicit,
        }
    }
}

impl From<AuthArgument> for AuthInput {
    fn from(auth: AuthArgument) -> Self {
        match auth {
            AuthArgument::Plain => Self::Plain,
            AuthArgument::Login => Self::Login,
            AuthArgument::Xoauth2 => Self::Xoauth2,
        }
    }
}

impl From<WaysArgument> for Ways {
    fn from(ways: WaysArgument) -> Self {
        match ways {
            WaysArgument::Inbound => Self::Inbound,
            WaysArgument::Outbound => Self::Outbound,
            WaysArgument::Both => Self::Both,
        }
    }
}
