//! What can be asked about a ticket.

use serde::{Deserialize, Serialize};

use crate::operations::ticket_changes::UpdateInput;
use crate::operations::tickets::{OpenInput, ReplyInput};

/// See [`crate::operations::tickets`] and [`crate::operations::ticket_changes`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum TicketRequest {
    List { account: String },
    Show { account: String, id: u64 },
    Open(OpenInput),
    Reply(ReplyInput),
    Update(UpdateInput),
}
