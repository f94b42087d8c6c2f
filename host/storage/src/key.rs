//! Names of things in the store: scopes, tables, keys and their revisions.
//!
//! A key always names its scope first, so rows of two accounts can neither
//! collide nor be listed together. Values are octets; what they mean is the
//! business of the caller.

use std::fmt;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch. The store has no clock: time is always an
/// argument.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

/// Names one account. Zero is not an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub NonZeroU64);

impl AccountId {
    /// `None` for zero, which stands for the installation.
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// The number behind the id.
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whose data something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// The operator's: what belongs to no account or to all of them.
    Installation,
    /// One account's.
    Account(AccountId),
}

impl Scope {
    /// Zero for the installation, the account's number otherwise.
    pub(crate) fn number(self) -> u64 {
        match self {
            Self::Installation => 0,
            Self::Account(id) => id.get(),
        }
    }

    pub(crate) fn from_number(number: u64) -> Self {
        AccountId::new(number).map_or(Self::Installation, Self::Account)
    }
}

impl From<AccountId> for Scope {
    fn from(id: AccountId) -> Self {
        Self::Account(id)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installation => f.write_str("installation"),
            Self::Account(id) => write!(f, "account {id}"),
        }
    }
}

/// A kind of rows, for example `Table("ticket")`: short, of `[a-z_]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table(pub &'static str);

/// Names one row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Whose row it is.
    pub scope: Scope,
    /// What kind of row.
    pub table: Table,
    /// Which one; rows are listed in the octet order of this.
    pub id: Vec<u8>,
}

impl Key {
    /// A key from its three parts.
    pub fn new(scope: impl Into<Scope>, table: Table, id: impl Into<Vec<u8>>) -> Self {
        Self {
            scope: scope.into(),
            table,
            id: id.into(),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id.escape_ascii();
        write!(f, "{} {} {id}", self.scope, self.table.0)
    }
}

/// Says which commit wrote a row. Grows with every commit, is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub(crate) u64);

impl Revision {
    /// The number of the commit, for logs.
    pub fn get(self) -> u64 {
        self.0
    }
}

/// A value and the commit that wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versioned {
    /// To be named in [`crate::Batch::expect`].
    pub revision: Revision,
    /// The octets that were put.
    pub value: Vec<u8>,
}

/// Which rows of a table [`crate::Store::list`] returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRange {
    /// Only ids that begin with this.
    pub prefix: Vec<u8>,
    /// Only ids greater than this: the last one of the page before.
    pub after: Option<Vec<u8>>,
    /// At most so many rows.
    pub limit: usize,
}

impl ListRange {
    /// The first `limit` rows of the table.
    pub fn first(limit: usize) -> Self {
        Self::prefix(Vec::new(), limit)
    }

    /// The first `limit` rows whose id begins with `prefix`.
    pub fn prefix(prefix: impl Into<Vec<u8>>, limit: usize) -> Self {
        Self {
            prefix: prefix.into(),
            after: None,
            limit,
        }
    }

    /// The same range, from behind `id` on.
    pub fn after(mut self, id: impl Into<Vec<u8>>) -> Self {
        self.after = Some(id.into());
        self
    }
}
