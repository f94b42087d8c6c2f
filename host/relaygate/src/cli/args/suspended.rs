//! `relaygate suspended`.

use clap::{Args, Subcommand};

use super::AccountArgument;

/// `relaygate suspended`.
#[derive(Debug, Subcommand)]
pub enum SuspendedCommand {
    /// List the messages kept aside, oldest first, and why. They stay for 14 days.
    List {
        /// See [`Owner`].
        #[command(flatten)]
        owner: Owner,
    },
    /// Show one with its raw source.
    Show {
        /// See [`Owner`].
        #[command(flatten)]
        owner: Owner,
        /// Its id.
        id: String,
    },
    /// Let one through: it makes a ticket, or a comment on the ticket it speaks of.
    Recover {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its id.
        id: String,
        /// Whose ticket it is, if it names no author itself.
        #[arg(long, value_name = "EMAIL")]
        requester: Option<String>,
    },
    /// Delete one with its raw source.
    Delete {
        /// See [`Owner`].
        #[command(flatten)]
        owner: Owner,
        /// Its id.
        id: String,
    },
}

/// Whose messages.
#[derive(Debug, Args)]
pub struct Owner {
    /// Of this account; if absent those that no account serves, such as mail for the postmaster
    /// of this server.
    #[arg(short = 'a', long, value_name = "SUBDOMAIN")]
    pub account: Option<String>,
}
