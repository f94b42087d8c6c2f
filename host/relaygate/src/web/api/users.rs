//! `/users`: everybody who has a part in the account.

use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::failure::{Failure, Failures};
use super::input::{Id, Ids, Query};
use super::paging::{PageParams, Paging, place};
use super::shapes::user::{OneUser, SomeUsers, User, Users, public_role};
use crate::operations::people;

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// `admin`, `agent` or `end-user`.
    role: Option<String>,
}

/// Lists everybody.
#[utoipa::path(get, path = "/users", params(PageParams, Filter),
    responses((status = 200, body = Users), Failures))]
pub(super) async fn list(
    caller: Caller,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<Json<Users>, Failure> {
    let order = paging.order(&["id", "name"])?;
    let mut people = people::list(&caller.services, &caller.account)
        .await?
        .people;
    if let Some(role) = &filter.role {
        people.retain(|person| public_role(person.role) == role);
    }
    let (people, page) = paging.cut(people, order.descending, |person| match order.field {
        "name" => format!("{}\0{}", person.name.to_lowercase(), place(person.number)),
        _ => place(person.number),
    })?;
    let users = people.iter().map(|person| User::new(person, &caller.site));
    Ok(Json(Users {
        users: users.collect(),
        page,
    }))
}

/// Shows one.
#[utoipa::path(get, path = "/users/{id}", params(("id" = u64, Path)),
    responses((status = 200, body = OneUser), Failures))]
pub(super) async fn show(caller: Caller, Id(id): Id) -> Result<Json<OneUser>, Failure> {
    let view = people::by_number(&caller.services, &caller.account, id).await?;
    let user = User::new(&view.person, &caller.site);
    Ok(Json(OneUser { user }))
}

/// Shows some.
#[utoipa::path(get, path = "/users/show_many", params(Ids),
    responses((status = 200, body = SomeUsers), Failures))]
pub(super) async fn show_many(
    caller: Caller,
    Query(wanted): Query<Ids>,
) -> Result<Json<SomeUsers>, Failure> {
    let mut users = Vec::new();
    for id in wanted.parsed()? {
        match people::by_number(&caller.services, &caller.account, id).await {
            Ok(view) => users.push(User::new(&view.person, &caller.site)),
            Err(refusal) if refusal.is_not_found() => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Ok(Json(SomeUsers { users }))
}

/// Shows the caller.
#[utoipa::path(get, path = "/users/me",
    responses((status = 200, body = OneUser), Failures))]
pub(super) async fn me(caller: Caller) -> Result<Json<OneUser>, Failure> {
    let own = std::collections::BTreeSet::from([caller.agent.to_string()]);
    let found = people::among(&caller.services, &caller.account, own).await?;
    let own = found.values().next().ok_or_else(Failure::not_found)?;
    let user = User::new(own, &caller.site);
    Ok(Json(OneUser { user }))
}
