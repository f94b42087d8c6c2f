//! The committing thread: the only one that changes anything.
//!
//! Everything that arrives while a sync is under way becomes the next group:
//! judge, write, sync once, make visible, answer all.
//!
//! A failed write or sync poisons the journal for the life of the process: what
//! is on the disk is unknown then (Linux drops the dirty pages and reports the
//! error once), so nothing is acknowledged any more until a restart has read it
//! again. The one exception is a write that finds no space: nothing of it has
//! been synced, it is cut off again and the batches are refused as `Full`.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::Shared;
use super::backup::Linked;
use super::draft::{Approved, Pending, Refusal, judge};
use super::files::is_full;
use super::group::{Accepted, Answer, Commit, Group, Refused};
use super::housekeeping::Task;
use super::record::{self, Frame, HEADER_OCTETS, Kind};
use super::segment::{Segment, Synced};
use super::state::{Change, Edit, Origin, StoredJob};
use super::view::View;
use crate::batch::Batch;
use crate::durable::Durable;
use crate::error::CommitError;
use crate::key::Revision;
use crate::queue::JobId;

/// What the committing thread is asked for.
pub(crate) enum Request {
    Commit(Batch, Answer),
    /// Closes the segment, then makes a snapshot.
    Compact(oneshot::Sender<Option<usize>>),
    /// Closes the segment, then gives every file a second name for a backup.
    Cut(oneshot::Sender<std::io::Result<Linked>>),
    Close(oneshot::Sender<()>),
}

/// The state of the committing thread.
pub(crate) struct Writer {
    pub(crate) shared: Arc<Shared>,
    pub(crate) segment: Segment,
    /// The last commit, on the disk.
    pub(crate) sequence: u64,
    pub(crate) tasks: std::sync::mpsc::Sender<Task>,
    pub(crate) housekeeping: JoinHandle<()>,
    /// Held until everything else has ended.
    pub(crate) lock: File,
}

/// Why a group is not on the disk.
enum NotWritten {
    Full,
    Failed,
}

