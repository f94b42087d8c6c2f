//! The queue: what waits, and an operator's hand on it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use storage::{Batch, Job, JobChange, JobFilter, JobId, JobState, Lane, Scope};

use super::{Actor, Outcome, Refusal, audit};
use crate::runner::{Card, Work};
use crate::services::Services;

/// A job as it is shown: no address, no subject, no text.
#[derive(Debug, Serialize)]
pub struct JobView {
    /// Its id.
    pub id: String,
    /// Its lane.
    pub lane: String,
    /// Subdomain of its account.
    pub account: Option<String>,
    /// `due`, `leased`, `held`, `failed` or `restored`.
    pub state: &'static str,
    /// Why nobody works on it, and what lets it go on.
    pub why: Option<&'static str>,
    /// Milliseconds since the epoch.
    pub due: u64,
    /// Attempts so far.
    pub attempts: u32,
    /// How the last one ended.
    pub last_reply: Option<String>,
    /// `inbound`, `notification`, `inbound_verification` …
    pub subject_kind: String,
}

/// What waits.
#[derive(Debug, Serialize)]
pub struct JobsView {
    /// Oldest first.
    pub jobs: Vec<JobView>,
}

/// One job.
#[derive(Debug, Serialize)]
pub struct OneJobView {
    /// It.
    pub job: JobView,
}

/// What was let go.
#[derive(Debug, Serialize)]
pub struct ReleasedView {
    /// Jobs that go on now.
    pub released: u64,
}

/// Which jobs, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct JobQuery {
    /// Of this account only.
    pub account: Option<String>,
    /// Of this lane only.
    pub lane: Option<String>,
    /// Only those that stand so, in the words of [`JobView::state`].
    pub state: Option<String>,
    /// At most so many.
    pub limit: Option<usize>,
}

/// What to do with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hand {
    /// Due now.
    Retry,
    /// Stop it until it is released.
    Hold,
    /// Let it go on.
    Release,
    /// Away with it.
    Delete,
}

/// What waits.
pub async fn list(services: &Services, query: &JobQuery) -> Outcome<JobsView> {
    let jobs = services.store.jobs(filter(services, query).await?).await?;
    let mut names = HashMap::new();
    let mut views = Vec::new();
    for job in &jobs {
        views.push(view(
            job,
            account_name(services, &mut names, job.scope).await?,
        ));
    }
    Ok(JobsView { jobs: views })
}

async fn filter(services: &Services, query: &JobQuery) -> Outcome<JobFilter> {
    let scope = match &query.account {
        Some(subdomain) => Some(super::account(services, subdomain).await?.scope()),
        None => None,
    };
    let state = query.state.as_deref().map(|word| {
        let state = JobState::ALL.into_iter().find(|s| s.as_str() == word);
        let hint = "use due, leased, held, failed or restored";
        state.ok_or_else(|| Refusal::field("state", "state_unknown", hint))
    });
    Ok(JobFilter {
        scope,
        lane: query.lane.as_deref().map(Lane::new),
        state: state.transpose()?,
        ..JobFilter::first(query.limit.unwrap_or(JOBS_MAX).min(JOBS_MAX))
    })
}

/// Lets go what came out of a backup: all of it, or what `query` names.
pub async fn release_restored(
    services: &Services,
    actor: &Actor,
    query: &JobQuery,
) -> Outcome<ReleasedView> {
    let mut filter = filter(services, query).await?;
    filter.state = Some(JobState::Restored);
    let mut released = HashMap::new();
    loop {
        let jobs = services.store.jobs(filter.clone()).await?;
        let Some(last) = jobs.last() else {
            break;
        };
        filter.after = Some(last.id);
        let mut batch = Batch::new();
        for job in &jobs {
            batch.change_job(job.id, JobChange::Release);
            *released.entry(job.scope).or_insert(0) += 1;
        }
        services.store.commit(batch).await?;
    }
    for (scope, count) in &released {
        if let Scope::Account(account) = scope {
            let account = services.desk.account(*account);
            let subject = format!("{count} jobs of a backup");
            audit::record(services, &account, actor, Hand::Release.act(), &subject).await;
        }
    }
    Ok(ReleasedView {
        released: released.values().sum(),
    })
}

