//! Changing a ticket without a comment: where it stands, how urgent it is, whose
//! it is, its tags, who reads along.

use mail::address::Address;
use storage::{Batch, Timestamp};

use super::{Priority, Status, Ticket, kept, tags};
use crate::groups::Directory;
use crate::triggers::{self, Moment};
use crate::{Account, Error, accounts, addresses, people};

/// What is to become of a ticket; what is absent or empty stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// What it is to be about.
    pub subject: Option<String>,
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
    /// People who follow from now on.
    pub add_followers: Vec<Address>,
    /// People who follow no more.
    pub remove_followers: Vec<Address>,
}

impl Changes {
    /// Nothing is to change.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Changes a ticket; it stands so once the batch is committed. Reserved tags stay as
/// they are (R108).
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a closed ticket, a reserved tag,
/// too many CCs.
pub async fn update(
    account: &Account,
    batch: &mut Batch,
    id: u64,
    changes: &Changes,
    now: Timestamp,
) -> Result<Ticket, Error> {
    let mut kept = kept(account, id).await?.ok_or(Error::NotFound("ticket"))?;
    let ticket = &mut kept.record;
    apply(account, batch, ticket, changes).await?;
    ticket.updated_at = now;
    people::give_numbers(account, batch, &ticket.people()).await?;
    triggers::run(&triggers::list(account).await?, ticket, Moment::Changed);
    account.rows().update(batch, id.to_be_bytes(), &kept);
    Ok(kept.record)
}

/// Makes the changes to a ticket that somebody else keeps in the same batch.
pub(crate) async fn apply(
    account: &Account,
    batch: &mut Batch,
    ticket: &mut Ticket,
    changes: &Changes,
) -> Result<(), Error> {
    set_standing(ticket, changes)?;
    change_tags(ticket, changes)?;
    if let Some(group) = &changes.group {
        let mut groups = Directory::load(account).await?;
        ticket.group = Some(groups.meant(group)?);
        groups.keep(account, batch);
    }
    let among = |gone: &[Address], one: &Address| gone.iter().any(|it| it.same_mailbox(one));
    ticket
        .email_ccs
        .retain(|cc| !among(&changes.remove_ccs, cc));
    ticket
        .followers
        .retain(|follower| !among(&changes.remove_followers, follower));
    copy(account, ticket, changes).await
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
    if let Some(subject) = &changes.subject {
        ticket.subject = check_subject(subject)?;
    }
    ticket.status = changes.status.unwrap_or(ticket.status);
    ticket.priority = changes.priority.or(ticket.priority);
    Ok(())
}

/// One line: it will be a header field of what we send.
fn check_subject(subject: &str) -> Result<String, Error> {
    let subject = subject.trim();
    let fits = subject.chars().count() <= SUBJECT_CHARS_MAX;
    match fits && !subject.chars().any(char::is_control) {
        true => Ok(subject.to_owned()),
        false => {
            let hint = format!("use one line of at most {SUBJECT_CHARS_MAX} characters");
            Err(Error::invalid("subject", "subject_malformed", hint))
        }
    }
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
async fn copy(account: &Account, ticket: &mut Ticket, changes: &Changes) -> Result<(), Error> {
    if changes.add_ccs.is_empty() && changes.add_followers.is_empty() {
        return Ok(());
    }
    let settings = accounts::profile(account).await?.settings;
    if !settings.copies_enabled {
        let hint = "turn on CCs and followers in the account first";
        return Err(Error::invalid("cc", "copies_disabled", hint));
    }
    for cc in &changes.add_ccs {
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
    for follower in &changes.add_followers {
        if !ticket.is_followed_by(follower) {
            ticket.followers.push(follower.clone());
        }
    }
    match ticket.followers.len() > FOLLOWERS_MAX {
        true => {
            let hint = "remove some followers first";
            Err(Error::invalid("followers", "limit_followers", hint))
        }
        false => Ok(()),
    }
}

/// As much as a person reads in a list.
const SUBJECT_CHARS_MAX: usize = 255;
/// Each gets a message of their own.
const FOLLOWERS_MAX: usize = 48;
/// Tags a user may give one ticket.
const TAGS_MAX: usize = 200;
