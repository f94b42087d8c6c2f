//! Who did what, and when: one row for each act (R97).

use desk::Account;
use desk::audit::Act;
use tracing::{error, info};

use crate::services::Services;

/// Who asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(String);

impl Actor {
    /// Somebody on this machine, over the admin socket.
    pub fn local(user: u32) -> Self {
        Self(format!("operator:{user}"))
    }
}

/// Writes a row after something was done. What was done is done: if the row
/// cannot be written the log has to do.
pub async fn record(
    services: &Services,
    account: &Account,
    actor: &Actor,
    action: &str,
    subject: &str,
) {
    note(services, account, actor, action, subject, None).await;
}

/// The same about a credential set.
pub async fn record_credential(
    services: &Services,
    account: &Account,
    actor: &Actor,
    action: &str,
    domain: &str,
    credential: &str,
) {
    note(
        services,
        account,
        actor,
        action,
        domain,
        Some(credential.to_owned()),
    )
    .await;
}

async fn note(
    services: &Services,
    account: &Account,
    actor: &Actor,
    action: &str,
    subject: &str,
    credential: Option<String>,
) {
    let act = Act {
        at: services.clock.now(),
        actor: actor.0.clone(),
        peer: None,
        action: action.to_owned(),
        subject: subject.to_owned(),
        credential,
    };
    info!(
        account = account.id().get(),
        actor = act.actor,
        action,
        "done"
    );
    if let Err(reason) = desk::audit::note(account, &act).await {
        error!(%reason, account = account.id().get(), action, "audit row not written");
    }
}
