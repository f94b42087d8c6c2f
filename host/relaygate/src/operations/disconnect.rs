//! Taking a domain out of use: asked for, looked upon, and what was put off meanwhile.
//!
//! Not here: the steps (`crate::disconnect`).

use desk::connectors::{self, Phase, disconnect, refused};
use desk::notices::Notice;
use desk::{Account, credentials};
use mail::address::Domain;
use serde::{Deserialize, Serialize};
use storage::{Batch, JobFilter, NewJob, Timestamp};

use super::{Actor, Outcome, parse_domain, retried, security};
use crate::disconnect::waiting;
use crate::runner::{Card, Work, disconnect_lane};
use crate::services::Services;

/// How far a disconnection is.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProgressView {
    /// The domain.
    pub domain: String,
    /// `connected`, `draining`, `removing_addresses`, `revoking` or `disconnected`.
    pub state: String,
    /// When it began, milliseconds since the epoch.
    pub since_at: Option<u64>,
    /// When it was over, milliseconds since the epoch.
    pub ended_at: Option<u64>,
    /// Messages that still wait for the customer's server.
    pub queued: usize,
    /// Support addresses that are left.
    pub addresses: usize,
    /// Credential sets that are left.
    pub credentials: usize,
    /// Envelopes that were put off.
    pub refused: usize,
}

/// Mail that was put off because its domain was being disconnected.
#[derive(Debug, Serialize)]
pub struct RefusedView {
    /// In no particular order.
    pub refused: Vec<EnvelopeView>,
}

/// One envelope that was put off.
#[derive(Debug, Serialize)]
pub struct EnvelopeView {
    /// The domain.
    pub domain: String,
    /// The session of the last attempt, as the log names it.
    pub session: String,
    /// The reverse path; empty for `<>`.
    pub sender: String,
    /// The recipient.
    pub recipient: String,
    /// How often.
    pub times: u32,
    /// Milliseconds since the epoch.
    pub first_at: u64,
    /// Milliseconds since the epoch.
    pub last_at: u64,
}

/// Begins to disconnect a domain; a job does the rest (R98). Asking again changes nothing.
pub async fn begin(
    services: &Services,
    actor: &Actor,
    account: &str,
    domain: &str,
) -> Outcome<ProgressView> {
    let account = super::account(services, account).await?;
    let domain = parse_domain(domain)?;
    retried(|| Box::pin(try_begin(services, actor, &account, &domain))).await?;
    look(services, &account, &domain).await
}

/// The same for a domain somebody else has proved to be theirs.
pub(super) async fn displace(
    services: &Services,
    account: &Account,
    domain: &Domain,
) -> Outcome<()> {
    let actor = Actor::system();
    retried(|| Box::pin(try_begin(services, &actor, account, domain))).await
}

async fn try_begin(
    services: &Services,
    actor: &Actor,
    account: &Account,
    domain: &Domain,
) -> Outcome<()> {
    let now = services.clock.now();
    let mut change = disconnect::begin(account, domain, now).await?;
    if *change.value() {
        let domain = domain.to_string();
        let notice = Notice::DisconnectBegun { domain };
        security::add(services, account, actor, change.batch(), notice);
    }
    if *change.value() || !has_job(services, account, domain).await? {
        enqueue(account, change.batch(), domain, now);
    }
    change.commit(account).await?;
    Ok(())
}

fn enqueue(account: &Account, batch: &mut Batch, domain: &Domain, now: Timestamp) {
    batch.enqueue(NewJob {
        scope: account.scope(),
        lane: disconnect_lane(),
        due: now,
        payload: Card::new(now, Work::Disconnect(domain.clone())).to_payload(),
        texts: Vec::new(),
    });
}

/// An operator may have deleted it from the queue.
async fn has_job(services: &Services, account: &Account, domain: &Domain) -> Outcome<bool> {
    let filter = JobFilter {
        scope: Some(account.scope()),
        lane: Some(disconnect_lane()),
        ..JobFilter::first(DOMAINS_MAX)
    };
    let jobs = services.store.jobs(filter).await?;
    let work = jobs.iter().filter_map(|job| Card::read(job).ok());
    Ok(work
        .map(|card| card.work)
        .any(|work| matches!(work, Work::Disconnect(of) if of == *domain)))
}

/// How far it is. A domain that is gone is told as `disconnected` for a month; one the
/// account never had is not found.
pub async fn progress(services: &Services, account: &str, domain: &str) -> Outcome<ProgressView> {
    let account = super::account(services, account).await?;
    look(services, &account, &parse_domain(domain)?).await
}

async fn look(services: &Services, account: &Account, domain: &Domain) -> Outcome<ProgressView> {
    let phase = connectors::find(account, domain)
        .await?
        .map(|found| found.phase);
    let gone = disconnect::gone_at(account, domain).await?;
    let ended = match phase {
        Some(_) => None,
        None => Some(gone.ok_or(desk::Error::NotFound("domain"))?),
    };
    let queued = waiting(services, account, domain).await?.len();
    let addresses = disconnect::addresses_left(account, domain).await?.len();
    let credentials = credentials::list(account, domain).await?.len();
    let state = match phase {
        None => "disconnected",
        Some(Phase::Connected) => "connected",
        Some(_) if queued > 0 => "draining",
        Some(_) if addresses > 0 => "removing_addresses",
        Some(_) => "revoking",
    };
    Ok(ProgressView {
        domain: domain.to_string(),
        state: state.to_owned(),
        since_at: match phase {
            Some(Phase::Disconnecting { since }) => Some(since.0),
            _ => None,
        },
        ended_at: ended.map(|at| at.0),
        queued,
        addresses,
        credentials,
        refused: refused::list(account, Some(domain)).await?.len(),
    })
}

/// What was put off, so that the customer's admin can see whose mail to look after (R100).
pub async fn refused(
    services: &Services,
    account: &str,
    domain: Option<&str>,
) -> Outcome<RefusedView> {
    let account = super::account(services, account).await?;
    let domain = domain.map(parse_domain).transpose()?;
    let found = refused::list(&account, domain.as_ref()).await?;
    let view = |refused: refused::Refused| EnvelopeView {
        domain: refused.domain,
        session: refused.session,
        sender: refused.sender,
        recipient: refused.recipient,
        times: refused.times,
        first_at: refused.first_at.0,
        last_at: refused.last_at.0,
    };
    Ok(RefusedView {
        refused: found.into_iter().map(view).collect(),
    })
}

/// More than an account can have.
const DOMAINS_MAX: usize = 1_000;
