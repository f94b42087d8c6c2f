//! Tickets as their end users see them: public comments alone, nobody who follows.

use serde::Serialize;
use utoipa::ToSchema;

use super::ticket::via;
use super::user::People;
use super::via::Via;
use super::{Nothing, time};
use crate::operations::tickets::TicketView;
use crate::web::api::caller::Site;
use crate::web::api::paging::PageInfo;

/// A ticket as its requester sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Request {
    id: u64,
    url: String,
    subject: String,
    description: String,
    status: &'static str,
    priority: Option<&'static str>,
    #[serde(rename = "type")]
    kind: Option<String>,
    via: Via,
    requester_id: u64,
    assignee_id: Option<u64>,
    organization_id: Option<u64>,
    group_id: Option<u64>,
    collaborator_ids: Vec<u64>,
    email_cc_ids: Vec<u64>,
    recipient: Option<String>,
    brand_id: u64,
    can_be_solved_by_me: bool,
    solved: bool,
    is_public: bool,
    due_at: Option<String>,
    custom_fields: Vec<Nothing>,
    created_at: String,
    updated_at: String,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct OneRequest {
    pub(in crate::web::api) request: Request,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Requests {
    pub(in crate::web::api) requests: Vec<Request>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

impl Request {
    pub(in crate::web::api) fn new(
        view: &TicketView,
        description: &str,
        people: &People,
        site: &Site,
    ) -> Self {
        let ccs = people.ids(&view.email_ccs);
        Self {
            id: view.id,
            url: site.of_thing("requests", view.id),
            subject: view.subject.clone(),
            description: description.to_owned(),
            status: view.status,
            priority: view.priority,
            kind: None,
            via: via(view, people),
            requester_id: people.id(&view.requester),
            assignee_id: None,
            organization_id: None,
            group_id: view.group_id,
            collaborator_ids: ccs.clone(),
            email_cc_ids: ccs,
            recipient: view.recipient.clone(),
            brand_id: view.brand,
            can_be_solved_by_me: false,
            solved: matches!(view.status, "solved" | "closed"),
            is_public: true,
            due_at: None,
            custom_fields: Vec::new(),
            created_at: time(view.created_at),
            updated_at: time(view.updated_at),
        }
    }
}
