//! How the answers of a chain become one: later policies may only tighten.
//!
//! The first policy says where a message stands; every later one may refuse,
//! keep aside, warn or add, and whatever would loosen is without effect. So an
//! account's policies cannot undo what the operator's decided, and a policy that
//! answers neutrally changes nothing.

use serde::Serialize;

use crate::answer::Word;
use crate::questions::headers::{
    AuthorField, Finding, InboundAcceptance, InboundVerdict, OutboundVerdict,
};
use crate::questions::limits::Permission;
use crate::questions::routes::{Cause, InboundRoute, OutboundRoute, Retry};
use crate::questions::tags::Tagging;
use crate::questions::types::{AuthorAuthentication, Origin, Verdict};

/// An answer that a chain can put together.
pub(crate) trait Answer: Word + Serialize + Sized {
    /// This answer, tightened by a later policy's.
    fn tighten(self, later: Self) -> Self;

    /// Nothing later could tighten it, so nobody else is asked.
    fn is_final(&self) -> bool {
        false
    }
}

impl Answer for Permission {
    fn tighten(self, later: Self) -> Self {
        match self {
            Self::Granted => later,
            refused => refused,
        }
    }

    fn is_final(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

impl Word for Permission {
    fn word(&self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Refused(_) => "refused",
        }
    }

    fn code(&self) -> Option<&str> {
        match self {
            Self::Granted => None,
            Self::Refused(violations) => violations.first().map(|first| first.code.as_str()),
        }
    }
}

impl Answer for Verdict {
    fn tighten(self, later: Self) -> Self {
        match self {
            Self::Accept => later,
            refused => refused,
        }
    }

    fn is_final(&self) -> bool {
        !matches!(self, Self::Accept)
    }
}

impl Word for Verdict {
    fn word(&self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Defer(_) => "defer",
            Self::Reject(_) => "reject",
        }
    }

    fn code(&self) -> Option<&str> {
        self.refusal().map(|(_, reason)| reason.code.as_str())
    }
}

impl Answer for InboundVerdict {
    fn tighten(self, later: Self) -> Self {
        match (self, later) {
            (Self::Accept(before), Self::Accept(later)) => Self::Accept(both(before, later)),
            (Self::Accept(_), refused) | (refused, _) => refused,
        }
    }

    fn is_final(&self) -> bool {
        !matches!(self, Self::Accept(_))
    }
}

/// Edits and remarks add up. The origin may become a doubtful one; the author may
/// be found wanting; `Reply-To` may be struck out, never brought in.
fn both(before: InboundAcceptance, later: InboundAcceptance) -> InboundAcceptance {
    let mut all = before;
    all.edits.extend(later.edits);
    all.flags.extend(later.flags);
    all.flags.sort();
    all.flags.dedup();
    if all.origin == Origin::Person {
        all.origin = later.origin;
    }
    if later.author == AuthorAuthentication::Fail {
        all.author = AuthorAuthentication::Fail;
    }
    if later.author_field == AuthorField::From && all.author_field == AuthorField::ReplyTo {
        // What was said of the author was said of somebody else.
        all.author = weaker(all.author);
        all.author_field = AuthorField::From;
    }
    all
}

fn weaker(author: AuthorAuthentication) -> AuthorAuthentication {
    match author {
        AuthorAuthentication::Pass => AuthorAuthentication::None,
        other => other,
    }
}

impl Word for InboundVerdict {
    fn word(&self) -> &'static str {
        match self {
            Self::Accept(acceptance) => match acceptance.origin {
                Origin::Person => "accept",
                Origin::Automatic => "accept_automatic",
                Origin::Vacation => "accept_vacation",
                Origin::Bulk => "accept_bulk",
                Origin::Bounce => "accept_bounce",
                Origin::Loop => "accept_loop",
            },
            Self::Defer(_) => "defer",
            Self::Reject(_) => "reject",
        }
    }

    fn code(&self) -> Option<&str> {
        match self {
            Self::Accept(acceptance) => acceptance.flags.first().map(String::as_str),
            Self::Defer(reason) | Self::Reject(reason) => Some(&reason.code),
        }
    }
}

impl Answer for OutboundVerdict {
    fn tighten(self, later: Self) -> Self {
        match (self, later) {
            (Self::Accept(mut edits), Self::Accept(more)) => {
                edits.extend(more);
                Self::Accept(edits)
            }
            (Self::Accept(_), refused) | (refused, _) => refused,
        }
    }

