//! `relaygate email`.

use clap::Subcommand;

use super::AccountArgument;

/// `relaygate email`.
#[derive(Debug, Subcommand)]
pub enum EmailCommand {
    /// List the messages that were sent, oldest first.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Only those about this ticket.
        #[arg(long, value_name = "NUMBER")]
        ticket: Option<u64>,
    },
    /// Show one of them, recipient by recipient.
    Show {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its number.
        number: u64,
    },
}
