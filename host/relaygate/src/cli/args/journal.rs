//! `relaygate journal`.

use std::path::PathBuf;

use clap::Subcommand;

/// `relaygate journal`.
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Read all of it and name what is damaged.
    Verify {
        /// The store; that of the configuration if absent.
        #[arg(long, value_name = "DIR")]
        store: Option<PathBuf>,
    },
    /// Have the running program sum it up and remove what is superseded.
    Compact,
    /// Print what it holds, record by record; no message text, no secret.
    Dump {
        /// The store; that of the configuration if absent.
        #[arg(long, value_name = "DIR")]
        store: Option<PathBuf>,
    },
}
