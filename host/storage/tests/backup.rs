//! Backups of a store that is in use, and what is made out of them: SEC-04.

#![allow(clippy::unwrap_used)] // a test may panic

mod workload;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use std::thread;

use storage::backup::{self, BackupError, Restored};
use storage::embedded::{Embedded, Options};
use storage::{Batch, JobChange, JobFilter, JobState, Lane, Store, Timestamp};
use workload::{Worker, filled, small_options};

const WORKER: Worker = Worker {
    number: 1,
    large_every: 7,
};
const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// A worker goes on without a pause while backups are made: each holds everything that was
/// acknowledged before it was begun, whole, and what is restored holds exactly that.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_holds_everything_before_it() {
    let house = tempfile::tempdir().unwrap();
    let store = filled(small_options(&house.path().join("store")), &WORKER, 60).await;
    let store = Arc::new(store);
    let (stop, done) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(60)),
    );
    let working = tokio::spawn(work(store.clone(), stop.clone(), done.clone()));
    for round in 0..4 {
        let acknowledged = done.load(Ordering::Acquire);
        let target = house.path().join(format!("backup-{round}"));
        let report = store.backup(&target, NOW).await.unwrap();
        assert_eq!(report.damages, Vec::<String>::new());
        assert!(report.sequence >= acknowledged);
        let restored = restore(&target, &house.path().join(format!("restored-{round}")));
        let steps = WORKER.done(&restored).await.unwrap();
        assert!(steps >= acknowledged, "{steps} of {acknowledged}");
        WORKER.expect(&restored, steps).await;
    }
    stop.store(true, Ordering::Release);
    working.await.unwrap();
    assert!(
        !house.path().join("store/backup").exists(),
        "links are gone"
    );
    WORKER.expect(&*store, done.load(Ordering::Acquire)).await;
}

async fn work(store: Arc<Embedded>, stop: Arc<AtomicBool>, done: Arc<AtomicU64>) {
    while !stop.load(Ordering::Acquire) {
        let step = done.load(Ordering::Acquire) + 1;
        WORKER.step(&*store, step).await.unwrap();
        done.store(step, Ordering::Release);
    }
}

