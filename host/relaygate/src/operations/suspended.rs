//! Messages kept aside: listed, shown with their raw source, let through, deleted.
//! An account has its own; those that no account serves are the operator's.

use desk::Account;
use desk::suspended::{Shelf, Suspended};
use serde::Serialize;

use super::{Actor, Outcome, Refusal, audit, parse_address, retried};
use crate::intake::{self, RecoverError, Recovered};
use crate::services::Services;

/// A message kept aside, as it is listed.
#[derive(Debug, Serialize)]
pub struct SuspendedView {
    /// Sorts by time.
    pub id: String,
    /// What programs call it by.
    pub number: u64,
    /// Its id in the message log.
    pub queue_id: String,
    /// Why, as a stable word.
    pub cause: &'static str,
    /// The number the public API has for it.
    pub cause_id: u8,
    /// Absent if the message names nobody.
    pub author: Option<String>,
    /// What the author calls themselves.
    pub author_name: String,
    /// Whom it was for.
    pub recipient: String,
    /// Decoded.
    pub subject: String,
    /// What a person would read; empty if it could not be parsed.
    pub content: String,
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
    /// The message as it was kept, its first MiB, octets beyond UTF-8 replaced.
    pub source: String,
}

/// What a recovered message became.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum RecoveredView {
    /// A ticket or a comment of ours.
    Entered {
        /// Number of the ticket it made or joined.
        ticket: u64,
        /// Number of its comment.
        comment: u64,
    },
    /// The account has a help desk of its own.
    Queued {
        /// The kind of help desk it is handed over to: `smtp`, `lmtp`, `webhook`.
        queued_for_desk: String,
    },
}

/// Every message of an account that is kept aside, or those that no account serves.
pub async fn list(services: &Services, account: Option<&str>) -> Outcome<SuspendedListView> {
    let owner = owner(services, account).await?;
    let found = shelf(services, owner.as_ref()).list().await?;
    Ok(SuspendedListView {
        suspended: found.iter().map(view).collect(),
    })
}

/// One of them with its raw source.
pub async fn show(
    services: &Services,
    account: Option<&str>,
    id: &str,
) -> Outcome<WholeSuspendedView> {
    let owner = owner(services, account).await?;
    let shelf = shelf(services, owner.as_ref());
    let found = shelf.find(id).await?.record;
    let source = shelf.source(&found, SOURCE_OCTETS_MAX).await?;
    Ok(WholeSuspendedView {
        suspended: view(&found),
        source: String::from_utf8_lossy(&source).into_owned(),
    })
}

/// The message that bears a number.
pub async fn by_number(services: &Services, account: &str, number: u64) -> Outcome<String> {
    let account = super::account(services, account).await?;
    let found = Shelf::of(&account).by_number(number).await?;
    Ok(found.record.id)
}

/// Makes a ticket of one, or a comment on the ticket it speaks of, or hands it over to the
/// account's own help desk. `requester` stands for an author it does not name.
pub async fn recover(
    services: &Services,
    actor: &Actor,
    account: &str,
    id: &str,
    requester: Option<&str>,
) -> Outcome<RecoveredView> {
    let account = super::account(services, account).await?;
    let requester = requester.map(|text| parse_address("requester", text));
    let requester = requester.transpose()?;
    let recover = || async {
        let done = intake::recover(services, &account, id, requester.clone()).await;
        done.map_err(not_recovered)
    };
    let recovered = retried(|| Box::pin(recover())).await?;
    audit::record(services, &account, actor, "suspended_recovered", id).await;
    Ok(match recovered {
        Recovered::Entered(event) => RecoveredView::Entered {
            ticket: event.ticket(),
            comment: event.comment(),
        },
        Recovered::Queued(queued_for_desk) => RecoveredView::Queued { queued_for_desk },
    })
}

fn not_recovered(error: RecoverError) -> Refusal {
    match error {
        RecoverError::Desk(error) => error.into(),
        RecoverError::Nobody => {
            let hint = "it names no author; say whose ticket it is with --requester";
            Refusal::field("requester", REQUESTER_MISSING, hint)
        }
        RecoverError::NotOurs => {
            let hint = "the account's own help desk gets the message as it is; leave it out";
            Refusal::field("requester", "requester_unused", hint)
        }
        RecoverError::Unreadable => {
            let hint = "its header cannot be read, so it cannot be marked for the account's help \
                desk; take it from `relaygate suspended show`";
            Refusal::new("message_unreadable", hint)
        }
        error @ RecoverError::HandOver(_) => Refusal::internal(&error),
        RecoverError::Policy => {
            let code = policy::Failed::CODE;
            Refusal::new(code, "a policy could not answer; try again")
        }
    }
}

/// Deletes one with its raw source.
pub async fn delete(
    services: &Services,
    actor: &Actor,
    account: Option<&str>,
    id: &str,
) -> Outcome<()> {
    let owner = owner(services, account).await?;
    shelf(services, owner.as_ref()).delete(id).await?;
    match &owner {
        Some(account) => audit::record(services, account, actor, "suspended_deleted", id).await,
        None => tracing::info!(suspended = id, "deleted by the operator"),
    }
    Ok(())
}

async fn owner(services: &Services, account: Option<&str>) -> Outcome<Option<Account>> {
    match account {
        Some(account) => Ok(Some(super::account(services, account).await?)),
        None => Ok(None),
    }
}

fn shelf<'a>(services: &'a Services, owner: Option<&'a Account>) -> Shelf<'a> {
    owner.map_or_else(|| Shelf::of_operator(&services.desk), Shelf::of)
}

fn view(found: &Suspended) -> SuspendedView {
    SuspendedView {
        id: found.id.clone(),
        number: found.number,
        queue_id: found.queue_id.clone(),
        cause: found.cause.as_str(),
        cause_id: found.cause.id(),
        author: found.author.as_ref().map(ToString::to_string),
        author_name: found.author_name.clone(),
        recipient: found.recipient.to_string(),
        subject: found.subject.clone(),
        content: found.content.clone(),
        message_id: found.message_id.as_ref().map(ToString::to_string),
        ticket: found.ticket,
        created_at: found.created_at.0,
    }
}

/// Stable word: it names no author, so somebody has to say whose ticket it is.
pub const REQUESTER_MISSING: &str = "requester_missing";
/// So much of a message is shown.
const SOURCE_OCTETS_MAX: usize = 1024 * 1024;
