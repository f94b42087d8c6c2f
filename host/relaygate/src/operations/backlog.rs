//! How much waits: by lane and state, and for which domains.
//!
//! Not here: the jobs one by one (`queue`).

use std::collections::HashMap;

use serde::Serialize;
use storage::{JobFilter, Timestamp};

use super::Outcome;
use crate::runner::Card;
use crate::samples::moves;
use crate::services::Services;

/// How much waits.
#[derive(Debug, Serialize)]
pub struct BacklogView {
    /// Jobs, whatever they are and however they stand.
    pub jobs: u64,
    /// Milliseconds the oldest job that goes on by itself has been there; null if none does.
    pub oldest_ms: Option<u64>,
    /// By lane and state.
    pub parts: Vec<PartView>,
    /// The domains most mail waits for, at most twenty.
    pub destinations: Vec<DestinationView>,
    /// Jobs looked at for that; of a longer queue the beginning.
    pub looked_at: u64,
}

/// What stands in one way in one lane.
#[derive(Debug, Serialize)]
pub struct PartView {
    /// The lane.
    pub lane: String,
    /// `due`, `leased`, `held`, `failed` or `restored`.
    pub state: &'static str,
    /// Jobs.
    pub jobs: u64,
    /// Milliseconds since the epoch: when the oldest of them came up.
    pub oldest_at: u64,
}

/// What waits for one domain's servers.
#[derive(Debug, Serialize)]
pub struct DestinationView {
    /// The domain.
    pub domain: String,
    /// Jobs.
    pub jobs: u64,
    /// The last reply to one of them.
    pub last_reply: Option<String>,
}

/// How much waits.
pub async fn show(services: &Services) -> Outcome<BacklogView> {
    let now = services.clock.now();
    let backlog = services.embedded.backlog();
    let moving = backlog.iter().filter(|part| moves(part.state));
    let oldest = moving.map(|part| part.oldest).min();
    let (destinations, looked_at) = destinations(services).await?;
    Ok(BacklogView {
        jobs: backlog.iter().map(|part| part.jobs).sum(),
        oldest_ms: oldest.map(|oldest| age(oldest, now)),
        parts: backlog
            .into_iter()
            .map(|part| PartView {
                lane: part.lane.to_string(),
                state: part.state.as_str(),
                jobs: part.jobs,
                oldest_at: part.oldest.0,
            })
            .collect(),
        destinations,
        looked_at,
    })
}

fn age(since: Timestamp, now: Timestamp) -> u64 {
    now.0.saturating_sub(since.0)
}

async fn destinations(services: &Services) -> Outcome<(Vec<DestinationView>, u64)> {
    let jobs = services.store.jobs(JobFilter::first(LOOKED_AT_MAX)).await?;
    let mut found: HashMap<String, DestinationView> = HashMap::new();
    for card in jobs.iter().filter_map(|job| Card::read(job).ok()) {
        let Some(domain) = card.destination() else {
            continue;
        };
        let domain = domain.to_string();
        let view = found.entry(domain.clone());
        let view = view.or_insert_with(|| DestinationView {
            domain,
            jobs: 0,
            last_reply: None,
        });
        view.jobs += 1;
        view.last_reply = card.last_reply.or(view.last_reply.take());
    }
    let mut destinations: Vec<_> = found.into_values().collect();
    destinations.sort_by(|a, b| (b.jobs, &a.domain).cmp(&(a.jobs, &b.domain)));
    destinations.truncate(DESTINATIONS_MAX);
    Ok((destinations, jobs.len() as u64))
}

/// Jobs looked at for their domains.
const LOOKED_AT_MAX: usize = 10_000;
/// Domains that are told.
const DESTINATIONS_MAX: usize = 20;
