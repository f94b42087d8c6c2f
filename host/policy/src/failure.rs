//! Why a policy gave no answer.

use std::sync::Arc;
use std::time::Duration;

use crate::Digest;
use crate::questions::{COMPONENT_FAILED, Question, ReplyCode};

/// What went wrong inside one call. The instance is gone whatever it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// `unreachable`, an access out of bounds, a stack overflow, a malformed value.
    #[error("trapped: {0}")]
    Trap(String),
    /// It was still busy when its time was up.
    #[error("gave no answer within {0:?}")]
    Deadline(Duration),
    /// It used up its fuel (only where fuel is metered).
    #[error("used up its fuel")]
    Fuel,
    /// It wanted more memory, tables or instances than it may have.
    #[error("wanted more memory than the limit of {0} octets")]
    Memory(usize),
    /// It called the host too often.
    #[error("called the host more than {0} times")]
    HostCalls(u32),
    /// It called something of WASI that cannot be answered without giving something.
    #[error(
        "called {0}: there is no WASI here; time and chance come as arguments, the rest by wit/"
    )]
    Wasi(String),
    /// It handed over too much at once.
    #[error("handed over more than {0} octets")]
    Transfer(usize),
    /// It answered, but not within the contract.
    #[error("answered against the contract: {0}")]
    Output(&'static str),
    /// Every instance slot is taken: too many calls at the same time.
    #[error("no free instance slot")]
    Busy,
    /// It failed time after time, and is not asked for a while.
    #[error("failed too often, and is not asked for a while")]
    Tripped,
    /// The account's policies have used the computing time they may use.
    #[error("has used up its account's computing time")]
    Spent,
    /// The account has it, and it could not be made ready; the log says why.
    #[error("is not there")]
    Missing,
    /// No policy of the operator answers this question.
    #[error("no policy answers this")]
    Unanswered,
}

impl Failure {
    /// It says nothing about what was asked: the same question may have an answer a while
    /// later.
    pub fn passes(&self) -> bool {
        matches!(
            self,
            Self::Busy | Self::Tripped | Self::Spent | Self::Missing
        )
    }

    /// Whether the policy was asked and is at fault.
    pub(crate) fn is_of_a_call(&self) -> bool {
        !self.passes() && *self != Self::Unanswered
    }

    /// One word for metrics and the verdict's log line.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Trap(_) => "trap",
            Self::Deadline(_) => "deadline",
            Self::Fuel => "fuel",
            Self::Memory(_) => "memory",
            Self::HostCalls(_) => "host_calls",
            Self::Wasi(_) => "wasi",
            Self::Transfer(_) => "transfer",
            Self::Output(_) => "output",
            Self::Busy => "busy",
            Self::Tripped => "tripped",
            Self::Spent => "spent",
            Self::Missing => "missing",
            Self::Unanswered => "unanswered",
        }
    }
}

/// A text with words of a stranger's in it, as it may stand in a log: one line, and short.
pub(crate) fn one_line(text: &str) -> String {
    let cut = &text[..text.floor_char_boundary(TEXT_OCTETS_MAX)];
    cut.replace(char::is_control, " ")
}

const TEXT_OCTETS_MAX: usize = 1024;

/// A chain gave no answer because one of its policies failed.
///
/// It is always temporary (promise 3): before 250 the peer reads
/// [`Failed::REPLY`] and keeps the message; after it the caller asks again later
/// if the failure passes ([`Failure::passes`]), or else suspends the message with
/// `cause.policy-failed`. For a change in the admin center it means "try again".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy {policy} ({digest:.12}) failed at {question}: {failure}")]
pub struct Failed {
    /// Which policy; empty if nobody was there to ask.
    pub policy: Arc<str>,
    /// Its digest.
    pub digest: Digest,
    /// What it was asked.
    pub question: Question,
    /// What went wrong.
    pub failure: Failure,
}

impl Failed {
    /// The code of the machine-readable refusal (R114, R115).
    pub const CODE: &'static str = "component_error";

    /// What the peer reads before 250, with a text that names no policy.
    pub const REPLY: (ReplyCode, &'static str) = (COMPONENT_FAILED, "try again later");
}
