//! Records in the store: a version octet, then postcard.
//!
//! [`Installation`] reaches the operator's own rows (who has which domain),
//! [`Account`] one account's. An account's rows can be read through its handle
//! only, so an id from elsewhere leads nowhere (R107).

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use storage::{
    AccountId, Batch, Durable, Key, ListRange, Revision, Scope, Store, Table, TextId, TextReader,
};

use crate::Error;

/// Something kept under a key of one table.
pub(crate) trait Record: Serialize + DeserializeOwned {
    /// The table it stands in.
    const TABLE: Table;
    /// Counts up when the shape changes; an unknown one does not decode.
    const VERSION: u8 = 1;
}

/// A record and the revision it was read at.
#[derive(Debug, Clone)]
pub struct Kept<R> {
    /// To be expected by a change that builds on it.
    pub revision: Revision,
    /// The record.
    pub record: R,
}

/// The preconditions of a decision: what was read when its facts were gathered.
///
/// A change takes the basis its decision was made on; if any of it has changed
/// meanwhile the change is refused with [`Error::Changed`] and the decision has
/// to be made again. That is what makes limits exact under concurrency.
#[derive(Debug, Clone, Default)]
pub struct Basis(Vec<(Key, Option<Revision>)>);

/// The whole installation: every account hangs on it.
#[derive(Clone)]
pub struct Installation {
    store: Arc<dyn Store>,
}

/// One account's part of the desk.
#[derive(Clone)]
pub struct Account {
    store: Arc<dyn Store>,
    id: AccountId,
}

impl Installation {
    /// The desk over a store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// The store itself, for jobs and texts.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The handle of an account. The id comes from a proof of whose it is: a
    /// login, an index row, a job's scope; never from a peer's word.
    pub fn account(&self, id: AccountId) -> Account {
        Account {
            store: Arc::clone(&self.store),
            id,
        }
    }

    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows {
            store: &*self.store,
            scope: Scope::Installation,
        }
    }

    /// The rows of a scope that a proof of identity named.
    pub(crate) fn rows_of(&self, scope: Scope) -> Rows<'_> {
        Rows {
            store: &*self.store,
            scope,
        }
    }
}

impl Account {
    /// Whose it is.
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// The same as a scope, for jobs and texts.
    pub fn scope(&self) -> Scope {
        Scope::Account(self.id)
    }

    /// Commits a batch; a lost race is [`Error::Changed`].
    ///
    /// # Errors
    /// [`Error::Changed`], [`Error::Commit`].
    pub async fn commit(&self, batch: Batch) -> Result<Durable, Error> {
        Ok(self.store.commit(batch).await?)
    }

    /// Commits where no reply waits for the proof.
    pub(crate) async fn apply(&self, batch: Batch) -> Result<(), Error> {
        self.commit(batch).await.map(drop)
    }

    pub(crate) fn shared_store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// The account's texts and staging.
    pub fn store(&self) -> storage::Account {
        storage::Account::new(Arc::clone(&self.store), self.id)
    }

    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows {
            store: &*self.store,
            scope: Scope::Account(self.id),
        }
    }

    /// The installation's indices, which every uniqueness rule needs.
    pub(crate) fn shared(&self) -> Rows<'_> {
        Rows {
            store: &*self.store,
            scope: Scope::Installation,
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Account").field(&self.id.get()).finish()
    }
}

impl Basis {
    pub(crate) fn read<R>(&mut self, key: Key, kept: Option<&Kept<R>>) {
        self.0.push((key, kept.map(|kept| kept.revision)));
    }

    pub(crate) fn require(&self, batch: &mut Batch) {
        for (key, revision) in &self.0 {
            batch.expect(key.clone(), *revision);
        }
    }
}

/// Reading and writing records of one scope.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    store: &'a dyn Store,
    scope: Scope,
}

