//! Messages kept aside: listed, and shown with their raw source.
//!
//! Not here yet: letting one through, or deleting it.

use desk::Account;
use desk::suspended::{self, Suspended};
use serde::Serialize;
use storage::TextId;

use super::{Outcome, Refusal};
use crate::services::Services;

/// A message kept aside, as it is listed.
#[derive(Debug, Serialize)]
pub struct SuspendedView {
    /// Sorts by time.
    pub id: String,
    /// Why, as a stable word.
    pub cause: &'static str,
    /// The number the public API has for it.
    pub cause_id: u8,
    /// Absent if the message names nobody.
    pub author: Option<String>,
    /// Whom it was for.
    pub recipient: String,
    /// Decoded.
    pub subject: String,
    /// Its identifier.
    pub message_id: Option<String>,
    /// The ticket it wanted to update.
    pub ticket: Option<u64>,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// Every message of an account that is kept aside.
#[derive(Debug, Serialize)]
pub struct SuspendedListView {
    /// Oldest first.
    pub suspended: Vec<SuspendedView>,
}

/// One of them, whole.
#[derive(Debug, Serialize)]
pub struct WholeSuspendedView {
    /// What the list says of it.
    pub suspended: SuspendedView,
    /// What a person would read; empty if it could not be parsed.
    pub content: String,
    /// The message as it was kept, its first MiB, octets beyond UTF-8 replaced.
    pub source: String,
}

/// Every message of an account that is kept aside.
pub async fn list(services: &Services, account: &str) -> Outcome<SuspendedListView> {
    let account = super::account(services, account).await?;
    let found = suspended::list(&account).await?;
    Ok(SuspendedListView {
        suspended: found.iter().map(view).collect(),
    })
}

/// One of them with its raw source.
pub async fn show(services: &Services, account: &str, id: &str) -> Outcome<WholeSuspendedView> {
    let account = super::account(services, account).await?;
    let unknown = || Refusal::not_found("suspended message", "see `relaygate suspended list`");
    let found = suspended::list(&account).await?;
    let found = found
        .into_iter()
        .find(|it| it.id == id)
        .ok_or_else(unknown)?;
    Ok(WholeSuspendedView {
        suspended: view(&found),
        source: source(&account, found.text).await?,
        content: found.content,
    })
}

async fn source(account: &Account, text: TextId) -> Outcome<String> {
    let unreadable = |error: storage::Error| Refusal::from(desk::Error::Read(error));
    let reader = account.store().text(text).await.map_err(unreadable)?;
    let octets = reader
        .read(0, SOURCE_OCTETS_MAX)
        .await
        .map_err(unreadable)?;
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

fn view(found: &Suspended) -> SuspendedView {
    SuspendedView {
        id: found.id.clone(),
        cause: found.cause.as_str(),
        cause_id: found.cause.id(),
        author: found.author.as_ref().map(ToString::to_string),
        recipient: found.recipient.to_string(),
        subject: found.subject.clone(),
        message_id: found.message_id.as_ref().map(ToString::to_string),
        ticket: found.ticket,
        created_at: found.created_at.0,
    }
}

/// So much of a message is shown.
const SOURCE_OCTETS_MAX: usize = 1024 * 1024;
