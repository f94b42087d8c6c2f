//! Changing a ticket without a comment: where it stands, how urgent it is, whose
//! it is, its tags, who reads along. Nobody is told by mail.

use desk::groups;
use desk::tickets::{self, Changes, Priority, Status};
use mail::address::Address;
use serde::{Deserialize, Serialize};

use super::tickets::{TicketView, view};
use super::{Actor, Outcome, Refusal, audit, parse_address, retried};
use crate::services::Services;

/// What is to become of a ticket, as typed; what is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct UpdateInput {
    /// Subdomain of the account.
    pub account: String,
    /// Number of the ticket.
    pub id: u64,
    /// `open`, `pending`, `solved` or `closed`.
    pub status: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    pub priority: Option<String>,
    /// Name or number of a group; a new name makes a group.
    pub group: Option<String>,
    /// Tags it gets.
    pub add_tags: Vec<String>,
    /// Tags it loses.
    pub remove_tags: Vec<String>,
    /// More people to copy.
    pub add_ccs: Vec<String>,
    /// People to copy no more.
    pub remove_ccs: Vec<String>,
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
    let changes = read(input)?;
    let update = || async {
        let _turn = services.flow.turn(account.id()).await;
        let now = services.clock.now();
        Ok(tickets::update(&account, input.id, &changes, now).await?)
    };
    let ticket = retried(|| Box::pin(update())).await?;
    let subject = ticket.id.to_string();
    audit::record(services, &account, actor, "ticket_updated", &subject).await;
    Ok(UpdatedView {
        ticket: view(&ticket, &groups::list(&account).await?),
    })
}

fn read(input: &UpdateInput) -> Outcome<Changes> {
    let changes = Changes {
        status: input.status.as_deref().map(status).transpose()?,
        priority: input.priority.as_deref().map(priority).transpose()?,
        group: input.group.clone(),
        tags: None,
        add_tags: input.add_tags.clone(),
        remove_tags: input.remove_tags.clone(),
        add_ccs: addresses(&input.add_ccs)?,
        remove_ccs: addresses(&input.remove_ccs)?,
    };
    match changes.is_empty() {
        true => Err(Refusal::new("nothing_to_change", "say what is to change")),
        false => Ok(changes),
    }
}

fn status(text: &str) -> Outcome<Status> {
    let hint = "use open, pending, solved or closed";
    Status::parse(text).ok_or_else(|| Refusal::field("status", "status_unknown", hint))
}

fn priority(text: &str) -> Outcome<Priority> {
    let hint = "use low, normal, high or urgent";
    Priority::parse(text).ok_or_else(|| Refusal::field("priority", "priority_unknown", hint))
}

fn addresses(texts: &[String]) -> Outcome<Vec<Address>> {
    texts.iter().map(|text| parse_address("cc", text)).collect()
}
