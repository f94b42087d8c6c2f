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
use crate::operations::{Outcome, Refusal};

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
    let view = found(&caller, id).await?;
    let suspended_ticket = shape(&caller, view).await?;
    Ok(Json(OneSuspended { suspended_ticket }))
}

async fn found(caller: &Caller, number: u64) -> Result<SuspendedView, Failure> {
    let (services, account) = (&caller.services, caller.account.as_str());
    let id = suspended::by_number(services, account, number).await?;
    let whole = suspended::show(services, Some(account), &id).await?;
    Ok(whole.suspended)
}

async fn shape(caller: &Caller, view: SuspendedView) -> Result<SuspendedTicket, Failure> {
    let people = People::named(caller, view.author.as_ref()).await?;
    Ok(SuspendedTicket::new(view, &people, &caller.site))
}

/// Makes a ticket of one, or a comment on the ticket it speaks of. Where it names no
/// author, the caller is the requester. An account's own help desk gets it as it is.
#[utoipa::path(put, path = "/suspended_tickets/{id}/recover", params(("id" = u64, Path)),
    responses((status = 200, body = RecoveredTicket), Failures))]
pub(super) async fn recover(caller: Caller, Id(id): Id) -> Result<Json<RecoveredTicket>, Failure> {
    let view = found(&caller, id).await?;
    let ticket = recover_each(&caller, vec![view]).await?.pop();
    Ok(Json(RecoveredTicket { ticket }))
}

/// The same for several. None is touched unless all are there; those that cannot be
/// recovered come back with what speaks against it, and the others are tickets then.
#[utoipa::path(put, path = "/suspended_tickets/recover_many", params(Ids),
    responses((status = 200, body = SomeTickets), Failures))]
pub(super) async fn recover_many(
    caller: Caller,
    Query(wanted): Query<Ids>,
) -> Result<Json<SomeTickets>, Failure> {
    let mut views = Vec::new();
    for id in wanted.parsed()? {
        views.push(found(&caller, id).await?);
    }
    let tickets = recover_each(&caller, views).await?;
    Ok(Json(SomeTickets { tickets }))
}

async fn recover_each(caller: &Caller, views: Vec<SuspendedView>) -> Result<Vec<Ticket>, Failure> {
    let (mut tickets, mut left) = (Vec::new(), Vec::new());
    for view in views {
        match recovered(caller, &view).await {
            Ok(Some(ticket)) => tickets.push(ticket_shape(caller, ticket).await?),
            Ok(None) => {}
            Err(refusal) => left.push(refused(caller, view, refusal).await?),
        }
    }
    match left.is_empty() {
        true => Ok(tickets),
        false => Err(Failure::not_recovered(left)),
    }
}

/// What speaks against one; trouble of ours speaks against none and ends it all.
async fn refused(
    caller: &Caller,
    view: SuspendedView,
    refusal: Refusal,
) -> Result<SuspendedTicket, Failure> {
    let refused = shape(caller, view).await?.refused(&refusal);
    let failure = Failure::from(refusal);
    match failure.is_about_the_request() {
        true => Ok(refused),
        false => Err(failure),
    }
}

/// The number of the ticket it made or joined; none if it went to a desk of their own.
async fn recovered(caller: &Caller, view: &SuspendedView) -> Outcome<Option<u64>> {
    let agent = caller.agent.to_string();
    let done = match recover_as(caller, view, None).await {
        Err(refusal) if refusal.code == suspended::REQUESTER_MISSING => {
            recover_as(caller, view, Some(&agent)).await?
        }
        done => done?,
    };
    Ok(match done {
        RecoveredView::Entered { ticket, .. } => Some(ticket),
        RecoveredView::Queued { .. } => None,
    })
}

async fn recover_as(
    caller: &Caller,
    view: &SuspendedView,
    requester: Option<&str>,
) -> Outcome<RecoveredView> {
    let (services, actor) = (&caller.services, &caller.actor);
    suspended::recover(services, actor, &caller.account, &view.id, requester).await
}

async fn ticket_shape(caller: &Caller, id: u64) -> Result<Ticket, Failure> {
    let whole = tickets::show(&caller.services, &caller.account, id).await?;
    let people = People::named(caller, names(&whole.ticket)).await?;
    let about = whole.comments.first().map_or("", |first| &first.body);
    Ok(Ticket::new(&whole.ticket, about, &people, &caller.site))
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
