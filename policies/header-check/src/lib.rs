//! Built-in policy: are the headers sound, and what do they tell?
//!
//! Five readings of one header block, each in a file of its own: how a message
//! came to be written ([`origin`]), what trusted servers say of its author
//! ([`author`]), what in it pretends to be ours ([`forged`]), what became of
//! a verification mail on its way ([`returned`]), and in whose name a help desk of
//! the account's own writes ([`submitted`]).
//!
//! Nothing is asked of the end user: no result of SPF, DKIM or DMARC refuses a
//! message (R8). Not here: parsing of addresses and MIME, which the host does
//! with limits of its own.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod author;
pub mod forged;
pub mod inbound;
pub mod origin;
pub mod returned;
pub mod submitted;

use alloc::string::String;
use alloc::vec::Vec;

use sdk::fields::{self, Field};
use sdk::headers::{
    Finding, InboundFacts, InboundVerdict, OutboundFacts, OutboundVerdict, Policy, ReturnedFacts,
};
use sdk::types::{Mailbox, Refusal};
use sdk::{lookup, mail, reason, settings, text};

/// The policy.
#[derive(Debug)]
pub struct HeaderCheck;

impl Policy for HeaderCheck {
    fn inbound(facts: InboundFacts) -> InboundVerdict {
        let block = mail::header_block();
        let message = Message::fetch(&block);
        inbound::verdict(
            &inbound::Rules::from_settings(),
            &facts,
            &message,
            |address| lookup::find_support_address(address).is_some(),
        )
    }

    fn outbound(facts: OutboundFacts) -> OutboundVerdict {
        let from = mail::mailboxes("From");
        match facts.submitted {
            true => {
                let block = mail::header_block();
                let fields: Vec<Field<'_>> = fields::fields(&block).collect();
                submitted::verdict(&facts, &fields, &from)
            }
            false => outbound(&facts, &from),
        }
    }

    fn returned(facts: ReturnedFacts) -> Vec<Finding> {
        let (from, to) = (mail::mailboxes("From"), mail::mailboxes("To"));
        let product = returned::Product {
            header_prefix: settings::text("product.header_prefix", ""),
            hostname: settings::text("product.hostname", ""),
        };
        returned::findings(&facts, &mail::header_block(), &from, &to, &product)
    }
}

sdk::export_headers!(HeaderCheck);

/// What the readings need of a message.
#[derive(Debug, Default)]
pub struct Message<'a> {
    /// Every header field, top first; split once, read several times.
    pub fields: Vec<Field<'a>>,
    /// Mailboxes of every `From`.
    pub from: Vec<Mailbox>,
    /// Mailboxes of every `Reply-To`.
    pub reply_to: Vec<Mailbox>,
}

impl<'a> Message<'a> {
    fn fetch(block: &'a [u8]) -> Self {
        let fields: Vec<Field<'a>> = fields::fields(block).collect();
        // A host call spared: most mail has no Reply-To.
        let replies = fields.iter().any(|field| field.is("Reply-To"));
        let reply_to = if replies {
            mail::mailboxes("Reply-To")
        } else {
            Vec::new()
        };
        Self {
            fields,
            from: mail::mailboxes("From"),
            reply_to,
        }
    }

    /// The address of the first author, empty if there is none.
    pub fn author(&self) -> &str {
        self.from.first().map_or("", |mailbox| &mailbox.address)
    }
}

/// R18, R19: through the customer's server we speak only as the address whose
/// credentials we use.
pub fn outbound(facts: &OutboundFacts, from: &[Mailbox]) -> OutboundVerdict {
    let own = from
        .iter()
        .all(|mailbox| text::same(&mailbox.address, &facts.sender));
    match facts.through_customer && !own {
        true => OutboundVerdict::Reject(reason(
            Refusal::NotPermitted,
            "from_not_sender",
            "mail through a connector must bear the connector's address in From",
        )),
        false => OutboundVerdict::Accept(Vec::new()),
    }
}

/// Whether a field name is one of the product's own: `X-<prefix>-...`.
pub(crate) fn is_product_field(name: &str, prefix: &str) -> bool {
    let rest = text::after(name, "X-").and_then(|rest| text::after(rest, prefix));
    !prefix.is_empty() && rest.is_some_and(|rest| rest.starts_with('-'))
}

/// A code as it stands in a list of flags.
pub(crate) fn code(text: &str) -> String {
    String::from(text)
}

#[cfg(test)]
mod tests;
