//! `relaygate person`.

use clap::Subcommand;

use super::AccountArgument;

/// `relaygate person`.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// List everybody who has a part in the account.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// Show one of them.
    Show {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Their number.
        number: u64,
    },
}
