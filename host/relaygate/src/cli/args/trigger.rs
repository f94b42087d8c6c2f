//! `relaygate trigger`.

use std::path::PathBuf;

use clap::Subcommand;

use super::AccountArgument;

/// `relaygate trigger`.
#[derive(Debug, Subcommand)]
pub enum TriggerCommand {
    /// Add a trigger behind the others, from JSON in the shape of the public API:
    /// {"title", "conditions": {"all": [{"field", "operator", "value"}], "any": []},
    /// "actions": [{"field", "value"}]}.
    Add {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The file; standard input if absent.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// List the triggers in the order in which they run.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// Show one trigger.
    Show {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its number.
        id: u64,
    },
    /// Remove a trigger; what it did to tickets stays.
    Remove {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its number.
        id: u64,
    },
    /// Put a trigger to another place in the order.
    Move {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its number.
        id: u64,
        /// The place, counted from 1.
        #[arg(long, value_name = "POSITION")]
        to: usize,
    },
}
