//! Triggers: rules of the account's own that act on a ticket whenever it is
//! made or changed. An admin writes them in the shape of the public API:
//! conditions of field, operator and value, actions of field and value.
//!
//! | file | what is in it |
//! |---|---|
//! | `mod` | the records, and adding, ordering, removing |
//! | [`clause`] | one condition or action: from words to a value and back |
//! | `run` | what the triggers of an account do to a ticket |
//!
//! They stand in one row, in order. They are bounded in number and in length,
//! and so is their work. What they may do with tags is what a user may do: the
//! reserved ones are read, never added or taken away (R108).
//!
//! Not here: when they run (`tickets`).

pub mod clause;
mod run;

use mail::address::Domain;
use serde::{Deserialize, Serialize};
use storage::{Batch, Revision, Table, Timestamp};

use crate::groups::Directory;
use crate::rows::{Kept, Record};
use crate::{Account, Error};

pub use clause::{Action, ActionWords, Condition, ConditionWords};
pub use run::Moment;
pub(crate) use run::run;

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Number within the account; never given twice.
    pub id: u64,
    /// Its name for people.
    pub title: String,
    /// All of these have to hold.
    pub all: Vec<Condition>,
    /// Of these at least one, if there are any.
    pub any: Vec<Condition>,
    /// What it does then, in order.
    pub actions: Vec<Action>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A trigger as somebody wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTrigger {
    /// Its name for people.
    pub title: String,
    /// All of these have to hold.
    pub all: Vec<ConditionWords>,
    /// Of these at least one, if there are any.
    pub any: Vec<ConditionWords>,
    /// What it does then.
    pub actions: Vec<ActionWords>,
}

/// The triggers of the account in the order in which they run.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<Trigger>, Error> {
    Ok(Shelf::load(account).await?.row.triggers)
}

/// Adds a trigger behind the others; groups it names are made.
///
/// # Errors
/// [`Error::Invalid`] for what no trigger can say, and when there are too many;
/// [`Error::Changed`].
pub async fn add(account: &Account, new: NewTrigger, now: Timestamp) -> Result<Trigger, Error> {
    check(&new)?;
    let mut shelf = Shelf::load(account).await?;
    if shelf.row.triggers.len() >= TRIGGERS_MAX {
        let hint = format!("an account has at most {TRIGGERS_MAX}; remove one");
        return Err(Error::invalid("trigger", "limit_triggers", hint));
    }
    let mut groups = Directory::load(account).await?;
    let mut conditions = |words: &[ConditionWords]| -> Result<Vec<Condition>, Error> {
        let read = words.iter().map(|words| words.read(&mut groups));
        read.collect()
    };
    let (all, any) = (conditions(&new.all)?, conditions(&new.any)?);
    let actions = new.actions.iter().map(|words| words.read(&mut groups));
    let actions = actions.collect::<Result<_, _>>()?;
    shelf.row.last_id += 1;
    let trigger = Trigger {
        id: shelf.row.last_id,
        title: new.title.trim().to_owned(),
        all,
        any,
        actions,
        created_at: now,
    };
    shelf.row.triggers.push(trigger.clone());
    let mut batch = Batch::new();
    groups.keep(account, &mut batch);
    shelf.put_back(account, batch).await?;
    Ok(trigger)
}

fn check(new: &NewTrigger) -> Result<(), Error> {
    let title = new.title.trim().chars().count();
    if !(1..=TITLE_CHARS_MAX).contains(&title) {
        let hint = format!("give it a title of 1 to {TITLE_CHARS_MAX} characters");
        return Err(Error::invalid("title", "title_malformed", hint));
    }
    let conditions = new.all.len() + new.any.len();
    if !(1..=CLAUSES_MAX).contains(&conditions) {
        let hint = format!("name 1 to {CLAUSES_MAX} conditions");
        return Err(Error::invalid("conditions", "conditions_number", hint));
    }
    if !(1..=CLAUSES_MAX).contains(&new.actions.len()) {
        let hint = format!("name 1 to {CLAUSES_MAX} actions");
        return Err(Error::invalid("actions", "actions_number", hint));
    }
    Ok(())
}

/// Removes a trigger; what it did to tickets stays.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`].
pub async fn remove(account: &Account, id: u64) -> Result<(), Error> {
    let mut shelf = Shelf::load(account).await?;
    shelf.take(id)?;
    shelf.put_back(account, Batch::new()).await
}

/// Puts a trigger to that place, counted from 1; beyond the end means last.
/// Returns all of them in their new order.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`].
pub async fn place(account: &Account, id: u64, position: usize) -> Result<Vec<Trigger>, Error> {
    let mut shelf = Shelf::load(account).await?;
    let trigger = shelf.take(id)?;
    let last = shelf.row.triggers.len();
    let index = position.saturating_sub(1).min(last);
    shelf.row.triggers.insert(index, trigger);
    let after = shelf.row.triggers.clone();
    shelf.put_back(account, Batch::new()).await?;
    Ok(after)
}

/// Has the triggers speak of addresses by their new domain (R116).
pub(crate) async fn readdress(
    account: &Account,
    batch: &mut Batch,
    from: &Domain,
    to: &Domain,
) -> Result<(), Error> {
    let Some(mut kept) = account.rows().get::<Row>(ROW).await? else {
        return Ok(());
    };
    for trigger in &mut kept.record.triggers {
        let conditions = trigger.all.iter_mut().chain(&mut trigger.any);
        conditions.for_each(|condition| condition.readdress(from, to));
    }
    account.rows().update(batch, ROW, &kept);
    Ok(())
}

/// The row with its revision, to be put back.
struct Shelf {
    revision: Option<Revision>,
    row: Row,
}

impl Shelf {
    async fn load(account: &Account) -> Result<Self, Error> {
        let kept = account.rows().get::<Row>(ROW).await?;
        Ok(match kept {
            Some(Kept { revision, record }) => Self {
                revision: Some(revision),
                row: record,
            },
            None => Self {
                revision: None,
                row: Row::default(),
            },
        })
    }

    fn take(&mut self, id: u64) -> Result<Trigger, Error> {
        let triggers = &mut self.row.triggers;
        let index = triggers.iter().position(|trigger| trigger.id == id);
        index
            .map(|index| triggers.remove(index))
            .ok_or(Error::NotFound("trigger"))
    }

    async fn put_back(self, account: &Account, mut batch: Batch) -> Result<(), Error> {
        let (rows, record) = (account.rows(), self.row);
        match self.revision {
            Some(revision) => rows.update(&mut batch, ROW, &Kept { revision, record }),
            None => rows.create(&mut batch, ROW, &record),
        }
        account.apply(batch).await
    }
}

/// Triggers of one account.
pub const TRIGGERS_MAX: usize = 100;
/// Conditions of a trigger, and actions of a trigger.
pub const CLAUSES_MAX: usize = 20;
const TITLE_CHARS_MAX: usize = 255;
/// The only row of its table.
const ROW: &str = "triggers";

#[derive(Debug, Default, Serialize, Deserialize)]
struct Row {
    last_id: u64,
    triggers: Vec<Trigger>,
}

impl Record for Row {
    const TABLE: Table = Table("trigger");
}
