//! `/requests`: the caller's own tickets, as an end user sees them.

use axum::Json;
use mail::address::Address;

use super::caller::Caller;
use super::failure::{Failure, Failures};
use super::input::Id;
use super::paging::{PageParams, Paging};
use super::shapes::comment::Comments;
use super::shapes::request::{OneRequest, Request, Requests};
use super::shapes::ticket::names;
use super::shapes::user::People;
use super::tickets::{cut, page_of_comments};
use crate::operations::tickets::{self, TicketView, WholeTicketView};

/// Lists the tickets the caller asked for or is copied on.
#[utoipa::path(get, path = "/requests", params(PageParams),
    responses((status = 200, body = Requests), Failures))]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Json<Requests>, Failure> {
    let mut views = tickets::list(&caller.services, &caller.account)
        .await?
        .tickets;
    views.retain(|view| is_own(&caller, view));
    let (views, page) = cut(paging, views)?;
    let people = People::named(&caller, views.iter().flat_map(names)).await?;
    let ids: Vec<u64> = views.iter().map(|view| view.id).collect();
    let about = tickets::descriptions(&caller.services, &caller.account, &ids).await?;
    let shape =
        |(view, about): (&TicketView, &String)| Request::new(view, about, &people, &caller.site);
    let requests = views.iter().zip(&about).map(shape).collect();
    Ok(Json(Requests { requests, page }))
}

/// Shows one.
#[utoipa::path(get, path = "/requests/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = OneRequest), Failures))]
pub(super) async fn show(caller: Caller, Id(id): Id) -> Result<Json<OneRequest>, Failure> {
    let whole = own(&caller, id).await?;
    let people = People::named(&caller, names(&whole.ticket)).await?;
    let about = whole.comments.first().map_or("", |first| &first.body);
    let request = Request::new(&whole.ticket, about, &people, &caller.site);
    Ok(Json(OneRequest { request }))
}

/// Lists the public comments of one.
#[utoipa::path(get, path = "/requests/{id}/comments", params(("id" = u64, Path), PageParams),
    responses((status = 200, body = Comments), Failures))]
pub(super) async fn comments(
    caller: Caller,
    Id(id): Id,
    paging: Paging,
) -> Result<Json<Comments>, Failure> {
    let whole = own(&caller, id).await?;
    let comments = page_of_comments(&caller, &whole.ticket, whole.comments, paging).await?;
    Ok(Json(comments))
}

/// A ticket of the caller's with its public comments; any other is not there.
async fn own(caller: &Caller, id: u64) -> Result<WholeTicketView, Failure> {
    let mut whole = tickets::show(&caller.services, &caller.account, id).await?;
    if !is_own(caller, &whole.ticket) {
        return Err(Failure::not_found());
    }
    whole.comments.retain(|comment| comment.public);
    Ok(whole)
}

fn is_own(caller: &Caller, view: &TicketView) -> bool {
    let mut people = std::iter::once(&view.requester).chain(&view.email_ccs);
    people.any(|text| Address::parse(text).is_ok_and(|it| it.same_mailbox(&caller.agent)))
}
