//! What can be asked about a ticket.

use serde::{Deserialize, Serialize};

use crate::operations::ticket_changes::UpdateInput;
use crate::operations::ticket_search::TicketQuery;
use crate::operations::tickets::{OpenInput, ReplyInput};

/// See [`crate::operations::tickets`], [`crate::operations::ticket_changes`],
/// [`crate::operations::ticket_search`] and [`crate::operations::attachments`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum TicketRequest {
    List {
        account: String,
    },
    Find(TicketQuery),
    Show {
        account: String,
        id: u64,
    },
    Attachment {
        account: String,
        id: u64,
        comment: u64,
        number: usize,
    },
    Open(OpenInput),
    Reply(ReplyInput),
    Update(UpdateInput),
}
