//! Ends a running program at one chosen system call, whichever thread makes it.
//!
//! strace can do that too (`inject=…:signal=KILL:when=N`), but counts for each thread
//! apart: with a pool of workers the N-th call of a kind is then a different moment in every
//! run, and the calls of the less busy threads are never met. A [`Tracer`] counts each
//! kind over all threads together, so that `(kind, occurrence, edge)` names every call that
//! was seen ([`Tracer::counts`]), and a campaign can meet them all.
//!
//! Counted is what changes the store's files or speaks to a peer; the wake-ups of the
//! runtime (eventfd) and the log are not. Two runs do not make the very same calls (the store
//! joins commits, the index is flushed by the clock), so a run may end before its point;
//! [`Tracer::end`] says whether it was met.
//!
//! Not here: what must hold afterwards (`tests/tests/it/crash.rs`).

use std::collections::BTreeMap;
use std::ffi::c_long;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// The kind of a counted call: its name, with what it works on (`fdatasync store`).
pub type Kind = &'static str;

/// How often each kind was begun.
pub type Counts = BTreeMap<Kind, u32>;

/// Where to kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// At a call of this kind,
    pub kind: Kind,
    /// at its so-manieth begin since the tracer came, from 1,
    pub occurrence: u32,
    /// before or after the kernel has done it.
    pub edge: Edge,
}

/// A side of a system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The call is never made.
    Before,
    /// It was made; the program does not learn of it.
    After,
}

/// A program under watch. It is killed at the point, or at the latest by [`Tracer::end`].
pub struct Tracer {
    thread: JoinHandle<()>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    counts: Mutex<Counts>,
    /// The point was met.
    met: AtomicBool,
    /// Kill at the next call of any kind.
    enough: AtomicBool,
}

impl Tracer {
    /// Attaches to all threads of a process. `store` is the directory whose files count.
    ///
    /// # Errors
    /// Why this process must not be traced: the program forbids it to everybody but root.
    pub fn attach(process: u32, store: &Path, point: Option<Point>) -> Result<Self, String> {
        let process = Pid::from_raw(i32::try_from(process).map_err(|error| error.to_string())?);
        let shared = Arc::new(Shared::default());
        let (attached, is_attached) = sync_channel(1);
        let mut watch = Watch {
            process,
            store: store.to_path_buf(),
            point,
            shared: Arc::clone(&shared),
            due_after: None,
        };
        // All requests have to come from the thread that attached.
        let thread = thread::spawn(move || watch.run(&attached));
        is_attached
            .recv()
            .map_err(|error| error.to_string())?
            .map_err(|error| format!("ptrace: {error}"))?;
        Ok(Self { thread, shared })
    }

    /// What has been begun so far.
    pub fn counts(&self) -> Counts {
        self.shared.counts().clone()
    }

    /// Whether the process was killed at the point.
    pub fn has_killed(&self) -> bool {
        self.shared.met.load(Ordering::SeqCst)
    }

    /// Whether the point was met; if not, the process is killed now, at the next call it makes
    /// (it looks at its store twice a second).
    pub fn end(self) -> bool {
        self.shared.enough.store(true, Ordering::SeqCst);
        self.thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        self.shared.met.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().expect("nobody panics while counting")
    }
}

/// The tracing thread's side.
struct Watch {
    process: Pid,
    store: PathBuf,
    point: Option<Point>,
    shared: Arc<Shared>,
    /// The thread that is in the chosen call, if the kill is to come after it.
    due_after: Option<Pid>,
}

impl Watch {
    fn run(&mut self, attached: &SyncSender<nix::Result<()>>) {
        let result = self.attach();
        let failed = result.is_err();
        let told = attached.send(result);
        if failed || told.is_err() {
            return;
        }
        // Only threads traced by this thread: the children of other tests are not ours to reap.
        let flags = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
        while let Ok(status) = waitpid(None, Some(flags)) {
            if self.is_end(status) {
                break;
            }
        }
        // The process is left to whoever started it.
    }

    /// Seizes every thread; those that come later are traced from their first breath.
    fn attach(&self) -> nix::Result<()> {
        let options = Options::PTRACE_O_TRACESYSGOOD
            | Options::PTRACE_O_TRACECLONE
            | Options::PTRACE_O_EXITKILL;
        ptrace::seize(self.process, options)?;
        ptrace::interrupt(self.process)?;
        loop {
            let mut found = false;
            for thread in threads(self.process) {
                if ptrace::seize(thread, options).is_ok() {
                    found = true;
                    // A thread that has ended meanwhile needs no stop.
                    let _ = ptrace::interrupt(thread);
                }
            }
            if !found {
                return Ok(());
            }
        }
    }

    /// Deals with one stop and lets the thread go on; true when there is no more to watch.
    fn is_end(&mut self, status: WaitStatus) -> bool {
        let (thread, signal) = match status {
            WaitStatus::PtraceSyscall(thread) => {
                if self.is_due(thread) {
                    // A killed thread does not enter the call it is stopped at.
                    let _ = kill(self.process, Signal::SIGKILL);
                    return true;
                }
                (thread, None)
            }
            WaitStatus::Stopped(thread, signal) => (thread, Some(signal)),
            WaitStatus::PtraceEvent(thread, _, _) => (thread, None),
            WaitStatus::Exited(thread, _) | WaitStatus::Signaled(thread, _, _) => {
                return thread == self.process;
            }
            _ => return false,
        };
        match ptrace::syscall(thread, signal) {
            Ok(()) | Err(Errno::ESRCH) => false,
            Err(error) => panic!("ptrace: {error}"),
        }
    }

