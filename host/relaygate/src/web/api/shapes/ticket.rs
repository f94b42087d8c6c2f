//! Tickets, and what is asked for about them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::comment::{Comment, Metadata};
use super::user::People;
use super::via::Via;
use super::{Nothing, time};
use crate::operations::tickets::{CommentView, TicketView};
use crate::web::api::caller::Site;
use crate::web::api::paging::PageInfo;

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Ticket {
    id: u64,
    url: String,
    external_id: Option<String>,
    via: Via,
    created_at: String,
    updated_at: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    subject: String,
    raw_subject: String,
    /// The start of its first comment.
    description: String,
    priority: Option<&'static str>,
    status: &'static str,
    /// The support address it was written to, which also answers.
    recipient: Option<String>,
    requester_id: u64,
    submitter_id: u64,
    assignee_id: Option<u64>,
    organization_id: Option<u64>,
    group_id: Option<u64>,
    collaborator_ids: Vec<u64>,
    follower_ids: Vec<u64>,
    email_cc_ids: Vec<u64>,
    forum_topic_id: Option<u64>,
    problem_id: Option<u64>,
    has_incidents: bool,
    is_public: bool,
    due_at: Option<String>,
    tags: Vec<String>,
    custom_fields: Vec<Nothing>,
    satisfaction_rating: Option<Nothing>,
    sharing_agreement_ids: Vec<u64>,
    custom_status_id: Option<u64>,
    fields: Vec<Nothing>,
    followup_ids: Vec<u64>,
    ticket_form_id: Option<u64>,
    brand_id: u64,
    allow_channelback: bool,
    allow_attachments: bool,
    from_messaging_channel: bool,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct OneTicket {
    pub(in crate::web::api) ticket: Ticket,
}

/// What became of a message that was let through.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct RecoveredTicket {
    /// Null where the account's own help desk gets it.
    pub(in crate::web::api) ticket: Option<Ticket>,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Tickets {
    pub(in crate::web::api) tickets: Vec<Ticket>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

/// Some of them, all at once.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct SomeTickets {
    pub(in crate::web::api) tickets: Vec<Ticket>,
}

/// A ticket that was made or changed, and what was done.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct AuditedTicket {
    pub(in crate::web::api) ticket: Ticket,
    pub(in crate::web::api) audit: TicketAudit,
}

/// What was done to a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct TicketAudit {
    id: u64,
    ticket_id: u64,
    created_at: String,
    author_id: u64,
    metadata: Metadata,
    /// The comment, if there was one.
    events: Vec<Comment>,
    via: Via,
}

/// A new ticket.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct NewTicket {
    pub(in crate::web::api) ticket: NewTicketFields,
}

/// What it is made of.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct NewTicketFields {
    pub(in crate::web::api) comment: NewComment,
    /// Whose matter it is; the caller's if neither this nor `requester` is given.
    pub(in crate::web::api) requester_id: Option<u64>,
    pub(in crate::web::api) requester: Option<NewRequester>,
    /// The support address that answers.
    pub(in crate::web::api) recipient: Option<String>,
    pub(in crate::web::api) brand_id: Option<u64>,
    #[serde(flatten)]
    pub(in crate::web::api) changes: TicketChanges,
}

/// What is to become of a ticket.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct ChangedTicket {
    pub(in crate::web::api) ticket: ChangedTicketFields,
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct ChangedTicketFields {
    pub(in crate::web::api) comment: Option<NewComment>,
    #[serde(flatten)]
    pub(in crate::web::api) changes: TicketChanges,
}

/// What may be said of a ticket, new or not.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(in crate::web::api) struct TicketChanges {
    pub(in crate::web::api) subject: Option<String>,
    /// `open`, `pending`, `solved` or `closed`; `new` for a new one.
    pub(in crate::web::api) status: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    pub(in crate::web::api) priority: Option<String>,
    pub(in crate::web::api) group_id: Option<u64>,
    /// All its tags; those that begin with `system_` stay as they are (R108).
    pub(in crate::web::api) tags: Option<Vec<String>>,
    pub(in crate::web::api) additional_tags: Option<Vec<String>>,
    pub(in crate::web::api) remove_tags: Option<Vec<String>>,
    pub(in crate::web::api) email_ccs: Option<Vec<Reader>>,
    pub(in crate::web::api) followers: Option<Vec<Reader>>,
    /// More people to copy, by id.
    pub(in crate::web::api) collaborator_ids: Option<Vec<u64>>,
}

