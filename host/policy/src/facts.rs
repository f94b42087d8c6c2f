//! What a policy may ask the host while it thinks.

use std::sync::Arc;

use crate::Decision;
use crate::asked::{Parameters, Told};
use crate::questions::lookup::{Person, SupportAddress};
use crate::questions::types::Mailbox;

/// The answers to a policy's imports, for one account and one message.
///
/// Every method has a neutral default (there is no message, nobody is known),
/// so that a caller supplies only what there is at that moment. Calls are
/// synchronous: look up beforehand whatever needs a disk. A call made here is
/// inside the policy's deadline.
pub trait Facts: Send + Sync {
    /// The first field of that name, unfolded and decoded (RFC 2047).
    fn header(&self, _name: &str) -> Option<String> {
        None
    }

    /// Every field of that name, top first, unfolded but not decoded.
    fn headers(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    /// The mailboxes of every field of that name; groups are flattened.
    fn mailboxes(&self, _name: &str) -> Vec<Mailbox> {
        Vec::new()
    }

    /// The whole header block, CRLF line ends, without the empty line; cut
    /// after [`crate::Limits::HEADER_BLOCK_OCTETS_MAX`] by the engine.
    fn header_block(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Octets of the body from `offset`, fewer than `length` at the end. The
    /// engine never asks for more than [`crate::Limits::BODY_OCTETS_MAX`].
    fn body(&self, _offset: u64, _length: u32) -> Vec<u8> {
        Vec::new()
    }

    /// Size of the whole message in octets.
    fn octets(&self) -> u64 {
        0
    }

    /// The account's support address of that name.
    fn support_address(&self, _address: &str) -> Option<SupportAddress> {
        None
    }

    /// The person the account knows by that address.
    fn person(&self, _address: &str) -> Option<Person> {
        None
    }

    /// Adds one to the account's counter `key` of `policy` and returns how
    /// often that was done in the last `window_seconds`, this time included.
    fn count(&self, _policy: &str, _key: &str, _window_seconds: u32) -> u64 {
        1
    }

    /// A policy has answered, or failed to: for whoever keeps account of that.
    fn answered(&self, _decision: &Decision) {}

    /// Whether [`Facts::asked`] wants to hear anything; it costs a copy of the question.
    fn keeps_asked(&self) -> bool {
        false
    }

    /// A chain has come to its answer: for whoever keeps what was asked, to ask it again.
    fn asked(&self, _parameters: Parameters, _told: Told) {}
}

/// No message and no records: for questions that need neither, and for tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFacts;

impl NoFacts {
    /// As a chain takes it.
    pub fn shared() -> Arc<dyn Facts> {
        Arc::new(Self)
    }
}

impl Facts for NoFacts {}
