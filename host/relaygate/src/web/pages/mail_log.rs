//! `/mail/log`: what became of the account's messages, one message's life, and a hand
//! on what of it waits (R4). Agents read; admins act.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use super::form::{Faults, Posted};
use super::page::Page;
use super::problem::{Problem, refusal_status, shown};
use super::profile::Told;
use super::visit::{Admin, Member};
use crate::operations::hand::{self, Hand};
use crate::operations::log::{self, LogQuery, LogView, MessageView};
use crate::operations::queue::{self, JobView};
use crate::operations::trace::{self, EventView, TraceView};
use crate::operations::{Outcome, Refusal, suspended};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route(PLACE, get(search))
        .route("/mail/log/{id}", get(message))
        .route("/mail/log/{id}/jobs/{job}", post(act))
        .route(
            "/mail/log/{id}/jobs/{job}/delete",
            get(delete_form).post(delete),
        )
}

/// What is looked for, as typed; what is empty does not matter.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct Search {
    party: String,
    message_id: String,
    direction: String,
    result: String,
    ticket: String,
    since: String,
    until: String,
    after: String,
}

#[derive(Deserialize)]
struct HandForm {
    hand: Hand,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Template)]
#[template(path = "mail-log/search.html")]
struct SearchPage {
    page: Page,
    faults: Faults,
    search: Search,
    /// Both ways and every result, to choose from.
    directions: [&'static str; 2],
    results: Vec<&'static str>,
    messages: Vec<MessageView>,
    /// Where older messages are.
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "mail-log/message.html")]
struct MessagePage {
    page: Page,
    message: MessageView,
    events: Vec<EventView>,
    jobs: Vec<JobView>,
    /// Where it is kept aside.
    suspended: Option<String>,
    admin: bool,
}

#[derive(Template)]
#[template(path = "mail-log/delete.html")]
struct DeletePage {
    page: Page,
    id: String,
    job: JobView,
}

async fn search(
    State(services): State<Arc<Services>>,
    member: Member,
    Query(search): Query<Search>,
) -> Result<Response, Problem> {
    let (status, found, faults) = match found(&services, &member.account, &search).await {
        Ok(found) => (StatusCode::OK, found, Faults::default()),
        Err(refusal) if refusal.details.is_empty() => return Err(refusal.into()),
        Err(refusal) => {
            let faults = Faults::of(&member.visit, &refusal);
            (refusal_status(&refusal.code), LogView::default(), faults)
        }
    };
    let older = found.next.map(|next| search.from(next));
    let page = SearchPage {
        page: Page::of(&member.visit, PLACE),
        faults,
        directions: ["inbound", "outbound"],
        results: log::results(),
        search,
        messages: found.messages,
        older,
    };
    Ok((status, shown(&page)).into_response())
}

async fn found(services: &Services, account: &str, search: &Search) -> Outcome<LogView> {
    log::list(services, &search.query(account)?).await
}

impl Search {
    fn query(&self, account: &str) -> Outcome<LogQuery> {
        let typed = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(LogQuery {
            account: Some(account.to_owned()),
            party: typed(&self.party),
            message_id: typed(&self.message_id).map(|id| id.trim_matches(['<', '>']).to_owned()),
            direction: typed(&self.direction),
            result: typed(&self.result),
            ticket: typed(&self.ticket).map(|text| number(&text)).transpose()?,
            since: typed(&self.since),
            until: typed(&self.until),
            after: typed(&self.after),
            ..LogQuery::default()
        })
    }

    /// The same from the newest on.
    fn start(&self) -> String {
        self.from(String::new())
    }

    /// The same from there on.
    fn from(&self, after: String) -> String {
        let next = Self {
            after,
            ..self.clone()
        };
        let query = serde_urlencoded::to_string(next).unwrap_or_default();
        format!("{PLACE}?{query}")
    }

    /// Whether anything is asked for.
    fn is_narrow(&self) -> bool {
        let fields = [
            &self.party,
            &self.message_id,
            &self.direction,
            &self.result,
            &self.ticket,
            &self.since,
            &self.until,
        ];
        fields.iter().any(|field| !field.trim().is_empty())
    }
}

fn number(text: &str) -> Outcome<u64> {
    let hint = "give the ticket's number";
    let number = text.trim_start_matches('#').parse();
    number.map_err(|_| Refusal::field("ticket", "number_malformed", hint))
}

async fn message(
    State(services): State<Arc<Services>>,
    member: Member,
    Path(id): Path<String>,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let traced = traced(&services, &member.account, &id).await?;
    let jobs = match is_settled(&traced.message) {
        true => Vec::new(),
        false => {
            queue::of_message(&services, &member.account, &id)
                .await?
                .jobs
        }
    };
    let now = services.clock.now().0;
    let mut page = Page::of(&member.visit, PLACE).with_done(told.done.as_deref());
    page.reloads = jobs.iter().any(|job| moves(job, now));
    Ok(shown(&MessagePage {
        page,
        suspended: kept_aside(&services, &member.account, &traced.message).await?,
        message: traced.message,
        events: traced.events,
        jobs,
        admin: member.is_admin(),
    })
    .into_response())
}

