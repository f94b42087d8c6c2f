//! Takes out what has served its time: tokens of verification mails. Nothing in
//! use is that old.
//!
//! Not here: when this is done, and how old is too old (the program).

use storage::{Batch, ListRange, Timestamp};

use crate::rows::Record;
use crate::verification::Token;
use crate::{Account, Error};

/// A record that is kept for a while.
pub(crate) trait Aging: Record {
    /// When it was made.
    fn at(&self) -> Timestamp;
}

/// Removes what was made before `before`, a bounded number of rows in each
/// batch. Returns how many rows went.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`], [`Error::Commit`]; what went before that
/// is gone.
pub async fn prune(account: &Account, before: Timestamp) -> Result<usize, Error> {
    prune_table::<Token>(account, before).await
}

async fn prune_table<R: Aging + Send>(
    account: &Account,
    before: Timestamp,
) -> Result<usize, Error> {
    let mut pruned = 0;
    let mut range = ListRange::first(BATCH_ROWS);
    loop {
        let page = account.rows().page::<R>(range.clone()).await?;
        let Some((last, _)) = page.last() else {
            return Ok(pruned);
        };
        range = range.after(last.clone());
        let mut batch = Batch::new();
        let old = page.into_iter().filter(|(_, row)| row.at() < before);
        let mut rows = 0;
        for (id, _) in old {
            account.rows().delete::<R>(&mut batch, id);
            rows += 1;
        }
        if rows > 0 {
            account.apply(batch).await?;
        }
        pruned += rows;
    }
}

/// Rows looked at, and removed at most, at once.
const BATCH_ROWS: usize = 256;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use storage::AccountId;
    use storage::embedded::{Embedded, Options};

    use super::*;
    use crate::Installation;
    use crate::verification::old_token;

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
        assert_eq!(prune(&account, Timestamp(590)).await.unwrap(), 590);
        let left = account.rows().all::<Token>(&[]).await.unwrap();
        let left: Vec<u64> = left.iter().map(|row| row.at().0).collect();
        assert_eq!(left, (590..600).collect::<Vec<_>>());
        assert_eq!(prune(&account, Timestamp(590)).await.unwrap(), 0);
    }
}
