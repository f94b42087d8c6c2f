//! What opening a store makes of one that is damaged, incomplete or in use.

#![allow(clippy::unwrap_used)] // a test may panic

mod workload;

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use storage::embedded::{Embedded, OpenError, Options};
use storage::journal::{self, DamageKind, Report};
use storage::{Batch, CommitError, Key, Scope, Store, Table};
use workload::{Worker, copy, filled, full_campaign, small_options};

const WORKER: Worker = Worker {
    number: 1,
    large_every: 7,
};

/// STO-08
#[tokio::test]
async fn a_second_opener_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let first = Embedded::open(Options::new(directory.path())).unwrap();
    let second = Embedded::open(Options::new(directory.path()));
    let holder = format!("process {}", std::process::id());
    assert!(matches!(second, Err(OpenError::InUse { holder: found, .. }) if found == holder));
    first.close().await;
    Embedded::open(Options::new(directory.path())).unwrap();
}

#[tokio::test]
async fn a_closed_store_commits_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = Embedded::open(Options::new(directory.path())).unwrap();
    store.close().await;
    let refused = store.commit(Batch::new()).await;
    assert!(matches!(refused, Err(CommitError::Closed)));
}

#[tokio::test]
async fn after_a_clean_stop_the_index_is_trusted() {
    let directory = tempfile::tempdir().unwrap();
    let store = filled(small_options(directory.path()), &WORKER, 60).await;
    let digest = store.digest().unwrap();
    store.close().await;
    let store = Embedded::open(small_options(directory.path())).unwrap();
    assert_eq!(store.recovery().rebuilt, None);
    assert_eq!(store.digest().unwrap(), digest);
    WORKER.expect(&store, 60).await;
}

/// STO-13
#[tokio::test]
async fn a_lost_index_is_rebuilt_the_same() {
    let harms: [(&str, Harm); 5] = [
        ("removed", |store| {
            fs::remove_dir_all(store.join("view")).unwrap()
        }),
        ("marker removed", |store| {
            fs::remove_file(store.join("view.clean")).unwrap()
        }),
        ("marker garbage", |store| {
            fs::write(store.join("view.clean"), "clean").unwrap()
        }),
        ("flipped bit", |store| flip(&store.join("view/db"), 1000)),
        ("cut short", |store| cut(&store.join("view/db"), 1000)),
    ];
    let original = tempfile::tempdir().unwrap();
    let store = filled(small_options(original.path()), &WORKER, 60).await;
    let digest = store.digest().unwrap();
    store.close().await;
    for (name, harm) in harms {
        let directory = tempfile::tempdir().unwrap();
        copy(original.path(), directory.path());
        harm(directory.path());
        let store = Embedded::open(small_options(directory.path())).unwrap();
        assert!(store.recovery().rebuilt.is_some(), "{name}");
        assert_eq!(store.digest().unwrap(), digest, "{name}");
        WORKER.expect(&store, 60).await;
    }
}

#[tokio::test]
async fn garbage_in_place_of_the_index_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    filled(small_options(directory.path()), &WORKER, 20)
        .await
        .close()
        .await;
    fs::remove_dir_all(directory.path().join("view")).unwrap();
    fs::write(directory.path().join("view"), "no directory").unwrap();
    let store = Embedded::open(small_options(directory.path())).unwrap();
    WORKER.expect(&store, 20).await;
}

/// STO-08: a copy of a running store is a store.
#[tokio::test]
async fn a_copy_of_a_running_store_opens() {
    let directory = tempfile::tempdir().unwrap();
    let mut options = small_options(directory.path());
    options.snapshot_segments = usize::MAX;
    let store = filled(options, &WORKER, 30).await;
    let other = tempfile::tempdir().unwrap();
    copy(directory.path(), other.path());
    let copied = Embedded::open(small_options(other.path())).unwrap();
    WORKER.expect(&copied, 30).await;
    drop(store);
}

