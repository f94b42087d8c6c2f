//! `relaygate token`.

use clap::Subcommand;

use super::AccountArgument;

/// `relaygate token`.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token for an agent, who is registered if new; prints it, this once.
    Create {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Address of the agent.
        #[arg(long, value_name = "EMAIL")]
        agent: String,
    },
    /// Revoke a token at once.
    Revoke {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its id.
        id: String,
    },
}
