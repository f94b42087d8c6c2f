//! What can be asked about the sealing key.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::secrets`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretsRequest {
    /// A new key, and everything sealed by it.
    Rotate,
    /// Everything sealed by the newest key.
    Rewrap,
    /// The old keys out of the key file.
    Forget,
}
