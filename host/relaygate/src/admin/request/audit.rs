//! What can be asked about the audit log.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::audit`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum AuditRequest {
    List { account: Option<String> },
}