    fn is_final(&self) -> bool {
        !matches!(self, Self::Accept(_))
    }
}

impl Word for OutboundVerdict {
    fn word(&self) -> &'static str {
        match self {
            Self::Accept(_) => "accept",
            Self::Defer(_) => "defer",
            Self::Reject(_) => "reject",
        }
    }

    fn code(&self) -> Option<&str> {
        match self {
            Self::Accept(_) => None,
            Self::Defer(reason) | Self::Reject(reason) => Some(&reason.code),
        }
    }
}

impl Answer for Vec<Finding> {
    fn tighten(mut self, later: Self) -> Self {
        self.extend(later);
        self
    }
}

impl Word for Vec<Finding> {
    fn word(&self) -> &'static str {
        match self.iter().map(|finding| finding.fatal).max() {
            None => "clean",
            Some(false) => "warned",
            Some(true) => "failed",
        }
    }

    fn code(&self) -> Option<&str> {
        self.first().map(|first| first.code.as_str())
    }
}

impl Answer for Tagging {
    fn tighten(mut self, later: Self) -> Self {
        self.system.extend(later.system);
        self.tags.extend(later.tags);
        self.tags.sort();
        self.tags.dedup();
        self
    }
}

impl Word for Tagging {
    fn word(&self) -> &'static str {
        match (self.system.is_empty(), self.tags.is_empty()) {
            (true, true) => "none",
            (true, false) => "tags",
            (false, _) => "system",
        }
    }
}

impl Answer for InboundRoute {
    fn tighten(self, later: Self) -> Self {
        match (self, later) {
            (Self::Ticket(_) | Self::Update(_), Self::Suspend(cause)) => Self::Suspend(cause),
            (Self::Update(mut update), Self::Update(later)) => {
                update.flagged |= later.flagged && later.ticket == update.ticket;
                Self::Update(update)
            }
            (before, _) => before,
        }
    }

    fn is_final(&self) -> bool {
        matches!(self, Self::Suspend(_) | Self::Drop(_))
    }
}

impl Word for InboundRoute {
    fn word(&self) -> &'static str {
        match self {
            Self::Ticket(_) => "ticket",
            Self::Update(_) => "update",
            Self::Suspend(_) => "suspend",
            Self::Drop(_) => "drop",
        }
    }

    fn code(&self) -> Option<&str> {
        match self {
            Self::Ticket(_) => None,
            Self::Update(update) => update.flagged.then_some("flagged"),
            Self::Suspend(cause) => Some(cause.word()),
            Self::Drop(code) => Some(code),
        }
    }
}

impl Word for Cause {
    fn word(&self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::Automatic => "automatic",
            Self::Vacation => "vacation",
            Self::Bounce => "bounce",
            Self::Bulk => "bulk",
            Self::OtherUserUpdate => "other_user_update",
            Self::UnauthenticatedUpdate => "unauthenticated_update",
            Self::FailedAuthentication => "failed_authentication",
            Self::Unprocessable => "unprocessable",
            Self::PolicyFailed => "policy_failed",
            Self::FromSupportAddress => "from_support_address",
            Self::Blocked => "blocked",
        }
    }
}

impl Answer for OutboundRoute {
    /// The way out is the operator's alone.
    fn tighten(self, _later: Self) -> Self {
        self
    }

    fn is_final(&self) -> bool {
        true
    }
}

impl Word for OutboundRoute {
    fn word(&self) -> &'static str {
        match self {
            Self::Smarthost(_) => "smarthost",
            Self::Native(_) => "native",
        }
    }

    fn code(&self) -> Option<&str> {
        match self {
            Self::Smarthost(_) => None,
            Self::Native(way) => Some(&way.reason),
        }
    }
}

impl Answer for Retry {
    fn tighten(self, later: Self) -> Self {
        match later {
            Self::GiveUp => Self::GiveUp,
            Self::After(_) | Self::Delayed(_) => self,
        }
    }

    fn is_final(&self) -> bool {
        matches!(self, Self::GiveUp)
    }
}

impl Word for Retry {
    fn word(&self) -> &'static str {
        match self {
            Self::After(_) => "after",
            Self::Delayed(_) => "delayed",
            Self::GiveUp => "give_up",
        }
    }
}

#[cfg(test)]
mod tests;
