//! What a client knows of the messages it handed in, and whether the program agrees.
//!
//! A message counts as ours once its 250 was read. The client keeps what was not acknowledged
//! and sends it again, as a mail server does (RFC 5321 §4.5.4.1); afterwards each message has
//! exactly one ticket, whatever happened in between.

use std::collections::BTreeMap;

use crate::house::{ACCOUNT, SUPPORT, message, tickets};
use crate::relaygate::Relaygate;
use crate::smtp::Client;
use crate::wait::{self, PATIENCE};

/// One message and what became of it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its subject, one of a kind.
    pub subject: String,
    /// Its author, one of a kind too, so that what is answered can be told apart.
    pub author: String,
    /// Whether a 250 to its end was read.
    pub acknowledged: bool,
    octets: usize,
}

/// Every message of one client.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
}

impl Ledger {
    /// Hands in a new message of about so many octets, and notes what is answered: the code of
    /// the last reply, 0 if the connection ended first.
    pub fn hand_in(&mut self, client: &mut Client, name: &str, octets: usize) -> u16 {
        let mut entry = Entry::new(name, octets);
        let code = entry.send(client);
        self.entries.push(entry);
        code
    }

    /// Notes a message that could not be handed in, for [`Ledger::send_again`].
    pub fn note_unsent(&mut self, name: &str, octets: usize) {
        self.entries.push(Entry::new(name, octets));
    }

    /// Hands in again what was not acknowledged; now it has to be.
    pub fn send_again(&mut self, client: &mut Client) {
        let open = self.entries.iter_mut().filter(|entry| !entry.acknowledged);
        for entry in open {
            let reply = entry.send(client);
            assert_eq!(reply, 250, "{} again", entry.subject);
        }
    }

    /// Every message.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many were acknowledged.
    pub fn acknowledged(&self) -> usize {
        let kept = self.entries.iter().filter(|entry| entry.acknowledged);
        kept.count()
    }

    /// Joins what another client knows.
    pub fn join(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// Waits until nothing taken in is without its ticket, and compares: one ticket for each
    /// acknowledged message, at most one for each other.
    pub fn check(&self, relay: &Relaygate) {
        await_intake(relay);
        let mut found: BTreeMap<String, u32> = BTreeMap::new();
        for ticket in tickets(relay, ACCOUNT) {
            let subject = ticket["subject"].as_str().unwrap_or_default().to_owned();
            *found.entry(subject).or_insert(0) += 1;
        }
        for entry in &self.entries {
            let times = found.get(&entry.subject).copied().unwrap_or(0);
            let least = u32::from(entry.acknowledged);
            assert!(
                (least..=1).contains(&times),
                "{times} tickets for {entry:?}"
            );
        }
    }
}

impl Entry {
    fn new(name: &str, octets: usize) -> Self {
        Self {
            subject: format!("kept {name}"),
            author: format!("{name}@enduser.example"),
            acknowledged: false,
            octets,
        }
    }

    /// Gives the code of the last reply; 0 if the connection ended first.
    fn send(&mut self, client: &mut Client) -> u16 {
        let id = self.author.clone();
        let mut text = message(&self.author, SUPPORT, &self.subject, &id, "");
        while text.len() < self.octets {
            text.push_str(FILLING);
        }
        let reply = client.submit(&self.author, &[SUPPORT], &text);
        self.acknowledged = reply.code == 250;
        reply.code
    }
}

/// Waits until every message taken in was worked on.
fn await_intake(relay: &Relaygate) {
    wait::until("intake to catch up", PATIENCE, || {
        let waiting = relay.cli(&["queue", "list", "--lane", "intake"]);
        waiting["jobs"]
            .as_array()
            .is_some_and(Vec::is_empty)
            .then_some(())
    });
}

const FILLING: &str = "All work and no play makes a long message, line after line after line.\r\n";
