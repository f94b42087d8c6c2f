//! What can be asked about the journal of the running program.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::journal`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalRequest {
    /// Sum up and remove what is superseded.
    Compact,
}
