//! Requests about a ticket.

use serde_json::Value;

use super::shown;
use crate::admin::TicketRequest;
use crate::operations::{Actor, Outcome, attachments, ticket_changes, ticket_search, tickets};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: TicketRequest,
) -> Outcome<Value> {
    match request {
        TicketRequest::List { account } => shown(tickets::list(services, &account).await),
        TicketRequest::Find(query) => shown(ticket_search::find(services, &query).await),
        TicketRequest::Attachment {
            account,
            id,
            comment,
            number,
        } => shown(attachments::show(services, &account, (id, comment), number).await),
        TicketRequest::Show { account, id } => shown(tickets::show(services, &account, id).await),
        TicketRequest::Open(input) => shown(tickets::open(services, actor, &input).await),
        TicketRequest::Reply(input) => shown(tickets::reply(services, actor, &input).await),
        TicketRequest::Update(input) => {
            shown(ticket_changes::update(services, actor, &input).await)
        }
    }
}
