//! `relaygate account`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::operations::desks::{DeskTlsInput, KindInput};

use super::AccountArgument;

/// `relaygate account`.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account.
    Create {
        /// Its name inside the native domain.
        #[arg(long)]
        subdomain: String,
        /// Its name for people.
        #[arg(long)]
        name: String,
        /// Where security notices go; may be given more than once.
        #[arg(long = "admin", value_name = "EMAIL", required = true)]
        admins: Vec<String>,
        /// Make it a sandbox of that account.
        #[arg(long, value_name = "SUBDOMAIN")]
        sandbox_of: Option<String>,
    },
    /// Change what an account is set to.
    Set {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Whether mail brings CCs and followers; connected domains need them.
        #[arg(long, value_name = "BOOL", action = clap::ArgAction::Set)]
        ccs_followers_enabled: bool,
    },
    /// Give an account another subdomain. User names and native addresses with the old one go
    /// on for a grace time (limits.rename_grace_days); nobody else can have it meanwhile.
    Rename {
        /// Its subdomain.
        #[arg(value_name = "SUBDOMAIN")]
        account: String,
        /// Its subdomain from now on.
        #[arg(value_name = "NEW")]
        subdomain: String,
    },
    /// Name anew who is told of what happens to credentials; one of them should read mail
    /// outside the connected domains.
    Admins {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Their addresses, all of them.
        #[arg(required = true, value_name = "EMAIL")]
        admins: Vec<String>,
    },
    /// List what is left in an account's sandboxes (or in a sandbox itself): domains and
    /// addresses that have to go before production can have them.
    Leftovers {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// List every account.
    List,
    /// Show one account.
    Show {
        /// Its subdomain.
        #[arg(
            value_name = "SUBDOMAIN",
            required_unless_present = "subdomain",
            conflicts_with = "subdomain"
        )]
        account: Option<String>,
        /// Its subdomain.
        #[arg(long)]
        subdomain: Option<String>,
    },
    /// Set whose help desk its mail goes to: ours, or somebody else's.
    Desk(DeskArguments),
    /// Issue a login by which its own help desk sends; prints it, this once.
    DeskLogin {
        /// Its subdomain.
        #[arg(value_name = "SUBDOMAIN")]
        account: String,
        /// Discard the login of this id at once instead; open sessions end.
        #[arg(long, value_name = "ID")]
        discard: Option<String>,
    },
}

/// `relaygate account desk`.
#[derive(Debug, Args)]
pub struct DeskArguments {
    /// Its subdomain.
    #[arg(value_name = "SUBDOMAIN")]
    pub account: String,
    /// Which kind of help desk.
    #[arg(value_enum)]
    pub kind: DeskKindArgument,
    /// The help desk's mail server (smtp, lmtp); port 25 or 24 if not given.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub host: Option<String>,
    /// How TLS begins (smtp, lmtp); starttls if not given, implicit on port 465.
    #[arg(long, value_enum)]
    pub tls: Option<DeskTlsArgument>,
    /// Our user name at the mail server, if it wants one.
    #[arg(long, requires = "password_stdin")]
    pub username: Option<String>,
    /// Read the password there from standard input (the only way: arguments can be seen by others).
    #[arg(long, requires = "username")]
    pub password_stdin: bool,
    /// The help desk's endpoint (webhook); the secret of its signatures is printed, this once.
    #[arg(long)]
    pub url: Option<String>,
    /// A certificate authority to believe instead of the system's, PEM.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
}

/// Which kind of help desk.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum DeskKindArgument {
    /// Our own tickets.
    Embedded,
    /// Hand messages on by SMTP.
    Smtp,
    /// Hand messages on by LMTP.
    Lmtp,
    /// Post messages to an HTTP endpoint.
    Webhook,
}

/// How TLS begins.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum DeskTlsArgument {
    /// Not at all; only in networks the operator lists in outbound.allowed_networks.
    None,
    /// STARTTLS.
    Starttls,
    /// From the first octet.
    Implicit,
}

impl From<DeskKindArgument> for KindInput {
    fn from(kind: DeskKindArgument) -> Self {
        match kind {
            DeskKindArgument::Embedded => Self::Embedded,
            DeskKindArgument::Smtp => Self::Smtp,
            DeskKindArgument::Lmtp => Self::Lmtp,
            DeskKindArgument::Webhook => Self::Webhook,
        }
    }
}

impl From<DeskTlsArgument> for DeskTlsInput {
    fn from(tls: DeskTlsArgument) -> Self {
        match tls {
            DeskTlsArgument::None => Self::None,
            DeskTlsArgument::Starttls => Self::Starttls,
            DeskTlsArgument::Implicit => Self::Implicit,
        }
    }
}
