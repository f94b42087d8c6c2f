//! The facts of a decision, told once more.
//!
//! Counters tell what they told then, to the policy they told it; whoever asks for another
//! one is counted anew, along the times at which things happened.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use policy::Facts;
use policy::questions::lookup::{Person, SupportAddress};
use policy::questions::types::Mailbox;

use storage::{AccountId, Timestamp};

use super::entry::Decided;
use crate::facts::{CallFacts, Count, Counters, Heard, MessageStart};

/// A message as far as it is known.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) message: MessageStart,
    /// Policies could see more of it then.
    pub(super) cut: bool,
}

/// All a decision depended on, to be told to as many chains as wanted.
#[derive(Clone)]
pub struct Occasion {
    account: Option<AccountId>,
    at: Timestamp,
    addresses: Vec<(String, SupportAddress)>,
    people: Vec<(String, Person)>,
    counts: Vec<Count>,
    seen: Option<Seen>,
}

impl Occasion {
    /// What was written down, with the message it names.
    pub(super) fn of(decided: &Decided, seen: Option<Seen>) -> Self {
        Self {
            account: decided.account,
            at: decided.at,
            addresses: decided.addresses.clone(),
            people: decided.people.clone(),
            counts: decided.counts.clone(),
            seen,
        }
    }

    /// What was just heard; its message is there whole.
    pub fn heard(heard: &Heard) -> Self {
        let message = heard.message.clone();
        Self {
            account: heard.account,
            at: heard.at,
            addresses: heard.addresses.clone(),
            people: heard.people.clone(),
            counts: heard.counts.clone(),
            seen: message.map(|message| Seen {
                message,
                cut: false,
            }),
        }
    }

    /// The facts, for one chain. What was not counted then is counted in `counters`.
    pub fn facts(&self, counters: &Arc<Counters>) -> Arc<Again> {
        let mut call = CallFacts::new(self.account, Arc::clone(counters), self.at);
        if let Some(seen) = &self.seen {
            call = call.with_message(seen.message.clone());
        }
        for (address, found) in &self.addresses {
            call = call.with_support_address(address.clone(), found.clone());
        }
        for (address, person) in &self.people {
            call = call.with_person(address.clone(), *person);
        }
        Arc::new(Again {
            call,
            told: Mutex::new(told(&self.counts)),
            body: self.seen.as_ref().and_then(Seen::body_kept),
            beyond: AtomicBool::new(false),
        })
    }
}

impl Seen {
    /// So many octets of the body are there, if there were more.
    fn body_kept(&self) -> Option<usize> {
        let start = self.message.headers.body_start();
        let kept = self.message.start.len().saturating_sub(start);
        self.cut.then_some(kept)
    }
}

type Told = HashMap<(String, String, u32), VecDeque<u64>>;

fn told(counts: &[Count]) -> Told {
    let mut told = Told::new();
    for count in counts {
        let key = (
            count.policy.clone(),
            count.key.clone(),
            count.window_seconds,
        );
        told.entry(key).or_default().push_back(count.count);
    }
    told
}

/// The facts of a decision.
pub struct Again {
    call: CallFacts,
    told: Mutex<Told>,
    body: Option<usize>,
    beyond: AtomicBool,
}

impl Again {
    /// A policy asked for more of the body than was kept: its answer says nothing.
    pub fn went_beyond(&self) -> bool {
        self.beyond.load(Relaxed)
    }
}

impl Facts for Again {
    fn header(&self, name: &str) -> Option<String> {
        self.call.header(name)
    }

    fn headers(&self, name: &str) -> Vec<String> {
        self.call.headers(name)
    }

    fn mailboxes(&self, name: &str) -> Vec<Mailbox> {
        self.call.mailboxes(name)
    }

    fn header_block(&self) -> Vec<u8> {
        self.call.header_block()
    }

    fn body(&self, offset: u64, length: u32) -> Vec<u8> {
        let end = offset.saturating_add(u64::from(length));
        if self.body.is_some_and(|kept| end > kept as u64) {
            self.beyond.store(true, Relaxed);
        }
        self.call.body(offset, length)
    }

    fn octets(&self) -> u64 {
        self.call.octets()
    }

    fn support_address(&self, address: &str) -> Option<SupportAddress> {
        self.call.support_address(address)
    }

    fn person(&self, address: &str) -> Option<Person> {
        self.call.person(address)
    }

    fn count(&self, policy: &str, key: &str, window_seconds: u32) -> u64 {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let then = told.get_mut(&(policy.to_owned(), key.to_owned(), window_seconds));
        match then.and_then(VecDeque::pop_front) {
            Some(count) => count,
            None => self.call.count(policy, key, window_seconds),
        }
    }
}
