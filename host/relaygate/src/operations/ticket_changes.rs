//! Changing a ticket without a comment: where it stands, how urgent it is, whose
//! it is, its tags, who reads along. Nobody is told by mail.

use desk::tickets::{self, Changes, Priority, Status, Ticket};
use desk::{Account, groups};
use mail::address::Address;
use serde::{Deserialize, Serialize};
use storage::Batch;

use super::tickets::{TicketView, view};
use super::{Actor, Outcome, Refusal, audit, parse_address, retried};
use crate::courier::webhooks;
use crate::services::Services;

/// What is to become of a ticket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UpdateInput {
    /// Subdomain of the account.
    pub account: String,
    /// Number of the ticket.
    pub id: u64,
    /// What is to change; something has to.
    pub changes: ChangesInput,
}

/// What is to be different, as typed; what is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangesInput {
    /// What it is about.
    pub subject: Option<String>,
    /// `open`, `pending`, `solved` or `closed`.
    pub status: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    pub priority: Option<String>,
    /// Name or number of a group; a new name makes a group.
    pub group: Option<String>,
    /// All its tags, reserved ones apart.
    pub tags: Option<Vec<String>>,
    /// Tags it gets.
    pub add_tags: Vec<String>,
    /// Tags it loses.
    pub remove_tags: Vec<String>,
    /// More people to copy.
    pub add_ccs: Vec<String>,
    /// People to copy no more.
    pub remove_ccs: Vec<String>,
    /// More people who read along unseen by end users.
    pub add_followers: Vec<String>,
    /// People who read along no more.
    pub remove_followers: Vec<String>,
}

/// A ticket that was just changed.
#[derive(Debug, Serialize)]
pub struct UpdatedView {
    /// The ticket after it, triggers included.
    pub ticket: TicketView,
}

/// Changes a ticket; the account's triggers act on it then.
pub async fn update(
    services: &Services,
    actor: &Actor,
    input: &UpdateInput,
) -> Outcome<UpdatedView> {
    let account = super::account(services, &input.account).await?;
    let changes = read(&input.changes)?;
    if changes.is_empty() {
        return Err(Refusal::new("nothing_to_change", "say what is to change"));
    }
    let update = || try_update(services, &account, input.id, &changes);
    let ticket = retried(|| Box::pin(update())).await?;
    let subject = ticket.id.to_string();
    audit::record(services, &account, actor, "ticket_updated", &subject).await;
    Ok(UpdatedView {
        ticket: view(&ticket, &groups::list(&account).await?),
    })
}

async fn try_update(
    services: &Services,
    account: &Account,
    id: u64,
    changes: &Changes,
) -> Outcome<Ticket> {
    let _turn = services.flow.turn(account.id()).await;
    let now = services.clock.now();
    let mut batch = Batch::new();
    let ticket = tickets::update(account, &mut batch, id, changes, now).await?;
    webhooks::announce_change(account, &mut batch, &ticket, now).await?;
    account.commit(batch).await?;
    Ok(ticket)
}

pub(super) fn read(input: &ChangesInput) -> Outcome<Changes> {
    Ok(Changes {
        subject: input.subject.clone(),
        status: input.status.as_deref().map(status).transpose()?,
        priority: input.priority.as_deref().map(priority).transpose()?,
        group: input.group.clone(),
        tags: input.tags.clone(),
        add_tags: input.add_tags.clone(),
        remove_tags: input.remove_tags.clone(),
        add_ccs: addresses("cc", &input.add_ccs)?,
        remove_ccs: addresses("cc", &input.remove_ccs)?,
        add_followers: addresses("followers", &input.add_followers)?,
        remove_followers: addresses("followers", &input.remove_followers)?,
    })
}

fn status(text: &str) -> Outcome<Status> {
    let hint = "use open, pending, solved or closed";
    Status::parse(text).ok_or_else(|| Refusal::field("status", "status_unknown", hint))
}

fn priority(text: &str) -> Outcome<Priority> {
    let hint = "use low, normal, high or urgent";
    Priority::parse(text).ok_or_else(|| Refusal::field("priority", "priority_unknown", hint))
}

fn addresses(field: &str, texts: &[String]) -> Outcome<Vec<Address>> {
    texts
        .iter()
        .map(|text| parse_address(field, text))
        .collect()
}
