//! `relaygate account`.

use clap::Subcommand;

/// `relaygate account`.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account.
    Create {
        /// Its name inside the native domain.
        #[arg(long)]
        subdomain: String,
        /// Its name for people.
        #[arg(long)]
        name: String,
        /// Where security notices go; may be given more than once.
        #[arg(long = "admin", value_name = "EMAIL", required = true)]
        admins: Vec<String>,
        /// Make it a sandbox of that account.
        #[arg(long, value_name = "SUBDOMAIN")]
        sandbox_of: Option<String>,
    },
    /// List every account.
    List,
    /// Show one account.
    Show {
        /// Its subdomain.
        #[arg(
            value_name = "SUBDOMAIN",
            required_unless_present = "subdomain",
            conflicts_with = "subdomain"
        )]
        account: Option<String>,
        /// Its subdomain.
        #[arg(long)]
        subdomain: Option<String>,
    },
}
