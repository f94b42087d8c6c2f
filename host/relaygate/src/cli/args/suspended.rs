//! `relaygate suspended`.

use clap::Subcommand;

use super::AccountArgument;

/// `relaygate suspended`.
#[derive(Debug, Subcommand)]
pub enum SuspendedCommand {
    /// List the messages kept aside, oldest first, and why.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// Show one with its raw source.
    Show {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its id.
        id: String,
    },
}
