//! The thread behind the committing one: snapshots, and away with old files.
//!
//! Nothing here can fail a commit. What does not work today is tried again when
//! the next segment is full, or done by the next start.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tokio::sync::oneshot;

use super::Shared;
use super::backup::{self, Linked};
use super::files::{FileName, remove, sync_directory};
use super::mover::Mover;
use super::snapshot::{self, Made};
use crate::key::Scope;
use crate::text::{self, TextId};

/// What there is to do.
pub(crate) enum Task {
    /// A segment will not be written any more.
    Sealed(FileName),
    /// Nobody holds this text any more.
    RemoveText(Scope, TextId),
    /// Make a snapshot now; says how many texts were moved out of the way of the
    /// next one, `None` if there is no snapshot.
    Snapshot(oneshot::Sender<Option<usize>>),
    /// Give the files of everything up to this commit a second name.
    Link(u64, oneshot::Sender<io::Result<Linked>>),
}

/// The state of the thread.
pub(crate) struct Housekeeping {
    pub(crate) shared: Arc<Shared>,
    pub(crate) snapshot: Option<FileName>,
    /// Segments behind the snapshot, oldest first, without the open one.
    pub(crate) sealed: Vec<FileName>,
    /// Segments the snapshot covers, kept for the texts in them.
    pub(crate) covered: Vec<FileName>,
    pub(crate) mover: Mover,
}

impl Housekeeping {
    /// Works until the committing thread ends.
    pub(crate) fn run(mut self, tasks: &Receiver<Task>) {
        self.snapshot_if_due();
        for task in tasks {
            match task {
                Task::Sealed(name) => {
                    self.sealed.push(name);
                    self.snapshot_if_due();
                }
                Task::RemoveText(scope, id) => self.remove_text(scope, id),
                Task::Snapshot(answer) => {
                    let _ = answer.send(self.make_snapshot());
                }
                Task::Link(sequence, answer) => {
                    let _ = answer.send(self.link(sequence));
                }
            }
        }
    }

    fn remove_text(&self, scope: Scope, id: TextId) {
        let path = self.shared.layout.texts().join(text::file_name(scope, id));
        if let Err(error) = remove(&path) {
            tracing::warn!(%error, file = %path.display(), "old text stays");
        }
    }

    /// Nothing is removed meanwhile: only this thread does that.
    fn link(&self, sequence: u64) -> io::Result<Linked> {
        let closed: Vec<FileName> = self.covered.iter().chain(&self.sealed).copied().collect();
        backup::link(&self.shared.layout, sequence, self.snapshot, &closed)
    }

    fn snapshot_if_due(&mut self) {
        if self.sealed.len() >= self.shared.options.snapshot_segments.max(1) {
            self.make_snapshot();
        }
    }

    fn make_snapshot(&mut self) -> Option<usize> {
        let shared = Arc::clone(&self.shared);
        let made = snapshot::make(
            &shared.layout,
            self.snapshot,
            &self.sealed,
            &shared.stopping,
        );
        match made {
            Ok(Some(made)) => {
                let moves = self.mover.plan(&shared, &made.live);
                self.adopt(made);
                Some(self.mover.run(&shared, &moves))
            }
            Ok(None) => Some(0),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
            Err(error) => {
                tracing::warn!(%error, "no snapshot");
                None
            }
        }
    }

    /// Removes what the new snapshot supersedes. It is on the disk already.
    fn adopt(&mut self, made: Made) {
        let old = self.snapshot.replace(made.name);
        let mut covered = std::mem::take(&mut self.covered);
        covered.append(&mut self.sealed);
        let (live, dead): (Vec<_>, Vec<_>) = covered
            .into_iter()
            .partition(|name| made.live.contains_key(&name.sequence));
        self.covered = live;
        let layout = &self.shared.layout;
        let old = old.map(|name| layout.snapshot(name));
        let segments = dead.iter().map(|name| layout.segment(*name));
        for path in old.into_iter().chain(segments) {
            if let Err(error) = remove(&path) {
                tracing::warn!(%error, file = %path.display(), "old file stays");
            }
        }
        for name in &dead {
            self.shared.forget_segment(*name);
        }
        for directory in [layout.snapshots(), layout.journal()] {
            if let Err(error) = sync_directory(&directory) {
                tracing::warn!(%error, "old files may come back after a power cut");
            }
        }
    }
}
