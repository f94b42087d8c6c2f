//! Refuses credentials that are right and come from where their connector's server is not (R28).
//!
//! The peer reads the same as with a wrong password, and it counts as one: whoever tries out
//! what they have stolen learns nothing from it. The account's audit log tells.

use std::net::IpAddr;

use desk::audit::{self, Act};
use desk::connectors;
use desk::credentials::{Login, LoginError};
use storage::Timestamp;
use tracing::{error, info};

use crate::services::Services;

/// Whether a login that was right may come from there.
///
/// # Errors
/// [`LoginError::Refused`]; [`LoginError::Desk`] if the store could not answer.
pub(super) async fn check(
    services: &Services,
    login: &Login,
    peer: IpAddr,
    now: Timestamp,
) -> Result<(), LoginError> {
    let Some(domain) = login.right.connector() else {
        return Ok(());
    };
    let account = services.desk.account(login.account);
    let connector = connectors::find(&account, domain).await?;
    if connector.is_none_or(|connector| connector.admits(peer)) {
        return Ok(());
    }
    let act = Act {
        at: now,
        actor: "system".to_owned(),
        peer: Some(peer.to_canonical().to_string()),
        action: REFUSED.to_owned(),
        subject: domain.to_string(),
        credential: Some(login.credential.as_str().to_owned()),
    };
    info!("credentials refused: the peer is in none of the connector's networks");
    if let Err(reason) = audit::note(&account, &act).await {
        error!(%reason, action = REFUSED, "audit row not written");
    }
    Err(LoginError::Refused)
}

const REFUSED: &str = "auth_source_refused";
