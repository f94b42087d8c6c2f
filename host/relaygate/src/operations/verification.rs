//! Starting the two verifications of a support address, and waiting for them.

use serde::{Deserialize, Serialize};

use super::{Actor, Outcome, Refusal};
use crate::services::Services;

/// Which way is to be verified, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ways {
    /// Mail to the address.
    Inbound,
    /// Mail from the address.
    Outbound,
    /// Both.
    Both,
}

/// What is to be verified.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VerifyInput {
    /// Subdomain of the account.
    pub account: String,
    /// The address.
    pub address: String,
    /// Which way.
    pub ways: Ways,
    /// Seconds to wait for the outcome; none if absent.
    pub wait_seconds: Option<u64>,
}

/// Sends the confirmation mails.
pub async fn verify(_services: &Services, _actor: &Actor, _input: &VerifyInput) -> Outcome<()> {
    Err(Refusal::new("internal", "not yet"))
}
