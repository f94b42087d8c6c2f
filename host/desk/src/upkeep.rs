//! Takes out what has served its time: tokens of verification mails, counts of
//! the last hours and days, messages kept aside that nobody wanted, envelopes refused
//! by a domain on its way out and that it was here, what the message log is to remember no longer, sessions
//! and invitations that are over.
//!
//! Not here: when this is done (the program).

use storage::{Batch, ListRange, Scope, Timestamp};

use crate::connectors::disconnect::Gone;
use crate::connectors::refused::Refused;
use crate::members::invitations::Holder;
use crate::members::sessions::Session;
use crate::pace::Pace;
use crate::rows::{Record, Rows};
use crate::suspended::Suspended;
use crate::verification::Token;
use crate::{Account, Error, Installation, messages, traffic};

/// A record that is kept for a while.
pub(crate) trait Aging: Record {
    /// For how long.
    const KEPT_MS: u64;

    /// When it was made.
    fn at(&self) -> Timestamp;

    /// Lets go of what hangs on it, in the batch that removes it.
    fn let_go(&self, _scope: Scope, _batch: &mut Batch) {}
}

/// Removes what is too old, a bounded number of rows in each batch; of the message
/// log what is older than so many days. Returns how many rows went.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`], [`Error::Commit`]; what went before that
/// is gone.
pub async fn prune(account: &Account, now: Timestamp, log_days: u32) -> Result<usize, Error> {
    let tokens = prune_table::<Token>(account.rows(), now).await?;
    let paces = prune_table::<Pace>(account.rows(), now).await?;
    let suspended = prune_table::<Suspended>(account.rows(), now).await?;
    let refused = prune_table::<Refused>(account.rows(), now).await?;
    let gone = prune_table::<Gone>(account.rows(), now).await?;
    let days = traffic::prune(account, now).await?;
    let log_kept = Timestamp(now.0.saturating_sub(u64::from(log_days) * DAY_MS));
    let log = messages::retention::prune(account, log_kept).await?;
    Ok(tokens + paces + suspended + refused + gone + days + log)
}

/// The same for what belongs to no account.
///
/// # Errors
/// As [`prune`].
pub async fn prune_operators(installation: &Installation, now: Timestamp) -> Result<usize, Error> {
    let suspended = prune_table::<Suspended>(installation.rows(), now).await?;
    let sessions = prune_table::<Session>(installation.rows(), now).await?;
    let invitations = prune_table::<Holder>(installation.rows(), now).await?;
    Ok(suspended + sessions + invitations)
}

async fn prune_table<R: Aging + Send>(rows: Rows<'_>, now: Timestamp) -> Result<usize, Error> {
    let before = Timestamp(now.0.saturating_sub(R::KEPT_MS));
    let mut pruned = 0;
    let mut range = ListRange::first(BATCH_ROWS);
    loop {
        let page = rows.page_kept::<R>(range.clone()).await?;
        let Some((last, _)) = page.last() else {
            return Ok(pruned);
        };
        range = range.after(last.clone());
        let mut batch = Batch::new();
        let mut old = 0;
        let old_rows = page.into_iter();
        for (id, kept) in old_rows.filter(|(_, kept)| kept.record.at() < before) {
            // Whoever removes it at this moment lets go of its text, too: not twice.
            batch.expect(rows.key::<R>(id.clone()), Some(kept.revision));
            kept.record.let_go(rows.scope(), &mut batch);
            rows.delete::<R>(&mut batch, id);
            old += 1;
        }
        if old > 0 {
            rows.apply(batch).await?;
        }
        pruned += old;
    }
}

const DAY_MS: u64 = 24 * 3_600_000;
/// Rows looked at, and removed at most, at once.
const BATCH_ROWS: usize = 256;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use storage::AccountId;
    use storage::embedded::{Embedded, Options};

    use super::*;
    use crate::verification::old_token;

    const LOG_DAYS: u32 = 30;

    #[tokio::test]
    async fn only_what_is_old_goes() {
        let directory = tempfile::tempdir().unwrap();
        let mut options = Options::new(directory.path());
        options.reserve_octets = 0;
        let desk = Installation::new(Arc::new(Embedded::open(options).unwrap()));
        let account = desk.account(AccountId::new(7).unwrap());
        let mut batch = Batch::new();
        for number in 0..600_u64 {
            let (id, at) = (number.to_be_bytes(), Timestamp(number));
            account.rows().create(&mut batch, id, &old_token(at));
        }
        account.apply(batch).await.unwrap();
        let then = Timestamp(Token::KEPT_MS + 590);
        assert_eq!(prune(&account, then, LOG_DAYS).await.unwrap(), 590);
        let left = account.rows().all::<Token>(&[]).await.unwrap();
        let left: Vec<u64> = left.iter().map(|row| row.at().0).collect();
        assert_eq!(left, (590..600).collect::<Vec<_>>());
        assert_eq!(prune(&account, then, LOG_DAYS).await.unwrap(), 0);
    }
}
