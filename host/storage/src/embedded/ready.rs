//! Which jobs may be leased, and who has leased what. In memory only: the jobs
//! are in the journal, and no lease outlives the process that holds it.
//!
//! A lane has a list for each scope, so that a scope that has had its share is
//! stepped over at once, however much of it waits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::state::StoredJob;
use crate::key::{Scope, Timestamp};
use crate::queue::{Backlog, JobId, JobState, Lane, Share};

/// The due times of all jobs that are neither held nor failed.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    jobs: HashMap<JobId, Waiting>,
    lanes: HashMap<Lane, Waitlist>,
    epoch: u64,
}

/// What waits in one lane.
#[derive(Debug, Default)]
struct Waitlist {
    scopes: HashMap<Scope, BTreeSet<(Timestamp, JobId)>>,
    /// The first of each scope.
    heads: BTreeMap<(Timestamp, JobId), Scope>,
}

impl Waitlist {
    fn insert(&mut self, scope: Scope, at: (Timestamp, JobId)) {
        self.change(scope, |list| list.insert(at));
    }

    fn remove(&mut self, scope: Scope, at: (Timestamp, JobId)) {
        self.change(scope, |list| list.remove(&at));
    }

    fn change(
        &mut self,
        scope: Scope,
        change: impl FnOnce(&mut BTreeSet<(Timestamp, JobId)>) -> bool,
    ) {
        let list = self.scopes.entry(scope).or_default();
        let before = list.first().copied();
        change(list);
        let after = list.first().copied();
        if list.is_empty() {
            self.scopes.remove(&scope);
        }
        if before != after {
            before.map(|head| self.heads.remove(&head));
            after.map(|head| self.heads.insert(head, scope));
        }
    }

    /// The one that waits longest among the scopes that have something left.
    fn first(&self, share: &Share) -> Option<(Timestamp, JobId, Scope)> {
        let mut heads = self.heads.iter();
        let found = heads.find(|(_, scope)| !share.is_used_up(**scope));
        found.map(|((at, id), scope)| (*at, *id, *scope))
    }
}

#[derive(Debug)]
struct Waiting {
    lane: Lane,
    scope: Scope,
    /// As it is kept: never `Leased`.
    state: JobState,
    due: Timestamp,
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
    /// From when on the job may be leased; never if it is held or has failed.
    fn ready_at(&self) -> Option<Timestamp> {
        let until = self.lease.map_or(Timestamp(0), |lease| lease.until);
        let may = self.state == JobState::Due && !self.settling;
        may.then(|| self.due.max(until))
    }

    fn stands(&self) -> JobState {
        match (self.state, self.lease) {
            (JobState::Due, Some(_)) => JobState::Leased,
            (state, _) => state,
        }
    }
}

impl Ready {
    /// A job was written. `settled`: by the holder of its lease.
    pub(crate) fn set(&mut self, id: JobId, job: &StoredJob, settled: bool) {
        let lease = self.take(id).and_then(|old| old.lease);
        let waiting = Waiting {
            lane: job.lane.clone(),
            scope: Scope::from_number(job.scope),
            state: job.state,
            due: job.due,
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
        share: &Share,
    ) -> Vec<(JobId, u64)> {
        let mut share = share.clone();
        let mut chosen = Vec::new();
        while chosen.len() < limit
            && let Some((at, id, scope)) = self.lanes.get(lane).and_then(|l| l.first(&share))
            && at <= now
            && let Some(waiting) = self.take(id)
        {
            share.take(scope);
            chosen.push((id, waiting));
        }
        // Put back only now: a lease may have run out by the time it is given.
        chosen
            .into_iter()
            .map(|(id, waiting)| (id, self.put_leased(id, waiting, until)))
            .collect()
    }

    /// Returns the epoch of the lease.
    fn put_leased(&mut self, id: JobId, mut waiting: Waiting, until: Timestamp) -> u64 {
        self.epoch += 1;
        waiting.lease = Some(Held {
            epoch: self.epoch,
            until,
        });
        self.insert(id, waiting);
        self.epoch
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
    pub(crate) fn next_due(&self, lane: &Lane, share: &Share) -> Option<Timestamp> {
        self.lanes.get(lane)?.first(share).map(|(at, ..)| at)
    }

    /// How much there is of what, lane by lane.
    pub(crate) fn backlog(&self) -> Vec<Backlog> {
        let mut found: BTreeMap<(&Lane, &'static str), Backlog> = BTreeMap::new();
        for (id, waiting) in &self.jobs {
            let (state, made) = (waiting.stands(), id.made_at());
            let key = (&waiting.lane, state.as_str());
            let backlog = found.entry(key).or_insert_with(|| Backlog {
                lane: waiting.lane.clone(),
                state,
                jobs: 0,
                oldest: made,
            });
            backlog.jobs += 1;
            backlog.oldest = backlog.oldest.min(made);
        }
        found.into_values().collect()
    }

    fn insert(&mut self, id: JobId, waiting: Waiting) {
        if let Some(at) = waiting.ready_at() {
            let lane = self.lanes.entry(waiting.lane.clone()).or_default();
            lane.insert(waiting.scope, (at, id));
        }
        self.jobs.insert(id, waiting);
    }

    fn take(&mut self, id: JobId) -> Option<Waiting> {
        let waiting = self.jobs.remove(&id)?;
        let at = waiting.ready_at();
        if let (Some(at), Some(lane)) = (at, self.lanes.get_mut(&waiting.lane)) {
            lane.remove(waiting.scope, (at, id));
            if lane.scopes.is_empty() {
                self.lanes.remove(&waiting.lane);
            }
        }
        Some(waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(lane: &str, state: JobState) -> StoredJob {
        StoredJob {
            scope: 1,
            lane: Lane::new(lane),
            due: Timestamp(0),
            state,
            payload: Vec::new(),
            texts: Vec::new(),
        }
    }

    /// An id that was made then.
    fn id(made: u64) -> JobId {
        JobId::from_number(u128::from(made) << 80)
    }

    #[test]
    fn what_there_is_is_counted_by_lane_and_state() {
        let mut ready = Ready::default();
        for (made, lane, state) in [
            (7, "native", JobState::Due),
            (3, "native", JobState::Due),
            (5, "native", JobState::Held),
            (4, "intake", JobState::Failed),
        ] {
            ready.set(id(made), &job(lane, state), false);
        }
        let (lane, none) = (Lane::new("native"), Share::unbounded());
        ready.lease(&lane, Timestamp(0), Timestamp(9), 1, &none);
        ready.remove(id(4));
        let counted = ready.backlog();
        let told: Vec<_> = counted
            .iter()
            .map(|it| (it.lane.0.as_str(), it.state.as_str(), it.jobs, it.oldest.0))
            .collect();
        let expected = [
            ("native", "due", 1, 7),
            ("native", "held", 1, 5),
            ("native", "leased", 1, 3),
        ];
        assert_eq!(told, expected);
    }
}
