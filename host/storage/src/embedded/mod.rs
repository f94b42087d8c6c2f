//! The store of one machine: a journal on the disk and sled as its index.
//!
//! ```text
//! commit -> writer: judge (draft) -> append (segment, record) -> sync
//!                   -> view (sled), ready (due times) -> answer
//! open   -> recovery: replay (snapshot, scan) -> view, ready
//! behind -> housekeeping: snapshot, away with old segments and texts
//! ```

mod draft;
mod files;
mod housekeeping;
pub(crate) mod inspect;
mod ready;
mod record;
mod recovery;
mod replay;
mod scan;
mod segment;
mod snapshot;
mod state;
mod view;
mod writer;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot, watch};

use crate::Store;
use crate::batch::Batch;
use crate::durable::Durable;
use crate::error::{CommitError, Error};
use crate::key::{Key, ListRange, Scope, Table, Timestamp, Versioned};
use crate::queue::{Job, JobFilter, JobId, Lane, Lease};
use crate::text::{TextId, TextReader, TextWriter, file_name};
use files::{FileName, Layout};
use housekeeping::Housekeeping;
use ready::Ready;
use recovery::{Recovered, split_segments};
pub(crate) use segment::Synced;
use state::{
    JOB, Place, StoredJob, StoredText, decode, job_id, job_key, key_of, table_prefix, text_key,
    versioned,
};
use view::View;
use writer::{Request, Writer};

/// Where an embedded store lives, and its bounds.
#[derive(Clone, Debug)]
pub struct Options {
    /// The directory; made if absent. Nothing else may be in it.
    pub directory: PathBuf,
    /// A journal segment is closed once it has this size.
    pub segment_octets: u64,
    /// Memory for the index.
    pub cache_octets: u64,
    /// Below this much free space batches that add something are refused as
    /// `Full`; below half of it all are.
    pub reserve_octets: u64,
    /// A snapshot is made after so many closed segments.
    pub snapshot_segments: usize,
}

impl Options {
    /// The defaults for a store in `directory`.
    pub fn new(directory: impl AsRef<Path>) -> Self {
        Self {
            directory: directory.as_ref().to_owned(),
            segment_octets: 64 * 1024 * 1024,
            cache_octets: 64 * 1024 * 1024,
            reserve_octets: 64 * 1024 * 1024,
            snapshot_segments: 4,
        }
    }
}

/// Why a store could not be opened. Nothing has been changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("{directory} is in use by another process ({holder})")]
    InUse {
        /// The store.
        directory: PathBuf,
        /// What that process wrote about itself.
        holder: String,
    },
    /// Written by a newer program.
    #[error("{file} has format {version}, this program reads up to {supported}")]
    NewerFormat {
        /// The file.
        file: PathBuf,
        /// Its format.
        version: u8,
        /// The newest format known here.
        supported: u8,
    },
    /// The operating system said no.
    #[error("{path}")]
    Io {
        /// What was being worked on.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The index cannot be built.
    #[error("build index: {0}")]
    View(String),
}

/// What opening found and did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Recovery {
    /// The last commit that was found.
    pub sequence: u64,
    /// Records read behind the snapshot.
    pub records: u64,
    /// What was damaged; it has been copied to `quarantine/`.
    pub damages: Vec<crate::journal::Damage>,
    /// Why the index had to be built anew, if it had.
    pub rebuilt: Option<String>,
    /// Files of texts no batch ever committed; removed.
    pub orphans: u64,
    /// How long it took.
    pub took: Duration,
}

impl OpenError {
    /// Says where an error of the operating system happened.
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// The embedded store.
#[derive(Debug)]
pub struct Embedded {
    shared: Arc<Shared>,
    requests: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
    recovery: Recovery,
}

/// For metrics and readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Batches committed.
    pub commits: u64,
    /// Syncs of the journal; several commits share one.
    pub syncs: u64,
    /// Space left on the store's file system.
    pub free_octets: u64,
}

/// What readers and the threads of the store have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    layout: Layout,
    options: Options,
    /// `None` once closed.
    view: RwLock<Option<View>>,
    ready: Mutex<Ready>,
    /// Salts of the segments there are, by first commit.
    segments: RwLock<BTreeMap<u64, u32>>,
    texts: Arc<Path>,
    failed: AtomicBool,
    stopping: AtomicBool,
    commits: AtomicU64,
    syncs: AtomicU64,
    enqueued: watch::Sender<u64>,
}

