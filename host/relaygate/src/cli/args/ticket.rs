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
