//! `/email_notifications`: mail that was sent, and what became of it (API.md, section 3).

use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::failure::{Failure, Failures};
use super::input::{Id, Ids, Query};
use super::paging::{PageParams, Paging, place};
use super::shapes::notification::{
    EmailNotification, Notifications, OneNotification, SomeNotifications,
};
use super::shapes::user::People;
use crate::operations::emails::{self, EmailView};

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// About this ticket.
    #[serde(rename = "filter[ticket_id]")]
    ticket_id: Option<u64>,
    /// About this comment.
    #[serde(rename = "filter[comment_id]")]
    comment_id: Option<u64>,
    /// This one alone.
    #[serde(rename = "filter[notification_id]")]
    notification_id: Option<u64>,
}

impl Filter {
    fn lets_through(&self, view: &EmailView) -> bool {
        let right = |wanted: Option<u64>, is: Option<u64>| wanted.is_none() || wanted == is;
        right(self.ticket_id, view.ticket)
            && right(self.comment_id, view.comment)
            && right(self.notification_id, Some(view.number))
    }
}

/// Lists the mail that was sent.
#[utoipa::path(get, path = "/email_notifications", params(PageParams, Filter),
    responses((status = 200, body = Notifications), Failures))]
pub(super) async fn list(
    caller: Caller,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<Json<Notifications>, Failure> {
    let order = paging.order(&["created_at"])?;
    let views = emails::list(&caller.services, &caller.account, filter.ticket_id).await?;
    let mut views = views.emails;
    views.retain(|view| filter.lets_through(view));
    let by = |view: &EmailView| place(view.created_at) + &place(view.number);
    let (views, page) = paging.cut(views, order.descending, by)?;
    Ok(Json(Notifications {
        email_notifications: shapes(&caller, views).await?,
        page,
    }))
}

async fn shapes(caller: &Caller, views: Vec<EmailView>) -> Result<Vec<EmailNotification>, Failure> {
    let deliveries = views.iter().flat_map(|view| &view.deliveries);
    let people = People::named(caller, deliveries.map(|delivery| &delivery.recipient)).await?;
    let shape = |view| EmailNotification::new(view, &people);
    Ok(views.into_iter().map(shape).collect())
}

/// Shows one.
#[utoipa::path(get, path = "/email_notifications/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = OneNotification), Failures))]
pub(super) async fn show(caller: Caller, Id(id): Id) -> Result<Json<OneNotification>, Failure> {
    let view = emails::by_number(&caller.services, &caller.account, id).await?;
    let mut shown = shapes(&caller, vec![view.email]).await?;
    let email_notification = shown.pop().ok_or_else(Failure::not_found)?;
    Ok(Json(OneNotification { email_notification }))
}

/// Shows some.
#[utoipa::path(get, path = "/email_notifications/show_many", params(Ids),
    responses((status = 200, body = SomeNotifications), Failures))]
pub(super) async fn show_many(
    caller: Caller,
    Query(wanted): Query<Ids>,
) -> Result<Json<SomeNotifications>, Failure> {
    let mut views = Vec::new();
    for id in wanted.parsed()? {
        match emails::by_number(&caller.services, &caller.account, id).await {
            Ok(view) => views.push(view.email),
            Err(refusal) if refusal.is_not_found() => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    let email_notifications = shapes(&caller, views).await?;
    Ok(Json(SomeNotifications {
        email_notifications,
    }))
}
