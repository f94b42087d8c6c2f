//! Tickets: listed, shown, answered.

use serde::{Deserialize, Serialize};

use super::{Actor, Outcome, Refusal};
use crate::services::Services;

/// An agent's answer as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReplyInput {
    /// Subdomain of the account.
    pub account: String,
    /// Number of the ticket.
    pub id: u64,
    /// Address of the agent who answers.
    pub agent: String,
    /// The text.
    pub body: String,
    /// A note for agents; nobody outside gets it.
    pub internal: bool,
    /// More people to copy.
    pub cc: Vec<String>,
}

/// The tickets of an account, newest first.
pub async fn list(_services: &Services, _account: &str) -> Outcome<()> {
    Err(Refusal::new("internal", "not yet"))
}

/// One ticket with its comments.
pub async fn show(_services: &Services, _account: &str, _id: u64) -> Outcome<()> {
    Err(Refusal::new("internal", "not yet"))
}

/// Answers a ticket.
pub async fn reply(_services: &Services, _actor: &Actor, _input: &ReplyInput) -> Outcome<()> {
    Err(Refusal::new("internal", "not yet"))
}
