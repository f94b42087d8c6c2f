//! A change that is ready and has not happened yet.
//!
//! What belongs to it (its audit row, the notice about it, the end of a job) is added to
//! the same batch, so that a crash leaves all of it or nothing.

use storage::Batch;

use crate::{Account, Error};

/// A batch, and what is true once it is committed.
#[derive(Debug)]
#[must_use = "nothing has happened until it is committed"]
pub struct Change<T> {
    batch: Batch,
    value: T,
}

impl<T> Change<T> {
    pub(crate) fn new(batch: Batch, value: T) -> Self {
        Self { batch, value }
    }

    /// What will be.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The batch, for what belongs to it.
    pub fn batch(&mut self) -> &mut Batch {
        &mut self.batch
    }

    /// The batch alone, where something else commits it.
    pub fn into_batch(self) -> Batch {
        self.batch
    }

    /// Makes it happen.
    ///
    /// # Errors
    /// [`Error::Changed`] if what it rests on is no longer so; [`Error::Commit`].
    pub async fn commit(self, account: &Account) -> Result<T, Error> {
        account.apply(self.batch).await?;
        Ok(self.value)
    }
}
