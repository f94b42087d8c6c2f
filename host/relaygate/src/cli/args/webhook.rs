//! `relaygate webhook`.

use std::path::PathBuf;

use clap::Subcommand;

use super::AccountArgument;

/// `relaygate webhook`.
#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// Add an endpoint; the secret of its signatures is printed, this once.
    Add {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Where events are posted to.
        #[arg(long)]
        url: String,
        /// What it is told of: ticket.created, ticket.commented, ticket.updated,
        /// delivery.changed; may be given more than once.
        #[arg(long = "topic", value_name = "TOPIC", required = true)]
        topics: Vec<String>,
        /// A certificate authority to believe instead of the system's, PEM.
        #[arg(long, value_name = "FILE")]
        ca: Option<PathBuf>,
    },
    /// List the endpoints.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// Remove an endpoint; what waits for it goes with it.
    Remove {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its id.
        id: String,
    },
}
