//! Recognises a message that was kept before (R111).
//!
//! A relay that loses our 250 sends the same message again. The same connector,
//! Message-ID, recipient and body make the same mark: a stranger's copy by the
//! MX must not stand in for the one that comes authenticated. A mark is created in the
//! batch that keeps the message, so of two copies at once only one is kept and
//! the other is deferred, to be recognised when it comes again.
//!
//! Marks stand by week, so that old ones can be found and removed together. A
//! message without a Message-ID has no mark: nothing tells two such apart.

use sha2::{Digest as _, Sha256};
use storage::{AccountId, Batch, JobId, Key, Table, Timestamp};

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
            Some(digest) => look_up(reception, accepted.account, &digest, now).await?,
            None => Mark {
                key: None,
                known: false,
            },
        };
        marks.push((accepted.clone(), mark));
    }
    Ok(marks)
}

async fn look_up(
    reception: &Reception,
    account: AccountId,
    digest: &[u8],
    now: Timestamp,
) -> Result<Mark, ReceptionError> {
    let this_week = key(account, week(now), digest);
    let last_week = key(account, week(now).saturating_sub(1), digest);
    let store = &reception.services.store;
    let known = store.get(&this_week).await?.is_some() || store.get(&last_week).await?.is_some();
    Ok(Mark {
        key: Some(this_week),
        known,
    })
}

fn key(account: AccountId, week: u32, digest: &[u8]) -> Key {
    let mut id = week.to_be_bytes().to_vec();
    id.extend_from_slice(digest);
    Key::new(account, MARKS, id)
}

fn week(now: Timestamp) -> u32 {
    u32::try_from(now.0 / WEEK_MS).unwrap_or(u32::MAX)
}

fn digest(reception: &Reception, complete: &Complete, accepted: &Accepted) -> Option<[u8; 32]> {
    let message_id = complete.judged.message_id.as_ref()?;
    let login = reception.session.login.as_ref();
    let connector = login.map_or("", |login| login.connector.as_str());
    let digest = Sha256::new()
        .chain_update(connector)
        .chain_update([0])
        .chain_update(message_id.as_str())
        .chain_update([0])
        .chain_update(accepted.recipient.to_string().to_ascii_lowercase())
        .chain_update([0])
        .chain_update(complete.body_digest);
    Some(digest.finalize().into())
}

const MARKS: Table = Table("received");
const WEEK_MS: u64 = 7 * 24 * 3_600_000;
