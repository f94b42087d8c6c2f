//! `relaygate queue`.

use clap::Subcommand;

/// `relaygate queue`.
#[derive(Debug, Subcommand)]
pub enum QueueCommand {
    /// List what waits, oldest first.
    List {
        /// Of this account only.
        #[arg(short = 'a', long, value_name = "SUBDOMAIN")]
        account: Option<String>,
        /// Of this lane only.
        #[arg(long)]
        lane: Option<String>,
        /// At most so many.
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Show a job.
    Show {
        /// Its id.
        id: String,
    },
    /// Try a job now.
    Retry {
        /// Its id.
        id: String,
    },
    /// Stop a job until it is released.
    Hold {
        /// Its id.
        id: String,
    },
    /// Let a held job go on.
    Release {
        /// Its id.
        id: String,
    },
    /// Delete a job and its message.
    Delete {
        /// Its id.
        id: String,
    },
}
