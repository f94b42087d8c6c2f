//! What can be asked about the installation's DKIM keys.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::dkim`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they are the operations of the same name")]
pub enum DkimRequest {
    Show,
    Rotate,
}
