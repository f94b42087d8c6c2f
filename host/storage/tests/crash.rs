//! A process dies, a disk fails, the power goes: what was acknowledged stays.
//!
//! The test binary starts itself again as a child ([`child`]), which prints a
//! line after each commit; the parent ends it in some unfriendly way, opens the
//! store and compares. `RELAYGATE_CAMPAIGN=full` runs every point, not a sample.
//! Tests that need `strace` or root say `skipped` and why, if they lack it.

#![allow(clippy::print_stdout)] // the child's acknowledgements
#![allow(clippy::unwrap_used)] // a test may panic

mod workload;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use skip::skipped;
use storage::embedded::{Embedded, Options};
use storage::{CommitError, StageError, Store};
use tempfile::TempDir;
use workload::{StepError, Worker, copy, filled, full_campaign, small_options};

/// STO-01
#[test]
fn kill_at_any_time_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let plan = Plan {
        workers: 3,
        steps: 1_000_000,
        large_every: 7,
    };
    let mut done = BTreeMap::new();
    for round in 0..if full_campaign() { 250 } else { 12 } {
        let mut child = Process::start(Command::new(own_path()), directory.path(), &plan);
        let wanted = 1 + workload::content(round, 1)[0] as usize % 60;
        child.read_acks(wanted);
        let acks = child.kill();
        done = check(directory.path(), &plan, &done, &acks);
    }
}

/// STO-02
#[test]
fn kill_at_each_system_call_loses_nothing() {
    if let Some(reason) = no_strace() {
        return skipped(&reason);
    }
    let plan = Plan::short(4);
    let template = template(&plan);
    for call in CALLS {
        let mut points = 0;
        for when in points_in_time() {
            let directory = tempfile::tempdir().unwrap();
            copy(template.path(), directory.path());
            let strace = injecting(call, &format!("signal=KILL:when={when}"), &[]);
            let outcome = Process::start(strace, directory.path(), &plan).wait();
            let before = plan.all_at(TEMPLATE_STEPS);
            check(directory.path(), &plan, &before, &outcome.acks);
            if outcome.ended {
                break;
            }
            points += 1;
        }
        println!("{call}: killed at {points} points");
    }
}

/// STO-02, for the thread that makes snapshots.
#[test]
fn kill_during_a_snapshot_loses_nothing() {
    if let Some(reason) = no_strace() {
        return skipped(&reason);
    }
    let plan = Plan::short(4);
    let template = template(&plan);
    for call in ["openat", "write", "fsync", "rename", "unlink"] {
        for when in points_in_time() {
            let directory = tempfile::tempdir().unwrap();
            copy(template.path(), directory.path());
            let snapshots = directory.path().join("snapshot");
            let paths = [
                snapshots.join("new.tmp"),
                snapshots.join("run-0.tmp"),
                snapshots,
            ];
            let strace = injecting(call, &format!("signal=KILL:when={when}"), &paths);
            let outcome = Process::start(strace, directory.path(), &plan).wait();
            let before = plan.all_at(TEMPLATE_STEPS);
            check(directory.path(), &plan, &before, &outcome.acks);
            if outcome.ended {
                break;
            }
        }
    }
}

/// STO-04: after one failed sync nothing is acknowledged any more.
#[test]
fn a_failed_sync_poisons_the_journal() {
    if let Some(reason) = no_strace() {
        return skipped(&reason);
    }
    let plan = Plan::short(0);
    let template = template(&plan);
    for when in 1..if full_campaign() { 10 } else { 4 } {
        let directory = tempfile::tempdir().unwrap();
        copy(template.path(), directory.path());
        let strace = injecting("fdatasync", &format!("error=EIO:when={when}"), &[]);
        let outcome = Process::start(strace, directory.path(), &plan).wait();
        let failures = vec!["store has failed"; AFTER_FAILURE];
        assert_eq!(outcome.refusals, failures, "sync {when}");
        let acked = outcome.acks.get(&1).copied().unwrap_or(TEMPLATE_STEPS);
        assert_eq!(acked, TEMPLATE_STEPS + when - 1);
        assert!(!outcome.acked_after_refusal);
        let before = plan.all_at(TEMPLATE_STEPS);
        check(directory.path(), &plan, &before, &outcome.acks);
    }
}

