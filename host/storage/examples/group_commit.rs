//! How many commits a second the embedded store takes, and how many share a sync.
//!
//! ```sh
//! cargo run --release -p relaygate-storage --example group_commit -- [DIRECTORY]
//! ```
//!
//! Each commit is what reception does: one text, one row, one job. With a
//! directory, the store is made there: the disk makes the difference.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use storage::embedded::{Embedded, Options};
use storage::{AccountId, Batch, CommitError, Key, Lane, NewJob, Store, Table, Timestamp};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parent = std::env::args_os()
        .nth(1)
        .map_or_else(std::env::temp_dir, PathBuf::from);
    for (committers, octets) in [(1, 0), (20, 0), (100, 0), (20, 10_000), (100, 10_000)] {
        let directory = tempfile::tempdir_in(&parent)?;
        let figures = round(directory.path(), committers, octets).await?;
        report(committers, octets, &figures);
        report_opening(directory.path())?;
    }
    Ok(())
}

struct Figures {
    commits: u64,
    syncs: u64,
    took: Duration,
    waits: Vec<Duration>,
}

async fn round(
    directory: &Path,
    committers: u64,
    octets: usize,
) -> Result<Figures, Box<dyn std::error::Error>> {
    let store = Arc::new(Embedded::open(Options::new(directory))?);
    let begun = Instant::now();
    let tasks: Vec<_> = (1..=committers)
        .map(|number| tokio::spawn(committer(Arc::clone(&store), number, octets, begun)))
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await??);
    }
    let took = begun.elapsed();
    let counters = store.counters();
    store.close().await;
    waits.sort_unstable();
    Ok(Figures {
        commits: counters.commits,
        syncs: counters.syncs,
        took,
        waits,
    })
}

async fn committer(
    store: Arc<Embedded>,
    number: u64,
    octets: usize,
    begun: Instant,
) -> Result<Vec<Duration>, CommitError> {
    let account = AccountId(NonZeroU64::MIN.saturating_add(number));
    let text = vec![b'x'; octets];
    let mut waits = Vec::new();
    while begun.elapsed() < ROUND {
        let before = Instant::now();
        let batch = message(store.as_ref(), account, waits.len() as u64, &text).await;
        store.commit(batch).await?;
        waits.push(before.elapsed());
    }
    Ok(waits)
}

async fn message(store: &Embedded, account: AccountId, number: u64, text: &[u8]) -> Batch {
    let mut batch = Batch::new();
    let mut texts = Vec::new();
    let mut writer = store.stage(account.into());
    if writer.write(text).await.is_ok()
        && let Ok(staged) = writer.finish().await
    {
        texts.push(batch.text(staged));
    }
    let key = Key::new(account, Table("message"), number.to_be_bytes());
    batch.create(key, vec![0; ROW_OCTETS]);
    batch.enqueue(NewJob {
        scope: account.into(),
        lane: Lane::new("intake"),
        due: Timestamp(number),
        payload: vec![0; PAYLOAD_OCTETS],
        texts,
    });
    batch
}

#[allow(clippy::print_stdout)] // printing is what it is for
fn report(committers: u64, octets: usize, figures: &Figures) {
    let at = |part: f64| figures.waits[((figures.waits.len() - 1) as f64 * part) as usize];
    println!(
        "{committers:>3} committers, {octets:>6} octets: {:>6.0} commits/s, {:>6.0} syncs/s, {:.1} a sync, p50 {:?}, p99 {:?}",
        figures.commits as f64 / figures.took.as_secs_f64(),
        figures.syncs as f64 / figures.took.as_secs_f64(),
        figures.commits as f64 / figures.syncs.max(1) as f64,
        at(0.5),
        at(0.99),
    );
}

/// How long a start takes after a clean stop and after a crash.
#[allow(clippy::print_stdout)] // printing is what it is for
fn report_opening(directory: &Path) -> Result<(), Box<dyn std::error::Error>> {
    for crashed in [false, true] {
        if crashed {
            std::fs::remove_file(directory.join("view.clean"))?;
        }
        let store = Embedded::open(Options::new(directory))?;
        let recovery = store.recovery();
        println!(
            "    opened in {:?}, {} commits, index {}",
            recovery.took,
            recovery.sequence,
            recovery.rebuilt.as_deref().unwrap_or("trusted"),
        );
    }
    Ok(())
}

const ROUND: Duration = Duration::from_secs(3);
const ROW_OCTETS: usize = 300;
const PAYLOAD_OCTETS: usize = 100;
