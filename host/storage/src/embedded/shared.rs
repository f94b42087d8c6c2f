//! What readers and the threads of the store have in common.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::{Semaphore, watch};

use super::files::{FileName, Layout};
use super::options::{Counters, Options};
use super::ready::Ready;
use super::state::{Place, StoredJob, StoredText, decode, job_key, text_key};
use super::view::View;
use crate::error::Error;
use crate::key::Scope;
use crate::queue::{Job, JobId};
use crate::text::{TextId, TextReader, file_name};

/// The open store, but for the journal's end: that is the committing thread's.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) layout: Layout,
    pub(super) options: Options,
    /// `None` once closed.
    pub(super) view: RwLock<Option<View>>,
    pub(super) ready: Mutex<Ready>,
    /// Salts of the segments there are, by first commit.
    pub(super) segments: RwLock<BTreeMap<u64, u32>>,
    pub(super) texts: Arc<Path>,
    pub(super) failed: AtomicBool,
    pub(super) stopping: AtomicBool,
    pub(super) commits: AtomicU64,
    pub(super) syncs: AtomicU64,
    pub(super) enqueued: watch::Sender<u64>,
    /// The turn of the one backup that may be made at a time.
    pub(super) backups: Arc<Semaphore>,
}

impl Shared {
    pub(super) fn new(
        layout: Layout,
        options: Options,
        view: View,
        ready: Ready,
        segments: &[FileName],
    ) -> Self {
        let segments = segments.iter().map(|name| (name.sequence, name.salt));
        Self {
            texts: layout.texts().into(),
            layout,
            options,
            view: RwLock::new(Some(view)),
            ready: Mutex::new(ready),
            segments: RwLock::new(segments.collect()),
            failed: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            commits: AtomicU64::new(0),
            syncs: AtomicU64::new(0),
            enqueued: watch::Sender::new(0),
            backups: Arc::new(Semaphore::new(1)),
        }
    }

    pub(super) fn counters(&self) -> Counters {
        Counters {
            commits: self.commits.load(Ordering::Relaxed),
            syncs: self.syncs.load(Ordering::Relaxed),
            free_octets: rustix::fs::statvfs(self.layout.root())
                .map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize)),
        }
    }

    pub(super) fn view(&self) -> RwLockReadGuard<'_, Option<View>> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take_view(&self) -> Option<View> {
        let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
        view.take()
    }

    pub(super) fn ready(&self) -> MutexGuard<'_, Ready> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add_segment(&self, name: FileName) {
        let mut segments = self
            .segments
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        segments.insert(name.sequence, name.salt);
    }

    pub(super) fn forget_segment(&self, name: FileName) {
        let mut segments = self
            .segments
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        segments.remove(&name.sequence);
    }

    pub(super) fn with_view<T>(
        &self,
        work: impl FnOnce(&View) -> Result<T, Error>,
    ) -> Result<T, Error> {
        work(self.view().as_ref().ok_or(Error::Closed)?)
    }

    pub(super) fn stored_text(&self, scope: Scope, id: TextId) -> Result<StoredText, Error> {
        let octets = self.with_view(|view| view.get(&text_key(scope, id)))?;
        let octets = octets.ok_or(Error::NoSuchText(id))?;
        decode(&octets).ok_or_else(|| Error::Damaged(format!("text {id}")))
    }

    pub(super) fn open_text(&self, scope: Scope, id: TextId) -> Result<TextReader, Error> {
        let mut stored = self.stored_text(scope, id)?;
        loop {
            match self.open_stored(id, scope, &stored) {
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                    // Dropped or moved since it was looked up, unless it is still named there.
                    let now = self.stored_text(scope, id)?;
                    if now.place == stored.place {
                        return Err(Error::Damaged(format!("text {id}")));
                    }
                    stored = now;
                }
                opened => return opened,
            }
        }
    }

    fn open_stored(
        &self,
        id: TextId,
        scope: Scope,
        stored: &StoredText,
    ) -> Result<TextReader, Error> {
        let (path, start) = match stored.place {
            Place::File(start) | Place::Tail(start) => {
                (self.texts.join(file_name(scope, id)), start)
            }
            Place::Segment { segment, offset } => (self.segment_path(segment), offset),
        };
        let file = File::open(path).map_err(Error::Io)?;
        let (octets, checksum) = (stored.octets, stored.checksum);
        Ok(TextReader::new(id, file, start, octets, checksum))
    }

    pub(super) fn segment_path(&self, sequence: u64) -> PathBuf {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let salt = segments.get(&sequence).copied().unwrap_or_default();
        self.layout.segment(FileName { sequence, salt })
    }

    pub(super) fn find_job(&self, id: JobId) -> Result<Option<Job>, Error> {
        let octets = self.with_view(|view| view.get(&job_key(id)))?;
        let Some(octets) = octets else {
            return Ok(None);
        };
        let job: StoredJob = decode(&octets).ok_or_else(|| Error::Damaged(format!("job {id}")))?;
        Ok(Some(job.into_job(id, self.ready().is_leased(id))))
    }
}