/// STO-04
#[test]
fn a_failed_write_poisons_the_journal() {
    if let Some(reason) = no_strace() {
        return skipped(&reason);
    }
    let plan = Plan::short(0);
    let (directory, segment) = grown(&plan);
    let strace = injecting("pwrite64", "error=EIO:when=3", &[segment]);
    let outcome = Process::start(strace, directory.path(), &plan).wait();
    assert_eq!(outcome.refusals, vec!["store has failed"; AFTER_FAILURE]);
    assert_eq!(outcome.acks[&1], TEMPLATE_STEPS + 2);
    let before = plan.all_at(TEMPLATE_STEPS);
    check(directory.path(), &plan, &before, &outcome.acks);
}

/// STO-05: a write that finds no space is taken back; the next one works.
#[test]
fn a_write_without_space_is_refused_and_forgotten() {
    if let Some(reason) = no_strace() {
        return skipped(&reason);
    }
    let plan = Plan::short(0);
    let (directory, segment) = grown(&plan);
    let strace = injecting("pwrite64", "error=ENOSPC:when=3", &[segment]);
    let outcome = Process::start(strace, directory.path(), &plan).wait();
    assert_eq!(outcome.refusals, ["no space left"]);
    assert_eq!(outcome.acks[&1], TEMPLATE_STEPS + plan.steps);
    assert!(outcome.ended);
    let before = plan.all_at(TEMPLATE_STEPS);
    check(directory.path(), &plan, &before, &outcome.acks);
}

/// STO-05: a full disk refuses new work, lets old work end, and recovers.
#[tokio::test]
async fn a_full_disk_refuses_new_work_only() {
    let mount = match Mount::memory("size=24m") {
        Ok(mount) => mount,
        Err(reason) => return skipped(&reason),
    };
    let worker = Worker {
        number: 1,
        large_every: 0,
    };
    let mut options = Options::new(mount.path().join("store"));
    options.segment_octets = 1 << 20;
    options.reserve_octets = 8 << 20;
    let store = filled(options, &worker, 30).await;
    fs::write(mount.path().join("ballast"), vec![1; 17 << 20]).unwrap();
    let refused = worker.step(&store, 31).await;
    assert!(matches!(refused, Err(StepError::Commit(CommitError::Full))));
    let lane = storage::Lane::new("lane-1");
    let now = storage::Timestamp(u64::MAX - 1);
    let mut leases = store.lease(&lane, now, now, 1).await.unwrap();
    let mut batch = storage::Batch::new();
    let payload = leases[0].job().payload.clone();
    batch.again(&leases.pop().unwrap(), storage::Timestamp(1), payload);
    store.commit(batch).await.unwrap();
    fs::remove_file(mount.path().join("ballast")).unwrap();
    worker.step(&store, 31).await.unwrap();
    assert!(store.healthy());
}

/// STO-03: the file system stops without writing anything more, as when the
/// power goes.
#[test]
fn a_power_cut_loses_nothing() {
    let image = tempfile::tempdir().unwrap();
    let mut mount = match Mount::loop_device(image.path()) {
        Ok(mount) => mount,
        Err(reason) => return skipped(&reason),
    };
    let plan = Plan {
        workers: 3,
        steps: 1_000_000,
        large_every: 7,
    };
    let mut done = BTreeMap::new();
    for round in 0..if full_campaign() { 100 } else { 5 } {
        let directory = mount.path().join("store");
        let mut child = Process::start(Command::new(own_path()), &directory, &plan);
        child.read_acks(1 + workload::content(round, 1)[0] as usize % 90);
        // What is acknowledged must have been so before the cut: a sync that is
        // under way while ext4 shuts down may return success for nothing.
        child.stop();
        mount.cut_power();
        let acks = child.kill();
        mount.mount_again();
        done = check(&directory, &plan, &done, &acks);
    }
}

