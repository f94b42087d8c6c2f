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
        /// Only those that stand so: due, leased, held, failed or restored.
        #[arg(long)]
        state: Option<String>,
        /// At most so many.
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Count what waits: by lane and state, and for which domains.
    Count,
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
    /// Let a held job go on, or all that came out of a backup.
    Release {
        /// Its id.
        #[arg(required_unless_present = "restored", conflicts_with = "restored")]
        id: Option<String>,
        /// All jobs that came out of a backup: what was delivered after it was made goes out again.
        #[arg(long)]
        restored: bool,
        /// Of them only those of this account.
        #[arg(short = 'a', long, value_name = "SUBDOMAIN", requires = "restored")]
        account: Option<String>,
        /// Of them only those in this lane.
        #[arg(long, requires = "restored")]
        lane: Option<String>,
    },
    /// Delete a job and its message.
    Delete {
        /// Its id.
        id: String,
    },
}
