//! What can be asked about backups.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::backup`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum BackupRequest {
    Make { directory: String },
}
