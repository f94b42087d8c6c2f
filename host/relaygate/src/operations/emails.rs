//! What became of the mail we sent, message by message.

use desk::outbound::{self, Email};
use serde::Serialize;

use super::Outcome;
use super::tickets::{DeliveryView, deliveries};
use crate::services::Services;

/// A message we sent.
#[derive(Debug, Serialize)]
pub struct EmailView {
    /// Its id, also in its header.
    pub id: String,
    /// What programs call it by.
    pub number: u64,
    /// The ticket it is about.
    pub ticket: Option<u64>,
    /// The comment it is about.
    pub comment: Option<u64>,
    /// Its Message-ID.
    pub message_id: String,
    /// Milliseconds since the epoch.
    pub created_at: u64,
    /// Milliseconds since the epoch: the last change of a delivery.
    pub updated_at: u64,
    /// One for each recipient.
    pub deliveries: Vec<DeliveryView>,
}

/// Messages we sent.
#[derive(Debug, Serialize)]
pub struct EmailsView {
    /// Oldest first.
    pub emails: Vec<EmailView>,
}

/// One of them.
#[derive(Debug, Serialize)]
pub struct OneEmailView {
    /// The message.
    pub email: EmailView,
}

/// Every message an account sent, or those about one ticket.
pub async fn list(services: &Services, account: &str, ticket: Option<u64>) -> Outcome<EmailsView> {
    let account = super::account(services, account).await?;
    let emails = match ticket {
        Some(ticket) => outbound::of_ticket(&account, ticket).await?,
        None => outbound::list(&account).await?,
    };
    Ok(EmailsView {
        emails: emails.iter().map(view).collect(),
    })
}

/// The message that bears a number.
pub async fn by_number(services: &Services, account: &str, number: u64) -> Outcome<OneEmailView> {
    let account = super::account(services, account).await?;
    let email = outbound::by_number(&account, number).await?;
    Ok(OneEmailView {
        email: view(&email),
    })
}

fn view(email: &Email) -> EmailView {
    let changed = email.deliveries.iter().map(|delivery| delivery.updated_at);
    EmailView {
        id: email.id.clone(),
        number: email.number,
        ticket: email.ticket,
        comment: email.comment,
        message_id: email.message_id.to_string(),
        created_at: email.created_at.0,
        updated_at: changed.max().unwrap_or(email.created_at).0,
        deliveries: deliveries(email).collect(),
    }
}