impl Shared {
    fn view(&self) -> RwLockReadGuard<'_, Option<View>> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_view(&self) -> Option<View> {
        let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
        view.take()
    }

    fn ready(&self) -> MutexGuard<'_, Ready> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add_segment(&self, name: FileName) {
        let mut segments = self
            .segments
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        segments.insert(name.sequence, name.salt);
    }

    fn forget_segment(&self, name: FileName) {
        let mut segments = self
            .segments
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        segments.remove(&name.sequence);
    }

    fn with_view<T>(&self, work: impl FnOnce(&View) -> Result<T, Error>) -> Result<T, Error> {
        work(self.view().as_ref().ok_or(Error::Closed)?)
    }

    fn stored_text(&self, scope: Scope, id: TextId) -> Result<StoredText, Error> {
        let octets = self.with_view(|view| view.get(&text_key(scope, id)))?;
        let octets = octets.ok_or(Error::NoSuchText(id))?;
        decode(&octets).ok_or_else(|| Error::Damaged(format!("text {id}")))
    }

    fn open_text(&self, scope: Scope, id: TextId) -> Result<TextReader, Error> {
        let stored = self.stored_text(scope, id)?;
        let (path, start) = match stored.place {
            Place::File | Place::Tail(_) => (self.texts.join(file_name(scope, id)), 0),
            Place::Segment { segment, offset } => (self.segment_path(segment), offset),
        };
        match File::open(path) {
            Ok(file) => Ok(TextReader::new(
                id,
                file,
                start,
                stored.octets,
                stored.checksum,
            )),
            // Dropped since it was looked up, unless it is still named.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.stored_text(scope, id)?;
                Err(Error::Damaged(format!("text {id}")))
            }
            Err(error) => Err(Error::Io(error)),
        }
    }

    fn segment_path(&self, sequence: u64) -> PathBuf {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let salt = segments.get(&sequence).copied().unwrap_or_default();
        self.layout.segment(FileName { sequence, salt })
    }

    fn find_job(&self, id: JobId) -> Result<Option<Job>, Error> {
        let octets = self.with_view(|view| view.get(&job_key(id)))?;
        let Some(octets) = octets else {
            return Ok(None);
        };
        let job: StoredJob = decode(&octets).ok_or_else(|| Error::Damaged(format!("job {id}")))?;
        Ok(Some(job.into_job(id, self.ready().is_leased(id))))
    }
}

impl Embedded {
    /// Opens or makes the store. Blocks while it reads the journal.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        let begun = Instant::now();
        let layout = Layout::new(&options.directory);
        layout.create()?;
        let lock = layout.take_lock()?;
        let recovered = recovery::recover(&layout, &options)?;
        let mut recovery = recovered.report.clone();
        let (shared, thread, requests) = start(layout, options, lock, recovered)?;
        recovery.took = begun.elapsed();
        Ok(Self {
            shared,
            requests: Some(requests),
            thread: Some(thread),
            recovery,
        })
    }

    /// What opening found.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// False once the disk has failed: nothing will be committed any more, the
    /// process should end.
    pub fn healthy(&self) -> bool {
        !self.shared.failed.load(Ordering::Acquire)
    }

    /// What the store has done since it was opened.
    pub fn counters(&self) -> Counters {
        Counters {
            commits: self.shared.commits.load(Ordering::Relaxed),
            syncs: self.shared.syncs.load(Ordering::Relaxed),
            free_octets: rustix::fs::statvfs(self.shared.layout.root())
                .map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize)),
        }
    }

    /// A digest over everything that is kept: equal digests, equal contents.
    pub fn digest(&self) -> Result<[u8; 32], Error> {
        self.shared.with_view(View::digest)
    }

    /// Closes the current segment, makes a snapshot, removes what is superseded.
    /// True if there is a snapshot of everything now.
    pub async fn compact(&self) -> bool {
        let (answer, done) = oneshot::channel();
        self.send(Request::Compact(answer)).await && done.await.unwrap_or(false)
    }

    /// Ends cleanly: commits what is under way, marks the index as trustworthy.
    /// Dropping does the same, but blocks.
    pub async fn close(&self) {
        let (answer, done) = oneshot::channel();
        if self.send(Request::Close(answer)).await {
            // An error says that the thread has ended, which is what we want.
            let _ = done.await;
        }
    }

    async fn send(&self, request: Request) -> bool {
        match &self.requests {
            Some(requests) => requests.send(request).await.is_ok(),
            None => false,
        }
    }

    fn closed(&self) -> CommitError {
        if self.healthy() {
            CommitError::Closed
        } else {
            CommitError::Failed
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(thread) = self.thread.take() {
            // A panic in it has been logged by the panic hook.
            let _ = thread.join();
        }
    }
}