/// A comment as a client writes it.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct NewComment {
    pub(in crate::web::api) body: Option<String>,
    /// Its text is taken, without its form.
    pub(in crate::web::api) html_body: Option<String>,
    /// `true` if absent.
    pub(in crate::web::api) public: Option<bool>,
}

/// Somebody by address.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct NewRequester {
    pub(in crate::web::api) email: String,
    pub(in crate::web::api) name: Option<String>,
}

/// Somebody who is to read along, or no more; by id or by address.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct Reader {
    pub(in crate::web::api) user_id: Option<u64>,
    pub(in crate::web::api) user_email: Option<String>,
    #[serde(default)]
    pub(in crate::web::api) action: ReaderAction,
}

/// What is to become of somebody who reads along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::web::api) enum ReaderAction {
    /// From now on.
    #[default]
    Put,
    /// No more.
    Delete,
}

impl Ticket {
    pub(in crate::web::api) fn new(
        view: &TicketView,
        description: &str,
        people: &People,
        site: &Site,
    ) -> Self {
        let ccs = people.ids(&view.email_ccs);
        Self {
            id: view.id,
            url: site.of_thing("tickets", view.id),
            external_id: None,
            via: via(view, people),
            created_at: time(view.created_at),
            updated_at: time(view.updated_at),
            kind: None,
            subject: view.subject.clone(),
            raw_subject: view.subject.clone(),
            description: description.to_owned(),
            priority: view.priority,
            status: view.status,
            recipient: view.recipient.clone(),
            requester_id: people.id(&view.requester),
            submitter_id: people.id(&view.requester),
            assignee_id: None,
            organization_id: None,
            group_id: view.group_id,
            collaborator_ids: ccs.clone(),
            follower_ids: people.ids(&view.followers),
            email_cc_ids: ccs,
            forum_topic_id: None,
            problem_id: None,
            has_incidents: false,
            is_public: true,
            due_at: None,
            tags: view.tags.clone(),
            custom_fields: Vec::new(),
            satisfaction_rating: None,
            sharing_agreement_ids: Vec::new(),
            custom_status_id: None,
            fields: Vec::new(),
            followup_ids: Vec::new(),
            ticket_form_id: None,
            brand_id: view.brand,
            allow_channelback: false,
            allow_attachments: true,
            from_messaging_channel: false,
        }
    }
}

/// How a ticket came to us.
pub(in crate::web::api) fn via(view: &TicketView, people: &People) -> Via {
    match view.by_mail {
        true => Via::email(
            &view.requester,
            people.name(&view.requester),
            view.recipient.as_deref(),
        ),
        false => Via::api(),
    }
}

/// Everybody a ticket names.
pub(in crate::web::api) fn names(view: &TicketView) -> impl Iterator<Item = &String> {
    let reading = view.email_ccs.iter().chain(&view.followers);
    std::iter::once(&view.requester).chain(reading)
}

impl TicketAudit {
    /// A change without a comment is called by its time: nothing else looks it up.
    pub(in crate::web::api) fn new(
        ticket: &TicketView,
        comment: Option<&CommentView>,
        (people, author_id): (&People, u64),
        site: &Site,
    ) -> Self {
        Self {
            id: comment.map_or(ticket.updated_at, |comment| comment.id),
            ticket_id: ticket.id,
            created_at: time(ticket.updated_at),
            author_id,
            metadata: Metadata::empty(),
            events: comment
                .map(|comment| Comment::new(comment, None, people, (ticket, site)))
                .into_iter()
                .collect(),
            via: Via::api(),
        }
    }
}
