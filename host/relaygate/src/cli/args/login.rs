//! `relaygate login`.

use clap::{Args, Subcommand, ValueEnum};
use desk::members::Role;

/// `relaygate login`.
#[derive(Debug, Subcommand)]
pub enum LoginCommand {
    /// Invite somebody, or again somebody who lost their password or device; prints the link,
    /// this once. It works for three days.
    Invite {
        /// See [`ScopeArgument`].
        #[command(flatten)]
        scope: ScopeArgument,
        /// Their address.
        #[arg(value_name = "EMAIL")]
        address: String,
        /// What they may do.
        #[arg(long)]
        role: RoleArgument,
    },
    /// List who may sign in.
    List {
        /// See [`ScopeArgument`].
        #[command(flatten)]
        scope: ScopeArgument,
    },
    /// End a login with its sessions, at once.
    Remove {
        /// See [`ScopeArgument`].
        #[command(flatten)]
        scope: ScopeArgument,
        /// Their address.
        #[arg(value_name = "EMAIL")]
        address: String,
    },
}

/// Whose pages.
#[derive(Debug, Args)]
pub struct ScopeArgument {
    /// Subdomain of the account; absent for operators.
    #[arg(short = 'a', long, value_name = "SUBDOMAIN")]
    pub account: Option<String>,
}

/// What somebody may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RoleArgument {
    /// Looks after the installation.
    Operator,
    /// Everything in one account.
    Admin,
    /// Tickets and mail of one account.
    Agent,
}

impl From<RoleArgument> for Role {
    fn from(role: RoleArgument) -> Self {
        match role {
            RoleArgument::Operator => Self::Operator,
            RoleArgument::Admin => Self::Admin,
            RoleArgument::Agent => Self::Agent,
        }
    }
}