/// Starts the threads of a recovered store.
fn start(
    layout: Layout,
    options: Options,
    lock: File,
    recovered: Recovered,
) -> Result<(Arc<Shared>, JoinHandle<()>, mpsc::Sender<Request>), OpenError> {
    let directory = layout.root().to_owned();
    let current = recovered.segment.name;
    let (covered, sealed) = split_segments(&recovered.outcome, current);
    let segments = recovered.outcome.segments.iter().chain([&current]);
    let shared = Arc::new(Shared {
        texts: layout.texts().into(),
        layout,
        options,
        view: RwLock::new(Some(recovered.view)),
        ready: Mutex::new(recovered.ready),
        segments: RwLock::new(segments.map(|name| (name.sequence, name.salt)).collect()),
        failed: AtomicBool::new(false),
        stopping: AtomicBool::new(false),
        commits: AtomicU64::new(0),
        syncs: AtomicU64::new(0),
        enqueued: watch::Sender::new(0),
    });
    let housekeeping = Housekeeping {
        shared: Arc::clone(&shared),
        snapshot: recovered.outcome.snapshot,
        sealed,
        covered,
    };
    let (tasks, todo) = std::sync::mpsc::channel();
    let housekeeping = spawn("housekeeping", &directory, move || housekeeping.run(&todo))?;
    let writer = Writer {
        shared: Arc::clone(&shared),
        segment: recovered.segment,
        sequence: recovered.sequence,
        tasks,
        housekeeping,
        lock,
    };
    let (requests, waiting) = mpsc::channel(REQUESTS_WAITING_MAX);
    let thread = spawn("journal", &directory, move || writer.run(waiting))?;
    Ok((shared, thread, requests))
}

fn spawn(
    name: &str,
    directory: &Path,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, OpenError> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(work).map_err(OpenError::at(directory))
}

#[async_trait]
impl Store for Embedded {
    async fn get(&self, key: &Key) -> Result<Option<Versioned>, Error> {
        let octets = self.shared.with_view(|view| view.get(&key_of(key)))?;
        Ok(octets.and_then(|octets| versioned(&octets)))
    }

    async fn list(
        &self,
        scope: Scope,
        table: Table,
        range: ListRange,
    ) -> Result<Vec<(Vec<u8>, Versioned)>, Error> {
        let table = table_prefix(scope, table);
        let prefix = [table.as_slice(), &range.prefix].concat();
        let after = range.after.map(|after| [table.as_slice(), &after].concat());
        let mut rows = Vec::new();
        if range.limit == 0 {
            return Ok(rows);
        }
        self.shared.with_view(|view| {
            view.scan(&prefix, after.as_deref(), |key, value| {
                let row = versioned(value);
                rows.extend(row.map(|row| (key[table.len()..].to_vec(), row)));
                rows.len() < range.limit
            })
        })?;
        Ok(rows)
    }

    async fn commit(&self, batch: Batch) -> Result<Durable, CommitError> {
        let (answer, outcome) = oneshot::channel();
        if !self.healthy() || !self.send(Request::Commit(batch, answer)).await {
            return Err(self.closed());
        }
        // The thread drops an answer only when it panics or ends.
        outcome.await.unwrap_or_else(|_| Err(self.closed()))
    }

    fn stage(&self, scope: Scope) -> TextWriter {
        TextWriter::new(scope, Arc::clone(&self.shared.texts))
    }

    async fn text(&self, scope: Scope, id: TextId) -> Result<TextReader, Error> {
        self.shared.open_text(scope, id)
    }

    async fn lease(
        &self,
        lane: &Lane,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Lease>, Error> {
        let leased = self.shared.ready().lease(lane, now, until, limit);
        let mut leases = Vec::with_capacity(leased.len());
        for (id, epoch) in leased {
            // A job that ended this moment is in the list, but not to be found.
            if let Some(job) = self.shared.find_job(id)? {
                leases.push(Lease { job, until, epoch });
            }
        }
        Ok(leases)
    }

    async fn next_due(&self, lane: &Lane) -> Result<Option<Timestamp>, Error> {
        Ok(self.shared.ready().next_due(lane))
    }

    fn enqueued(&self) -> watch::Receiver<u64> {
        self.shared.enqueued.subscribe()
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, Error> {
        self.shared.find_job(id)
    }

    async fn jobs(&self, filter: JobFilter) -> Result<Vec<Job>, Error> {
        let mut jobs = Vec::new();
        if filter.limit == 0 {
            return Ok(jobs);
        }
        let after = filter.after.map(job_key);
        self.shared.with_view(|view| {
            view.scan(&[JOB], after.as_deref(), |key, value| {
                let found = job_id(key).zip(decode::<StoredJob>(value));
                let job = found.map(|(id, job)| {
                    let leased = self.shared.ready().is_leased(id);
                    job.into_job(id, leased)
                });
                jobs.extend(job.filter(|job| filter.matches(job)));
                jobs.len() < filter.limit
            })
        })?;
        Ok(jobs)
    }
}

/// Commits that may wait for the committing thread; more wait in their tasks.
const REQUESTS_WAITING_MAX: usize = 1024;