impl Writer {
    /// Works until the store is closed or dropped.
    pub(crate) fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut closed = None;
        while let Some(request) = requests.blocking_recv() {
            if let Some(answer) = self.serve(request, &mut requests) {
                closed = Some(answer);
                break;
            }
        }
        // Housekeeping, which is waited for now, may wait for an answer itself.
        drop(requests);
        self.finish();
        if let Some(answer) = closed {
            // Nobody waits any more if the closing future was dropped.
            let _ = answer.send(());
        }
    }

    /// Returns whom to tell when the thread ends, if it is to end.
    fn serve(
        &mut self,
        request: Request,
        requests: &mut mpsc::Receiver<Request>,
    ) -> Option<oneshot::Sender<()>> {
        let mut next = Some(request);
        let (mut commits, mut octets) = (Vec::new(), 0);
        while let Some(Request::Commit(batch, answer)) = next {
            octets += batch.octets();
            commits.push(Commit { batch, answer });
            let full = commits.len() >= GROUP_COMMITS_MAX || octets >= GROUP_OCTETS_MAX;
            next = if full { None } else { requests.try_recv().ok() };
        }
        if !commits.is_empty() {
            self.commit_group(commits);
        }
        match next {
            Some(Request::Close(answer)) => return Some(answer),
            Some(Request::Compact(answer)) => self.compact(answer),
            Some(Request::Cut(answer)) => self.cut(answer),
            Some(Request::Commit(..)) | None => {}
        }
        None
    }

    fn commit_group(&mut self, commits: Vec<Commit>) {
        if self.shared.failed.load(Ordering::Acquire) {
            return refuse_all(commits, || CommitError::Failed);
        }
        // A panic drops the answers, which their owners read as `Failed`.
        if catch_unwind(AssertUnwindSafe(|| self.try_group(commits))).is_err() {
            self.fail("committing thread panicked");
        }
    }

    fn try_group(&mut self, commits: Vec<Commit>) {
        let shared = Arc::clone(&self.shared);
        let view = shared.view();
        let Some(view) = view.as_ref() else {
            return refuse_all(commits, || CommitError::Closed);
        };
        match self.roll_if_long() {
            Ok(()) => {}
            Err(NotWritten::Full) => return refuse_all(commits, || CommitError::Full),
            Err(NotWritten::Failed) => return refuse_all(commits, || CommitError::Failed),
        }
        let Some(mut group) = self.judge_group(commits, view) else {
            return self.fail("index cannot be read");
        };
        group.keep_files(true);
        match self.write(&group.octets) {
            Ok(synced) => self.publish(&mut group, view, synced.as_ref()),
            Err(NotWritten::Full) => self.take_back(&mut group),
            Err(NotWritten::Failed) => self.give_up(&mut group),
        }
        refuse(group.refused);
    }

    /// `None` if the view fails, which ends the store.
    fn judge_group(&self, commits: Vec<Commit>, view: &View) -> Option<Group> {
        let mut group = Group::default();
        let mut pending = Pending::new(view);
        let free = self.segment.free_octets();
        for Commit { batch, answer } in commits {
            let judged = if self.is_short(free, group.octets.len(), &batch) {
                Err(Refusal::Batch(CommitError::Full))
            } else {
                judge(batch, &pending, &self.shared.ready())
            };
            match judged {
                Ok(approved) => {
                    self.accept(&mut group, &mut pending, approved, answer);
                }
                Err(Refusal::Batch(error)) => group.refused.push(Refused { answer, error }),
                Err(Refusal::View(error)) => {
                    tracing::error!(%error, "index failed");
                    return None;
                }
            }
        }
        Some(group)
    }

    fn is_short(&self, free: u64, planned: usize, batch: &Batch) -> bool {
        let reserve = self.shared.options.reserve_octets;
        let floor = if batch.settles() {
            reserve / 2
        } else {
            reserve
        };
        free < floor.saturating_add(planned as u64)
    }

    /// Puts an approved batch into the group, as it will stand in the segment.
    fn accept(
        &self,
        group: &mut Group,
        pending: &mut Pending<'_>,
        mut approved: Approved,
        answer: Answer,
    ) {
        let sequence = self.sequence + 1 + group.accepted.len() as u64;
        let start = self.segment.length + group.octets.len() as u64;
        let origin = Origin {
            sequence,
            segment: self.segment.name.sequence,
            tail: start + (HEADER_OCTETS + approved.payload.len()) as u64,
        };
        let tail: Vec<&[u8]> = approved.tail.iter().map(Vec::as_slice).collect();
        let frame = Frame {
            kind: Kind::Commit,
            sequence,
            synced: self.sequence,
            payload: &approved.payload,
            tail: &tail,
        };
        record::write(&mut group.octets, self.segment.name.salt, frame);
        approved.tail = Vec::new();
        for id in &approved.settled {
            self.shared.ready().set_settling(*id, true);
        }
        let jobs = approved.changes.iter().filter_map(job_of).collect();
        let changes = std::mem::take(&mut approved.changes);
        let edits: Vec<Edit> = changes.into_iter().map(|c| c.into_edit(origin)).collect();
        pending.add(&edits);
        group.edits.extend(edits);
        group.accepted.push(Accepted {
            answer,
            sequence,
            jobs,
            approved,
        });
    }

    /// `Ok(None)` if there was nothing to write.
    fn write(&mut self, octets: &[u8]) -> Result<Option<Synced>, NotWritten> {
        if octets.is_empty() {
            return Ok(None);
        }
        if let Err(error) = self.segment.append(octets) {
            return Err(self.write_failed(&error));
        }
        match self.segment.sync() {
            Ok(synced) => Ok(Some(synced)),
            Err(error) => {
                tracing::error!(%error, "sync of the journal failed");
                Err(NotWritten::Failed)
            }
        }
    }

    fn write_failed(&self, error: &std::io::Error) -> NotWritten {
        tracing::error!(%error, "write to the journal failed");
        if is_full(error) && self.segment.cut_back().is_ok() {
            return NotWritten::Full;
        }
        NotWritten::Failed
    }

    /// The group is on the disk: make it visible and say so.
    fn publish(&mut self, group: &mut Group, view: &View, synced: Option<&Synced>) {
        let Some(synced) = synced else {
            return;
        };
        let commits = group.accepted.len() as u64;
        self.sequence += commits;
        self.shared.commits.fetch_add(commits, Ordering::Relaxed);
        self.shared.syncs.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = view.apply(&group.edits) {
            // It is durable, so it is acknowledged; but nobody will see it before
            // a restart has built the view anew.
            tracing::error!(%error, "index failed");
            self.fail("index cannot be written");
        }
        let mut enqueues = false;
        for accepted in group.accepted.drain(..) {
            enqueues |= accepted.approved.enqueues;
            self.publish_one(accepted, synced);
        }
        if enqueues {
            self.shared.enqueued.send_modify(|count| *count += 1);
        }
    }

    fn publish_one(&self, accepted: Accepted, synced: &Synced) {
        {
            let mut ready = self.shared.ready();
            for (id, job) in &accepted.jobs {
                match job {
                    Some(job) => ready.set(*id, job, accepted.approved.settled.contains(id)),
                    None => ready.remove(*id),
                }
            }
        }
        for (scope, id) in accepted.approved.dropped_files {
            // The thread ends only after this one; a lost file is an orphan.
            let _ = self.tasks.send(Task::RemoveText(scope, id));
        }
        let durable = Durable::after_sync(Revision(accepted.sequence), synced);
        let _ = accepted.answer.send(Ok(durable));
    }

    /// Nothing of the group is in the segment any more.
    fn take_back(&self, group: &mut Group) {
        group.keep_files(false);
        for accepted in group.accepted.drain(..) {
            for id in &accepted.approved.settled {
                self.shared.ready().set_settling(*id, false);
            }
            group.refused.push(accepted.refused(CommitError::Full));
        }
    }

    /// Nobody knows what of the group is on the disk, so its files stay.
    fn give_up(&self, group: &mut Group) {
        self.fail("journal cannot be written");
        for accepted in group.accepted.drain(..) {
            group.refused.push(accepted.refused(CommitError::Failed));
        }
    }

    fn fail(&self, reason: &str) {
        tracing::error!(reason, "store has failed; nothing is committed any more");
        self.shared.failed.store(true, Ordering::Release);
    }

    fn roll_if_long(&mut self) -> Result<(), NotWritten> {
        if self.segment.length < self.shared.options.segment_octets {
            return Ok(());
        }
        self.roll()
    }

    fn roll(&mut self) -> Result<(), NotWritten> {
        match Segment::create(&self.shared.layout, self.sequence + 1) {
            Ok(segment) => {
                let old = std::mem::replace(&mut self.segment, segment);
                self.shared.add_segment(self.segment.name);
                let _ = self.tasks.send(Task::Sealed(old.name));
                Ok(())
            }
            Err(error) if is_full(&error) => Err(NotWritten::Full),
            Err(error) => {
                tracing::error!(%error, "new segment failed");
                self.fail("segment cannot be made");
                Err(NotWritten::Failed)
            }
        }
    }

    fn compact(&mut self, answer: oneshot::Sender<Option<usize>>) {
        let failed = self.shared.failed.load(Ordering::Acquire);
        if failed || (self.segment.length > 0 && self.roll().is_err()) {
            let _ = answer.send(None);
            return;
        }
        let _ = self.tasks.send(Task::Snapshot(answer));
    }

    fn cut(&mut self, answer: oneshot::Sender<std::io::Result<Linked>>) {
        let failed = self.shared.failed.load(Ordering::Acquire);
        // Without an answer: closed.
        if !failed && (self.segment.length == 0 || self.roll().is_ok()) {
            let _ = self.tasks.send(Task::Link(self.sequence, answer));
        }
    }

    /// The end: everything acknowledged is on the disk; what remains is to save
    /// the next start some work.
    fn finish(self) {
        self.shared.stopping.store(true, Ordering::Release);
        drop(self.tasks);
        if self.housekeeping.join().is_err() {
            tracing::error!("housekeeping panicked");
        }
        let view = self.shared.take_view();
        if let Some(view) = view.filter(|_| !self.shared.failed.load(Ordering::Acquire)) {
            let closed = catch_unwind(AssertUnwindSafe(|| {
                view.close(&self.shared.layout, self.sequence)
            }));
            if let Ok(Err(error)) = closed {
                tracing::warn!(%error, "index will be rebuilt at the next start");
            }
        }
        drop(self.lock);
    }
}

fn refuse_all(commits: Vec<Commit>, error: impl Fn() -> CommitError) {
    let refused = commits.into_iter().map(|commit| Refused {
        answer: commit.answer,
        error: error(),
    });
    refuse(refused.collect());
}

/// Only after the group is visible: whoever reads again must find what the batch
/// was refused for.
fn refuse(refused: Vec<Refused>) {
    for Refused { answer, error } in refused {
        // Whoever dropped the future does not want to know.
        let _ = answer.send(Err(error));
    }
}

fn job_of(change: &Change) -> Option<(JobId, Option<StoredJob>)> {
    match change {
        Change::Job { id, job } => Some((JobId(*id), job.clone())),
        Change::Row { .. } | Change::Text { .. } => None,
    }
}

/// Bounds the wait of a group's first member.
const GROUP_COMMITS_MAX: usize = 512;
/// Bounds the memory of a group; the batch that exceeds it is still taken.
const GROUP_OCTETS_MAX: usize = 16 * 1024 * 1024;
