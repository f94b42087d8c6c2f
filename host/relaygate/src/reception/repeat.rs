//! Recognises a message that was kept before (R111).
//!
//! A relay that loses our 250 sends the same message again. The same connector,
//! Message-ID, recipient and body make the same mark: a stranger's copy by the
//! MX must not stand in for the one that comes authenticated. A mark is created in the
//! batch that keeps the message, so of two copies at once only one is kept and
//! the other is deferred, to be recognised when it comes again.
//!
//! A message of our own come back has the way it took in its mark, too: a list
//! hands it on more than once, each time by another way, and that has to be seen
//! (R62); a relay that merely tries again hands on what it has.
//!
//! Marks stand by week, so that old ones can be found and removed together ([`prune`]). A
//! message without a Message-ID has no mark: nothing tells two such apart.

use mail::address::Domain;
use sha2::{Digest as _, Sha256};
use storage::{Batch, JobId, Key, ListRange, Scope, Store, Table, Timestamp};

use super::incoming::Complete;
use super::{Accepted, Reception, ReceptionError};

/// The mark of one message for one recipient.
pub(super) struct Mark {
    /// This week's row; absent without a Message-ID.
    key: Option<Key>,
    known: bool,
}

impl Mark {
    /// The message was kept before.
    pub(super) fn is_known(&self) -> bool {
        self.known
    }

    /// Enters the mark; a batch that lost the race does not commit.
    pub(super) fn enter(&self, batch: &mut Batch, queue_id: &str, job: JobId) {
        if let Some(key) = &self.key {
            batch.create(key.clone(), format!("{queue_id} {job}"));
        }
    }
}

/// The marks of a message, one for each recipient.
pub(super) async fn marks(
    reception: &Reception,
    complete: &Complete,
) -> Result<Vec<(Accepted, Mark)>, ReceptionError> {
    let now = reception.services.clock.now();
    let mut marks = Vec::with_capacity(reception.accepted.len());
    for accepted in &reception.accepted {
        let mark = match digest(reception, complete, accepted) {
            Some(digest) => look_up(reception, accepted.scope, &digest, now).await?,
            None => Mark {
                key: None,
                known: false,
            },
        };
        marks.push((accepted.clone(), mark));
    }
    Ok(marks)
}

/// Removes the marks of one scope that nobody looks at any more, a bounded
/// number in each batch. Returns how many went.
pub(crate) async fn prune(
    store: &dyn Store,
    scope: Scope,
    now: Timestamp,
) -> Result<usize, desk::Error> {
    let oldest_kept = week(now).saturating_sub(WEEKS_KEPT);
    let mut pruned = 0;
    loop {
        let range = ListRange::first(PRUNE_ROWS);
        let rows = store.list(scope, MARKS, range).await?;
        let mut batch = Batch::new();
        // In the order of weeks, so the first young one ends it.
        let old = rows.iter().map(|(id, _)| id);
        let old: Vec<_> = old.take_while(|id| week_of(id) < oldest_kept).collect();
        if old.is_empty() {
            return Ok(pruned);
        }
        for id in &old {
            batch.delete(Key::new(scope, MARKS, id.as_slice()));
        }
        pruned += old.len();
        store.commit(batch).await?;
    }
}

fn week_of(id: &[u8]) -> u32 {
    id.first_chunk().map_or(0, |week| u32::from_be_bytes(*week))
}

async fn look_up(
    reception: &Reception,
    scope: Scope,
    digest: &[u8],
    now: Timestamp,
) -> Result<Mark, ReceptionError> {
    let this_week = key(scope, week(now), digest);
    let last_week = key(scope, week(now).saturating_sub(1), digest);
    let store = &reception.services.store;
    let known = store.get(&this_week).await?.is_some() || store.get(&last_week).await?.is_some();
    Ok(Mark {
        key: Some(this_week),
        known,
    })
}

fn key(scope: Scope, week: u32, digest: &[u8]) -> Key {
    let mut id = week.to_be_bytes().to_vec();
    id.extend_from_slice(digest);
    Key::new(scope, MARKS, id)
}

fn week(now: Timestamp) -> u32 {
    u32::try_from(now.0 / WEEK_MS).unwrap_or(u32::MAX)
}

fn digest(reception: &Reception, complete: &Complete, accepted: &Accepted) -> Option<[u8; 32]> {
    let message_id = complete.judged.message_id.as_ref()?;
    let login = reception.session.login.as_ref();
    // No connected domain is a single label.
    let way = login.map_or("", |login| login.connector().map_or("desk", Domain::as_str));
    let digest = Sha256::new()
        .chain_update(way)
        .chain_update([0])
        .chain_update(message_id.as_str())
        .chain_update([0])
        .chain_update(accepted.recipient.to_string().to_ascii_lowercase())
        .chain_update([0])
        .chain_update(complete.body_digest)
        .chain_update(&complete.judged.way);
    Some(digest.finalize().into())
}

const MARKS: Table = Table("received");
const WEEK_MS: u64 = 7 * 24 * 3_600_000;
/// Whole weeks a mark stays after its own.
const WEEKS_KEPT: u32 = 2;
/// Marks removed in one batch.
const PRUNE_ROWS: usize = 256;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use storage::AccountId;
    use storage::embedded::{Embedded, Options};

    use super::*;
    use crate::clock::Clock;

    #[tokio::test]
    async fn marks_go_after_two_weeks() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut options = Options::new(directory.path());
        options.reserve_octets = 0;
        let store = Embedded::open(options).expect("a store");
        let scope = Scope::from(AccountId::new(7).expect("not zero"));
        let clock = Clock::standing(Timestamp(3_000 * WEEK_MS));
        let mut batch = Batch::new();
        for number in 0..600_u32 {
            let key = key(scope, week(clock.now()), &number.to_be_bytes());
            batch.create(key, "");
        }
        store.commit(batch).await.expect("kept");
        let two_weeks = Duration::from_millis(3 * WEEK_MS - 1);
        clock.advance(two_weeks);
        let young = key(scope, week(clock.now()), b"young");
        let mut batch = Batch::new();
        batch.create(young.clone(), "");
        store.commit(batch).await.expect("kept");
        assert_eq!(prune(&store, scope, clock.now()).await.expect("read"), 0);
        clock.advance(Duration::from_millis(1));
        let gone = prune(&store, scope, clock.now()).await.expect("read");
        assert_eq!(gone, 600);
        assert!(store.get(&young).await.expect("read").is_some());
    }
}
