//! `/mail/suspended`: messages kept aside, why, and letting them through or deleting
//! them, one or several (R31). Agents read; admins act.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::form::{Faults, Posted};
use super::page::Page;
use super::problem::{Problem, refusal_status, shown};
use super::profile::Told;
use super::visit::{Admin, Member, SignedIn};
use crate::operations::suspended::{self, RecoveredView, SuspendedView, WholeSuspendedView};
use crate::operations::{Outcome, Refusal};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route(PLACE, get(list).post(several))
        .route("/mail/suspended/{id}", get(message))
        .route("/mail/suspended/{id}/recover", post(recover))
        .route("/mail/suspended/{id}/delete", get(delete_form))
}

/// Which page of the list, and what was just done.
#[derive(Debug, Deserialize)]
struct Which {
    #[serde(default)]
    page: usize,
    done: Option<String>,
}

#[derive(Deserialize)]
struct RecoverForm {
    #[serde(default)]
    requester: String,
}

#[derive(Template)]
#[template(path = "suspended/list.html")]
struct ListPage {
    page: Page,
    /// Why nothing came of what was asked for several.
    fault: Option<String>,
    kept: Vec<SuspendedView>,
    newer: Option<usize>,
    older: Option<usize>,
    admin: bool,
}

#[derive(Template)]
#[template(path = "suspended/message.html")]
struct MessagePage {
    page: Page,
    faults: Faults,
    kept: SuspendedView,
    /// Its header block as it came.
    head: String,
    requester: String,
    admin: bool,
}

#[derive(Template)]
#[template(path = "suspended/delete.html")]
struct DeletePage {
    page: Page,
    kept: Vec<SuspendedView>,
}

/// The newest first, a page at a time.
async fn list(
    State(services): State<Arc<Services>>,
    member: Member,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let page = Page::of(&member.visit, PLACE).with_done(which.done.as_deref());
    let admin = member.is_admin();
    let listed = listed(&services, &member.account, (page, admin), which.page).await?;
    Ok(shown(&listed).into_response())
}

async fn listed(
    services: &Services,
    account: &str,
    (page, admin): (Page, bool),
    number: usize,
) -> Outcome<ListPage> {
    let mut kept = suspended::list(services, Some(account)).await?.suspended;
    kept.reverse();
    let first = number.saturating_mul(PAGE_MESSAGES);
    let more = kept.len() > first.saturating_add(PAGE_MESSAGES);
    Ok(ListPage {
        page,
        fault: None,
        kept: kept.into_iter().skip(first).take(PAGE_MESSAGES).collect(),
        newer: number.checked_sub(1),
        older: more.then(|| number + 1),
        admin,
    })
}

async fn message(
    State(services): State<Arc<Services>>,
    member: Member,
    Path(id): Path<String>,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let page = Page::of(&member.visit, PLACE).with_done(told.done.as_deref());
    let whole = suspended::show(&services, Some(&member.account), &id).await?;
    let admin = member.is_admin();
    Ok(shown(&MessagePage::new(page, whole, admin)).into_response())
}

impl MessagePage {
    fn new(page: Page, whole: WholeSuspendedView, admin: bool) -> Self {
        let mut kept = whole.suspended;
        cut(&mut kept.content, TEXT_OCTETS_MAX);
        Self {
            page,
            faults: Faults::default(),
            kept,
            head: head(&whole.source),
            requester: String::new(),
            admin,
        }
    }
}

/// The header block, as far as it is worth showing.
fn head(source: &str) -> String {
    let end = ["\r\n\r\n", "\n\n"].into_iter();
    let end = end.filter_map(|gap| source.find(gap)).min();
    let mut head = source[..end.unwrap_or(source.len())].replace('\r', "");
    cut(&mut head, HEAD_OCTETS_MAX);
    head
}

fn cut(text: &mut String, octets_max: usize) {
    if text.len() > octets_max {
        text.truncate(text.floor_char_boundary(octets_max));
        text.push('…');
    }
}

/// Makes a ticket of it. Whose it is has to be said where it names nobody.
async fn recover(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(id): Path<String>,
    Posted(form): Posted<RecoverForm>,
) -> Result<Response, Problem> {
    let requester = Some(form.requester.trim()).filter(|text| !text.is_empty());
    let (actor, account) = (admin.actor(), &admin.account);
    let refusal = match suspended::recover(&services, &actor, account, &id, requester).await {
        Ok(done) => return Ok(let_through(&done).into_response()),
        Err(refusal) if refusal.is_not_found() => return Err(refusal.into()),
        Err(refusal) => refusal,
    };
    let whole = suspended::show(&services, Some(account), &id).await?;
    let mut page = MessagePage::new(Page::of(&admin.visit, PLACE), whole, true);
    page.faults = Faults::of(&admin.visit, &refusal);
    page.requester = form.requester;
    Ok((refusal_status(&refusal.code), shown(&page)).into_response())
}

