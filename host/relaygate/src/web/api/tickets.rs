//! `/tickets`, their comments and the people copied on them.
//!
//! Not here: what clients may write of a ticket (`ticket_input`).

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::caller::Caller;
use super::failure::{Failure, Failures};
use super::input::{Body, Id, Ids, Numbers, Query};
use super::paging::{PageInfo, PageParams, Paging, place};
use super::shapes::attachment;
use super::shapes::comment::{Comment, Comments};
use super::shapes::ticket::{
    AuditedTicket, ChangedTicket, NewTicket, OneTicket, SomeTickets, Ticket, TicketAudit, Tickets,
    names,
};
use super::shapes::user::{People, SomeUsers, User};
use super::ticket_input::{change_input, open_input};
use crate::operations::attachments;
use crate::operations::ticket_changes::{self, UpdateInput};
use crate::operations::tickets::{self, CommentView, ReplyInput, TicketView};
use crate::web::files;

/// Lists the tickets.
#[utoipa::path(get, path = "/tickets", params(PageParams),
    responses((status = 200, body = Tickets), Failures))]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Json<Tickets>, Failure> {
    let (views, page) = match paging.order(ORDERS)?.field {
        "updated_at" => {
            let all = tickets::list(&caller.services, &caller.account).await?;
            cut(paging, all.tickets)?
        }
        _ => by_number(&caller, paging).await?,
    };
    let tickets = shapes(&caller, &views).await?;
    Ok(Json(Tickets { tickets, page }))
}

/// A page in the order of numbers, which is that of making, too: only its own tickets are
/// read, however many there are.
async fn by_number(
    caller: &Caller,
    paging: Paging,
) -> Result<(Vec<TicketView>, PageInfo), Failure> {
    let (services, account) = (&caller.services, &caller.account);
    let descending = paging.order(ORDERS)?.descending;
    let numbers = (1..=tickets::count(services, account).await?).collect();
    let (numbers, page) = paging.cut(numbers, descending, |number| place(*number))?;
    let found = tickets::some(services, account, &numbers).await?;
    Ok((found.tickets, page))
}

/// A page of tickets in the order asked for.
pub(super) fn cut(
    paging: Paging,
    views: Vec<TicketView>,
) -> Result<(Vec<TicketView>, PageInfo), Failure> {
    let order = paging.order(ORDERS)?;
    paging.cut(views, order.descending, |view| match order.field {
        "updated_at" => place(view.updated_at) + &place(view.id),
        _ => place(view.id),
    })
}

async fn shapes(caller: &Caller, views: &[TicketView]) -> Result<Vec<Ticket>, Failure> {
    let people = People::named(caller, views.iter().flat_map(names)).await?;
    let ids: Vec<u64> = views.iter().map(|view| view.id).collect();
    let about = tickets::descriptions(&caller.services, &caller.account, &ids).await?;
    let shape =
        |(view, about): (&TicketView, &String)| Ticket::new(view, about, &people, &caller.site);
    Ok(views.iter().zip(&about).map(shape).collect())
}

/// Shows one.
#[utoipa::path(get, path = "/tickets/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = OneTicket), Failures))]
pub(super) async fn show(caller: Caller, Id(id): Id) -> Result<Json<OneTicket>, Failure> {
    let whole = tickets::show(&caller.services, &caller.account, id).await?;
    let people = People::named(&caller, names(&whole.ticket)).await?;
    let about = whole.comments.first().map_or("", |first| &first.body);
    let ticket = Ticket::new(&whole.ticket, about, &people, &caller.site);
    Ok(Json(OneTicket { ticket }))
}

/// Shows some.
#[utoipa::path(get, path = "/tickets/show_many", params(Ids),
    responses((status = 200, body = SomeTickets), Failures))]
pub(super) async fn show_many(
    caller: Caller,
    Query(wanted): Query<Ids>,
) -> Result<Json<SomeTickets>, Failure> {
    let ids = wanted.parsed()?;
    let found = tickets::some(&caller.services, &caller.account, &ids).await?;
    let tickets = shapes(&caller, &found.tickets).await?;
    Ok(Json(SomeTickets { tickets }))
}

/// Makes one, in the caller's name or for somebody else, who is told by mail.
#[utoipa::path(post, path = "/tickets", request_body = NewTicket,
    responses((status = 201, body = AuditedTicket, headers(("location" = String))), Failures))]
pub(super) async fn create(
    caller: Caller,
    Body(body): Body<NewTicket>,
) -> Result<impl IntoResponse, Failure> {
    let input = open_input(&caller, body.ticket).await?;
    let done = tickets::open(&caller.services, &caller.actor, &input).await?;
    let location = caller.site.of_thing("tickets", done.ticket.id);
    let shown = audited(&caller, &done.ticket, Some(&done.comment)).await?;
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(shown),
    ))
}

