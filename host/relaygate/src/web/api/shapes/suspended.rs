//! Messages kept aside.

use serde::Serialize;
use utoipa::ToSchema;

use super::user::People;
use super::via::Via;
use super::{Nothing, time};
use crate::operations::Refusal;
use crate::operations::suspended::SuspendedView;
use crate::web::api::caller::Site;
use crate::web::api::paging::PageInfo;

/// A message kept aside.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct SuspendedTicket {
    id: u64,
    url: String,
    author: Author,
    brand_id: Option<u64>,
    cause: &'static str,
    cause_id: u8,
    content: String,
    attachments: Vec<Nothing>,
    /// Why it could not be recovered just now.
    error_messages: Option<Vec<String>>,
    message_id: Option<String>,
    recipient: String,
    subject: String,
    /// The ticket it wanted to update.
    ticket_id: Option<u64>,
    via: Via,
    created_at: String,
    updated_at: String,
}

/// Who wrote it, as far as it says.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Author {
    id: Option<u64>,
    name: String,
    email: Option<String>,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct OneSuspended {
    pub(in crate::web::api) suspended_ticket: SuspendedTicket,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct SuspendedTickets {
    pub(in crate::web::api) suspended_tickets: Vec<SuspendedTicket>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

impl SuspendedTicket {
    /// The same with what speaks against recovering it.
    pub(in crate::web::api) fn refused(self, refusal: &Refusal) -> Self {
        let hints = refusal.details.iter().map(|detail| detail.hint.clone());
        let mut messages: Vec<String> = hints.collect();
        if messages.is_empty() {
            messages.push(refusal.message.clone());
        }
        Self {
            error_messages: Some(messages),
            ..self
        }
    }

    pub(in crate::web::api) fn new(view: SuspendedView, people: &People, site: &Site) -> Self {
        let author = view.author.as_deref().unwrap_or_default();
        let at = time(view.created_at);
        Self {
            id: view.number,
            url: site.of_thing("suspended_tickets", view.number),
            via: Via::email(author, &view.author_name, Some(&view.recipient)),
            author: Author {
                id: Some(people.id(author)).filter(|id| *id != 0),
                name: view.author_name,
                email: view.author,
            },
            brand_id: None,
            cause: view.cause,
            cause_id: view.cause_id,
            content: view.content,
            attachments: Vec::new(),
            error_messages: None,
            message_id: view.message_id,
            recipient: view.recipient,
            subject: view.subject,
            ticket_id: view.ticket,
            updated_at: at.clone(),
            created_at: at,
        }
    }
}
