//! Changing a ticket without a comment: where it stands, how urgent it is, whose
//! it is, its tags, who reads along.

use mail::address::Address;
use storage::{Batch, Timestamp};

use super::{Priority, Status, Ticket, kept, tags};
use crate::groups::Directory;
use crate::triggers::{self, Moment};
use crate::{Account, Error, accounts, addresses};

/// What is to become of a ticket; what is absent or empty stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Where it is to stand.
    pub status: Option<Status>,
    /// How urgent it is to be.
    pub priority: Option<Priority>,
    /// The group it is to be with, by number or name; a new name makes a group.
    pub group: Option<String>,
    /// All of its ordinary tags.
    pub tags: Option<Vec<String>>,
    /// Ordinary tags it gets.
    pub add_tags: Vec<String>,
    /// Ordinary tags it loses.
    pub remove_tags: Vec<String>,
    /// People copied from now on.
    pub add_ccs: Vec<Address>,
    /// People copied no more.
    pub remove_ccs: Vec<Address>,
}

impl Changes {
    /// Nothing is to change.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// People who are to read along.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Copying<'a> {
    pub(crate) email_ccs: &'a [Address],
    pub(crate) followers: &'a [Address],
}

/// Changes a ticket. Reserved tags stay as they are (R108).
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a closed ticket, a reserved tag,
/// too many CCs; [`Error::Changed`].
pub async fn update(
    account: &Account,
    id: u64,
    changes: &Changes,
    now: Timestamp,
) -> Result<Ticket, Error> {
    let mut kept = kept(account, id).await?.ok_or(Error::NotFound("ticket"))?;
    let ticket = &mut kept.record;
    let mut batch = Batch::new();
    set_standing(ticket, changes)?;
    change_tags(ticket, changes)?;
    if let Some(group) = &changes.group {
        let mut groups = Directory::load(account).await?;
        ticket.group = Some(groups.meant(group)?);
        groups.keep(account, &mut batch);
    }
    let gone = |cc: &Address| changes.remove_ccs.iter().any(|gone| gone.same_mailbox(cc));
    ticket.email_ccs.retain(|cc| !gone(cc));
    let people = Copying {
        email_ccs: &changes.add_ccs,
        followers: &[],
    };
    copy(account, ticket, people).await?;
    ticket.updated_at = now;
    triggers::run(&triggers::list(account).await?, ticket, Moment::Changed);
    account.rows().update(&mut batch, id.to_be_bytes(), &kept);
    account.apply(batch).await?;
    Ok(kept.record)
}

fn set_standing(ticket: &mut Ticket, changes: &Changes) -> Result<(), Error> {
    if ticket.status == Status::Closed {
        let hint = "closed tickets stay as they are";
        return Err(Error::invalid("ticket", "ticket_closed", hint));
    }
    if changes.status == Some(Status::New) && ticket.status != Status::New {
        let hint = "what was looked at is not new any more; use open";
        return Err(Error::invalid("status", "status_unfit", hint));
    }
    ticket.status = changes.status.unwrap_or(ticket.status);
    ticket.priority = changes.priority.or(ticket.priority);
    Ok(())
}

fn change_tags(ticket: &mut Ticket, changes: &Changes) -> Result<(), Error> {
    if let Some(wanted) = &changes.tags {
        ticket.tags = tags::replaced(&ticket.tags, wanted)?;
    }
    let touched = changes.add_tags.iter().chain(&changes.remove_tags);
    touched
        .clone()
        .try_for_each(|tag| tags::check_ordinary(tag))?;
    ticket.tags.extend(changes.add_tags.iter().cloned());
    ticket.tags.retain(|tag| !changes.remove_tags.contains(tag));
    if ticket.tags.len() > TAGS_MAX {
        return Err(Error::invalid(
            "tags",
            "limit_tags",
            "remove some tags first",
        ));
    }
    Ok(())
}

/// Adds people who read along, as far as the account's settings have it.
pub(crate) async fn copy(
    account: &Account,
    ticket: &mut Ticket,
    people: Copying<'_>,
) -> Result<(), Error> {
    let settings = accounts::profile(account).await?.settings;
    let names_nobody = people.email_ccs.is_empty() && people.followers.is_empty();
    if !settings.copies_enabled && !names_nobody {
        let hint = "turn on CCs and followers in the account first";
        return Err(Error::invalid("cc", "copies_disabled", hint));
    }
    for cc in people.email_ccs {
        if addresses::find(account, cc).await?.is_some() {
            let hint = "name a person, not a support address";
            return Err(Error::invalid("cc", "cc_is_support_address", hint));
        }
        if !ticket.copies(cc) && !ticket.requester.same_mailbox(cc) {
            ticket.email_ccs.push(cc.clone());
        }
    }
    if ticket.email_ccs.len() > settings.copies_max as usize {
        return Err(Error::invalid(
            "cc",
            "limit_email_ccs",
            "remove some CCs first",
        ));
    }
    for follower in people.followers {
        if !ticket.is_followed_by(follower) {
            ticket.followers.push(follower.clone());
        }
    }
    Ok(())
}

/// Tags a user may give one ticket.
const TAGS_MAX: usize = 200;
