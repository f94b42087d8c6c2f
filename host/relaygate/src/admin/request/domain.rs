//! What can be asked about a connected domain.

use serde::{Deserialize, Serialize};

use crate::operations::domains::DomainInput;

/// See [`crate::operations::domains`] and [`crate::operations::signing`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum DomainRequest {
    Add(DomainInput),
    List {
        account: String,
    },
    Rotate {
        account: String,
        domain: String,
        keep_hours: Option<u32>,
    },
    Discard {
        account: String,
        domain: String,
        credential: String,
    },
    Disconnect {
        account: String,
        domain: String,
    },
    Dkim {
        account: String,
        domain: String,
        enabled: bool,
    },
    Dns {
        account: String,
        domain: String,
    },
}
