//! What can be asked about a connected domain.

use serde::{Deserialize, Serialize};

use crate::operations::domains::{DiscardInput, DomainInput, OptionsInput};

/// See [`crate::operations::domains`], [`crate::operations::disconnect`],
/// [`crate::operations::names`], [`crate::operations::proof`] and [`crate::operations::signing`].
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
    Show {
        account: String,
        domain: String,
    },
    Rotate {
        account: String,
        domain: String,
        keep_hours: Option<u32>,
    },
    Discard(DiscardInput),
    Rename {
        account: String,
        domain: String,
        name: String,
    },
    Set {
        account: String,
        domain: String,
        options: OptionsInput,
    },
    Disconnect {
        account: String,
        domain: String,
    },
    Progress {
        account: String,
        domain: String,
    },
    Refused {
        account: String,
        domain: Option<String>,
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
    Prove {
        account: String,
        domain: String,
    },
    Allow {
        account: String,
        domain: String,
        from: Vec<String>,
    },
}