impl Rows<'_> {
    pub(crate) fn scope(&self) -> Scope {
        self.scope
    }

    pub(crate) async fn apply(&self, batch: Batch) -> Result<(), Error> {
        self.store.commit(batch).await?;
        Ok(())
    }

    /// A text of the same scope.
    pub(crate) async fn text(&self, id: TextId) -> Result<TextReader, Error> {
        Ok(self.store.text(self.scope, id).await?)
    }

    pub(crate) fn key<R: Record>(&self, id: impl Into<Vec<u8>>) -> Key {
        Key::new(self.scope, R::TABLE, id)
    }

    pub(crate) async fn get<R: Record>(
        &self,
        id: impl Into<Vec<u8>>,
    ) -> Result<Option<Kept<R>>, Error> {
        let row = self.store.get(&self.key::<R>(id)).await?;
        row.map(|row| {
            Ok(Kept {
                revision: row.revision,
                record: decode(&row.value)?,
            })
        })
        .transpose()
    }

    /// Reads a row and notes it in the basis, there or not.
    pub(crate) async fn get_noted<R: Record>(
        &self,
        id: impl Into<Vec<u8>>,
        basis: &mut Basis,
    ) -> Result<Option<Kept<R>>, Error> {
        let id = id.into();
        let kept = self.get(id.clone()).await?;
        basis.read(self.key::<R>(id), kept.as_ref());
        Ok(kept)
    }

    /// One page of rows with their ids.
    pub(crate) async fn page<R: Record>(
        &self,
        range: ListRange,
    ) -> Result<Vec<(Vec<u8>, R)>, Error> {
        let page = self.page_kept(range).await?;
        Ok(page
            .into_iter()
            .map(|(id, kept)| (id, kept.record))
            .collect())
    }

    /// The same with the revisions they were read at.
    pub(crate) async fn page_kept<R: Record>(
        &self,
        range: ListRange,
    ) -> Result<Vec<(Vec<u8>, Kept<R>)>, Error> {
        let rows = self.store.list(self.scope, R::TABLE, range).await?;
        rows.into_iter()
            .map(|(id, row)| {
                let record = decode(&row.value)?;
                let revision = row.revision;
                Ok((id, Kept { revision, record }))
            })
            .collect()
    }

    /// Every record whose id begins with `prefix`, in the order of ids.
    pub(crate) async fn all<R: Record>(&self, prefix: &[u8]) -> Result<Vec<R>, Error> {
        let rows = self.all_with_ids(prefix).await?.into_iter();
        Ok(rows.map(|(_, record)| record).collect())
    }

    /// The same with their ids.
    pub(crate) async fn all_with_ids<R: Record>(
        &self,
        prefix: &[u8],
    ) -> Result<Vec<(Vec<u8>, R)>, Error> {
        let mut rows = Vec::new();
        let mut range = ListRange::prefix(prefix, PAGE_ROWS);
        loop {
            let page = self.page::<R>(range.clone()).await?;
            let full = page.len() == PAGE_ROWS;
            let last = page.last().map(|(id, _)| id.clone());
            rows.extend(page);
            match last {
                Some(id) if full => range = range.after(id),
                _ => return Ok(rows),
            }
        }
    }

    pub(crate) fn put<R: Record>(&self, batch: &mut Batch, id: impl Into<Vec<u8>>, record: &R) {
        batch.put(self.key::<R>(id), encode(record));
    }

    pub(crate) fn create<R: Record>(&self, batch: &mut Batch, id: impl Into<Vec<u8>>, record: &R) {
        batch.create(self.key::<R>(id), encode(record));
    }

    pub(crate) fn update<R: Record>(
        &self,
        batch: &mut Batch,
        id: impl Into<Vec<u8>>,
        kept: &Kept<R>,
    ) {
        batch.update(self.key::<R>(id), kept.revision, encode(&kept.record));
    }

    pub(crate) fn delete<R: Record>(&self, batch: &mut Batch, id: impl Into<Vec<u8>>) {
        batch.delete(self.key::<R>(id));
    }
}

/// Rows read at once where all of them are wanted.
const PAGE_ROWS: usize = 256;

fn encode<R: Record>(record: &R) -> Vec<u8> {
    postcard::to_extend(record, vec![R::VERSION])
        .expect("records hold nothing postcard cannot encode")
}

fn decode<R: Record>(octets: &[u8]) -> Result<R, Error> {
    let corrupt = Error::Corrupt { table: R::TABLE.0 };
    match octets.split_first() {
        Some((&version, rest)) if version == R::VERSION => {
            postcard::from_bytes(rest).map_err(|_| corrupt)
        }
        _ => Err(corrupt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Sample(u64, String);

    impl Record for Sample {
        const TABLE: Table = Table("sample");
        const VERSION: u8 = 3;
    }

    #[test]
    fn records_begin_with_their_version() {
        let octets = encode(&Sample(7, "seven".into()));
        assert_eq!(octets[0], 3);
        assert_eq!(
            decode::<Sample>(&octets).unwrap(),
            Sample(7, "seven".into())
        );
    }

    #[test]
    fn another_version_or_a_torn_record_is_corrupt() {
        let octets = encode(&Sample(7, "seven".into()));
        let mut newer = octets.clone();
        newer[0] = 4;
        for bad in [&newer[..], &octets[..octets.len() - 1], &[]] {
            assert!(matches!(
                decode::<Sample>(bad),
                Err(Error::Corrupt { table: "sample" })
            ));
        }
    }
}