/// The message of exactly that id; a Message-ID may stand for several.
async fn traced(services: &Services, account: &str, id: &str) -> Outcome<TraceView> {
    let traced = trace::trace(services, Some(account), id).await?.messages;
    let found = traced.into_iter().find(|traced| traced.message.id == id);
    found.ok_or_else(|| Refusal::not_found("message", "see the log"))
}

async fn kept_aside(
    services: &Services,
    account: &str,
    message: &MessageView,
) -> Outcome<Option<String>> {
    let mut standings = message.recipients.iter();
    if !standings.any(|standing| standing.result == "suspended") {
        return Ok(None);
    }
    let shelf = suspended::list(services, Some(account)).await?.suspended;
    let found = shelf.into_iter().find(|kept| kept.queue_id == message.id);
    Ok(found.map(|kept| kept.id))
}

/// Whether nothing of it can be in the queue any more.
fn is_settled(message: &MessageView) -> bool {
    let mut standings = message.recipients.iter();
    !standings.any(|standing| UNSETTLED.contains(&standing.result))
}

/// Whether something happens to it within moments.
fn moves(job: &JobView, now: u64) -> bool {
    match job.state {
        "leased" => true,
        "due" => job.due <= now.saturating_add(SOON_MS),
        _ => false,
    }
}

async fn act(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path((id, job)): Path<(String, String)>,
    Posted(form): Posted<HandForm>,
) -> Result<Redirect, Problem> {
    let done = match form.hand {
        Hand::Retry => "job-retried",
        Hand::Hold => "job-held",
        Hand::Release => "job-released",
        // Asked for once more by a page of its own.
        Hand::Delete => return Err(Problem::Status(StatusCode::BAD_REQUEST)),
    };
    let job = of(&services, &admin.account, &id, &job).await?;
    let (actor, account) = (admin.actor(), Some(admin.account.as_str()));
    hand::change(&services, &actor, account, &job.id, form.hand).await?;
    Ok(Redirect::to(&format!("{PLACE}/{id}?done={done}")))
}

/// A job of the account that is about this message.
async fn of(services: &Services, account: &str, message: &str, job: &str) -> Outcome<JobView> {
    let job = queue::show(services, Some(account), job).await?.job;
    match job.message.as_deref() == Some(message) {
        true => Ok(job),
        false => Err(Refusal::not_found("job", "see the message")),
    }
}

async fn delete_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path((id, job)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let job = of(&services, &admin.account, &id, &job).await?;
    let page = Page::of(&admin.visit, PLACE);
    Ok(shown(&DeletePage { page, id, job }).into_response())
}

async fn delete(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path((id, job)): Path<(String, String)>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let job = of(&services, &admin.account, &id, &job).await?;
    let (actor, account) = (admin.actor(), Some(admin.account.as_str()));
    hand::change(&services, &actor, account, &job.id, Hand::Delete).await?;
    Ok(Redirect::to(&format!("{PLACE}/{id}?done=job-deleted")))
}

/// The colour of a result.
fn result_tone(result: &str) -> &'static str {
    match result {
        "ticket_created"
        | "comment_added"
        | "accepted_by_customer_mta"
        | "handed_over"
        | "verification_consumed"
        | "bounce_linked" => "good",
        "suspended" | "deferred" | "sent_by_fallback" => "warn",
        "failed" | "bounced" | "dropped_loop" => "bad",
        _ => "",
    }
}

/// The colour of something that happened.
fn event_tone(what: &str) -> &'static str {
    match what {
        "delivered" => "good",
        "deferred" | "suspended" | "held" => "warn",
        "failed" | "deleted" | "dropped" => "bad",
        _ => "",
    }
}

/// What may be done with a job by a button; deleting it has a page of its own.
pub(super) fn hands(state: &str) -> &'static [&'static str] {
    match state {
        "due" => &["retry", "hold"],
        "leased" => &["hold"],
        "held" | "restored" => &["release"],
        _ => &["retry"],
    }
}

/// So much of a digest is enough for eyes.
pub(super) fn digest_start(digest: &str) -> &str {
    digest.get(..DIGEST_SHOWN).unwrap_or(digest)
}

const PLACE: &str = "/mail/log";
/// Results of messages a job may wait for; what was given up may be tried again.
const UNSETTLED: [&str; 4] = ["accepted", "queued", "deferred", "failed"];
/// A job that is due within that time is looked at again by itself.
const SOON_MS: u64 = 10_000;
/// Hexadecimal digits of a digest that are shown.
const DIGEST_SHOWN: usize = 12;
