//! Groups of agents a ticket can be given to, by name. A group is made when
//! somebody first names it.
//!
//! Not here: who is in a group; every agent sees every ticket.

use serde::{Deserialize, Serialize};
use storage::{Batch, Table};

use crate::rows::{Kept, Record};
use crate::{Account, Error};

/// One group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Number within the account.
    pub id: u64,
    /// Its name, unique in the account whatever its case.
    pub name: String,
}

/// The groups of an account, read once and perhaps added to.
pub(crate) struct Directory {
    revision: Option<storage::Revision>,
    groups: Vec<Group>,
    known: usize,
}

impl Directory {
    pub(crate) async fn load(account: &Account) -> Result<Self, Error> {
        let kept = account.rows().get::<Groups>(ROW).await?;
        let revision = kept.as_ref().map(|kept| kept.revision);
        let groups = kept.map_or_else(Vec::new, |kept| kept.record.0);
        Ok(Self {
            revision,
            known: groups.len(),
            groups,
        })
    }

    /// The group somebody means: by number, else by name, which makes it.
    pub(crate) fn meant(&mut self, text: &str) -> Result<u64, Error> {
        let text = text.trim();
        if let Ok(id) = text.parse::<u64>() {
            return match self.groups.iter().any(|group| group.id == id) {
                true => Ok(id),
                false => Err(invalid("group_unknown", "name the group instead")),
            };
        }
        let same = |group: &&Group| group.name.to_lowercase() == text.to_lowercase();
        if let Some(group) = self.groups.iter().find(same) {
            return Ok(group.id);
        }
        if text.is_empty() || text.chars().count() > NAME_CHARS_MAX {
            let hint = format!("a name has 1 to {NAME_CHARS_MAX} characters");
            return Err(invalid("group_malformed", &hint));
        }
        if self.groups.len() >= GROUPS_MAX {
            return Err(invalid("limit_groups", "use one of the groups there are"));
        }
        let id = self.groups.last().map_or(0, |group| group.id) + 1;
        self.groups.push(Group {
            id,
            name: text.to_owned(),
        });
        Ok(id)
    }

    /// Adds what was made to the batch.
    pub(crate) fn keep(self, account: &Account, batch: &mut Batch) {
        if self.groups.len() == self.known {
            return;
        }
        let record = Groups(self.groups);
        match self.revision {
            Some(revision) => account
                .rows()
                .update(batch, ROW, &Kept { revision, record }),
            None => account.rows().create(batch, ROW, &record),
        }
    }
}

fn invalid(code: &'static str, hint: &str) -> Error {
    Error::invalid("group", code, hint)
}

/// Every group of the account, in the order in which they were made.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<Group>, Error> {
    Ok(Directory::load(account).await?.groups)
}

/// The only row of its table.
const ROW: &str = "groups";
const NAME_CHARS_MAX: usize = 100;
/// Groups of one account.
const GROUPS_MAX: usize = 500;

#[derive(Serialize, Deserialize)]
struct Groups(Vec<Group>);

impl Record for Groups {
    const TABLE: Table = Table("group");
}