/// Answers one, changes it, or both at once.
#[utoipa::path(put, path = "/tickets/{id}", params(("id" = u64, Path)),
    request_body = ChangedTicket,
    responses((status = 200, body = AuditedTicket), Failures))]
pub(super) async fn update(
    caller: Caller,
    Id(id): Id,
    Body(body): Body<ChangedTicket>,
) -> Result<Json<AuditedTicket>, Failure> {
    let account = caller.account.clone();
    let changes = change_input(&caller, body.ticket.changes).await?;
    let Some(comment) = body.ticket.comment else {
        let input = UpdateInput {
            account,
            id,
            changes,
        };
        let done = ticket_changes::update(&caller.services, &caller.actor, &input).await?;
        return Ok(Json(audited(&caller, &done.ticket, None).await?));
    };
    let input = ReplyInput {
        account,
        id,
        agent: caller.agent.to_string(),
        internal: comment.public == Some(false),
        body: comment.text(),
        changes,
    };
    let done = tickets::reply(&caller.services, &caller.actor, &input).await?;
    let shown = audited(&caller, &done.ticket, Some(&done.comment)).await?;
    Ok(Json(shown))
}

async fn audited(
    caller: &Caller,
    view: &TicketView,
    comment: Option<&CommentView>,
) -> Result<AuditedTicket, Failure> {
    let agent = caller.agent.to_string();
    let named = names(view).chain(std::iter::once(&agent));
    let people = People::named(caller, named).await?;
    let about = tickets::descriptions(&caller.services, &caller.account, &[view.id]).await?;
    let about = about.first().map_or("", String::as_str);
    Ok(AuditedTicket {
        ticket: Ticket::new(view, about, &people, &caller.site),
        audit: TicketAudit::new(view, comment, (&people, people.id(&agent)), &caller.site),
    })
}

/// Lists the comments of one, oldest first.
#[utoipa::path(get, path = "/tickets/{id}/comments", params(("id" = u64, Path), PageParams),
    responses((status = 200, body = Comments), Failures))]
pub(super) async fn comments(
    caller: Caller,
    Id(id): Id,
    paging: Paging,
) -> Result<Json<Comments>, Failure> {
    let whole = tickets::show(&caller.services, &caller.account, id).await?;
    let comments = page_of_comments(&caller, &whole.ticket, whole.comments, paging).await?;
    Ok(Json(comments))
}

/// Fetches a file that came with a comment.
#[utoipa::path(get, path = "/tickets/{id}/comments/{comment_id}/attachments/{attachment_id}",
    params(("id" = u64, Path), ("comment_id" = u64, Path), ("attachment_id" = u64, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), Failures))]
pub(super) async fn attachment(
    caller: Caller,
    Numbers([ticket, comment, id]): Numbers<3>,
) -> Result<Response, Failure> {
    let number = attachment::number(comment, id).ok_or_else(Failure::not_found)?;
    let place = (ticket, comment);
    let opened = attachments::open(&caller.services, &caller.account, place, number).await?;
    Ok(files::answer(opened))
}

/// A page of comments.
pub(super) async fn page_of_comments(
    caller: &Caller,
    ticket: &TicketView,
    views: Vec<CommentView>,
    paging: Paging,
) -> Result<Comments, Failure> {
    let order = paging.order(&["created_at"])?;
    let (views, page) = paging.cut(views, order.descending, |view| place(view.id))?;
    let people = People::named(caller, views.iter().map(|view| &view.author)).await?;
    let cleaned = attachments::html_of(&views).await?;
    let of = (ticket, &caller.site);
    let shape = |(view, cleaned)| Comment::new(view, cleaned, &people, of);
    Ok(Comments {
        comments: views.iter().zip(cleaned).map(shape).collect(),
        page,
    })
}

/// Lists the people copied on one.
#[utoipa::path(get, path = "/tickets/{id}/email_ccs", params(("id" = u64, Path)),
    responses((status = 200, body = SomeUsers), Failures))]
pub(super) async fn email_ccs(caller: Caller, Id(id): Id) -> Result<Json<SomeUsers>, Failure> {
    let whole = tickets::show(&caller.services, &caller.account, id).await?;
    let people = People::named(&caller, &whole.ticket.email_ccs).await?;
    let users = people.all().map(|person| User::new(person, &caller.site));
    Ok(Json(SomeUsers {
        users: users.collect(),
    }))
}

/// What tickets are sorted by.
const ORDERS: &[&str] = &["id", "created_at", "updated_at"];