#[tokio::test]
async fn a_snapshot_replaces_the_segments_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = filled(small_options(directory.path()), &WORKER, 90).await;
    for step in 91..=300 {
        WORKER.step(&store, step).await.unwrap();
    }
    let digest = store.digest().unwrap();
    assert!(store.compact().await);
    let report = journal::verify(directory.path()).unwrap();
    // Texts moved to the journal's end are in it, too.
    assert!(report.snapshot >= 300);
    assert_eq!(report.snapshot, report.sequence);
    assert!(report.in_use);
    assert_eq!((report.damages, report.texts_damaged), (vec![], vec![]));
    store.close().await;
    fs::remove_dir_all(directory.path().join("view")).unwrap();
    let store = Embedded::open(small_options(directory.path())).unwrap();
    assert_eq!(store.recovery().records, 0);
    assert_eq!(store.digest().unwrap(), digest);
    WORKER.expect(&store, 300).await;
}

#[tokio::test]
async fn segments_without_live_texts_go() {
    let directory = tempfile::tempdir().unwrap();
    let store = Embedded::open(small_options(directory.path())).unwrap();
    for number in 0..100u64 {
        let mut batch = Batch::new();
        let key = Key::new(Scope::Installation, Table("row"), "same");
        batch.put(key, vec![number as u8; 1000]);
        store.commit(batch).await.unwrap();
    }
    assert!(store.compact().await);
    assert_eq!(journal_files(directory.path()).len(), 1);
    assert_eq!(journal::verify(directory.path()).unwrap().sequence, 100);
}

/// One small text that stays does not keep what was around it.
#[tokio::test]
async fn a_text_that_stays_lets_its_segment_go() {
    let directory = tempfile::tempdir().unwrap();
    let store = Embedded::open(small_options(directory.path())).unwrap();
    let scope = Scope::Installation;
    let mut kept = Vec::new();
    for number in 0..100u8 {
        let mut batch = Batch::new();
        batch.put(Key::new(scope, Table("row"), "same"), vec![number; 1000]);
        if number % 20 == 0 {
            let mut writer = store.stage(scope);
            writer.write(&[number; 500]).await.unwrap();
            kept.push((number, batch.text(writer.finish().await.unwrap())));
        }
        store.commit(batch).await.unwrap();
    }
    let (opened, id) = kept[0];
    let reader = store.text(scope, id).await.unwrap();
    let digest = store.digest().unwrap();
    assert!(store.compact().await);
    let journal = journal_files(directory.path());
    let octets: u64 = journal.iter().map(|p| p.metadata().unwrap().len()).sum();
    assert!(
        octets < 8_000,
        "{octets} octets in {} segments",
        journal.len()
    );
    assert_eq!(reader.read_all(1_000).await.unwrap(), [opened; 500]);
    store.close().await;
    fs::remove_dir_all(directory.path().join("view")).unwrap();
    let store = Embedded::open(small_options(directory.path())).unwrap();
    assert_eq!(store.digest().unwrap(), digest);
    for (number, id) in kept {
        let text = store.text(scope, id).await.unwrap();
        assert_eq!(text.read_all(1_000).await.unwrap(), [number; 500]);
    }
}

#[tokio::test]
async fn text_files_nobody_names_are_removed() {
    let directory = tempfile::tempdir().unwrap();
    filled(small_options(directory.path()), &WORKER, 10)
        .await
        .close()
        .await;
    let stray = directory.path().join("texts/1-01ARZ3NDEKTSV4RRFFQ69G5FAV");
    fs::write(&stray, "never committed").unwrap();
    let store = Embedded::open(small_options(directory.path())).unwrap();
    assert_eq!(store.recovery().orphans, 1);
    assert!(!stray.exists());
    WORKER.expect(&store, 10).await;
}

#[tokio::test]
async fn what_an_interrupted_snapshot_left_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    filled(small_options(directory.path()), &WORKER, 10)
        .await
        .close()
        .await;
    let left = directory.path().join("snapshot/new.tmp");
    fs::write(&left, "half").unwrap();
    let store = Embedded::open(small_options(directory.path())).unwrap();
    assert!(!left.exists());
    WORKER.expect(&store, 10).await;
}

