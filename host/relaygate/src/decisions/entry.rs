//! What is written down.
//!
//! A message is written once for all decisions about it that follow soon, by its digest;
//! of its body only so much as the operator keeps.

use policy::asked::{Parameters, Told};
use policy::questions::lookup::{Person, SupportAddress};
use policy::{Decision, Digest};
use serde::{Deserialize, Serialize};
use storage::{AccountId, Timestamp};

use crate::facts::{Count, Heard, MessageStart};

/// One record of the diary.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Entry {
    /// A message decisions will name.
    Mail(Mail),
    /// A decision.
    Decided(Box<Decided>),
}

/// A message as far as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Mail {
    /// SHA-256 of its size and of what is kept of it.
    pub(super) digest: [u8; 32],
    /// Size of the whole message.
    pub(super) octets: u64,
    /// Header and the start of the body.
    pub(super) start: Vec<u8>,
    /// Policies could see more.
    pub(super) cut: bool,
}

/// A question, its answer, and all it depended on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decided {
    /// When.
    pub at: Timestamp,
    /// About whose mail.
    pub account: Option<AccountId>,
    /// Our id of the message, where it had one.
    pub message_id: Option<String>,
    /// SHA-256 of the message's size and of what is kept of it.
    pub mail: Option<[u8; 32]>,
    /// See [`Heard::addresses`].
    pub addresses: Vec<(String, SupportAddress)>,
    /// See [`Heard::people`].
    pub people: Vec<(String, Person)>,
    /// See [`Heard::counts`].
    pub counts: Vec<Count>,
    /// The question.
    pub parameters: Parameters,
    /// SHA-256 of all the above but the time and our id: same digest, same question.
    pub inputs: [u8; 32],
    /// The answer in the words of the contract, or what failed.
    pub answer: Result<String, String>,
    /// What each policy said on the way to it.
    pub said: Vec<Said>,
}

/// What one policy said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its name.
    pub policy: String,
    /// The digest of its component.
    pub digest: [u8; 32],
    /// Its answer in a word.
    pub verdict: String,
    /// The code beside it.
    pub code: Option<String>,
    /// Wall time of the call.
    pub micros: u64,
    /// Fuel, where it is metered.
    pub fuel: Option<u64>,
}

impl Mail {
    /// A message of that name, as far as it is kept.
    pub(super) fn of(digest: [u8; 32], message: &MessageStart, kept: &[u8]) -> Self {
        Self {
            digest,
            octets: message.octets,
            start: kept.to_vec(),
            cut: kept.len() < message.start.len(),
        }
    }
}

/// What is kept of a message: its header, and so much of its body.
pub(super) fn kept(message: &MessageStart, body_octets_max: usize) -> &[u8] {
    let end = message.headers.body_start().saturating_add(body_octets_max);
    message.start.get(..end).unwrap_or(&message.start)
}

/// The name of a message. Of a large one not all is read for it: messages come by the
/// hundred a second, and each is asked about several times.
pub(super) fn digest_of(message: &MessageStart, kept: &[u8]) -> [u8; 32] {
    let size = message.octets.to_le_bytes();
    *Digest::of(&[&size, kept].concat()).octets()
}

impl Decided {
    /// What was heard, in the form in which it is kept.
    pub(super) fn of(heard: &Heard, mail: Option<[u8; 32]>) -> Self {
        let inputs = (
            &heard.parameters,
            (heard.account, mail),
            (&heard.addresses, &heard.people, &heard.counts),
        );
        // Writing into memory does not fail.
        let inputs = postcard::to_stdvec(&inputs).unwrap_or_default();
        Self {
            at: heard.at,
            account: heard.account,
            message_id: heard.message_id.clone(),
            mail,
            addresses: heard.addresses.clone(),
            people: heard.people.clone(),
            counts: heard.counts.clone(),
            parameters: heard.parameters.clone(),
            inputs: *Digest::of(&inputs).octets(),
            answer: answer(&heard.told),
            said: heard.told.decisions.iter().map(Said::of).collect(),
        }
    }
}

/// An answer as it is kept and compared.
pub fn answer(told: &Told) -> Result<String, String> {
    match &told.answer {
        Ok(answer) => Ok(answer.to_string()),
        Err(failed) => Err(failed.failure.word().to_owned()),
    }
}

impl Said {
    fn of(decision: &Decision) -> Self {
        Self {
            policy: decision.policy.to_string(),
            digest: *decision.digest.octets(),
            verdict: decision.verdict.to_owned(),
            code: decision.code.clone(),
            micros: decision.micros,
            fuel: decision.fuel,
        }
    }
}
