//! What can be asked about the queue.

use serde::{Deserialize, Serialize};

use crate::operations::hand::Hand;
use crate::operations::queue::JobQuery;

/// See [`crate::operations::queue`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum QueueRequest {
    List(JobQuery),
    Count,
    Show { id: String },
    Change { id: String, hand: Hand },
    ReleaseRestored(JobQuery),
}
