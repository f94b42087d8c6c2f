//! `relaygate log`.

use clap::{Args, Subcommand};

/// `relaygate log`.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// List messages, newest first, a page at a time.
    List(Box<LogArguments>),
}

/// Which messages; what is not given does not matter.
#[derive(Debug, Args)]
pub struct LogArguments {
    /// Of this account; of all of them if absent.
    #[arg(short = 'a', long, value_name = "SUBDOMAIN")]
    pub account: Option<String>,
    /// `inbound` or `outbound`.
    #[arg(long)]
    pub direction: Option<String>,
    /// Came by or goes by this connector, or is for an address of its domain.
    #[arg(long)]
    pub domain: Option<String>,
    /// To this support address, or from it.
    #[arg(long)]
    pub address: Option<String>,
    /// To this recipient, whoever it is.
    #[arg(long, value_name = "ADDRESS")]
    pub recipient: Option<String>,
    /// From this address or to it, whoever it is.
    #[arg(long, value_name = "ADDRESS")]
    pub party: Option<String>,
    /// Handed in from this IP address.
    #[arg(long, value_name = "IP")]
    pub peer: Option<String>,
    /// By this credential set, as `domain list` shows it, or by this user name, ours or at a
    /// customer's server.
    #[arg(long, value_name = "ID")]
    pub credential: Option<String>,
    /// Has this in its Message-ID, or as its own id.
    #[arg(long, value_name = "TEXT")]
    pub message_id: Option<String>,
    /// Made this ticket or tells of it.
    #[arg(long, value_name = "NUMBER")]
    pub ticket: Option<u64>,
    /// Stands so, for one of its recipients at least: `accepted`, `ticket_created`,
    /// `comment_added`, `suspended`, `verification_consumed`, `bounce_linked`, `dropped_loop`,
    /// `handed_over`; `queued`, `deferred`, `accepted_by_customer_mta`, `sent_by_fallback`,
    /// `bounced`, `failed`.
    #[arg(long, value_name = "WORD")]
    pub result: Option<String>,
    /// For this reason: `loop`, `greylisted` …
    #[arg(long, value_name = "WORD")]
    pub reason: Option<String>,
    /// Not before: a time such as 2026-11-28T08:00:00Z, a day, or how long ago (90m, 24h, 7d).
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Not after: the same.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// At most so many in a page; 50 if absent.
    #[arg(long)]
    pub limit: Option<usize>,
    /// Go on where a page ended: its `next`.
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
}
