//! From a durable message to one for somebody else's help desk: what stands
//! where a ticket would be made, and what follows when the help desk refuses.
//!
//! Facts are gathered and policies asked as for a ticket (`intake`); what they
//! suspend or drop stays with us.

use serde::{Deserialize, Serialize};
use storage::{Batch, Timestamp};

use crate::facts::{Cause, RouteAnswer};
use crate::intake::{Answers, Gathered, Incoming, Settled};
use crate::suspended::{self, NewSuspended};
use crate::tickets::tags::{self, Grounds};
use crate::{Account, accounts};

/// Says that a message was settled, so that it can be settled anew: our own desk
/// takes back what waited for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledAs([u8; 32]);

/// What stands in the trusted fields of a message that is handed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passport {
    /// Subdomain of the account.
    pub account: String,
    /// Domain of the connector it came by; absent if it was not authenticated.
    pub connector: Option<String>,
    /// It came over the connector that owns the recipient's domain.
    pub relay_authenticated: bool,
    /// The tags a ticket would have got.
    pub tags: Vec<String>,
}

/// What a message is to a foreign desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// To be handed on.
    Goes(Passport, SettledAs),
    /// It was before.
    Repeated,
    /// Not handed on: the answers suspend or drop it, and `intake::enter` does that.
    Stays,
}

/// Notes in the batch that the message is settled, and says whether it goes to
/// the account's foreign desk. The caller enqueues that in the same batch.
pub fn take(
    account: &Account,
    profile: &accounts::Profile,
    batch: &mut Batch,
    incoming: &Incoming,
    gathered: &Gathered,
    answers: &Answers,
    now: Timestamp,
) -> Taken {
    if gathered.repeated {
        return Taken::Repeated;
    }
    let goes = matches!(
        answers.route,
        RouteAnswer::Ticket { .. } | RouteAnswer::Update { .. }
    );
    if !goes {
        return Taken::Stays;
    }
    account
        .rows()
        .create(batch, gathered.fingerprint, &Settled { at: now });
    Taken::Goes(
        passport(profile, incoming, answers),
        SettledAs(gathered.fingerprint),
    )
}

fn passport(profile: &accounts::Profile, incoming: &Incoming, answers: &Answers) -> Passport {
    let relay_authenticated = incoming.relay_authenticated();
    // A foreign desk's tickets are its own affair; to us each message is a new one.
    let grounds = Grounds {
        new_ticket: true,
        relay_authenticated,
        created_authenticated: relay_authenticated,
    };
    let connector = incoming.connector.as_ref().filter(|_| relay_authenticated);
    Passport {
        account: profile.subdomain.to_string(),
        connector: connector.map(ToString::to_string),
        relay_authenticated,
        tags: tags::granted(&answers.tagging, grounds).collect(),
    }
}

/// Lets the message be settled once more.
pub fn forget(account: &Account, batch: &mut Batch, settled: SettledAs) {
    account.rows().delete::<Settled>(batch, settled.0);
}

/// The help desk will not have the message, or could not be reached for days: it
/// is kept aside, visible, with its raw source. Returns its id there.
pub fn refused(
    account: &Account,
    batch: &mut Batch,
    incoming: &Incoming,
    now: Timestamp,
) -> String {
    let letter = &incoming.letter;
    let new = NewSuspended {
        cause: Cause::DeskRefused,
        author: letter.author.clone(),
        recipient: incoming.recipient.clone(),
        subject: letter.subject.clone(),
        content: letter.body.clone(),
        message_id: letter.message_id.clone(),
        ticket: None,
        text: incoming.text,
    };
    suspended::put(account, batch, new, now)
}
