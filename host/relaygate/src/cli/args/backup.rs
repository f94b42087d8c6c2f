//! `relaygate backup` and `relaygate restore`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `relaygate backup`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct BackupArguments {
    /// Where it goes: a directory that is empty or not there yet, outside data_dir.
    #[arg(value_name = "DIR", required = true)]
    pub directory: Option<PathBuf>,
    /// Something else about backups.
    #[command(subcommand)]
    pub command: Option<BackupCommand>,
}

/// What else can be done with a backup.
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Read a whole backup and name what is damaged; needs no running program.
    Verify {
        /// The backup.
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
}

/// `relaygate restore`.
#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// The backup.
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Take what is whole of a damaged backup.
    #[arg(long)]
    pub damaged: bool,
}