#[tokio::test]
async fn a_newer_format_is_refused_and_kept() {
    let directory = tempfile::tempdir().unwrap();
    let segment = directory
        .path()
        .join("journal/00000000000000000001-00000000.journal");
    fs::create_dir(directory.path().join("journal")).unwrap();
    let mut header = [b"RGJR".as_slice(), &[9], &[0; 27]].concat();
    header.extend(crc32c::crc32c(&header).to_le_bytes());
    header.extend([0; 100]);
    fs::write(&segment, &header).unwrap();
    let refused = Embedded::open(Options::new(directory.path()));
    assert!(matches!(
        refused,
        Err(OpenError::NewerFormat { version: 9, .. })
    ));
    assert_eq!(fs::read(&segment).unwrap(), header);
}

#[tokio::test]
async fn a_record_inside_a_text_is_not_taken_for_one() {
    let directory = tempfile::tempdir().unwrap();
    let victim = tempfile::tempdir().unwrap();
    filled(one_segment(directory.path()), &SMALL, 9)
        .await
        .close()
        .await;
    let forged = fs::read(&journal_files(directory.path())[0]).unwrap();
    // A sender who knows the format puts whole records into a message; then the
    // header of the record that holds it is damaged.
    let store = Embedded::open(one_segment(victim.path())).unwrap();
    let mut writer = store.stage(Scope::Installation);
    writer.write(&forged).await.unwrap();
    let mut batch = Batch::new();
    batch.text(writer.finish().await.unwrap());
    store.commit(batch).await.unwrap();
    store.close().await;
    flip(&journal_files(victim.path())[0], 10);
    let store = Embedded::open(one_segment(victim.path())).unwrap();
    assert_eq!(SMALL.done(&store).await.unwrap(), 0);
}

/// STO-07: damage to the end of the journal costs what it hits, nothing else.
#[tokio::test]
async fn every_flipped_octet_costs_one_record_at_most() {
    let original = tempfile::tempdir().unwrap();
    let whole = sealed_copy(original.path()).await;
    let (segment, octets, bounds) = last_segment(original.path());
    let from = if full_campaign() {
        0
    } else {
        octets.len() - TAIL
    };
    for at in from..octets.len() {
        let mut damaged = octets.clone();
        damaged[at] ^= 1 << (at % 8);
        fs::write(&segment, &damaged).unwrap();
        let report = journal::verify(original.path()).unwrap();
        assert_eq!(report.records, whole.records - 1, "octet {at}");
        let hit = bounds.iter().position(|(_, end)| at < *end).unwrap();
        assert_eq!(report.damages.len(), 1, "octet {at}");
        assert_eq!(report.damages[0].offset, bounds[hit].0 as u64, "octet {at}");
        let last = hit + 1 == bounds.len();
        assert_eq!(last, report.damages[0].kind == DamageKind::TornTail);
    }
}

/// STO-07
#[tokio::test]
async fn a_journal_cut_anywhere_keeps_every_whole_record() {
    let original = tempfile::tempdir().unwrap();
    let whole = sealed_copy(original.path()).await;
    let (segment, octets, bounds) = last_segment(original.path());
    let from = if full_campaign() {
        0
    } else {
        octets.len() - TAIL
    };
    for length in from..octets.len() {
        fs::write(&segment, &octets[..length]).unwrap();
        let report = journal::verify(original.path()).unwrap();
        let lost = bounds.iter().filter(|(_, end)| *end > length).count() as u64;
        assert_eq!(report.records, whole.records - lost, "length {length}");
    }
}

