//! `relaygate ticket`.

use std::path::PathBuf;

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
    /// Find tickets, newest first, a page at a time.
    Find(FindArguments),
    /// Show a ticket with its comments and what became of its mail.
    Show {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its number.
        id: u64,
    },
    /// Fetch a file that came with a comment.
    Attachment(AttachmentArguments),
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
    /// Make a ticket for somebody, who is told by mail.
    Open(OpenArguments),
    /// Change a ticket without a comment; nobody is told by mail.
    Update(UpdateArguments),
}

/// `relaygate ticket find`.
#[derive(Debug, Args)]
pub struct FindArguments {
    /// See [`AccountArgument`].
    #[command(flatten)]
    pub account: AccountArgument,
    /// Words of subject or requester; #7 for a number.
    pub words: Vec<String>,
    /// Where it stands: new, open, pending, solved or closed; `unsolved` for the first three.
    #[arg(long)]
    pub status: Option<String>,
    /// Go on where a page ended: its `next`.
    #[arg(long, value_name = "NUMBER")]
    pub before: Option<u64>,
    /// At most so many in a page.
    #[arg(long)]
    pub limit: Option<usize>,
}

/// `relaygate ticket attachment`.
#[derive(Debug, Args)]
pub struct AttachmentArguments {
    /// See [`AccountArgument`].
    #[command(flatten)]
    pub account: AccountArgument,
    /// The ticket's number.
    pub id: u64,
    /// The comment's number.
    pub comment: u64,
    /// The file's place among those of the comment, from 1.
    pub number: usize,
    /// Write it into this new file; without it, only what it is is told.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `relaygate ticket update`.
#[derive(Debug, Args)]
pub struct UpdateArguments {
    /// See [`AccountArgument`].
    #[command(flatten)]
    pub account: AccountArgument,
    /// Its number.
    pub id: u64,
    /// What it is about.
    #[arg(long)]
    pub subject: Option<String>,
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
    /// Let somebody read along unseen by end users; may be given more than once.
    #[arg(long = "follower", value_name = "EMAIL")]
    pub add_followers: Vec<String>,
    /// Let somebody read along no more; may be given more than once.
    #[arg(long = "remove-follower", value_name = "EMAIL")]
    pub remove_followers: Vec<String>,
}

/// `relaygate ticket open`.
#[derive(Debug, Args)]
pub struct OpenArguments {
    /// See [`AccountArgument`].
    #[command(flatten)]
    pub account: AccountArgument,
    /// Address of the agent who enters it.
    #[arg(long, value_name = "EMAIL")]
    pub agent: String,
    /// What it is about.
    #[arg(long)]
    pub subject: String,
    /// See [`ReplyText`].
    #[command(flatten)]
    pub text: ReplyText,
    /// A note for agents; nobody outside gets it.
    #[arg(long)]
    pub internal: bool,
    /// Whose matter it is; the agent's own if absent.
    #[arg(long, value_name = "EMAIL")]
    pub requester: Option<String>,
    /// What they are called, if they are new.
    #[arg(long, value_name = "NAME")]
    pub requester_name: Option<String>,
    /// The support address that answers; the account's default one if absent.
    #[arg(long, value_name = "EMAIL")]
    pub recipient: Option<String>,
    /// Number of the brand.
    #[arg(long)]
    pub brand: Option<u64>,
    /// Copy somebody; may be given more than once.
    #[arg(long, value_name = "EMAIL")]
    pub cc: Vec<String>,
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
