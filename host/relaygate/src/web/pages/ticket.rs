//! `/tickets/{id}`: one conversation, and how each part of it came and went.
//!
//! What strangers wrote is shown as text. Their HTML is behind a click, in a frame of its
//! own (`ticket_parts`).

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use super::form::Faults;
use super::page::Page;
use super::problem::{Problem, shown};
use super::tickets::{PLACE, ordinary, reserved, status_tone};
use super::visit::Member;
use crate::operations::Outcome;
use crate::operations::tickets::{
    self, CheckView, CommentView, DeliveryView, SenderView, TicketView, ViaView, WholeTicketView,
};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new().route("/tickets/{id}", get(show))
}

/// Which part of it, and what was just done.
#[derive(Debug, Default, Deserialize)]
struct Which {
    /// Comments before this one.
    before: Option<u64>,
    done: Option<String>,
}

/// What was typed into the forms.
#[derive(Debug, Default)]
pub(super) struct Typed {
    /// The answer.
    pub(super) body: String,
    /// It is a note among agents.
    pub(super) internal: bool,
    /// Where the ticket is to stand after the answer; empty: as it goes.
    pub(super) after: String,
    /// People copied.
    pub(super) ccs: String,
    /// People who read along unseen.
    pub(super) followers: String,
    /// Ordinary tags.
    pub(super) tags: String,
    /// Where it stands.
    pub(super) status: String,
    /// How urgent it is.
    pub(super) priority: String,
}

#[derive(Template)]
#[template(path = "tickets/ticket.html")]
struct TicketPage {
    page: Page,
    ticket: TicketView,
    comments: Vec<CommentView>,
    /// There are older ones: those before this number.
    earlier: Option<u64>,
    /// These are not the newest.
    past: bool,
    undeliverable: Vec<String>,
    /// In whose name an answer would leave (R80).
    sender: Option<SenderView>,
    faults: Faults,
    typed: Typed,
}

async fn show(
    State(services): State<Arc<Services>>,
    member: Member,
    Path(id): Path<u64>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let whole = tickets::show(&services, &member.account, id).await?;
    let typed = Typed::of(&whole.ticket);
    let mut page = ticket_page(&member, whole, which.before, typed);
    page.page = page.page.with_done(which.done.as_deref());
    Ok(shown(&page).into_response())
}

/// The page again, with what was typed and what speaks against it.
pub(super) async fn again(
    services: &Services,
    member: &Member,
    id: u64,
    (typed, faults): (Typed, Faults),
) -> Outcome<String> {
    let whole = tickets::show(services, &member.account, id).await?;
    let mut page = ticket_page(member, whole, None, typed);
    page.faults = faults;
    Ok(shown(&page).0)
}

fn ticket_page(
    member: &Member,
    whole: WholeTicketView,
    before: Option<u64>,
    typed: Typed,
) -> TicketPage {
    let WholeTicketView {
        ticket,
        mut comments,
        undeliverable,
        answers_as,
    } = whole;
    comments.retain(|comment| before.is_none_or(|before| comment.id < before));
    let cut = comments.len().saturating_sub(PAGE_COMMENTS);
    let comments = comments.split_off(cut);
    TicketPage {
        page: Page::of(&member.visit, PLACE),
        earlier: comments.first().filter(|_| cut > 0).map(|first| first.id),
        past: before.is_some(),
        sender: answers_as,
        ticket,
        comments,
        undeliverable,
        faults: Faults::default(),
        typed,
    }
}

impl Typed {
    /// The forms as a ticket fills them.
    pub(super) fn of(ticket: &TicketView) -> Self {
        let tags: Vec<_> = ordinary(&ticket.tags).map(String::as_str).collect();
        Self {
            ccs: ticket.email_ccs.join(", "),
            followers: ticket.followers.join(", "),
            tags: tags.join(" "),
            status: ticket.status.to_owned(),
            priority: ticket.priority.unwrap_or_default().to_owned(),
            ..Self::default()
        }
    }
}

impl TicketPage {
    fn is_closed(&self) -> bool {
        self.ticket.status == "closed"
    }
}

/// How a comment came: the word of a mark, and its colour.
fn arrival(comment: &CommentView) -> (&'static str, &'static str) {
    match (&comment.via, comment.authenticated) {
        (Some(_), true) => ("relay", "good"),
        (Some(_), false) => ("open", "warn"),
        (None, _) => ("here", ""),
    }
}

/// What a server said of the author, method by method.
fn checks(via: &ViaView) -> Vec<(&'static str, &CheckView)> {
    let Some(checks) = &via.checks else {
        return Vec::new();
    };
    let spf = checks.spf.iter().map(|check| ("SPF", check));
    let dkim = checks.dkim.iter().map(|check| ("DKIM", check));
    let dmarc = checks.dmarc.iter().map(|check| ("DMARC", check));
    spf.chain(dkim).chain(dmarc).collect()
}

/// The colour of what a method said.
fn check_tone(check: &CheckView) -> &'static str {
    match check.verdict.as_str() {
        "pass" => "good",
        "fail" | "softfail" | "permerror" => "bad",
        _ => "",
    }
}

/// The colour of where a delivery stands.
fn delivery_tone(delivery: &DeliveryView) -> &'static str {
    match delivery.state {
        "accepted_by_customer_mta" => "good",
        "sent_by_fallback" | "deferred" => "warn",
        "failed" | "bounced" => "bad",
        _ => "",
    }
}

/// As much of a text as one page shows.
fn text(comment: &CommentView) -> &str {
    let end = comment.body.floor_char_boundary(TEXT_OCTETS_MAX);
    comment.body[..end].trim_end()
}

fn is_cut(comment: &CommentView) -> bool {
    comment.body.len() > TEXT_OCTETS_MAX
}

/// A number of octets as people say it.
fn size(page: &Page, octets: &u64) -> String {
    let point = match page.lang() {
        "de" => ',',
        _ => '.',
    };
    let say = |unit: u64, name: &str| {
        let tenths = octets / (unit / 10);
        format!("{}{point}{} {name}", tenths / 10, tenths % 10)
    };
    match octets {
        0..1_000 => format!("{octets} B"),
        1_000..1_000_000 => say(1_000, "kB"),
        _ => say(1_000_000, "MB"),
    }
}

/// Comments on one page, the newest if nobody says otherwise.
const PAGE_COMMENTS: usize = 50;
/// Octets of one comment's text on it.
const TEXT_OCTETS_MAX: usize = 64 * 1024;
/// Where a ticket can be made to stand.
const STATUSES: [&str; 4] = ["open", "pending", "solved", "closed"];
const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];