/// STO-07: the same through a whole opening, at fewer places.
#[tokio::test]
async fn a_damaged_store_opens_and_names_the_damage() {
    let original = tempfile::tempdir().unwrap();
    sealed_copy(original.path()).await;
    let (segment, octets, bounds) = last_segment(original.path());
    let every = if full_campaign() { 7 } else { 331 };
    for at in (octets.len() - TAIL..octets.len()).step_by(every) {
        let directory = tempfile::tempdir().unwrap();
        copy(original.path(), directory.path());
        flip(
            &directory.path().join(relative(&segment, original.path())),
            at as u64,
        );
        let store = Embedded::open(one_segment(directory.path())).unwrap();
        assert_eq!(store.recovery().damages.len(), 1, "octet {at}");
        let hit = bounds.iter().position(|(_, end)| at < *end).unwrap();
        let aside = fs::read_dir(directory.path().join("quarantine")).unwrap();
        assert_eq!(
            aside
                .filter(|e| !e.as_ref().unwrap().path().is_dir())
                .count(),
            1
        );
        // The marker of the clean stop knows that the last record was there.
        let lost = hit as u64 + 1;
        let kind = DamageKind::Lost {
            first: lost,
            last: lost,
        };
        assert_eq!(store.recovery().damages[0].kind, kind, "octet {at}");
        // It goes on from here.
        let mut batch = Batch::new();
        batch.put(Key::new(Scope::Installation, Table("row"), "a"), "b");
        store.commit(batch).await.unwrap();
        store.close().await;
        let again = Embedded::open(one_segment(directory.path())).unwrap();
        let row = again
            .get(&Key::new(Scope::Installation, Table("row"), "a"))
            .await;
        assert!(row.unwrap().is_some(), "octet {at}");
    }
}

/// STO-07
#[tokio::test]
async fn a_duplicated_segment_is_harmless() {
    let directory = tempfile::tempdir().unwrap();
    let mut options = small_options(directory.path());
    options.snapshot_segments = usize::MAX;
    filled(options.clone(), &SMALL, 60).await.close().await;
    let files = journal_files(directory.path());
    let twin = files[0].to_string_lossy().replace("00000001-", "00000002-");
    fs::copy(&files[0], twin).unwrap();
    let store = Embedded::open(options).unwrap();
    let damages = &store.recovery().damages;
    assert!(
        damages
            .iter()
            .all(|damage| damage.kind == DamageKind::Harmless)
    );
    assert!(!damages.is_empty());
    SMALL.expect(&store, 60).await;
}

/// STO-07
#[tokio::test]
async fn a_missing_segment_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let mut options = small_options(directory.path());
    options.snapshot_segments = usize::MAX;
    filled(options.clone(), &SMALL, 60).await.close().await;
    let files = journal_files(directory.path());
    fs::remove_file(&files[1]).unwrap();
    let store = Embedded::open(options).unwrap();
    let first = first_commit(&files[1]);
    let last = first_commit(&files[2]) - 1;
    let kind = DamageKind::Lost { first, last };
    assert_eq!(store.recovery().damages[0].kind, kind);
    assert_eq!(SMALL.done(&store).await.unwrap(), 60);
}

#[tokio::test]
async fn a_damaged_snapshot_loses_one_block() {
    let directory = tempfile::tempdir().unwrap();
    let store = filled(small_options(directory.path()), &SMALL, 900).await;
    assert!(store.compact().await);
    store.close().await;
    let snapshot = files(&directory.path().join("snapshot")).pop().unwrap();
    flip(&snapshot, 1000);
    let store = Embedded::open(small_options(directory.path())).unwrap();
    let damages = &store.recovery().damages;
    assert_eq!(damages.len(), 1);
    assert_eq!(damages[0].kind, DamageKind::Snapshot);
    // Later blocks hold what sorts later.
    let last = Key::new(
        Scope::Account(storage::AccountId::new(1).unwrap()),
        Table("right"),
        900u64.to_be_bytes(),
    );
    assert!(store.get(&last).await.unwrap().is_some());
}

