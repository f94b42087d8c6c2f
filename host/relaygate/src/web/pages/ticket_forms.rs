//! The forms of `/tickets/{id}`: an answer or a note, and what else is to become of it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;

use super::form::{Faults, Posted};
use super::problem::{Problem, refusal_status};
use super::ticket::{self, Typed};
use super::visit::Member;
use crate::operations::ticket_changes::{self, ChangesInput, UpdateInput};
use crate::operations::tickets::{self, ReplyInput, TicketView};
use crate::operations::{Outcome, Refusal};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route("/tickets/{id}/reply", post(reply))
        .route("/tickets/{id}/change", post(change))
}

#[derive(Deserialize)]
struct ReplyForm {
    #[serde(default)]
    body: String,
    /// `internal` or else an answer.
    #[serde(default)]
    kind: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    ccs: String,
}

#[derive(Deserialize)]
struct ChangeForm {
    #[serde(default)]
    status: String,
    #[serde(default)]
    priority: String,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    followers: String,
}

async fn reply(
    State(services): State<Arc<Services>>,
    member: Member,
    Path(id): Path<u64>,
    Posted(form): Posted<ReplyForm>,
) -> Result<Response, Problem> {
    let ticket = ticket_now(&services, &member, id).await?;
    let (add_ccs, remove_ccs) = difference(&ticket.email_ccs, &form.ccs);
    let internal = form.kind == "internal";
    let input = ReplyInput {
        account: member.account.clone(),
        id,
        agent: member.visitor().member.address.to_string(),
        body: form.body.replace("\r\n", "\n"),
        internal,
        changes: ChangesInput {
            status: said(&form.after),
            add_ccs,
            remove_ccs,
            ..ChangesInput::default()
        },
    };
    let outcome = tickets::reply(&services, &member.actor(), &input).await;
    let typed = Typed {
        body: form.body,
        internal,
        after: form.after,
        ccs: form.ccs,
        ..Typed::of(&ticket)
    };
    let done = match internal {
        true => "noted",
        false => "answered",
    };
    answer(&services, &member, id, (outcome, done), typed).await
}

async fn change(
    State(services): State<Arc<Services>>,
    member: Member,
    Path(id): Path<u64>,
    Posted(form): Posted<ChangeForm>,
) -> Result<Response, Problem> {
    let ticket = ticket_now(&services, &member, id).await?;
    let (add_followers, remove_followers) = difference(&ticket.followers, &form.followers);
    let input = UpdateInput {
        account: member.account.clone(),
        id,
        changes: ChangesInput {
            // What is chosen already is no change: a new ticket stays new.
            status: said(&form.status).filter(|status| status != ticket.status),
            priority: said(&form.priority),
            tags: Some(words(&form.tags)),
            add_followers,
            remove_followers,
            ..ChangesInput::default()
        },
    };
    let outcome = ticket_changes::update(&services, &member.actor(), &input).await;
    let typed = Typed {
        status: form.status,
        priority: form.priority,
        tags: form.tags,
        followers: form.followers,
        ..Typed::of(&ticket)
    };
    answer(&services, &member, id, (outcome, "ticket-changed"), typed).await
}

async fn ticket_now(services: &Services, member: &Member, id: u64) -> Outcome<TicketView> {
    Ok(tickets::show(services, &member.account, id).await?.ticket)
}

/// Back to the ticket, or the same page with what speaks against it.
async fn answer<T>(
    services: &Services,
    member: &Member,
    id: u64,
    (outcome, done): (Outcome<T>, &str),
    typed: Typed,
) -> Result<Response, Problem> {
    let refusal: Refusal = match outcome {
        Ok(_) => return Ok(Redirect::to(&format!("/tickets/{id}?done={done}")).into_response()),
        Err(refusal) => refusal,
    };
    if refusal.is_not_found() {
        return Err(refusal.into());
    }
    let faults = Faults::of(&member.visit, &refusal);
    let page = ticket::again(services, member, id, (typed, faults)).await?;
    Ok((refusal_status(&refusal.code), Html(page)).into_response())
}

/// What was chosen; an empty choice leaves things as they are.
fn said(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Who is to be added to the people there are, and who taken away.
fn difference(current: &[String], typed: &str) -> (Vec<String>, Vec<String>) {
    let wanted = words(typed);
    let same = |one: &String, other: &String| one.eq_ignore_ascii_case(other);
    let lacks = |list: &[String], one: &String| !list.iter().any(|other| same(one, other));
    let added = wanted.iter().filter(|one| lacks(current, one)).cloned();
    let removed = current.iter().filter(|one| lacks(&wanted, one)).cloned();
    (added.collect(), removed.collect())
}

/// Addresses or tags, however they are parted.
fn words(typed: &str) -> Vec<String> {
    let words = typed.split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';'));
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_come_and_go_by_the_difference() {
        let current = ["a@x.example".to_owned(), "b@x.example".to_owned()];
        for (typed, added, removed) in [
            ("a@x.example, b@x.example", &[][..], &[][..]),
            (
                "A@x.example;\r\n c@x.example",
                &["c@x.example"][..],
                &["b@x.example"],
            ),
            ("", &[], &["a@x.example", "b@x.example"]),
        ] {
            let found = difference(&current, typed);
            assert_eq!(found.0, added, "{typed:?}");
            assert_eq!(found.1, removed, "{typed:?}");
        }
    }
}
