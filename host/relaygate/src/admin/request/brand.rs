//! What can be asked about a brand.

use serde::{Deserialize, Serialize};

/// See [`crate::operations::brands`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum BrandRequest {
    Add {
        account: String,
        name: String,
        local: Option<String>,
    },
    List {
        account: String,
    },
}