/// One job.
pub async fn show(services: &Services, id: &str) -> Outcome<OneJobView> {
    let job = find(services, id).await?;
    let account = account_name(services, &mut HashMap::new(), job.scope).await?;
    Ok(OneJobView {
        job: view(&job, account),
    })
}

/// Retries, holds, releases or deletes a job.
pub async fn change(services: &Services, actor: &Actor, id: &str, hand: Hand) -> Outcome<()> {
    let job = find(services, id).await?;
    let mut batch = Batch::new();
    batch.change_job(
        job.id,
        match hand {
            Hand::Retry => JobChange::Retry(services.clock.now()),
            Hand::Hold => JobChange::Hold,
            Hand::Release => JobChange::Release,
            Hand::Delete => JobChange::Delete,
        },
    );
    if hand == Hand::Delete {
        drop_raw_text(&job, &mut batch);
    }
    services.store.commit(batch).await?;
    if let Scope::Account(account) = job.scope {
        let account = services.desk.account(account);
        audit::record(services, &account, actor, hand.act(), &job.id.to_string()).await;
    }
    Ok(())
}

impl Hand {
    fn act(self) -> &'static str {
        match self {
            Self::Retry => "job_retried",
            Self::Hold => "job_held",
            Self::Release => "job_released",
            Self::Delete => "job_deleted",
        }
    }
}

/// A message on its way to a desk is kept by its raw text, too, until the desk has
/// it or it is given up here.
fn drop_raw_text(job: &Job, batch: &mut Batch) {
    let text = match Card::read(job).map(|card| card.work) {
        Ok(Work::Intake(arrived)) => arrived.text,
        Ok(Work::HandOver(hand_over)) => hand_over.arrived.text,
        Ok(Work::Submitted(submitted)) => submitted.text,
        _ => return,
    };
    batch.drop_text(job.scope, text);
}

async fn find(services: &Services, id: &str) -> Outcome<Job> {
    let unknown = || Refusal::not_found("job", "see `relaygate queue list`");
    let id: JobId = id.parse().map_err(|_| unknown())?;
    services.store.job(id).await?.ok_or_else(unknown)
}

async fn account_name(
    services: &Services,
    names: &mut HashMap<Scope, Option<String>>,
    scope: Scope,
) -> Outcome<Option<String>> {
    if let Some(name) = names.get(&scope) {
        return Ok(name.clone());
    }
    let name = match scope {
        Scope::Installation => None,
        Scope::Account(id) => {
            let profile = desk::accounts::profile(&services.desk.account(id)).await?;
            Some(profile.subdomain.to_string())
        }
    };
    names.insert(scope, name.clone());
    Ok(name)
}

fn view(job: &Job, account: Option<String>) -> JobView {
    let card = Card::read(job).ok();
    JobView {
        id: job.id.to_string(),
        lane: job.lane.to_string(),
        account,
        state: job.state.as_str(),
        why: why(job.state),
        due: job.due.0,
        attempts: card.as_ref().map_or(0, |card| card.attempts),
        last_reply: card.as_ref().and_then(|card| card.last_reply.clone()),
        subject_kind: card
            .as_ref()
            .map_or("unreadable", Card::subject_kind)
            .to_owned(),
    }
}

fn why(state: JobState) -> Option<&'static str> {
    match state {
        JobState::Due | JobState::Leased => None,
        JobState::Held => Some("an operator holds it; `queue release` lets it go on"),
        JobState::Failed => Some("given up; `queue retry` tries it once more"),
        JobState::Restored => Some(
            "came out of a backup, may have been done since; `queue release` lets it go on, `queue delete` ends it",
        ),
    }
}

/// Jobs shown at once.
const JOBS_MAX: usize = 1_000;
