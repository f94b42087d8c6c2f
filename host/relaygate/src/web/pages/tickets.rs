//! `/tickets`: what people asked, newest first.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use super::form::Faults;
use super::page::Page;
use super::problem::{Problem, shown};
use super::visit::Member;
use crate::operations::ticket_search::{self, TicketPageView, TicketQuery};
use crate::operations::tickets::TicketView;
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new().route(PLACE, get(list))
}

/// What somebody looks for.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    status: Option<String>,
    #[serde(default)]
    words: String,
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "tickets/tickets.html")]
struct TicketsPage {
    page: Page,
    tickets: Vec<TicketView>,
    /// Chosen of [`STATUSES`].
    status: String,
    words: String,
    /// This is not the first page.
    further: bool,
    next: Option<u64>,
    faults: Faults,
}

async fn list(
    State(services): State<Arc<Services>>,
    member: Member,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let status = wanted.status.unwrap_or_else(|| STATUSES[0].to_owned());
    let query = TicketQuery {
        account: member.account.clone(),
        status: Some(status.clone()).filter(|status| status != ALL),
        words: Some(wanted.words.clone()),
        before: wanted.before,
        limit: Some(PAGE_TICKETS),
    };
    let found = ticket_search::find(&services, &query).await;
    let faults = found
        .as_ref()
        .err()
        .map(|refusal| Faults::of(&member.visit, refusal));
    let found = found.unwrap_or(TicketPageView {
        tickets: Vec::new(),
        next: None,
    });
    Ok(shown(&TicketsPage {
        page: Page::of(&member.visit, PLACE),
        tickets: found.tickets,
        status,
        words: wanted.words,
        further: wanted.before.is_some(),
        next: found.next,
        faults: faults.unwrap_or_default(),
    })
    .into_response())
}

impl TicketsPage {
    /// The list with another choice, from its newest on.
    fn with_status(&self, status: &str) -> String {
        self.query(&[("status", status), ("words", &self.words)])
    }

    /// The page behind this one.
    fn onward(&self, next: &u64) -> String {
        let before = next.to_string();
        self.query(&[
            ("status", &self.status),
            ("words", &self.words),
            ("before", &before),
        ])
    }

    fn query(&self, pairs: &[(&str, &str)]) -> String {
        let said = pairs.iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<_> = said.collect();
        let query = serde_urlencoded::to_string(said).expect("pairs of text can be written");
        format!("{PLACE}?{query}")
    }
}

/// Tags that people gave.
pub(super) fn ordinary(tags: &[String]) -> impl Iterator<Item = &String> {
    tags.iter().filter(|tag| !tag.starts_with(RESERVED))
}

/// Tags the system gave, which stay.
pub(super) fn reserved(tags: &[String]) -> impl Iterator<Item = &String> {
    tags.iter().filter(|tag| tag.starts_with(RESERVED))
}

/// The colour of a status.
pub(super) fn status_tone(status: &str) -> &'static str {
    match status {
        "new" => "warn",
        "open" => "bad",
        "solved" => "good",
        _ => "",
    }
}

/// How a ticket came: the word of a mark, and its colour.
fn arrival(ticket: &TicketView) -> (&'static str, &'static str) {
    match (ticket.by_mail, ticket.created_authenticated) {
        (true, true) => ("relay", "good"),
        (true, false) => ("open", "warn"),
        (false, _) => ("here", ""),
    }
}

pub(super) const PLACE: &str = "/tickets";
/// What can be chosen, the usual first.
const STATUSES: [&str; 7] = [
    "unsolved", "new", "open", "pending", "solved", "closed", ALL,
];
const ALL: &str = "all";
const RESERVED: &str = "system_";
/// Tickets on one page.
const PAGE_TICKETS: usize = 50;
