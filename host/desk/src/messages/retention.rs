//! Lets go of messages that are older than the log is kept (`limits.message_log_days`).
//!
//! The newest comes first in a table, so what is old lies together at its end and
//! nothing else is looked at. A message to which something happened since stays: it is
//! on its way still.

use storage::{Batch, ListRange, Timestamp};

use super::{Holder, Line, Message, Order, Standing, keys, terms};
use crate::rows::Record;
use crate::{Account, Error};

/// Removes messages to which nothing has happened since `before`, with all that
/// hangs on them, a bounded number of rows in each batch. Returns how many rows went.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`], [`Error::Commit`]; what went before that is
/// gone. A message goes last of all that is its own, so the next time finds the rest.
pub async fn prune(account: &Account, before: Timestamp) -> Result<usize, Error> {
    let mut broom = Broom::new(account);
    let newest = Timestamp(before.0.saturating_sub(1));
    let mut range = ListRange::first(MESSAGES).after(keys::from(newest));
    loop {
        let page = account.rows().page::<Message>(range.clone()).await?;
        let Some((last, _)) = page.last() else {
            broom.empty().await?;
            return Ok(broom.swept);
        };
        range = range.after(last.clone());
        for (row, message) in page {
            if !is_under_way(account, &message.id, before).await? {
                broom.sweep(row, &message).await?;
            }
        }
    }
}

async fn is_under_way(account: &Account, id: &str, before: Timestamp) -> Result<bool, Error> {
    let lines: Vec<Line> = account.rows().all(&keys::of_message(id)).await?;
    Ok(lines.last().is_some_and(|line| line.at >= before))
}

/// Gathers rows to be removed, and removes them a batch at a time.
struct Broom<'a> {
    account: &'a Account,
    batch: Batch,
    rows: usize,
    swept: usize,
}

impl<'a> Broom<'a> {
    fn new(account: &'a Account) -> Self {
        Self {
            account,
            batch: Batch::new(),
            rows: 0,
            swept: 0,
        }
    }

    async fn sweep(&mut self, row: Vec<u8>, message: &Message) -> Result<(), Error> {
        let prefix = keys::of_message(&message.id);
        self.sweep_all::<Line>(&prefix).await?;
        self.sweep_all::<Standing>(&prefix).await?;
        let (shared, id) = (self.account.shared(), self.account.id());
        let order = keys::order_row(message.at, id, &message.id);
        shared.delete::<Order>(&mut self.batch, order);
        for term in terms(message) {
            let holder = keys::holder_row(term, id, &message.id);
            shared.delete::<Holder>(&mut self.batch, holder);
        }
        self.account.rows().delete::<Message>(&mut self.batch, row);
        self.added(ROWS_OF_MESSAGE).await
    }

    async fn sweep_all<R: Record>(&mut self, prefix: &[u8]) -> Result<(), Error> {
        let mut range = ListRange::prefix(prefix, BATCH_ROWS);
        loop {
            let page = self.account.rows().page::<R>(range.clone()).await?;
            let Some((last, _)) = page.last() else {
                return Ok(());
            };
            range = range.after(last.clone());
            let rows = page.len();
            for (row, _) in page {
                self.account.rows().delete::<R>(&mut self.batch, row);
            }
            self.added(rows).await?;
        }
    }

    async fn added(&mut self, rows: usize) -> Result<(), Error> {
        self.rows += rows;
        match self.rows < BATCH_ROWS {
            true => Ok(()),
            false => self.empty().await,
        }
    }

    async fn empty(&mut self) -> Result<(), Error> {
        if self.rows == 0 {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.batch);
        self.account.apply(batch).await?;
        self.swept += std::mem::take(&mut self.rows);
        Ok(())
    }
}

/// Messages read at once.
const MESSAGES: usize = 64;
/// Itself, its place among all, and what leads to it.
const ROWS_OF_MESSAGE: usize = 4;
/// Rows after which a batch is committed.
const BATCH_ROWS: usize = 256;
