//! What somebody else's help desk is told about a message: the tags a ticket would
//! have got, and how the message came.
//!
//! Facts are gathered and policies asked as for a ticket (`intake`); what they
//! suspend or drop stays with us.

use serde::{Deserialize, Serialize};

use crate::accounts::Profile;
use crate::facts::RouteAnswer;
use crate::intake::{Answers, Incoming};
use crate::tickets::tags::{self, Grounds};

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

/// The passport of a message that would have become a ticket or a comment; `None`
/// for one that stays with us.
pub fn passport(profile: &Profile, incoming: &Incoming, answers: &Answers) -> Option<Passport> {
    match answers.route {
        RouteAnswer::Ticket { .. } | RouteAnswer::Update { .. } => {}
        RouteAnswer::Suspend(_) | RouteAnswer::Drop(_) => return None,
    }
    let relay_authenticated = incoming.relay_authenticated();
    // A foreign desk's tickets are its own affair; to us each message is a new one.
    let grounds = Grounds {
        new_ticket: true,
        relay_authenticated,
        created_authenticated: relay_authenticated,
    };
    let connector = incoming.connector.as_ref().filter(|_| relay_authenticated);
    Some(Passport {
        account: profile.subdomain.to_string(),
        connector: connector.map(ToString::to_string),
        relay_authenticated,
        tags: tags::granted(&answers.tagging, grounds).collect(),
    })
}
