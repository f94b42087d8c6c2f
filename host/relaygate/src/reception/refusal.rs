//! Why a message was not taken in, and the one way from there to a reply.

use mail::message::HeaderError;
use mail::reply::{Detail, Reply};
use policy::questions::types::Reason;
use policy::questions::{ReplyCode, types::Verdict};
use storage::{CommitError, StageError};

/// Why a message, a sender or a recipient was not accepted.
///
/// `Display` is for our log. The peer sees only [`ReceptionError::reply`], which
/// names no path, host or policy.
#[derive(Debug, thiserror::Error)]
pub enum ReceptionError {
    /// The header is beyond a limit.
    #[error("header refused")]
    Header(#[from] HeaderError),
    /// It has been through too many servers (RFC 5321 §6.3).
    #[error("message has {hops} Received fields, the limit is {limit}")]
    Loop {
        /// Received fields it has.
        hops: usize,
        /// How many it may have.
        limit: u32,
    },
    /// The recipient belongs to no account.
    #[error("recipient is not ours")]
    NotOurs,
    /// The recipient's native domain was given up (R116).
    #[error("native domain was given up")]
    GivenUp,
    /// Another account's policies judge this message (RFC 5321 §4.5.3.1.10).
    #[error("recipient of another account whose policies judge messages")]
    OneAtATime,
    /// A help desk's message has nobody to be sent as.
    #[error("message has no sender")]
    NoSender,
    /// The product's fields could not be made for a help desk's message.
    #[error("marks of the message")]
    Marks(#[from] mail::message::MarksError),
    /// A policy said no.
    #[error("refused by policy: {0}")]
    Verdict(Refusal),
    /// A policy gave no answer.
    #[error("policy failed")]
    Policy(#[from] policy::Failed),
    /// The text could not be written.
    #[error("stage text")]
    Stage(#[from] StageError),
    /// The message could not be made durable.
    #[error("commit message")]
    Commit(#[from] CommitError),
    /// The desk could not be asked.
    #[error("ask the desk")]
    Desk(#[from] desk::Error),
    /// The store could not be read.
    #[error("read")]
    Read(#[from] storage::Error),
}

/// A policy's no, ready to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    code: ReplyCode,
    reason: String,
    hint: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code.0, self.reason)
    }
}

impl Refusal {
    /// A refusal of this code for that reason.
    pub fn new(code: ReplyCode, reason: &Reason) -> Self {
        Self {
            code,
            reason: reason.code.clone(),
            hint: reason.hint.clone(),
        }
    }

    /// The stable word for it.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    fn reply(&self) -> Reply {
        let (code, (subject, detail)) = self.code;
        // A hint is printable ASCII by contract, and may be empty.
        let text = match self.hint.as_str() {
            "" => self.reason.clone(),
            hint => format!("{hint} ({})", self.reason),
        };
        Reply::new(code, Detail(subject, detail), "").with_text(text)
    }
}

impl ReceptionError {
    /// The one place where a failure becomes an SMTP reply.
    ///
    /// In doubt we answer 4yz: the message stays with the sender, who tries
    /// again. A wrong 5yz loses it (RFC 5321 §4.2.1).
    pub fn reply(&self) -> Reply {
        match self {
            Self::Header(_) => HEADER_TOO_LARGE,
            Self::Loop { .. } => TOO_MANY_HOPS,
            Self::NotOurs => NOT_OURS,
            Self::GivenUp => GIVEN_UP,
            Self::OneAtATime => ONE_AT_A_TIME,
            Self::NoSender => NO_SENDER,
            Self::Verdict(refusal) => refusal.reply(),
            Self::Stage(StageError::Full) | Self::Commit(CommitError::Full) => STORE_FULL,
            Self::Desk(desk::Error::Commit(CommitError::Full)) => STORE_FULL,
            Self::Policy(_)
            | Self::Marks(_)
            | Self::Stage(_)
            | Self::Commit(_)
            | Self::Desk(_)
            | Self::Read(_) => Reply::TRY_LATER,
        }
    }

    /// Whether somebody should look at our side rather than at the peer's.
    pub fn is_ours(&self) -> bool {
        !matches!(
            self,
            Self::Header(_)
                | Self::Loop { .. }
                | Self::NotOurs
                | Self::GivenUp
                | Self::OneAtATime
                | Self::NoSender
                | Self::Verdict(_)
        )
    }
}

/// A verdict as a result.
///
/// # Errors
/// It was not `accept`.
pub(super) fn accepted(verdict: &Verdict) -> Result<(), ReceptionError> {
    match verdict.refusal() {
        None => Ok(()),
        Some((code, reason)) => Err(ReceptionError::Verdict(Refusal::new(code, reason))),
    }
}

const HEADER_TOO_LARGE: Reply = Reply::new(552, Detail(3, 4), "message header exceeds the limits");
const TOO_MANY_HOPS: Reply = Reply::new(554, Detail(4, 6), "too many hops, this is a loop");
const NOT_OURS: Reply = Reply::new(550, Detail(7, 1), "we do not relay for this recipient");
/// RFC 3463 §3.2, X.1.6: it has moved, and where to is not ours to tell a stranger.
const GIVEN_UP: Reply = Reply::new(
    550,
    Detail(1, 6),
    "this domain was given up, ask for the new address",
);
const ONE_AT_A_TIME: Reply = Reply::new(452, Detail(5, 3), "send this recipient a copy of its own");
const NO_SENDER: Reply = Reply::new(550, Detail(7, 1), "send as one of your support addresses");
const STORE_FULL: Reply = Reply::new(452, Detail(3, 1), "no space left, try again later");

#[cfg(test)]
mod tests {
    use policy::questions::types::Refusal as Kind;

    use super::*;

    fn reason(hint: &str) -> Reason {
        Reason {
            kind: Kind::NotPermitted,
            code: "recipient_foreign".to_owned(),
            hint: hint.to_owned(),
        }
    }

    #[test]
    fn a_refusal_tells_the_mend_and_the_word() {
        let verdict = Verdict::Reject(reason("address the connected domain only"));
        let reply = accepted(&verdict).expect_err("rejected").reply();
        assert_eq!((reply.code(), reply.detail()), (550, Some(Detail(7, 1))));
        assert_eq!(
            reply.text(),
            "address the connected domain only (recipient_foreign)"
        );
    }

    #[test]
    fn a_deferral_without_a_hint_still_says_something() {
        let reply = accepted(&Verdict::Defer(reason("")))
            .expect_err("deferred")
            .reply();
        assert_eq!(reply.code(), 451);
        assert_eq!(reply.text(), "recipient_foreign");
    }

    #[test]
    fn trouble_of_ours_is_always_temporary() {
        for error in [
            ReceptionError::Stage(StageError::Full),
            ReceptionError::Commit(CommitError::Full),
            ReceptionError::Desk(desk::Error::Changed),
        ] {
            assert!(error.reply().is_transient(), "{error}");
            assert!(error.is_ours());
        }
    }
}
