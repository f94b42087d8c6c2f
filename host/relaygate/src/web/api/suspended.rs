//! `/suspended_tickets`: messages kept aside.

use axum::Json;
use axum::http::StatusCode;

use super::caller::Caller;
use super::failure::{Failure, Failures};
use super::input::{Id, Ids, Query};
use super::paging::{PageParams, Paging, place};
use super::shapes::suspended::{OneSuspended, SuspendedTicket, SuspendedTickets};
use super::shapes::ticket::{RecoveredTicket, SomeTickets, Ticket, names};
use super::shapes::user::People;
use crate::operations::suspended::{self, RecoveredView, SuspendedView};
use crate::operations::tickets;

/// Lists the messages kept aside.
#[utoipa::path(get, path = "/suspended_tickets", params(PageParams),
    responses((status = 200, body = SuspendedTickets), Failures))]
pub(super) async fn list(
    caller: Caller,
    paging: Paging,
) -> Result<Json<SuspendedTickets>, Failure> {
    let order = paging.order(&["created_at", "author_email", "cause", "subject"])?;
    let views = suspended::list(&caller.services, Some(&caller.account)).await?;
    let by = |view: &SuspendedView| {
        let first = match order.field {
            "author_email" => view.author.clone().unwrap_or_default(),
            "cause" => view.cause.to_owned(),
            "subject" => view.subject.to_lowercase(),
            _ => place(view.created_at),
        };
        format!("{first}\0{}", view.id)
    };
    let (views, page) = paging.cut(views.suspended, order.descending, by)?;
    let authors = views.iter().filter_map(|view| view.author.as_ref());
    let people = People::named(&caller, authors).await?;
    let shape = |view| SuspendedTicket::new(view, &people, &caller.site);
    Ok(Json(SuspendedTickets {
        suspended_tickets: views.into_iter().map(shape).collect(),
        page,
    }))
}

/// Shows one.
#[utoipa::path(get, path = "/suspended_tickets/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = OneSuspended), Failures))]
pub(super) async fn show(caller: Caller, Id(id): Id) -> Result<Json<OneSuspended>, Failure> {
    let (services, account) = (&caller.services, Some(caller.account.as_str()));
    let id = suspended::by_number(services, &caller.account, id).await?;
    let view = suspended::show(services, account, &id).await?.suspended;
    let people = People::named(&caller, view.author.as_ref()).await?;
    let suspended_ticket = SuspendedTicket::new(view, &people, &caller.site);
    Ok(Json(OneSuspended { suspended_ticket }))
}

/// Makes a ticket of one, or a comment on the ticket it speaks of. Where it names no
/// author, the caller is the requester. An account's own help desk gets it as it is.
#[utoipa::path(put, path = "/suspended_tickets/{id}/recover", params(("id" = u64, Path)),
    responses((status = 200, body = RecoveredTicket), Failures))]
pub(super) async fn recover(caller: Caller, Id(id): Id) -> Result<Json<RecoveredTicket>, Failure> {
    let ticket = recovered(&caller, id).await?;
    Ok(Json(RecoveredTicket { ticket }))
}

/// The same for several; what cannot be recovered ends it, and is told.
#[utoipa::path(put, path = "/suspended_tickets/recover_many", params(Ids),
    responses((status = 200, body = SomeTickets), Failures))]
pub(super) async fn recover_many(
    caller: Caller,
    Query(wanted): Query<Ids>,
) -> Result<Json<SomeTickets>, Failure> {
    let mut tickets = Vec::new();
    for id in wanted.parsed()? {
        tickets.extend(recovered(&caller, id).await?);
    }
    Ok(Json(SomeTickets { tickets }))
}

async fn recovered(caller: &Caller, id: u64) -> Result<Option<Ticket>, Failure> {
    let (services, account) = (&caller.services, caller.account.as_str());
    let id = suspended::by_number(services, account, id).await?;
    let agent = caller.agent.to_string();
    let view = suspended::show(services, Some(account), &id)
        .await?
        .suspended;
    let requester = view.author.is_none().then_some(agent.as_str());
    let done = suspended::recover(services, &caller.actor, account, &id, requester).await?;
    let RecoveredView::Entered { ticket, .. } = done else {
        return Ok(None);
    };
    let whole = tickets::show(services, account, ticket).await?;
    let people = People::named(caller, names(&whole.ticket)).await?;
    let about = whole.comments.first().map_or("", |first| &first.body);
    Ok(Some(Ticket::new(
        &whole.ticket,
        about,
        &people,
        &caller.site,
    )))
}

/// Deletes one.
#[utoipa::path(delete, path = "/suspended_tickets/{id}", params(("id" = u64, Path)),
    responses((status = 204), Failures))]
pub(super) async fn delete(caller: Caller, Id(id): Id) -> Result<StatusCode, Failure> {
    remove(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes several.
#[utoipa::path(delete, path = "/suspended_tickets/destroy_many", params(Ids),
    responses((status = 204), Failures))]
pub(super) async fn destroy_many(
    caller: Caller,
    Query(wanted): Query<Ids>,
) -> Result<StatusCode, Failure> {
    for id in wanted.parsed()? {
        remove(&caller, id).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(caller: &Caller, id: u64) -> Result<(), Failure> {
    let (services, account) = (&caller.services, caller.account.as_str());
    let id = suspended::by_number(services, account, id).await?;
    suspended::delete(services, &caller.actor, Some(account), &id).await?;
    Ok(())
}
