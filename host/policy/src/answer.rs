//! What a chain answers, and what is written down about it.

use std::sync::Arc;

use crate::questions::Question;
use crate::questions::log::Level;
use crate::{Digest, Failed};

/// The answer of a chain, and what each policy said on the way to it.
#[derive(Debug, Clone)]
pub struct Answered<T> {
    /// The answer, or which policy failed.
    pub answer: Result<T, Failed>,
    /// One for every policy that was asked, in order.
    pub decisions: Vec<Decision>,
}

/// What one policy said to one question: the line in the message's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The policy's name.
    pub policy: Arc<str>,
    /// The digest of its component.
    pub digest: Digest,
    /// It is the account's own, not the operator's.
    pub own: bool,
    /// What it was asked.
    pub question: Question,
    /// Its answer in a word: `accept`, `refused`, `suspend`, `trap` ...
    pub verdict: &'static str,
    /// The code beside it, if the answer has one: `limit_domains` ...
    pub code: Option<String>,
    /// Wall time of the call in microseconds.
    pub micros: u64,
    /// Fuel used, where it is metered.
    pub fuel: Option<u64>,
    /// Linear memory it had when it answered, in octets.
    pub memory_octets: usize,
    /// What it wrote to the account's policy log.
    pub log: Vec<LogLine>,
}

impl Decision {
    /// Whether it gave no answer within the contract and its limits.
    pub fn is_failure(&self) -> bool {
        self.code.as_deref() == Some(Failed::CODE)
    }
}

/// One line a policy wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// The text, cut to the limit; control characters are replaced.
    pub text: String,
}

/// An answer that can be told in a word, for logs and metrics.
pub trait Word {
    /// The word: a fixed set for each type.
    fn word(&self) -> &'static str;

    /// The code that stands beside it, if any.
    fn code(&self) -> Option<&str> {
        None
    }
}
