//! Which jobs may be leased, and who has leased what. In memory only: the jobs
//! are in the journal, and no lease outlives the process that holds it.

use std::collections::{BTreeSet, HashMap};

use super::state::StoredJob;
use crate::key::Timestamp;
use crate::queue::{JobId, JobState, Lane};

/// The due times of all jobs that are neither held nor failed.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    jobs: HashMap<JobId, Waiting>,
    lanes: HashMap<Lane, BTreeSet<(Timestamp, JobId)>>,
    epoch: u64,
}

#[derive(Debug)]
struct Waiting {
    lane: Lane,
    /// `None` for held and failed jobs.
    due: Option<Timestamp>,
    lease: Option<Held>,
    /// A commit that settles the lease is on its way to the disk.
    settling: bool,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    epoch: u64,
    until: Timestamp,
}

impl Waiting {
    /// From when on the job may be leased.
    fn ready_at(&self) -> Option<Timestamp> {
        let until = self.lease.map_or(Timestamp(0), |lease| lease.until);
        self.due
            .filter(|_| !self.settling)
            .map(|due| due.max(until))
    }
}

impl Ready {
    /// A job was written. `settled`: by the holder of its lease.
    pub(crate) fn set(&mut self, id: JobId, job: &StoredJob, settled: bool) {
        let lease = self.take(id).and_then(|old| old.lease);
        let waiting = Waiting {
            lane: job.lane.clone(),
            due: (job.state == JobState::Due).then_some(job.due),
            lease: lease.filter(|_| !settled),
            settling: false,
        };
        self.insert(id, waiting);
    }

    /// A job was removed.
    pub(crate) fn remove(&mut self, id: JobId) {
        self.take(id);
    }

    /// Leases up to `limit` jobs; returns each with the epoch of its lease.
    pub(crate) fn lease(
        &mut self,
        lane: &Lane,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Vec<(JobId, u64)> {
        let chosen: Vec<JobId> = self.lanes.get(lane).map_or_else(Vec::new, |waiting| {
            let due = waiting.iter().take_while(|(at, _)| *at <= now);
            due.take(limit).map(|(_, id)| *id).collect()
        });
        chosen
            .into_iter()
            .filter_map(|id| self.lease_one(id, until))
            .collect()
    }

    fn lease_one(&mut self, id: JobId, until: Timestamp) -> Option<(JobId, u64)> {
        let mut waiting = self.take(id)?;
        self.epoch += 1;
        waiting.lease = Some(Held {
            epoch: self.epoch,
            until,
        });
        self.insert(id, waiting);
        Some((id, self.epoch))
    }

    /// Whether nobody else has leased the job since.
    pub(crate) fn holds(&self, id: JobId, epoch: u64) -> bool {
        let lease = self.jobs.get(&id).and_then(|waiting| waiting.lease);
        lease.is_some_and(|lease| lease.epoch == epoch)
    }

    /// Whether somebody works on the job.
    pub(crate) fn is_leased(&self, id: JobId) -> bool {
        self.jobs
            .get(&id)
            .is_some_and(|waiting| waiting.lease.is_some())
    }

    /// While a commit settles the lease nobody else gets the job.
    pub(crate) fn set_settling(&mut self, id: JobId, settling: bool) {
        if let Some(mut waiting) = self.take(id) {
            waiting.settling = settling;
            self.insert(id, waiting);
        }
    }

    /// When the next job of the lane may be leased.
    pub(crate) fn next_due(&self, lane: &Lane) -> Option<Timestamp> {
        self.lanes.get(lane)?.first().map(|(at, _)| *at)
    }

    fn insert(&mut self, id: JobId, waiting: Waiting) {
        if let Some(at) = waiting.ready_at() {
            let lane = self.lanes.entry(waiting.lane.clone()).or_default();
            lane.insert((at, id));
        }
        self.jobs.insert(id, waiting);
    }

    fn take(&mut self, id: JobId) -> Option<Waiting> {
        let waiting = self.jobs.remove(&id)?;
        let at = waiting.ready_at();
        if let (Some(at), Some(lane)) = (at, self.lanes.get_mut(&waiting.lane)) {
            lane.remove(&(at, id));
            if lane.is_empty() {
                self.lanes.remove(&waiting.lane);
            }
        }
        Some(waiting)
    }
}
