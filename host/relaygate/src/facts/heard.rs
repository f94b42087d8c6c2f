//! A question as it was asked, with everything its answer depended on.

use std::fmt;
use std::sync::{Arc, OnceLock};

use policy::asked::{Parameters, Told};
use policy::questions::lookup::{Person, SupportAddress};
use serde::{Deserialize, Serialize};
use storage::{AccountId, Timestamp};

use super::MessageStart;

/// What was asked, and what came of it.
#[derive(Clone)]
pub struct Heard {
    /// When.
    pub at: Timestamp,
    /// About whose mail; nobody's in particular if absent.
    pub account: Option<AccountId>,
    /// Our id of the message, where it has one by then.
    pub message_id: Option<String>,
    /// The message, as far as policies see it.
    pub message: Option<MessageStart>,
    /// The account's support addresses that could be looked up.
    pub addresses: Vec<(String, SupportAddress)>,
    /// The people that could be looked up.
    pub people: Vec<(String, Person)>,
    /// What counters told, in that order.
    pub counts: Vec<Count>,
    /// The question.
    pub parameters: Parameters,
    /// The answer, and what each policy said on the way to it.
    pub told: Told,
}

/// What a counter told a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// The policy that asked.
    pub policy: String,
    /// Which counter of its.
    pub key: String,
    /// Over how long.
    pub window_seconds: u32,
    /// What it was told.
    pub count: u64,
}

/// Whoever listens; must not wait.
pub trait Listen: Send + Sync {
    /// Whether it would hear anything about that account's mail; asked before each question.
    fn wants(&self, account: Option<AccountId>) -> bool;

    /// A question and its answer.
    fn hear(&self, heard: Arc<Heard>);
}

/// All who listen.
#[derive(Default)]
pub struct Ears(OnceLock<Vec<Box<dyn Listen>>>);

impl Ears {
    /// From now on these listen; there is one time to say so.
    pub fn open(&self, listeners: Vec<Box<dyn Listen>>) {
        drop(self.0.set(listeners));
    }

    /// Whether anybody wants to hear of that account.
    pub fn want(&self, account: Option<AccountId>) -> bool {
        self.listeners().any(|ear| ear.wants(account))
    }

    /// Tells whoever wants to hear it.
    pub fn hear(&self, heard: Heard) {
        let heard = Arc::new(heard);
        let wanting = self.listeners().filter(|ear| ear.wants(heard.account));
        wanting.for_each(|ear| ear.hear(Arc::clone(&heard)));
    }

    fn listeners(&self) -> impl Iterator<Item = &dyn Listen> {
        self.0.get().into_iter().flatten().map(|ear| &**ear)
    }
}

impl fmt::Debug for Ears {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ears")
    }
}
