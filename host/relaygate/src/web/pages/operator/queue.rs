//! `/operator/queue`: how much waits, the jobs one by one, and a hand on them.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::form::Posted;
use super::page::Page;
use super::problem::{Problem, shown};
use super::visit::Operator;
use crate::operations::backlog::{self, BacklogView};
use crate::operations::hand::{self, Hand};
use crate::operations::queue::{self, JobQuery, JobView};
use crate::services::Services;
use crate::web::pages::mail_log::hands;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route(PLACE, get(show))
        .route("/operator/queue/restored", post(release_restored))
        .route("/operator/queue/{job}", post(act))
        .route(
            "/operator/queue/{job}/delete",
            get(delete_form).post(delete),
        )
}

/// Which jobs are listed, as typed, and what was just done.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Which {
    account: String,
    lane: String,
    state: String,
    done: Option<String>,
}

#[derive(Deserialize)]
struct HandForm {
    hand: Hand,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Template)]
#[template(path = "operator/queue.html")]
struct QueuePage {
    page: Page,
    backlog: BacklogView,
    which: Which,
    lanes: Vec<String>,
    states: [&'static str; 5],
    jobs: Vec<JobView>,
    /// There are more than are shown.
    more: bool,
}

#[derive(Template)]
#[template(path = "operator/job-delete.html")]
struct DeletePage {
    page: Page,
    job: JobView,
}

async fn show(
    State(services): State<Arc<Services>>,
    operator: Operator,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let backlog = backlog::show(&services).await?;
    let mut jobs = queue::list(&services, &which.query()).await?.jobs;
    let more = jobs.len() > JOBS_SHOWN;
    jobs.truncate(JOBS_SHOWN);
    let mut lanes: Vec<_> = backlog.parts.iter().map(|part| part.lane.clone()).collect();
    lanes.dedup();
    Ok(shown(&QueuePage {
        page: Page::of(&operator.visit, PLACE).with_done(which.done.as_deref()),
        backlog,
        which,
        lanes,
        states: storage::JobState::ALL.map(storage::JobState::as_str),
        jobs,
        more,
    })
    .into_response())
}

impl Which {
    fn query(&self) -> JobQuery {
        let typed = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        JobQuery {
            account: typed(&self.account),
            lane: typed(&self.lane),
            state: typed(&self.state),
            limit: Some(JOBS_SHOWN + 1),
        }
    }
}

impl QueuePage {
    fn has_restored(&self) -> bool {
        let mut parts = self.backlog.parts.iter();
        parts.any(|part| part.state == "restored")
    }
}

async fn act(
    State(services): State<Arc<Services>>,
    operator: Operator,
    Path(job): Path<String>,
    Posted(form): Posted<HandForm>,
) -> Result<Redirect, Problem> {
    let done = match form.hand {
        Hand::Retry => "job-retried",
        Hand::Hold => "job-held",
        Hand::Release => "job-released",
        // Asked for once more by a page of its own.
        Hand::Delete => return Err(Problem::Status(StatusCode::BAD_REQUEST)),
    };
    hand::change(&services, &operator.actor(), None, &job, form.hand).await?;
    Ok(Redirect::to(&format!("{PLACE}?done={done}")))
}

async fn delete_form(
    State(services): State<Arc<Services>>,
    operator: Operator,
    Path(job): Path<String>,
) -> Result<Response, Problem> {
    let job = queue::show(&services, None, &job).await?.job;
    let page = Page::of(&operator.visit, PLACE);
    Ok(shown(&DeletePage { page, job }).into_response())
}

async fn delete(
    State(services): State<Arc<Services>>,
    operator: Operator,
    Path(job): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    hand::change(&services, &operator.actor(), None, &job, Hand::Delete).await?;
    Ok(Redirect::to("/operator/queue?done=job-deleted"))
}

/// Everything that came out of a backup goes on.
async fn release_restored(
    State(services): State<Arc<Services>>,
    operator: Operator,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let everything = JobQuery::default();
    queue::release_restored(&services, &operator.actor(), &everything).await?;
    Ok(Redirect::to("/operator/queue?done=jobs-released"))
}

/// The colour of a state.
fn state_tone(state: &str) -> &'static str {
    match state {
        "held" | "restored" => "warn",
        "failed" => "bad",
        _ => "",
    }
}

/// Milliseconds as people read them.
fn span(millis: &u64) -> String {
    super::health::span(&(millis / 1_000))
}

const PLACE: &str = "/operator/queue";
/// Jobs listed at once.
const JOBS_SHOWN: usize = 100;