    /// Whether the process is to be killed at this stop.
    fn is_due(&mut self, thread: Pid) -> bool {
        if self.shared.enough.load(Ordering::SeqCst) {
            return true;
        }
        let due = match ptrace::syscall_info(thread).map(|info| info.op) {
            Ok(libc::PTRACE_SYSCALL_INFO_ENTRY) => self.begins(thread),
            Ok(libc::PTRACE_SYSCALL_INFO_EXIT) => self.due_after == Some(thread),
            _ => false,
        };
        if due {
            self.shared.met.store(true, Ordering::SeqCst);
        }
        due
    }

    /// Counts a call that begins; true if the process is to be killed before it.
    fn begins(&mut self, thread: Pid) -> bool {
        let Some(kind) = Call::of(self.process, thread).and_then(|call| call.kind(&self.store))
        else {
            return false;
        };
        let mut counts = self.shared.counts();
        let count = counts.entry(kind).or_insert(0);
        *count += 1;
        let here = |point: &Point| point.kind == kind && point.occurrence == *count;
        match self.point.filter(here).map(|point| point.edge) {
            Some(Edge::Before) => true,
            Some(Edge::After) => {
                self.due_after = Some(thread);
                false
            }
            None => false,
        }
    }
}

fn threads(process: Pid) -> Vec<Pid> {
    let Ok(entries) = fs::read_dir(format!("/proc/{process}/task")) else {
        return Vec::new();
    };
    let names = entries.flatten().map(|entry| entry.file_name());
    names
        .filter_map(|name| name.to_str()?.parse().ok())
        .map(Pid::from_raw)
        .collect()
}

/// A system call that is about to be made.
struct Call {
    process: Pid,
    number: c_long,
    arguments: Vec<u64>,
}

impl Call {
    /// What a stopped thread is about to do, from proc(5): number and arguments.
    fn of(process: Pid, thread: Pid) -> Option<Self> {
        let line = fs::read_to_string(format!("/proc/{process}/task/{thread}/syscall")).ok()?;
        let mut words = line.split_whitespace();
        let number = words.next()?.parse().ok()?;
        let hexadecimal = |word: &str| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok();
        Some(Self {
            process,
            number,
            arguments: words.filter_map(hexadecimal).collect(),
        })
    }

    /// The kind it is counted as, if it is.
    fn kind(&self, store: &Path) -> Option<Kind> {
        if let Some((_, kind)) = ON_NAMES.iter().find(|(number, _)| *number == self.number) {
            return (*kind != OPEN || self.creates()).then_some(*kind);
        }
        let (_, on_file, on_socket) = ON_FILES
            .iter()
            .find(|(number, _, _)| *number == self.number)?;
        let file = self.file()?;
        if file.starts_with(store) {
            Some(on_file)
        } else if file.to_string_lossy().starts_with("socket:") {
            *on_socket
        } else {
            None
        }
    }

    /// What the descriptor in the first argument stands for.
    fn file(&self) -> Option<PathBuf> {
        let descriptor = self.arguments.first()?;
        fs::read_link(format!("/proc/{}/fd/{descriptor}", self.process)).ok()
    }

    /// Whether this `openat` may make a file.
    fn creates(&self) -> bool {
        let flags = self.arguments.get(2).copied().unwrap_or_default();
        u64::try_from(libc::O_CREAT).is_ok_and(|create| flags & create != 0)
    }
}

const OPEN: Kind = "openat creating";

/// Calls that take a descriptor: as what they count on the store's files, and on sockets.
const ON_FILES: [(c_long, Kind, Option<Kind>); 12] = [
    (libc::SYS_write, "write store", Some("write socket")),
    (libc::SYS_writev, "writev store", Some("writev socket")),
    (libc::SYS_pwrite64, "pwrite64 store", None),
    (libc::SYS_pwritev, "pwritev store", None),
    (libc::SYS_sendto, "sendto file", Some("sendto")),
    (libc::SYS_sendmsg, "sendmsg file", Some("sendmsg")),
    (libc::SYS_fsync, "fsync store", None),
    (libc::SYS_fdatasync, "fdatasync store", None),
    (libc::SYS_sync_file_range, "sync_file_range store", None),
    (libc::SYS_ftruncate, "ftruncate store", None),
    (libc::SYS_fallocate, "fallocate store", None),
    (libc::SYS_copy_file_range, "copy_file_range store", None),
];

/// Calls that take names.
const ON_NAMES: &[(c_long, Kind)] = &[
    (libc::SYS_openat, OPEN),
    (libc::SYS_renameat2, "rename"),
    (libc::SYS_linkat, "link"),
    (libc::SYS_unlinkat, "unlink"),
    (libc::SYS_mkdirat, "mkdir"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_rename, "rename"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_link, "link"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_unlink, "unlink"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_mkdir, "mkdir"),
];
