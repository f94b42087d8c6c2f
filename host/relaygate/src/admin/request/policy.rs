//! What can be asked about policies.

use serde::{Deserialize, Serialize};

use crate::operations::policy_changes::{ComponentInput, InstallInput};
use crate::operations::policy_replay::ReplayInput;
use crate::operations::policy_trials::PromoteInput;

/// See [`crate::operations::policies`] and [`crate::operations::policy_changes`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum PolicyRequest {
    List { account: String },
    Check(ComponentInput),
    Install(InstallInput),
    Show { account: String, name: String },
    Rollback { account: String, name: String },
    Remove { account: String, name: String },
    Shadow(InstallInput),
    EndTrial { account: String, name: String },
    Promote(PromoteInput),
    Replay(ReplayInput),
}
