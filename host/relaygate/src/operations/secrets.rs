//! A new sealing key in place of the old one (SEC-02).
//!
//! The key file holds the new key before the old one while secrets are sealed
//! anew, so a crash in between leaves nothing that does not open, and whoever
//! begins again goes on where it ended.

use desk::rewrap::{self, Rewrapped};
use serde::Serialize;
use tracing::{error, info};

use super::{Outcome, Refusal};
use crate::config::io_reason;
use crate::keys;
use crate::services::Services;

/// How it stands.
#[derive(Debug, Serialize)]
pub struct SecretsView {
    /// Secrets there are: outbound passwords, DKIM keys, secrets of help desks.
    pub secrets: u64,
    /// Of them those that have just been sealed anew.
    pub resealed: u64,
    /// Keys in the key file; all but one are old.
    pub keys: usize,
    /// The key file.
    pub key_file: String,
}

/// Makes a new key, puts it before the old one and seals everything by it.
pub async fn rotate(services: &Services) -> Outcome<SecretsView> {
    let turn = services.rotating.lock().await;
    put(services, &services.sealing.renewed())?;
    info!("new sealing key; the old one stays in the key file, old backups need it");
    drop(turn);
    rewrap(services).await
}

/// Seals everything by the newest key; goes on where it was interrupted.
pub async fn rewrap(services: &Services) -> Outcome<SecretsView> {
    let _turn = services.rotating.lock().await;
    let done = rewrap::all(&services.desk, &services.sealing).await?;
    Ok(view(services, done))
}

/// Takes the old keys out of the key file once nothing here needs them.
pub async fn forget(services: &Services) -> Outcome<SecretsView> {
    let _turn = services.rotating.lock().await;
    let done = rewrap::all(&services.desk, &services.sealing).await?;
    put(services, &services.sealing.newest())?;
    info!("old sealing keys are out of the key file");
    Ok(view(services, done))
}

/// To the disk first: what is sealed by a key must not outlive it.
fn put(services: &Services, key: &desk::secrets::SealingKey) -> Outcome<()> {
    let path = &services.config.key_file;
    keys::replace(path, key).map_err(|reason| {
        error!(%reason, "key file not written");
        let said = format!(
            "{} cannot be replaced ({}); let the program write in its directory",
            path.display(),
            io_reason(&reason)
        );
        Refusal::new("key_file_not_written", said)
    })?;
    services.sealing.become_like(key);
    Ok(())
}

fn view(services: &Services, done: Rewrapped) -> SecretsView {
    SecretsView {
        secrets: done.secrets,
        resealed: done.resealed,
        keys: services.sealing.count(),
        key_file: services.config.key_file.display().to_string(),
    }
}
