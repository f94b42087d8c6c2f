//! `relaygate brand`.

use clap::Subcommand;

use super::AccountArgument;

/// `relaygate brand`.
#[derive(Debug, Subcommand)]
pub enum BrandCommand {
    /// Add a brand with a native address of its own; `address add --brand` puts others into it.
    Add {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its name, shown to end users.
        #[arg(long)]
        name: String,
        /// What stands before the @ of its native address; made of the name if absent.
        #[arg(long)]
        local: Option<String>,
    },
    /// List the brands.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
}
