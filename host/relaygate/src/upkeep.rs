//! Takes out, hourly, what has served its time: marks of received messages,
//! tokens of verification mails, messages kept aside for a fortnight, what the message
//! log has kept for a month. Looks then, too, for the proofs of domains, and more often
//! for the record of a new DKIM key.
//!
//! Not here: the disk's own housekeeping (`storage`), what mail waits (`runner`).

use std::sync::Arc;
use std::time::Duration;

use storage::{AccountId, Scope};
use tracing::{info, warn};

use crate::operations::{dkim, proof};
use crate::reception;
use crate::services::Services;

/// Works until the program is told to stop.
pub async fn run(services: Arc<Services>) {
    let stop = services.stop.clone();
    while stop
        .run_until_cancelled(tokio::time::sleep(EVERY))
        .await
        .is_some()
    {
        if stop
            .run_until_cancelled(prune_all(&services))
            .await
            .is_none()
        {
            return;
        }
    }
}

/// Looks, hourly, for the proofs of domains, until the program is told to stop. One name after
/// the other: nobody waits for it, and name servers should not notice it.
pub async fn prove_domains(services: Arc<Services>) {
    let stop = services.stop.clone();
    while stop
        .run_until_cancelled(tokio::time::sleep(EVERY))
        .await
        .is_some()
    {
        if stop
            .run_until_cancelled(prove_all(&services))
            .await
            .is_none()
        {
            return;
        }
    }
}

async fn prove_all(services: &Services) {
    let profiles = match desk::accounts::list(&services.desk).await {
        Ok(profiles) => profiles,
        Err(error) => return warn!(%error, "accounts could not be listed; nothing was proved"),
    };
    for profile in profiles {
        let account = services.desk.account(profile.id);
        if let Err(error) = proof::prove_rest(services, &account).await {
            warn!(account = profile.id.get(), %error, "proofs of domains not looked for");
        }
    }
}

/// Moves a rotation of the DKIM keys on, until the program is told to stop.
pub async fn rotate_keys(services: Arc<Services>) {
    let (stop, every) = (services.stop.clone(), services.config.dkim.look());
    while stop
        .run_until_cancelled(tokio::time::sleep(every))
        .await
        .is_some()
    {
        match stop.run_until_cancelled(dkim::go_on(&services)).await {
            Some(Ok(())) => {}
            Some(Err(error)) => warn!(%error, "rotation of the DKIM keys not moved on"),
            None => return,
        }
    }
}

async fn prune_all(services: &Services) {
    let profiles = match desk::accounts::list(&services.desk).await {
        Ok(profiles) => profiles,
        Err(error) => return warn!(%error, "accounts could not be listed; nothing was pruned"),
    };
    match prune_operators(services).await {
        Ok(0) => {}
        Ok(rows) => info!(rows, "old rows pruned"),
        Err(error) => warn!(%error, "old rows not pruned"),
    }
    for profile in profiles {
        match prune(services, profile.id).await {
            Ok(0) => {}
            Ok(rows) => info!(account = profile.id.get(), rows, "old rows pruned"),
            Err(error) => warn!(account = profile.id.get(), %error, "old rows not pruned"),
        }
    }
}

async fn prune(services: &Services, account: AccountId) -> Result<usize, desk::Error> {
    let now = services.clock.now();
    let marks = reception::prune_marks(&*services.store, Scope::Account(account), now).await?;
    let log_days = services.config.limits.message_log_days;
    let records = desk::upkeep::prune(&services.desk.account(account), now, log_days).await?;
    Ok(marks + records)
}

/// What belongs to no account.
async fn prune_operators(services: &Services) -> Result<usize, desk::Error> {
    let now = services.clock.now();
    let marks = reception::prune_marks(&*services.store, Scope::Installation, now).await?;
    Ok(marks + desk::upkeep::prune_operators(&services.desk, now).await?)
}

const EVERY: Duration = Duration::from_secs(3_600);