#[tokio::test]
async fn a_snapshot_that_was_never_finished_gives_way_to_the_one_before() {
    let directory = tempfile::tempdir().unwrap();
    let store = filled(small_options(directory.path()), &SMALL, 90).await;
    assert!(store.compact().await);
    store.close().await;
    let whole = files(&directory.path().join("snapshot")).pop().unwrap();
    let newer = whole.with_file_name("00000000000000000091-00000001.snapshot");
    fs::write(&newer, "cut off").unwrap();
    let store = Embedded::open(small_options(directory.path())).unwrap();
    assert_eq!(store.recovery().damages, []);
    assert_eq!(files(&directory.path().join("snapshot")), [whole]);
    SMALL.expect(&store, 90).await;
}

#[tokio::test]
async fn dump_shows_every_commit() {
    let directory = tempfile::tempdir().unwrap();
    filled(one_segment(directory.path()), &SMALL, 6)
        .await
        .close()
        .await;
    let mut seen = Vec::new();
    let report = journal::dump(directory.path(), &mut |entry| seen.push(entry)).unwrap();
    assert_eq!((report.records, report.in_use), (6, false));
    let numbers: Vec<u64> = seen.iter().map(|entry| entry.sequence).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    let put = |what| move |c: &&journal::Change| c.what == what && c.verb == "put";
    assert_eq!(seen[0].changes.iter().filter(put("row")).count(), 3);
    assert_eq!(seen[0].changes.iter().filter(put("text")).count(), 1);
    assert_eq!(seen[0].changes.iter().filter(put("job")).count(), 1);
}

#[tokio::test]
async fn verify_names_a_damaged_text() {
    let directory = tempfile::tempdir().unwrap();
    filled(small_options(directory.path()), &WORKER, 7)
        .await
        .close()
        .await;
    let text = files(&directory.path().join("texts")).pop().unwrap();
    let last = fs::metadata(&text).unwrap().len() - 1;
    flip(&text, last);
    let report = journal::verify(directory.path()).unwrap();
    assert_eq!(report.texts_damaged.len(), 1);
    assert_eq!(report.damages, []);
}

/// What happens to the index of a closed store.
type Harm = fn(&Path);

const SMALL: Worker = Worker {
    number: 1,
    large_every: 0,
};

/// The last so many octets are damaged one by one.
const TAIL: usize = 4096;

fn one_segment(directory: &Path) -> Options {
    let mut options = small_options(directory);
    options.segment_octets = 1 << 30;
    options
}

/// Messages in one segment: the whole campaign has 200.
async fn sealed_copy(directory: &Path) -> Report {
    let steps = if full_campaign() { 200 } else { 30 };
    filled(one_segment(directory), &SMALL, steps)
        .await
        .close()
        .await;
    journal::verify(directory).unwrap()
}

/// The last segment with its octets, and where each record begins and ends.
fn last_segment(directory: &Path) -> (PathBuf, Vec<u8>, Vec<(usize, usize)>) {
    let segment = journal_files(directory).pop().unwrap();
    let mut bounds = Vec::new();
    journal::dump(directory, &mut |entry| {
        let start = entry.offset as usize;
        bounds.push((start, start + entry.octets as usize));
    })
    .unwrap();
    let octets = fs::read(&segment).unwrap();
    (segment, octets, bounds)
}

fn relative<'a>(path: &'a Path, base: &Path) -> &'a Path {
    path.strip_prefix(base).unwrap()
}

fn journal_files(directory: &Path) -> Vec<PathBuf> {
    files(&directory.join("journal"))
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn first_commit(segment: &Path) -> u64 {
    let name = segment.file_name().unwrap().to_str().unwrap();
    name.split_once('-').unwrap().0.parse().unwrap()
}

fn flip(path: &Path, at: u64) {
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    let mut octet = [0];
    file.read_exact_at(&mut octet, at).unwrap();
    file.write_all_at(&[octet[0] ^ 0x10], at).unwrap();
}

fn cut(path: &Path, octets: u64) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(file.metadata().unwrap().len() - octets)
        .unwrap();
}
