//! `relaygate policy`.

use clap::Subcommand;

use super::AccountArgument;

/// `relaygate policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// List the policies that decide for an account, in the order in which they are asked.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
}