/// Not a test of its own: what the others start, with [`CHILD`] set.
#[test]
fn child() {
    let Ok(directory) = std::env::var(CHILD) else {
        return;
    };
    let number = |name| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let plan = Plan {
        workers: number("WORKERS"),
        steps: number("STEPS"),
        large_every: number("LARGE_EVERY"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(work(plan, Path::new(&directory)));
}

async fn work(plan: Plan, directory: &Path) {
    let store = Arc::new(Embedded::open(options(directory)).unwrap());
    let tasks: Vec<_> = plan
        .workers()
        .map(|worker| tokio::spawn(work_of(worker, Arc::clone(&store), plan.steps)))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    store.close().await;
    println!("\nend");
}

async fn work_of(worker: Worker, store: Arc<Embedded>, steps: u64) {
    let mut step = worker.done(store.as_ref()).await.unwrap();
    let last = step + steps;
    let mut failures = 0;
    while step < last && failures < AFTER_FAILURE {
        match worker.step(store.as_ref(), step + 1).await {
            Ok(_) => {
                step += 1;
                println!("\nack {} {step}", worker.number);
            }
            Err(StepError::Commit(error)) => {
                failures += usize::from(matches!(error, CommitError::Failed));
                println!("\nrefused {error}");
            }
            Err(StepError::Stage(error)) => {
                failures += usize::from(matches!(error, StageError::Io(_)));
                println!("\nrefused {error}");
            }
            Err(StepError::Read(error)) => panic!("{error}"),
        }
    }
}

/// What a child is to do.
#[derive(Clone, Copy)]
struct Plan {
    workers: u64,
    /// For each worker.
    steps: u64,
    large_every: u64,
}

impl Plan {
    fn short(large_every: u64) -> Self {
        Self {
            workers: 1,
            steps: 12,
            large_every,
        }
    }

    fn workers(self) -> impl Iterator<Item = Worker> {
        (1..=self.workers).map(move |number| Worker {
            number,
            large_every: self.large_every,
        })
    }

    fn all_at(self, step: u64) -> BTreeMap<u64, u64> {
        self.workers().map(|worker| (worker.number, step)).collect()
    }
}

/// A running child.
struct Process {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    outcome: Outcome,
}

/// What a child said.
#[derive(Default)]
struct Outcome {
    /// The last acknowledged step of each worker.
    acks: BTreeMap<u64, u64>,
    refusals: Vec<String>,
    acked_after_refusal: bool,
    /// It came to its end.
    ended: bool,
}

impl Process {
    /// Starts this binary's [`child`], as the last arguments of `command`.
    fn start(mut command: Command, directory: &Path, plan: &Plan) -> Self {
        let mut child = command
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .env(CHILD, directory)
            .env("WORKERS", plan.workers.to_string())
            .env("STEPS", plan.steps.to_string())
            .env("LARGE_EVERY", plan.large_every.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        Self {
            child,
            lines: BufReader::new(stdout).lines(),
            outcome: Outcome::default(),
        }
    }

    fn read_acks(&mut self, count: usize) {
        let mut seen = 0;
        while seen < count && self.read_line() {
            seen += 1;
        }
        assert_eq!(seen, count, "the child ended by itself");
    }

    /// Reads up to the next acknowledgement.
    fn read_line(&mut self) -> bool {
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            let mut words = line.split(' ');
            match words.next() {
                Some("ack") => {
                    let mut number = || words.next().unwrap().parse().unwrap();
                    self.outcome.acks.insert(number(), number());
                    self.outcome.acked_after_refusal |= !self.outcome.refusals.is_empty();
                    return true;
                }
                Some("refused") => self.outcome.refusals.push(line[8..].to_owned()),
                Some("end") => self.outcome.ended = true,
                _ => {}
            }
        }
        false
    }

    /// Stops it where it stands; only the thread that prints is waited for.
    fn stop(&self) {
        use rustix::process::{Pid, Signal, kill_process};
        let id = self.child.id();
        let pid = Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
        kill_process(pid, Signal::STOP).unwrap();
        let state = format!("/proc/{id}/task/{id}/stat");
        while !fs::read_to_string(&state).unwrap().contains(") T ") {
            std::thread::yield_now();
        }
    }

    fn kill(mut self) -> BTreeMap<u64, u64> {
        self.child.kill().unwrap();
        self.wait().acks
    }

    /// Waits for its end, however it comes.
    fn wait(mut self) -> Outcome {
        while self.read_line() {}
        self.child.wait().unwrap();
        self.outcome
    }
}

/// Opens the store after a crash and compares it with what was acknowledged;
/// returns how far each worker is. One step may be there without having been
/// acknowledged: the child died between the two.
fn check(
    directory: &Path,
    plan: &Plan,
    before: &BTreeMap<u64, u64>,
    acks: &BTreeMap<u64, u64>,
) -> BTreeMap<u64, u64> {
    let store = Embedded::open(options(directory)).unwrap();
    assert!(store.recovery().took < OPEN_MAX);
    let losses = store.recovery().damages.iter();
    let losses = losses.filter(|d| d.kind != storage::journal::DamageKind::TornTail);
    assert_eq!(losses.count(), 0, "{:?}", store.recovery());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let (mut done, mut files) = (BTreeMap::new(), BTreeSet::new());
    for worker in plan.workers() {
        let number = worker.number;
        let acked = acks
            .get(&number)
            .or(before.get(&number))
            .copied()
            .unwrap_or(0);
        let found = runtime.block_on(worker.done(&store)).unwrap();
        assert!(
            (acked..=acked + 1).contains(&found),
            "{found} steps, {acked} acknowledged"
        );
        files.extend(runtime.block_on(worker.expect(&store, found)));
        done.insert(number, found);
    }
    let texts = fs::read_dir(directory.join("texts")).unwrap();
    assert_eq!(texts.count(), files.len(), "files of texts");
    runtime.block_on(store.close());
    done
}

/// Segments so small that each run closes some and makes a snapshot.
fn options(directory: &Path) -> Options {
    let mut options = small_options(directory);
    options.segment_octets = 5 * 1024;
    options
}

/// A store to begin with, cleanly closed.
fn template(plan: &Plan) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for worker in plan.workers() {
        let store = filled(options(directory.path()), &worker, TEMPLATE_STEPS);
        let store = runtime.block_on(store);
        runtime.block_on(store.close());
    }
    directory
}

/// A store whose last segment has room for a whole run.
fn grown(plan: &Plan) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for worker in plan.workers() {
        let mut options = options(directory.path());
        options.snapshot_segments = usize::MAX;
        options.segment_octets = 1;
        let store = runtime.block_on(filled(options, &worker, TEMPLATE_STEPS));
        runtime.block_on(store.close());
    }
    let segments = fs::read_dir(directory.path().join("journal")).unwrap();
    let last = segments.map(|entry| entry.unwrap().path()).max().unwrap();
    (directory, last)
}

