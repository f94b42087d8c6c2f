//! What a policy may ask while it thinks, for one call.
//!
//! Everything is looked up beforehand: the calls are synchronous and inside the
//! policy's deadline, so nothing here may touch a disk.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mail::message::{Headers, Mailbox};
use policy::Decision;
use policy::asked::{Parameters, Told};
use policy::questions::lookup::{Person, SupportAddress};
use policy::questions::types;
use storage::{AccountId, Timestamp};

use super::counters::Counters;
use super::heard::{Count, Heard};

/// One call's answers. Starts out knowing nothing; the caller adds what there is.
pub struct CallFacts {
    account: Option<AccountId>,
    now: Timestamp,
    counters: Arc<Counters>,
    message_id: Option<String>,
    message: Option<MessageStart>,
    addresses: HashMap<String, SupportAddress>,
    people: HashMap<String, Person>,
    counted: Mutex<Vec<Count>>,
}

/// As much of a message as policies get to see.
#[derive(Clone)]
pub struct MessageStart {
    /// Its header.
    pub headers: Arc<Headers>,
    /// The first octets of the message, header included.
    pub start: Arc<[u8]>,
    /// Size of the whole message.
    pub octets: u64,
}

impl CallFacts {
    /// No message, nobody known.
    pub fn new(account: Option<AccountId>, counters: Arc<Counters>, now: Timestamp) -> Self {
        Self {
            account,
            now,
            counters,
            message_id: None,
            message: None,
            addresses: HashMap::new(),
            people: HashMap::new(),
            counted: Mutex::default(),
        }
    }

    /// The same about the message of that id of ours.
    pub fn of_message(mut self, id: &str) -> Self {
        self.message_id = Some(id.to_owned());
        self
    }

    /// The same about this message.
    pub fn with_message(mut self, message: MessageStart) -> Self {
        self.message = Some(message);
        self
    }

    /// The same with a support address of the account.
    pub fn with_support_address(mut self, address: String, facts: SupportAddress) -> Self {
        self.addresses.insert(address, facts);
        self
    }

    /// The same with somebody the account knows.
    pub fn with_person(mut self, address: String, person: Person) -> Self {
        self.people.insert(address, person);
        self
    }

    /// As a chain takes it.
    pub fn shared(self) -> Arc<dyn policy::Facts> {
        Arc::new(self)
    }

    fn counted(&self) -> std::sync::MutexGuard<'_, Vec<Count>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn headers_of_message(&self) -> Option<&Headers> {
        self.message.as_ref().map(|message| &*message.headers)
    }
}

impl policy::Facts for CallFacts {
    fn header(&self, name: &str) -> Option<String> {
        self.headers_of_message()?.text(name)
    }

    fn headers(&self, name: &str) -> Vec<String> {
        self.headers_of_message()
            .map(|headers| headers.raw_all(name))
            .unwrap_or_default()
    }

    fn mailboxes(&self, name: &str) -> Vec<types::Mailbox> {
        let found = self
            .headers_of_message()
            .map(|headers| headers.mailboxes(name));
        found.unwrap_or_default().into_iter().map(mailbox).collect()
    }

    fn header_block(&self) -> Vec<u8> {
        self.headers_of_message()
            .map(|headers| headers.block().to_vec())
            .unwrap_or_default()
    }

    fn body(&self, offset: u64, length: u32) -> Vec<u8> {
        let Some(message) = &self.message else {
            return Vec::new();
        };
        let body = message
            .start
            .get(message.headers.body_start()..)
            .unwrap_or_default();
        let from = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(body.len());
        let to = from.saturating_add(length as usize).min(body.len());
        body[from..to].to_vec()
    }

    fn octets(&self) -> u64 {
        self.message.as_ref().map_or(0, |message| message.octets)
    }

    fn support_address(&self, address: &str) -> Option<SupportAddress> {
        self.addresses.get(address).cloned()
    }

    fn person(&self, address: &str) -> Option<Person> {
        self.people.get(address).copied()
    }

    fn count(&self, policy: &str, key: &str, window_seconds: u32) -> u64 {
        let (account, now) = (self.account, self.now);
        let count = self.counters.add(account, policy, key, window_seconds, now);
        if self.keeps_asked() {
            self.counted().push(Count {
                policy: policy.to_owned(),
                key: key.to_owned(),
                window_seconds,
                count,
            });
        }
        count
    }

    fn answered(&self, decision: &Decision) {
        self.counters.tally.add(self.account, decision);
        self.counters.metering.add(self.account, decision);
    }

    fn keeps_asked(&self) -> bool {
        self.counters.ears.want(self.account)
    }

    fn asked(&self, parameters: Parameters, told: Told) {
        self.counters.ears.hear(Heard {
            at: self.now,
            account: self.account,
            message_id: self.message_id.clone(),
            message: self.message.clone(),
            addresses: pairs(&self.addresses),
            people: pairs(&self.people),
            counts: std::mem::take(&mut *self.counted()),
            parameters,
            told,
        });
    }
}

/// In the order of the names, so that the same is the same.
fn pairs<T: Clone>(map: &HashMap<String, T>) -> Vec<(String, T)> {
    let mut pairs: Vec<_> = map
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    pairs
}

/// The address in its one form where it is an address, as written where not.
fn mailbox(mailbox: Mailbox) -> types::Mailbox {
    let address = mailbox
        .address
        .map_or(mailbox.text, |address| address.to_string());
    types::Mailbox {
        name: mailbox.name,
        address,
    }
}
