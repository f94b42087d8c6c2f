//! How often something happened lately: exact, kept, and counted in the batch in
//! which it happens, so a crash counts nothing twice.
//!
//! A window begins with the first event and ends after its length. That is
//! coarser than a sliding one, and one small row is all it needs.
//!
//! Not here: what follows from a count (the routing policy; `notifications`).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};

use crate::addresses::row_id;
use crate::intake::Incoming;
use crate::rows::Record;
use crate::upkeep::Aging;
use crate::{Account, Error};

/// How often it happened in the window that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pace {
    began: Timestamp,
    pub(crate) count: u32,
}

/// Counts that belong to one batch.
pub(crate) struct Counts<'a> {
    account: &'a Account,
    now: Timestamp,
    paces: HashMap<String, Pace>,
}

impl<'a> Counts<'a> {
    pub(crate) fn new(account: &'a Account, now: Timestamp) -> Self {
        Self {
            account,
            now,
            paces: HashMap::new(),
        }
    }

    /// How often it happened so far, and when its window ends.
    pub(crate) async fn so_far(
        &self,
        key: &str,
        window_ms: u64,
    ) -> Result<(u32, Timestamp), Error> {
        let pace = self.running(key, window_ms).await?;
        let ends = Timestamp(pace.began.0.saturating_add(window_ms));
        Ok((pace.count, ends))
    }

    /// Counts once more; returns how often it happened, this time included.
    pub(crate) async fn add(&mut self, key: &str, window_ms: u64) -> Result<u32, Error> {
        let mut pace = self.running(key, window_ms).await?;
        pace.count = pace.count.saturating_add(1);
        self.paces.insert(key.to_owned(), pace);
        Ok(pace.count)
    }

    /// Adds the counts to the batch. Plain puts: whoever counts has the account's
    /// turn, and a count lost to a race is no harm.
    pub(crate) fn keep(self, batch: &mut Batch) {
        for (key, pace) in self.paces {
            self.account.rows().put(batch, key, &pace);
        }
    }

    async fn running(&self, key: &str, window_ms: u64) -> Result<Pace, Error> {
        let known = match self.paces.get(key) {
            Some(pace) => Some(*pace),
            None => self
                .account
                .rows()
                .get::<Pace>(key)
                .await?
                .map(|kept| kept.record),
        };
        let fresh = |pace: &Pace| self.now.0.saturating_sub(pace.began.0) < window_ms;
        Ok(known.filter(fresh).unwrap_or(Pace {
            began: self.now,
            count: 0,
        }))
    }
}

/// Counts a message of its author in the hour that runs, this one included. The
/// way is part of it: whoever forges an address by the public path uses up
/// nothing of what the relay may bring.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn of_author(
    account: &Account,
    batch: &mut Batch,
    incoming: &Incoming,
    now: Timestamp,
) -> Result<u32, Error> {
    let Some(author) = &incoming.letter.author else {
        return Ok(0);
    };
    let way = if incoming.relay_authenticated() {
        "relayed"
    } else {
        "public"
    };
    let mut counts = Counts::new(account, now);
    let key = format!("author {way} {}", row_id(&author.address));
    let count = counts.add(&key, HOUR_MS).await?;
    counts.keep(batch);
    Ok(count)
}

/// The longest window there is.
pub(crate) const HOUR_MS: u64 = 3_600_000;

impl Aging for Pace {
    const KEPT_MS: u64 = 2 * HOUR_MS;

    fn at(&self) -> Timestamp {
        self.began
    }
}

impl Record for Pace {
    const TABLE: Table = Table("pace");
}
