//! `relaygate ticket`.

use clap::{Args, Subcommand};

use super::AccountArgument;

/// `relaygate ticket`.
#[derive(Debug, Subcommand)]
pub enum TicketCommand {
    /// List the tickets, newest first.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// Show a ticket with its comments and what became of its mail.
    Show {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its number.
        id: u64,
    },
    /// Answer a ticket.
    Reply {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its number.
        id: u64,
        /// Address of the agent who answers.
        #[arg(long, value_name = "EMAIL")]
        agent: String,
        /// See [`ReplyText`].
        #[command(flatten)]
        text: ReplyText,
        /// A note for agents; nobody outside gets it.
        #[arg(long)]
        internal: bool,
        /// Copy somebody from now on; may be given more than once.
        #[arg(long, value_name = "EMAIL")]
        cc: Vec<String>,
    },
    /// Change a ticket without a comment; nobody is told by mail.
    Update(UpdateArguments),
}

/// `relaygate ticket update`.
#[derive(Debug, Args)]
pub struct UpdateArguments {
    /// See [`AccountArgument`].
    #[command(flatten)]
    pub account: AccountArgument,
    /// Its number.
    pub id: u64,
    /// Where it is to stand: open, pending, solved or closed (for good).
    #[arg(long)]
    pub status: Option<String>,
    /// How urgent it is: low, normal, high or urgent.
    #[arg(long)]
    pub priority: Option<String>,
    /// The group it is for, by name or number; a new name makes a group.
    #[arg(long)]
    pub group: Option<String>,
    /// Add a tag; may be given more than once.
    #[arg(long = "add-tag", value_name = "TAG")]
    pub add_tags: Vec<String>,
    /// Take a tag away; may be given more than once.
    #[arg(long = "remove-tag", value_name = "TAG")]
    pub remove_tags: Vec<String>,
    /// Copy somebody from now on; may be given more than once.
    #[arg(long = "cc", value_name = "EMAIL")]
    pub add_ccs: Vec<String>,
    /// Copy somebody no more; may be given more than once.
    #[arg(long = "remove-cc", value_name = "EMAIL")]
    pub remove_ccs: Vec<String>,
}

/// Where the text comes from.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ReplyText {
    /// The text.
    #[arg(long, value_name = "TEXT")]
    pub body: Option<String>,
    /// Read the text from standard input.
    #[arg(long)]
    pub body_stdin: bool,
}