/// Nobody knows what became of a job after the backup was made, so nobody works on it; those an
/// operator had stopped before stay as they were.
#[tokio::test]
async fn every_job_of_a_backup_is_held() {
    let house = tempfile::tempdir().unwrap();
    let store = filled(small_options(&house.path().join("store")), &WORKER, 30).await;
    let jobs = store.jobs(JobFilter::first(99)).await.unwrap();
    let mut batch = Batch::new();
    batch.change_job(jobs[0].id, JobChange::Hold);
    store.commit(batch).await.unwrap();
    let target = house.path().join("backup");
    let report = store.backup(&target, NOW).await.unwrap();
    assert_eq!(report.jobs, jobs.len() as u64);

    let restored = restore(&target, &house.path().join("restored"));
    let found = restored.jobs(JobFilter::first(99)).await.unwrap();
    let states: Vec<_> = found.iter().map(|job| job.state).collect();
    assert_eq!(states[0], JobState::Held);
    assert!(states[1..].iter().all(|state| *state == JobState::Restored));
    let (lane, far) = (Lane::new("lane-1"), Timestamp(u64::MAX));
    assert!(
        restored
            .lease(&lane, far, far, 99)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(restored.next_due(&lane).await.unwrap(), None);
}

/// Every file is read back, so what is missing, changed or cut is named.
#[tokio::test]
async fn a_damaged_backup_is_told() {
    let house = tempfile::tempdir().unwrap();
    let store = filled(small_options(&house.path().join("store")), &WORKER, 60).await;
    let original = house.path().join("backup");
    store.backup(&original, NOW).await.unwrap();
    let files = files(&original);
    assert!(files.iter().any(|file| file.starts_with("texts")));
    assert!(files.iter().any(|file| file.starts_with("snapshot")));
    for (number, file) in files.iter().enumerate() {
        let copy = house.path().join(format!("copy-{number}"));
        workload::copy(&original, &copy);
        let path = copy.join(file);
        let mut octets = fs::read(&path).unwrap();
        match number % 3 {
            0 => fs::remove_file(&path).unwrap(),
            1 => fs::write(&path, &octets[..octets.len() - 1]).unwrap(),
            _ => {
                let middle = octets.len() / 2;
                octets[middle] ^= 1;
                fs::write(&path, &octets).unwrap();
            }
        }
        if file == Path::new("manifest.json") {
            let outcome = backup::verify(&copy);
            let refused = matches!(
                outcome,
                Err(BackupError::NoBackup(_) | BackupError::Manifest(_))
            );
            assert!(refused, "{outcome:?}");
            continue;
        }
        let report = backup::verify(&copy).unwrap();
        let name = file.display().to_string();
        assert!(
            report.damages[0].contains(&name),
            "{name}: {:?}",
            report.damages
        );
        let target = house.path().join("never");
        let outcome = backup::restore(&copy, small_options(&target), false);
        assert!(matches!(outcome, Err(BackupError::Damaged(_))));
        assert!(!target.exists());
    }
}

/// What is whole of a damaged backup can be had, if that is asked for.
#[tokio::test]
async fn what_is_whole_of_a_damaged_backup_is_restored_if_wanted() {
    let house = tempfile::tempdir().unwrap();
    let store = filled(small_options(&house.path().join("store")), &WORKER, 60).await;
    let target = house.path().join("backup");
    store.backup(&target, NOW).await.unwrap();
    let text = files(&target)
        .into_iter()
        .find(|file| file.starts_with("texts"));
    fs::remove_file(target.join(text.unwrap())).unwrap();
    let options = small_options(&house.path().join("restored"));
    let restored = unpack(&target, options.clone(), true).unwrap();
    assert_eq!(restored.backup.damages.len(), 2, "the file, and its text");
    let store = Embedded::open(options).unwrap();
    assert_eq!(WORKER.done(&store).await.unwrap(), 60);
}

/// A backup goes where nothing is, and is restored where nothing is.
#[tokio::test]
async fn nothing_is_overwritten() {
    let house = tempfile::tempdir().unwrap();
    let store = filled(small_options(&house.path().join("store")), &WORKER, 9).await;
    let full = house.path().join("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("letter"), "mine").unwrap();
    let outcome = store.backup(&full, NOW).await;
    assert!(
        matches!(outcome, Err(BackupError::NotEmpty(_))),
        "{outcome:?}"
    );

    let target = house.path().join("backup");
    store.backup(&target, NOW).await.unwrap();
    let outcome = store.backup(&target, NOW).await;
    assert!(matches!(outcome, Err(BackupError::NotEmpty(_))));
    for there in [full.clone(), house.path().join("store")] {
        let outcome = backup::restore(&target, small_options(&there), false);
        assert!(
            matches!(outcome, Err(BackupError::NotEmpty(_))),
            "{outcome:?}"
        );
    }
    assert_eq!(fs::read(full.join("letter")).unwrap(), b"mine");
    WORKER.expect(&store, 9).await;
}

/// A copy that was interrupted has no manifest, and what it was copied from goes at the next start.
#[tokio::test]
async fn an_unfinished_backup_is_none() {
    let house = tempfile::tempdir().unwrap();
    let directory = house.path().join("store");
    let store = filled(small_options(&directory), &WORKER, 9).await;
    let target = house.path().join("backup");
    store.backup(&target, NOW).await.unwrap();
    store.close().await;
    drop(store);
    fs::remove_file(target.join("manifest.json")).unwrap();
    assert!(matches!(
        backup::verify(&target),
        Err(BackupError::NoBackup(_))
    ));
    workload::copy(&target, &directory.join("backup"));
    let store = Embedded::open(small_options(&directory)).unwrap();
    assert!(!directory.join("backup").exists());
    WORKER.expect(&store, 9).await;
}

/// A restore that was interrupted left its workplace; the next one begins anew.
#[tokio::test]
async fn an_interrupted_restore_can_be_repeated() {
    let house = tempfile::tempdir().unwrap();
    let store = filled(small_options(&house.path().join("store")), &WORKER, 9).await;
    let target = house.path().join("backup");
    store.backup(&target, NOW).await.unwrap();
    let left = house.path().join("restored.restoring/journal");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("half"), "cut off").unwrap();
    let restored = restore(&target, &house.path().join("restored"));
    WORKER.expect(&restored, 9).await;
    assert!(!house.path().join("restored.restoring").exists());
}

fn restore(backup: &Path, directory: &Path) -> Embedded {
    let options: Options = small_options(directory);
    unpack(backup, options.clone(), false).unwrap();
    Embedded::open(options).unwrap()
}

/// On a thread of its own, since it blocks.
fn unpack(backup: &Path, options: Options, damaged: bool) -> Result<Restored, BackupError> {
    let backup = backup.to_owned();
    let unpacked = thread::spawn(move || backup::restore(&backup, options, damaged));
    unpacked.join().unwrap()
}

/// Every file below, relative.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("manifest.json")];
    for part in ["journal", "snapshot", "texts"] {
        let entries = fs::read_dir(directory.join(part)).unwrap();
        found.extend(entries.map(|entry| Path::new(part).join(entry.unwrap().file_name())));
    }
    found.sort();
    found
}
