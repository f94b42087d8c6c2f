//! The admin socket: how the command line speaks to the running program.
//!
//! A Unix socket only the operator's user can open. One request is one line of
//! JSON ([`Request`]); the answer is one line, `{"ok": …}` or `{"error": …}`.
//! Secrets on their way in (an outbound password) travel only here.
//!
//! Not here: what is done (`operations`), how it is printed (`cli`).

mod act;
mod client;
mod request;
mod server;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::operations::Refusal;

pub use client::{AskError, ask};
pub use request::{
    AccountRequest, AddressRequest, AuditRequest, BackupRequest, BrandRequest,
    ChangedAddressRequest, DkimRequest, DomainRequest, EmailRequest, JournalRequest, LogRequest,
    LoginRequest, NewAddressRequest, PersonRequest, PolicyRequest, QueueRequest, Request, Secret,
    SecretsRequest, SuspendedRequest, TicketRequest, TokenRequest, TriggerRequest, WebhookRequest,
};
pub use server::{AdminSocket, serve};

/// The answer to one request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Done; the value is what the command prints with `--json`.
    Ok(Value),
    /// Not done.
    Error(Refusal),
}

/// Octets of one request. The longest one carries a component of 32 MiB in base64.
const REQUEST_OCTETS_MAX: usize = 48 * 1024 * 1024;
/// Octets of one answer. The longest one is a ticket with its comments.
const ANSWER_OCTETS_MAX: usize = 256 * 1024 * 1024;
