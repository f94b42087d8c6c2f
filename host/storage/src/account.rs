//! A handle that reaches one account's data and cannot name another's.

use std::fmt;
use std::sync::Arc;

use crate::Store;
use crate::error::Error;
use crate::key::{AccountId, Key, ListRange, Scope, Table, Versioned};
use crate::text::{TextId, TextReader, TextWriter};

/// One account's part of a store, for reading and staging.
///
/// Committing goes through [`Store::commit`], since a batch may have to touch
/// the installation's rows, too (who owns a domain); the keys for it come from
/// [`Account::key`].
#[derive(Clone)]
pub struct Account {
    store: Arc<dyn Store>,
    id: AccountId,
}

impl Account {
    /// The part of `store` that belongs to `id`.
    pub fn new(store: Arc<dyn Store>, id: AccountId) -> Self {
        Self { store, id }
    }

    /// Whose part it is.
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// The same as a scope, for jobs and texts.
    pub fn scope(&self) -> Scope {
        Scope::Account(self.id)
    }

    /// The key of one of the account's rows.
    pub fn key(&self, table: Table, id: impl Into<Vec<u8>>) -> Key {
        Key::new(self.id, table, id)
    }

    /// Reads one row; see [`Store::get`].
    pub async fn get(
        &self,
        table: Table,
        id: impl Into<Vec<u8>>,
    ) -> Result<Option<Versioned>, Error> {
        let key = self.key(table, id);
        self.store.get(&key).await
    }

    /// Reads rows in order; see [`Store::list`].
    pub async fn list(
        &self,
        table: Table,
        range: ListRange,
    ) -> Result<Vec<(Vec<u8>, Versioned)>, Error> {
        self.store.list(self.scope(), table, range).await
    }

    /// Begins a text of the account; see [`Store::stage`].
    pub fn stage(&self) -> TextWriter {
        self.store.stage(self.scope())
    }

    /// Opens one of the account's texts; see [`Store::text`].
    pub async fn text(&self, id: TextId) -> Result<TextReader, Error> {
        self.store.text(self.scope(), id).await
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Account").field(&self.id).finish()
    }
}
