//! What a policy may ask while it thinks, for one call.
//!
//! Everything is looked up beforehand: the calls are synchronous and inside the
//! policy's deadline, so nothing here may touch a disk.

use std::collections::HashMap;
use std::sync::Arc;

use mail::message::{Headers, Mailbox};
use policy::Decision;
use policy::questions::lookup::{Person, SupportAddress};
use policy::questions::types;
use storage::{AccountId, Timestamp};

use super::counters::Counters;

/// One call's answers. Starts out knowing nothing; the caller adds what there is.
pub struct CallFacts {
    account: Option<AccountId>,
    now: Timestamp,
    counters: Arc<Counters>,
    message: Option<MessageStart>,
    addresses: HashMap<String, SupportAddress>,
    people: HashMap<String, Person>,
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
            message: None,
            addresses: HashMap::new(),
            people: HashMap::new(),
        }
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
        self.counters
            .add(self.account, policy, key, window_seconds, self.now)
    }

    fn answered(&self, decision: &Decision) {
        self.counters.tally.add(self.account, decision);
    }
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