fn let_through(done: &RecoveredView) -> Redirect {
    let done = match done {
        RecoveredView::Entered { .. } => "suspended-recovered",
        RecoveredView::Queued { .. } => "suspended-queued",
    };
    Redirect::to(&format!("{PLACE}?done={done}"))
}

async fn delete_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let kept = suspended::show(&services, Some(&admin.account), &id).await?;
    let page = Page::of(&admin.visit, PLACE);
    let kept = vec![kept.suspended];
    Ok(shown(&DeletePage { page, kept }).into_response())
}

/// What was ticked in the list, and the button that was pressed.
struct Several {
    ids: Vec<String>,
    act: String,
}

impl From<Vec<(String, String)>> for Several {
    fn from(fields: Vec<(String, String)>) -> Self {
        let of = |wanted: &str| {
            let named = fields.iter().filter(move |(name, _)| name == wanted);
            named.map(|(_, value)| value.clone()).collect::<Vec<_>>()
        };
        let mut ids = of("id");
        ids.truncate(PAGE_MESSAGES);
        Self {
            act: of("act").pop().unwrap_or_default(),
            ids,
        }
    }
}

/// Lets several through, or deletes them once that was asked for a second time.
async fn several(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Posted(fields): Posted<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let Several { ids, act } = Several::from(fields);
    if ids.is_empty() {
        let none = Refusal::new("none_chosen", "tick at least one message");
        return not_done(&services, &admin, &none).await;
    }
    let done = match act.as_str() {
        "recover" => recover_each(&services, &admin, &ids).await,
        "delete" => return confirm(&services, &admin, &ids).await,
        "delete-surely" => delete_each(&services, &admin, &ids).await,
        _ => return Err(Problem::Status(StatusCode::BAD_REQUEST)),
    };
    match done {
        Ok(done) => Ok(Redirect::to(&format!("{PLACE}?done={done}")).into_response()),
        Err(refusal) => not_done(&services, &admin, &refusal).await,
    }
}

async fn recover_each(services: &Services, who: &Admin, ids: &[String]) -> Outcome<&'static str> {
    for id in ids {
        suspended::recover(services, &who.actor(), &who.account, id, None).await?;
    }
    Ok("suspended-recovered-all")
}

async fn delete_each(services: &Services, who: &Admin, ids: &[String]) -> Outcome<&'static str> {
    for id in ids {
        suspended::delete(services, &who.actor(), Some(&who.account), id).await?;
    }
    Ok("suspended-deleted-all")
}

async fn confirm(services: &Services, admin: &Admin, ids: &[String]) -> Result<Response, Problem> {
    let mut kept = Vec::with_capacity(ids.len());
    for id in ids {
        let found = suspended::show(services, Some(&admin.account), id).await?;
        kept.push(found.suspended);
    }
    let page = Page::of(&admin.visit, PLACE);
    Ok(shown(&DeletePage { page, kept }).into_response())
}

/// The list as it is now, and what stood in the way.
async fn not_done(
    services: &Services,
    admin: &Admin,
    refusal: &Refusal,
) -> Result<Response, Problem> {
    if refusal.is_not_found() {
        return Err(refusal.clone().into());
    }
    let who: &SignedIn = admin;
    let page = Page::of(&who.visit, PLACE);
    let mut listed = listed(services, &admin.account, (page, true), 0).await?;
    let faults = Faults::of(&who.visit, refusal);
    listed.fault = faults.all().first().map(ToString::to_string);
    Ok((refusal_status(&refusal.code), shown(&listed)).into_response())
}

const PLACE: &str = "/mail/suspended";
/// Messages on one page, and so at most that many at once.
const PAGE_MESSAGES: usize = 50;
/// So much of a header is shown.
const HEAD_OCTETS_MAX: usize = 16 * 1024;
/// So much of a text is shown.
const TEXT_OCTETS_MAX: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_ends_at_the_first_empty_line() {
        for (source, expected) in [
            ("A: 1\r\nB: 2\r\n\r\ntext\r\n\r\nmore", "A: 1\nB: 2"),
            ("A: 1\n\ntext", "A: 1"),
            ("A: 1\r\n", "A: 1\n"),
            ("", ""),
        ] {
            assert_eq!(head(source), expected, "{source:?}");
        }
        let long = format!("A: {}", "ä".repeat(HEAD_OCTETS_MAX));
        assert!(head(&long).len() <= HEAD_OCTETS_MAX + '…'.len_utf8());
    }

    #[test]
    fn a_form_says_which_and_what() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = vec![field("id", "a"), field("act", "recover"), field("id", "b")];
        let several = Several::from(fields);
        assert_eq!(several.ids, ["a", "b"]);
        assert_eq!(several.act, "recover");
        let many = (0..60).map(|number| field("id", &number.to_string()));
        assert_eq!(
            Several::from(many.collect::<Vec<_>>()).ids.len(),
            PAGE_MESSAGES
        );
    }
}
