//! What the triggers of an account do to a ticket.
//!
//! They are tried from the first to the last. One that changed something makes
//! the round begin anew, so that what one does another can build on; each acts
//! at most once, so the rounds come to an end.

use super::Trigger;
use super::clause::{Action, Condition, Subject};
use crate::tickets::Ticket;

/// What just happened to the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It was made.
    Created,
    /// It was changed, by a comment or otherwise.
    Changed,
}

/// Lets the triggers act on a ticket.
pub(crate) fn run(triggers: &[Trigger], ticket: &mut Ticket, moment: Moment) {
    let mut waiting: Vec<&Trigger> = triggers.iter().collect();
    let mut index = 0;
    while let Some(trigger) = waiting.get(index) {
        if !trigger.fits(ticket, moment) {
            index += 1;
            continue;
        }
        let changed = trigger.act(ticket);
        waiting.remove(index);
        if changed {
            index = 0;
        }
    }
}

impl Trigger {
    fn fits(&self, ticket: &Ticket, moment: Moment) -> bool {
        let holds = |condition: &Condition| condition.fits(ticket, moment);
        self.all.iter().all(holds) && (self.any.is_empty() || self.any.iter().any(holds))
    }

    /// Whether it changed anything.
    fn act(&self, ticket: &mut Ticket) -> bool {
        let before = ticket.clone();
        self.actions.iter().for_each(|action| action.apply(ticket));
        *ticket != before
    }
}

impl Condition {
    fn fits(&self, ticket: &Ticket, moment: Moment) -> bool {
        let so = match &self.subject {
            Subject::Tags(tags) => tags.iter().any(|tag| ticket.tags.contains(tag)),
            Subject::Recipient(address) => ticket
                .recipient
                .as_ref()
                .is_some_and(|recipient| recipient.same_mailbox(address)),
            Subject::Created => moment == Moment::Created,
            Subject::Status(status) => ticket.status == *status,
            Subject::Priority(priority) => ticket.priority == *priority,
            Subject::Group(group) => ticket.group == *group,
            Subject::Brand(brand) => ticket.brand == *brand,
        };
        so == self.holds
    }
}

impl Action {
    fn apply(&self, ticket: &mut Ticket) {
        match self {
            Self::AddTags(tags) => ticket.tags.extend(tags.iter().cloned()),
            Self::RemoveTags(tags) => ticket.tags.retain(|tag| !tags.contains(tag)),
            Self::Group(group) => ticket.group = Some(*group),
            Self::Priority(priority) => ticket.priority = Some(*priority),
            Self::Status(status) => ticket.status = *status,
        }
    }
}
