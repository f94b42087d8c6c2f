//! The verdict on an inbound message, put together from the readings.

use alloc::string::String;
use alloc::vec::Vec;

use sdk::fields::Field;
use sdk::headers::{AuthorField, InboundAcceptance, InboundFacts, InboundVerdict};
use sdk::types::{AuthorAuthentication, Origin, Refusal};
use sdk::{reason, settings, text};

use crate::{Message, author, code, forged, origin};

/// What the operator or account chose. The names are those of the settings.
#[derive(Debug, Clone)]
pub struct Rules {
    /// `Received` fields from which on a message counts as going in circles
    /// (RFC 5321 §6.3).
    pub hops_max: usize,
    /// `Reply-To` names the author if the relay is authenticated (R39).
    pub use_reply_to: bool,
    /// Refuse what cannot be parsed, instead of keeping it suspended.
    pub reject_unparseable: bool,
    /// The prefix of the product's own fields.
    pub header_prefix: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            hops_max: 30,
            use_reply_to: true,
            reject_unparseable: false,
            header_prefix: String::new(),
        }
    }
}

impl Rules {
    pub(crate) fn from_settings() -> Self {
        let default = Self::default();
        Self {
            hops_max: settings::number("hops_max", default.hops_max as u64) as usize,
            use_reply_to: settings::flag("use_reply_to", default.use_reply_to),
            reject_unparseable: settings::flag("reject_unparseable", default.reject_unparseable),
            header_prefix: settings::text("product.header_prefix", ""),
        }
    }
}

/// Refuses loops, and on demand what cannot be parsed; everything else is
/// accepted with what was found. `is_ours` tells support addresses of the account.
pub fn verdict(
    rules: &Rules,
    facts: &InboundFacts,
    message: &Message<'_>,
    is_ours: impl Fn(&str) -> bool,
) -> InboundVerdict {
    if hops(&message.fields) > rules.hops_max {
        return refuse(
            Refusal::Loop,
            "too_many_hops",
            "the message goes in circles; check the forwarding rules",
        );
    }
    let unparseable = facts.defects.iter().any(|defect| defect == "unparseable");
    if unparseable && rules.reject_unparseable {
        return refuse(
            Refusal::Content,
            "unparseable",
            "the message is not RFC 5322 text",
        );
    }
    InboundVerdict::Accept(acceptance(rules, facts, message, is_ours))
}

fn acceptance(
    rules: &Rules,
    facts: &InboundFacts,
    message: &Message<'_>,
    is_ours: impl Fn(&str) -> bool,
) -> InboundAcceptance {
    let mut flags = facts.defects.clone();
    let forged = forged::bears_our_marks(&message.fields, facts.ours, &rules.header_prefix);
    flags.extend(forged.then(|| code("forged_product_header")));
    flags.extend(several_from(message).then(|| code("several_from")));
    flags.extend(mime_ambiguous(&message.fields).then(|| code("mime_ambiguous")));
    let (author_field, author) = author_of(rules, facts, message, is_ours, &mut flags);
    let origin = match facts.ours {
        true => Origin::Loop, // R37
        false => origin::read(&facts.envelope.sender, message),
    };
    InboundAcceptance {
        edits: Vec::new(),
        origin,
        author,
        author_field,
        flags,
    }
}

/// R39: `Reply-To` counts only over an authenticated relay, and never for one of
/// our own addresses. What servers vouch for is `From`; so a `Reply-To` that
/// names somebody else has nobody's word for it.
fn author_of(
    rules: &Rules,
    facts: &InboundFacts,
    message: &Message<'_>,
    is_ours: impl Fn(&str) -> bool,
    flags: &mut Vec<String>,
) -> (AuthorField, AuthorAuthentication) {
    let mut known = match &facts.trusted_authserv {
        Some(authserv) => author::read(&message.fields, authserv, sdk::domain_of(message.author())),
        None => AuthorAuthentication::None,
    };
    if several_from(message) && known == AuthorAuthentication::Pass {
        known = AuthorAuthentication::None;
    }
    let other = message
        .reply_to
        .first()
        .map(|mailbox| mailbox.address.as_str());
    let other = other.filter(|address| !text::same(address, message.author()));
    let Some(other) = other.filter(|_| rules.use_reply_to && facts.session.connector.is_some())
    else {
        return (AuthorField::From, known);
    };
    if is_ours(other) {
        return (AuthorField::From, known);
    }
    flags.push(code("reply_to_differs"));
    let known = match known {
        AuthorAuthentication::Pass => AuthorAuthentication::None,
        known => known,
    };
    (AuthorField::ReplyTo, known)
}

fn hops(fields: &[Field<'_>]) -> usize {
    fields.iter().filter(|field| field.is("Received")).count()
}

/// RFC 5322 §3.6.2 allows it with a Sender; readers disagree whom to show.
fn several_from(message: &Message<'_>) -> bool {
    let fields = message.fields.iter().filter(|field| field.is("From"));
    message.from.len() > 1 || fields.count() > 1
}

/// Two of a field that decides how the body is read: two readers, two messages.
fn mime_ambiguous(fields: &[Field<'_>]) -> bool {
    let twice = |name| fields.iter().filter(|field| field.is(name)).count() > 1;
    ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
        .into_iter()
        .any(twice)
}

fn refuse(kind: Refusal, code: &str, hint: &str) -> InboundVerdict {
    InboundVerdict::Reject(reason(kind, code, hint))
}
