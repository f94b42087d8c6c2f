//! `relaygate address`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::AccountArgument;
use crate::operations::addresses::TlsInput;
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
        /// Number of the brand; the account's first if absent.
        #[arg(long)]
        brand: Option<u64>,
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
    /// A certificate authority to believe instead of the system's, PEM.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Number of the brand.
    #[arg(long)]
    pub brand: Option<u64>,
    /// Its mail comes in by ordinary forwarding, to its native address or straight to us; only
    /// what leaves it goes through the customer's server.
    #[arg(long)]
    pub outbound_only: bool,
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

impl From<WaysArgument> for Ways {
    fn from(ways: WaysArgument) -> Self {
        match ways {
            WaysArgument::Inbound => Self::Inbound,
            WaysArgument::Outbound => Self::Outbound,
            WaysArgument::Both => Self::Both,
        }
    }
}
