//! `relaygate policy`.

use clap::Subcommand;

use super::AccountArgument;

/// `relaygate policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// List the policies that decide for an account, in the order in which they are asked, and
    /// what they answered it since the program was started.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
}