fn own_path() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// This binary under strace, which meddles with one kind of system call, each
/// thread counting for itself.
fn injecting(call: &str, what: &str, paths: &[PathBuf]) -> Command {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e"]);
    strace.arg(format!("trace={call}"));
    strace.arg("-e").arg(format!("inject={call}:{what}"));
    for path in paths {
        strace.arg("-P").arg(path);
    }
    strace.arg("--").arg(own_path());
    strace
}

/// Every point in a full campaign, fewer and fewer otherwise.
fn points_in_time() -> impl Iterator<Item = u64> {
    let sparse = !full_campaign();
    std::iter::successors(Some(1), move |when| {
        Some(if sparse {
            when + 1 + when / 2
        } else {
            when + 1
        })
    })
}

fn no_strace() -> Option<String> {
    let output = Command::new("strace").arg("-qq").arg("true").output();
    match output {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Some(format!("strace: {error}")),
    }
}

/// A file system of our own, unmounted when dropped.
struct Mount {
    point: TempDir,
    image: Option<PathBuf>,
}

impl Mount {
    fn memory(options: &str) -> Result<Self, String> {
        let point = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]);
        run(mount.arg(point.path()))?;
        Ok(Self { point, image: None })
    }

    fn loop_device(directory: &Path) -> Result<Self, String> {
        let image = directory.join("image");
        let file = fs::File::create(&image).unwrap();
        file.set_len(IMAGE_OCTETS).unwrap();
        run(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image))?;
        let mount = Self {
            point: tempfile::tempdir().unwrap(),
            image: Some(image),
        };
        mount.mount()?;
        Ok(mount)
    }

    fn path(&self) -> &Path {
        self.point.path()
    }

    fn mount(&self) -> Result<(), String> {
        let mut mount = Command::new("mount");
        mount.args(["-o", "loop"]).args(&self.image);
        run(mount.arg(self.path()))
    }

    /// EXT4_IOC_SHUTDOWN without flushing the log: nothing reaches the disk any
    /// more, every sync fails.
    fn cut_power(&self) {
        let script = "import fcntl, os, struct, sys\n\
            at = os.open(sys.argv[1], os.O_RDONLY)\n\
            fcntl.ioctl(at, 0x8004587D, struct.pack('I', 2))\n";
        let mut python = Command::new("python3");
        run(python.args(["-c", script]).arg(self.path())).unwrap();
    }

    fn mount_again(&mut self) {
        run(Command::new("umount").arg(self.path())).unwrap();
        self.mount().unwrap();
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Nothing more can be done than to try.
        let _ = run(Command::new("umount").arg("--lazy").arg(self.point.path()));
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

const CHILD: &str = "RELAYGATE_CRASH_CHILD";
/// What changes files, in the order the store comes to use it.
const CALLS: [&str; 9] = [
    "fdatasync",
    "fsync",
    "pwrite64",
    "write",
    "rename",
    "unlink",
    "ftruncate",
    "mkdir",
    "openat",
];
const TEMPLATE_STEPS: u64 = 9;
/// So often a child tries again after the store has failed.
const AFTER_FAILURE: usize = 3;
/// A store of this size opens at once; the rest is for a busy machine.
const OPEN_MAX: Duration = Duration::from_secs(5);
const IMAGE_OCTETS: u64 = 256 << 20;
