//! What can be asked about the message log.

use serde::{Deserialize, Serialize};

use crate::operations::log::LogQuery;

/// See [`crate::operations::log`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum LogRequest {
    List(LogQuery),
}
