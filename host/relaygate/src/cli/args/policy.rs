//! `relaygate policy`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::AccountArgument;

/// `relaygate policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// List the policies that decide for an account, in the order in which they are asked, and
    /// what they answered it since the program was started.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// Make a component of a policy's source.
    Build {
        /// The directory with the source.
        #[arg(default_value = ".")]
        directory: PathBuf,
        /// Where the component goes; beside the source if absent.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Ask a policy one question about one message, and say what came of it and what it cost.
    Run(RunArguments),
    /// Look whether a component could be installed, and what it answers.
    Check {
        /// The component.
        file: PathBuf,
    },
    /// Install a policy, or a new version of one. It is asked after the operator's and can
    /// only tighten what those say; sessions under way go on with what they began with.
    Install(InstallArguments),
    /// Show a policy with its versions.
    Show(PolicyName),
    /// Go back to the version before the one that decides.
    Rollback(PolicyName),
    /// Remove a policy with all its versions.
    Remove(PolicyName),
}

/// Which policy.
#[derive(Debug, Args)]
pub struct PolicyName {
    /// See [`AccountArgument`].
    #[command(flatten)]
    pub account: AccountArgument,
    /// What the account calls it.
    pub name: String,
}

/// `relaygate policy install`.
#[derive(Debug, Args)]
pub struct InstallArguments {
    /// See [`AccountArgument`].
    #[command(flatten)]
    pub account: AccountArgument,
    /// The component: a file, or the digest of one the account has.
    pub component: String,
    /// What the account calls it; the file's name without its end if absent.
    #[arg(long)]
    pub name: Option<String>,
    /// What it is asked about: limits, headers, tags, routes; may be given more than once.
    /// All it answers if absent.
    #[arg(long = "question", value_name = "INTERFACE")]
    pub interfaces: Vec<String>,
    /// Its settings, a JSON object in a file; the component's schema says what may be in it.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// SHA-256 the file must have, in hexadecimal digits.
    #[arg(long, value_name = "SHA256")]
    pub digest: Option<String>,
}

/// `relaygate policy run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// The component.
    pub component: PathBuf,
    /// A message in a file (RFC 5322).
    pub mail: Option<PathBuf>,
    /// What it is asked, for example headers.inbound; the first question it answers if absent.
    #[arg(long)]
    pub question: Option<String>,
    /// JSON: the facts that are not as usual, by the names of the contract.
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
    /// JSON: its settings.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}
