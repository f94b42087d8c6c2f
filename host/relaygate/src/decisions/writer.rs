//! The thread that writes decisions down, and whoever hears them for it.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use metrics::counter;
use storage::{AccountId, Diary, DiaryBounds, Timestamp};
use tracing::{error, warn};

use super::entry::{Decided, Entry, Mail, digest_of, kept};
use crate::config::DecisionsConfig;
use crate::facts::{Heard, Listen, MessageStart};

/// The thread, to be ended.
pub struct Writer {
    queue: SyncSender<Letter>,
    thread: JoinHandle<()>,
}

enum Letter {
    Heard(Arc<Heard>),
    End,
}

/// Hands over to the thread.
struct Ear {
    queue: SyncSender<Letter>,
    waiting: Arc<AtomicUsize>,
}

/// Begins to write into that directory what the ear that comes back hears.
///
/// # Errors
/// Whatever the file system says.
pub fn start(
    directory: PathBuf,
    config: &DecisionsConfig,
) -> io::Result<(Writer, Box<dyn Listen>)> {
    let bounds = DiaryBounds {
        octets_max: config.octets_max,
        keep_ms: config.keep_hours.saturating_mul(3_600_000),
    };
    let diary = Diary::open(directory, bounds)?;
    let (queue, letters) = sync_channel(QUEUE_MAX);
    let waiting = Arc::new(AtomicUsize::new(0));
    let mut desk = Desk {
        diary,
        known: VecDeque::new(),
        body_octets_max: usize::try_from(config.body_octets_max).unwrap_or(usize::MAX),
        waiting: Arc::clone(&waiting),
        broken: false,
    };
    let thread = thread::Builder::new().name("decisions".into());
    let thread = thread.spawn(move || desk.work(&letters))?;
    let ear = Ear {
        queue: queue.clone(),
        waiting,
    };
    Ok((Writer { queue, thread }, Box::new(ear)))
}

impl Writer {
    /// Writes what was heard so far, and ends.
    pub fn end(self) {
        // Neither fails but for a thread that is gone.
        drop(self.queue.send(Letter::End));
        drop(self.thread.join());
    }
}

impl Listen for Ear {
    fn wants(&self, _account: Option<AccountId>) -> bool {
        true
    }

    /// A full queue loses the decision, never the time of mail.
    fn hear(&self, heard: Arc<Heard>) {
        let octets = octets_of(&heard);
        let room = self.waiting.fetch_add(octets, Relaxed) + octets <= WAITING_OCTETS_MAX;
        if !room || self.queue.try_send(Letter::Heard(heard)).is_err() {
            self.waiting.fetch_sub(octets, Relaxed);
            counter!("relaygate_decisions_lost_total").increment(1);
        }
    }
}

/// About what a decision that waits keeps in memory.
fn octets_of(heard: &Heard) -> usize {
    let message = heard.message.as_ref().map_or(0, |it| it.start.len());
    message + SMALL_OCTETS
}

/// What the thread works with.
struct Desk {
    diary: Diary,
    /// The messages written last into the file that is being written.
    known: VecDeque<[u8; 32]>,
    body_octets_max: usize,
    waiting: Arc<AtomicUsize>,
    broken: bool,
}

impl Desk {
    fn work(&mut self, letters: &Receiver<Letter>) {
        loop {
            match letters.recv_timeout(FLUSH_AFTER) {
                Ok(Letter::Heard(heard)) => {
                    let outcome = self.write(&heard);
                    self.waiting.fetch_sub(octets_of(&heard), Relaxed);
                    self.note(outcome);
                }
                Err(RecvTimeoutError::Timeout) => {
                    let outcome = self.diary.flush();
                    self.note(outcome);
                }
                Ok(Letter::End) | Err(RecvTimeoutError::Disconnected) => {
                    let outcome = self.diary.flush();
                    return self.note(outcome);
                }
            }
        }
    }

    fn write(&mut self, heard: &Heard) -> io::Result<()> {
        if self.diary.begins_anew(heard.at) {
            self.known.clear();
        }
        let mail = match &heard.message {
            Some(message) => Some(self.mail(message, heard.at)?),
            None => None,
        };
        let entry = Entry::Decided(Box::new(Decided::of(heard, mail)));
        self.append(&entry, heard.at)?;
        counter!("relaygate_decisions_written_total").increment(1);
        Ok(())
    }

    /// Makes sure that a message is written before what names it; its name.
    fn mail(&mut self, message: &MessageStart, now: Timestamp) -> io::Result<[u8; 32]> {
        let kept = kept(message, self.body_octets_max);
        let digest = digest_of(message, kept);
        if !self.known.contains(&digest) {
            let entry = Entry::Mail(Mail::of(digest, message, kept));
            self.append(&entry, now)?;
            remember(&mut self.known, digest);
        }
        Ok(digest)
    }

    fn append(&mut self, entry: &Entry, now: Timestamp) -> io::Result<()> {
        let octets = postcard::to_stdvec(&(SHAPE, entry)).map_err(io::Error::other)?;
        self.diary.append(&octets, now)
    }

    /// A disk that is full fills the log once.
    fn note(&mut self, outcome: io::Result<()>) {
        match outcome {
            Ok(()) => self.broken = false,
            Err(error) => {
                counter!("relaygate_decisions_lost_total").increment(1);
                match std::mem::replace(&mut self.broken, true) {
                    false => error!(%error, "decisions cannot be written down"),
                    true => warn!(%error, "decisions still cannot be written down"),
                }
            }
        }
    }
}

/// Both who writes and who reads know the same messages.
pub(super) fn remember<T>(known: &mut VecDeque<T>, one: T) {
    if known.len() >= KNOWN_MAX {
        known.pop_front();
    }
    known.push_back(one);
}

/// Of the records; another one is not read.
pub(super) const SHAPE: u8 = 1;
/// Decisions about one message follow each other closely.
const KNOWN_MAX: usize = 256;
const QUEUE_MAX: usize = 8_192;
const WAITING_OCTETS_MAX: usize = 64 * 1024 * 1024;
const SMALL_OCTETS: usize = 2_048;
const FLUSH_AFTER: Duration = Duration::from_millis(200);
