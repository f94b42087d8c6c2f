//! The queue: what waits, and what came out of a backup let go.
//!
//! Not here: a hand on a single job (`hand`), how much waits (`backlog`).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use storage::{Batch, Job, JobChange, JobFilter, JobId, JobState, Lane, Scope};

use super::hand::Hand;
use super::{Actor, Outcome, Refusal, audit};
use crate::runner::Card;
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
    /// Milliseconds since the epoch: when the work came up.
    pub queued_at: u64,
    /// Attempts so far.
    pub attempts: u32,
    /// How the last one ended.
    pub last_reply: Option<String>,
    /// `inbound`, `notification`, `inbound_verification` …
    pub subject_kind: String,
    /// Id of the message it is about, for the message log.
    pub message: Option<String>,
    /// The domain whose mail server it is for.
    pub destination: Option<String>,
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

/// What of an account's message waits. Of a long queue only the beginning is looked
/// through; what waits behind that is found by its job.
pub async fn of_message(services: &Services, account: &str, message: &str) -> Outcome<JobsView> {
    let scope = super::account(services, account).await?.scope();
    let mut filter = JobFilter {
        scope: Some(scope),
        ..JobFilter::first(JOBS_MAX)
    };
    let (mut found, mut looked_at) = (Vec::new(), 0);
    while looked_at < LOOKED_AT_MAX {
        let jobs = services.store.jobs(filter.clone()).await?;
        let Some(last) = jobs.last() else {
            break;
        };
        filter.after = Some(last.id);
        looked_at += jobs.len();
        let views = jobs.iter().map(|job| view(job, Some(account.to_owned())));
        found.extend(views.filter(|job| job.message.as_deref() == Some(message)));
    }
    Ok(JobsView { jobs: found })
}

/// One job: any, or one of that account.
pub async fn show(services: &Services, account: Option<&str>, id: &str) -> Outcome<OneJobView> {
    let job = find(services, account, id).await?;
    let account = account_name(services, &mut HashMap::new(), job.scope).await?;
    Ok(OneJobView {
        job: view(&job, account),
    })
}

/// A job: any, or one of that account.
pub(super) async fn find(services: &Services, account: Option<&str>, id: &str) -> Outcome<Job> {
    let unknown = || Refusal::not_found("job", "see `relaygate queue list`");
    let id: JobId = id.parse().map_err(|_| unknown())?;
    let job = services.store.job(id).await?.ok_or_else(unknown)?;
    match account {
        Some(subdomain) if super::account(services, subdomain).await?.scope() != job.scope => {
            Err(unknown())
        }
        _ => Ok(job),
    }
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
        queued_at: card.as_ref().map_or(job.due.0, |card| card.queued_at.0),
        attempts: card.as_ref().map_or(0, |card| card.attempts),
        last_reply: card.as_ref().and_then(|card| card.last_reply.clone()),
        subject_kind: card
            .as_ref()
            .map_or("unreadable", Card::subject_kind)
            .to_owned(),
        message: card.as_ref().and_then(Card::message).map(str::to_owned),
        destination: card
            .as_ref()
            .and_then(Card::destination)
            .map(ToString::to_string),
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
/// Jobs of an account looked through for those of a message.
const LOOKED_AT_MAX: usize = 10_000;
