//! Who of a message's To and Cc becomes a CC of the ticket (R14, R39).
//!
//! Support addresses and agents do not; nor does anybody named by somebody who
//! does not own the ticket: a CC reads the answers (ID-06).

use mail::address::Address;

use super::Letter;
use crate::accounts::Profile;
use crate::facts::Role;
use crate::{Account, Error, addresses, tickets};

/// Whether an update by this author may add CCs.
pub(super) fn may_add(role: Role, flagged: bool) -> bool {
    !flagged && matches!(role, Role::Agent | Role::Requester)
}

/// The CCs a letter brings besides those there already, as far as there is room.
pub(super) async fn brought(
    account: &Account,
    profile: &Profile,
    letter: &Letter,
    present: &[Address],
) -> Result<Vec<Address>, Error> {
    let mut copies: Vec<Address> = Vec::new();
    let settings = &profile.settings;
    if !settings.copies_enabled {
        return Ok(copies);
    }
    for candidate in &letter.addressed {
        let room = present.len() + copies.len() < settings.copies_max as usize;
        let known = present
            .iter()
            .chain(&copies)
            .any(|known| known.same_mailbox(candidate));
        let author = letter.author.as_ref();
        let is_author = author.is_some_and(|author| author.address.same_mailbox(candidate));
        if room && !known && !is_author && is_end_user(account, profile, candidate).await? {
            copies.push(candidate.clone());
        }
    }
    Ok(copies)
}

async fn is_end_user(
    account: &Account,
    profile: &Profile,
    candidate: &Address,
) -> Result<bool, Error> {
    let native = candidate.domain().is_within(profile.home()) || profile.moved(candidate).is_some();
    if native || addresses::find(account, candidate).await?.is_some() {
        return Ok(false);
    }
    Ok(tickets::role(account, None, candidate).await? != Role::Agent)
}
