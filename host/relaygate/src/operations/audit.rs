//! Who did what, and when: one row for each act (R97).

use std::net::IpAddr;

use desk::Account;
use desk::audit::Act;
use mail::address::Address;
use serde::Serialize;
use storage::Scope;
use tracing::{error, info};

use super::Outcome;
use crate::services::Services;

/// Who asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    name: String,
    /// From where, if over the network.
    peer: Option<IpAddr>,
}

impl Actor {
    /// Somebody on this machine, over the admin socket.
    pub fn local(user: u32) -> Self {
        Self::here(format!("operator:{user}"))
    }

    /// The program itself.
    pub fn system() -> Self {
        Self::here("system".to_owned())
    }

    /// Somebody who signed in to the pages.
    pub fn person(address: &Address, peer: IpAddr) -> Self {
        Self {
            name: address.to_string(),
            peer: Some(peer),
        }
    }

    /// A program with the API token of that id.
    pub fn token(id: &str, peer: IpAddr) -> Self {
        Self {
            name: format!("token:{id}"),
            peer: Some(peer),
        }
    }

    /// Somebody who has not proved who they are.
    pub(super) fn stranger(peer: IpAddr) -> Self {
        Self {
            name: "stranger".to_owned(),
            peer: Some(peer),
        }
    }

    /// As the audit log has it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn here(name: String) -> Self {
        Self { name, peer: None }
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
    note(account, act(services, actor, action, subject, None)).await;
}

/// The same about a credential.
pub async fn record_credential(
    services: &Services,
    account: &Account,
    actor: &Actor,
    action: &str,
    subject: &str,
    credential: &str,
) {
    let credential = Some(credential.to_owned());
    note(account, act(services, actor, action, subject, credential)).await;
}

/// The same in the scope of somebody who signs in.
pub(super) async fn record_in(
    services: &Services,
    scope: Scope,
    actor: &Actor,
    action: &str,
    subject: &str,
) {
    if let Scope::Account(id) = scope {
        let account = services.desk.account(id);
        return record(services, &account, actor, action, subject).await;
    }
    let act = act(services, actor, action, subject, None);
    info!(actor = in_log(&act.actor), action, "done");
    if let Err(reason) = desk::audit::note_installation(&services.desk, &act).await {
        error!(%reason, action, "audit row not written");
    }
}

/// People are told apart in the audit log only: no address stands in the program's own.
fn in_log(actor: &str) -> &str {
    match actor.contains('@') {
        true => "person",
        false => actor,
    }
}

async fn note(account: &Account, act: Act) {
    let (id, action) = (account.id().get(), act.action.as_str());
    info!(account = id, actor = in_log(&act.actor), action, "done");
    if let Err(reason) = desk::audit::note(account, &act).await {
        error!(%reason, account = id, action, "audit row not written");
    }
}

/// The row of an act, for the batch of what is done.
pub fn act(
    services: &Services,
    actor: &Actor,
    action: &str,
    subject: &str,
    credential: Option<String>,
) -> Act {
    Act {
        at: services.clock.now(),
        actor: actor.name.clone(),
        peer: actor.peer.map(|peer| peer.to_string()),
        action: action.to_owned(),
        subject: subject.to_owned(),
        credential,
    }
}

/// What the log holds.
#[derive(Debug, Serialize)]
pub struct AuditView {
    /// Oldest first.
    pub audit: Vec<ActView>,
}

/// One act.
#[derive(Debug, Serialize)]
pub struct ActView {
    /// Milliseconds since the epoch.
    pub at: u64,
    /// Who.
    pub actor: String,
    /// Stable word for what was done.
    pub act: String,
    /// To what.
    pub subject: String,
    /// The credential set it is about.
    pub credential: Option<String>,
    /// From where, if over the network.
    pub peer: Option<String>,
}

/// The latest acts in an account, or those that belong to none: lock-outs.
pub async fn list(services: &Services, account: Option<&str>) -> Outcome<AuditView> {
    let acts = match account {
        Some(subdomain) => {
            let account = super::account(services, subdomain).await?;
            desk::audit::latest(&account, ACTS_MAX).await?
        }
        None => desk::audit::latest_installation(&services.desk, ACTS_MAX).await?,
    };
    let audit = acts.into_iter().map(view).collect();
    Ok(AuditView { audit })
}

fn view(act: Act) -> ActView {
    ActView {
        at: act.at.0,
        actor: act.actor,
        act: act.action,
        subject: act.subject,
        credential: act.credential,
        peer: act.peer,
    }
}

/// Acts shown at most.
const ACTS_MAX: usize = 1_000;
