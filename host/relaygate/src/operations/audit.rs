//! Who did what, and when: one row for each act (R97). Rows are only ever added.

use desk::Account;
use serde::{Deserialize, Serialize};
use storage::{Batch, ListRange, Table};
use tracing::{error, info};

use super::Outcome;
use crate::services::Services;

/// Who asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(String);

impl Actor {
    /// Somebody on this machine, over the admin socket.
    pub fn local(user: u32) -> Self {
        Self(format!("local:{user}"))
    }

    /// The program itself.
    pub fn program() -> Self {
        Self("program".to_owned())
    }
}

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Milliseconds since the epoch.
    pub at: u64,
    /// Who, for example `local:0`.
    pub actor: String,
    /// What, for example `credential.discard`.
    pub act: String,
    /// On what: a domain, an address, the id of a credential. Never a secret.
    pub subject: String,
}

/// Writes a row after something was done. What was done is done: if the row
/// cannot be written the log has to do.
pub async fn record(services: &Services, account: &Account, actor: &Actor, act: &str, subject: &str) {
    let row = AuditRow {
        at: services.clock.now().0,
        actor: actor.0.clone(),
        act: act.to_owned(),
        subject: subject.to_owned(),
    };
    info!(account = account.id().get(), actor = row.actor, act, "done");
    if let Err(reason) = write(services, account, &row).await {
        error!(%reason, account = account.id().get(), act, "audit row not written");
    }
}

async fn write(services: &Services, account: &Account, row: &AuditRow) -> Outcome<()> {
    let id = desk::sortable_id(services.clock.now());
    let value = serde_json::to_vec(row).expect("a record of texts and a number has a JSON form");
    let mut batch = Batch::new();
    batch.put(account.store().key(AUDIT, id), value);
    account.commit(batch).await?;
    Ok(())
}

/// The newest rows of an account, oldest of them first.
pub async fn rows(account: &Account) -> Outcome<Vec<AuditRow>> {
    let found = account.store().list(AUDIT, ListRange::first(ROWS_MAX)).await?;
    let rows = found.iter().filter_map(|(_, row)| serde_json::from_slice(&row.value).ok());
    Ok(rows.collect())
}

const AUDIT: Table = Table("audit");
/// Rows read at once.
const ROWS_MAX: usize = 1_000;
