//! `relaygate audit`.

use clap::Subcommand;

/// `relaygate audit`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List the latest acts, oldest first.
    List {
        /// In this account; if absent those that belong to none, such as peers locked out for
        /// failed logins.
        #[arg(short = 'a', long, value_name = "SUBDOMAIN")]
        account: Option<String>,
    },
}
