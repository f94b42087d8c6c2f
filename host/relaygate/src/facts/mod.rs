//! The desk's facts in the policies' words, and their answers in the desk's.
//!
//! The desk knows nothing of policies and the policies nothing of the desk;
//! both mirror `wit/`, and this is where one becomes the other, field by field.
//!
//! Not here: gathering facts (`desk`, `reception`, `intake`, `dispatch`).

mod call;
mod counters;
mod edits;
mod heard;
mod metering;
mod session;
mod tally;
mod verdicts;

use desk::facts as ours;
use policy::questions::{headers, limits, lookup, routes, tags, types};

use crate::services::Services;

pub use call::{CallFacts, MessageStart};
pub use counters::Counters;
pub(crate) use edits::enter;
pub use heard::{Count, Ears, Heard, Listen};
pub use session::{Login, SessionFacts, TlsUsed};
pub use tally::{Answers, Tally};
pub use verdicts::{hear, noted};

/// What the product calls itself, for the desk.
pub fn product(services: &Services) -> desk::Product {
    desk::Product {
        name: services.config.product.name.clone(),
        header_prefix: services.config.product.header_prefix.clone(),
        hostname: services.hostname.clone(),
        native: services.native.clone(),
    }
}

/// An ingress in the policies' words.
pub fn ingress(ingress: ours::Ingress) -> types::Ingress {
    match ingress {
        ours::Ingress::Submission => types::Ingress::Submission,
        ours::Ingress::Mx => types::Ingress::Mx,
    }
}

/// An origin in the policies' words.
pub fn origin(origin: ours::Origin) -> types::Origin {
    match origin {
        ours::Origin::Person => types::Origin::Person,
        ours::Origin::Automatic => types::Origin::Automatic,
        ours::Origin::Vacation => types::Origin::Vacation,
        ours::Origin::Bulk => types::Origin::Bulk,
        ours::Origin::Bounce => types::Origin::Bounce,
        ours::Origin::Loop => types::Origin::Loop,
    }
}

/// An origin in the desk's words.
pub fn origin_found(origin: types::Origin) -> ours::Origin {
    match origin {
        types::Origin::Person => ours::Origin::Person,
        types::Origin::Automatic => ours::Origin::Automatic,
        types::Origin::Vacation => ours::Origin::Vacation,
        types::Origin::Bulk => ours::Origin::Bulk,
        types::Origin::Bounce => ours::Origin::Bounce,
        types::Origin::Loop => ours::Origin::Loop,
    }
}

/// How sure we are of the author, in the policies' words.
pub fn author(author: ours::AuthorAuthentication) -> types::AuthorAuthentication {
    match author {
        ours::AuthorAuthentication::None => types::AuthorAuthentication::None,
        ours::AuthorAuthentication::Pass => types::AuthorAuthentication::Pass,
        ours::AuthorAuthentication::Fail => types::AuthorAuthentication::Fail,
    }
}

/// How sure a policy is of the author, in the desk's words.
pub fn author_found(author: types::AuthorAuthentication) -> ours::AuthorAuthentication {
    match author {
        types::AuthorAuthentication::None => ours::AuthorAuthentication::None,
        types::AuthorAuthentication::Pass => ours::AuthorAuthentication::Pass,
        types::AuthorAuthentication::Fail => ours::AuthorAuthentication::Fail,
    }
}

/// A role in the policies' words.
pub fn role(role: ours::Role) -> types::Role {
    match role {
        ours::Role::Agent => types::Role::Agent,
        ours::Role::Requester => types::Role::Requester,
        ours::Role::Copied => types::Role::Copied,
        ours::Role::Follower => types::Role::Follower,
        ours::Role::Known => types::Role::Known,
        ours::Role::Stranger => types::Role::Stranger,
    }
}

/// A candidate recipient in the policies' words.
pub fn recipient(facts: &ours::RecipientFacts) -> limits::RecipientFacts {
    limits::RecipientFacts {
        address: facts.address.to_string(),
        kind: recipient_kind(facts.kind),
        catch_all: facts.catch_all,
        disconnecting: facts.disconnecting,
        unproved: facts.unproved,
        require_authenticated: facts.require_authenticated,
    }
}

fn recipient_kind(kind: ours::RecipientKind) -> limits::RecipientKind {
    match kind {
        ours::RecipientKind::Support => limits::RecipientKind::Support,
        ours::RecipientKind::UnknownInDomain => limits::RecipientKind::UnknownInDomain,
        ours::RecipientKind::Native => limits::RecipientKind::Native,
        ours::RecipientKind::Forwarded => limits::RecipientKind::Forwarded,
        ours::RecipientKind::Foreign => limits::RecipientKind::Foreign,
        ours::RecipientKind::Postmaster => limits::RecipientKind::Postmaster,
    }
}

/// A domain to be connected, in the policies' words.
pub fn domain(facts: &ours::DomainFacts) -> limits::DomainFacts {
    limits::DomainFacts {
        domain: facts.domain.to_string(),
        kind: domain_kind(facts.kind),
        held_by: holder(facts.held_by),
        proved_elsewhere: facts.proved_elsewhere,
        domains: facts.domains,
        addresses_in_domain: facts
            .addresses_in_domain
            .iter()
            .map(ToString::to_string)
            .collect(),
        copies_enabled: facts.copies_enabled,
    }
}

/// A support address to be added, in the policies' words.
pub fn address(facts: &ours::AddressFacts) -> limits::AddressFacts {
    limits::AddressFacts {
        address: facts.address.to_string(),
        connector: facts.connector.as_ref().map(ToString::to_string),
        domain_proved: facts.domain_proved,
        kind: domain_kind(facts.kind),
        held_by: holder(facts.held_by),
        addresses_in_domain: facts.addresses_in_domain,
        addresses: facts.addresses,
        is_person: facts.is_person,
    }
}

fn domain_kind(kind: ours::DomainKind) -> limits::DomainKind {
    match kind {
        ours::DomainKind::Ordinary => limits::DomainKind::Ordinary,
        ours::DomainKind::Native => limits::DomainKind::Native,
        ours::DomainKind::PublicSuffix => limits::DomainKind::PublicSuffix,
        ours::DomainKind::Unusable => limits::DomainKind::Unusable,
    }
}

fn holder(holder: ours::Holder) -> limits::Holder {
    match holder {
        ours::Holder::Nobody => limits::Holder::Nobody,
        ours::Holder::ThisAccount => limits::Holder::ThisAccount,
        ours::Holder::SiblingAccount => limits::Holder::SiblingAccount,
        ours::Holder::OtherAccount => limits::Holder::OtherAccount,
    }
}

/// A durable message in the policies' words. `carries` is what intake found in it.
pub fn arrival(facts: &ours::ArrivalFacts, carries: routes::Carried) -> routes::Arrival {
    routes::Arrival {
        ingress: ingress(facts.ingress),
        relay_authenticated: facts.relay_authenticated,
        author: author(facts.author),
        author_address: facts.author_address.as_ref().map(ToString::to_string),
        author_is_ours: facts.author_is_ours,
        author_messages: facts.author_messages,
        author_role: role(facts.author_role),
        origin: origin(facts.origin),
        carries,
        recipient: facts.recipient.to_string(),
        brand: facts.brand,
        thread: facts.thread.map(thread),
        flags: facts.flags.clone(),
        require_authenticated: facts.require_authenticated,
    }
}

fn thread(thread: ours::Thread) -> routes::Thread {
    let evidence = match thread.evidence {
        ours::ThreadEvidence::References => routes::ThreadEvidence::References,
        ours::ThreadEvidence::BodyToken => routes::ThreadEvidence::BodyToken,
        ours::ThreadEvidence::PlusAddress => routes::ThreadEvidence::PlusAddress,
    };
    routes::Thread {
        ticket: thread.ticket,
        evidence,
        closed: thread.closed,
    }
}

/// Where a policy sends a message, in the desk's words.
pub fn inbound_route(route: routes::InboundRoute) -> ours::RouteAnswer {
    match route {
        routes::InboundRoute::Ticket(brand) => ours::RouteAnswer::Ticket { brand },
        routes::InboundRoute::Update(update) => ours::RouteAnswer::Update {
            ticket: update.ticket,
            flagged: update.flagged,
        },
        routes::InboundRoute::Suspend(cause) => ours::RouteAnswer::Suspend(cause_found(cause)),
        routes::InboundRoute::Drop(code) => ours::RouteAnswer::Drop(code),
    }
}

fn cause_found(cause: routes::Cause) -> ours::Cause {
    match cause {
        routes::Cause::Loop => ours::Cause::Loop,
        routes::Cause::Automatic => ours::Cause::Automatic,
        routes::Cause::Vacation => ours::Cause::Vacation,
        routes::Cause::Bounce => ours::Cause::Bounce,
        routes::Cause::Bulk => ours::Cause::Bulk,
        routes::Cause::OtherUserUpdate => ours::Cause::OtherUserUpdate,
        routes::Cause::UnauthenticatedUpdate => ours::Cause::UnauthenticatedUpdate,
        routes::Cause::FailedAuthentication => ours::Cause::FailedAuthentication,
        routes::Cause::Unprocessable => ours::Cause::Unprocessable,
        routes::Cause::PolicyFailed => ours::Cause::PolicyFailed,
        routes::Cause::FromSupportAddress => ours::Cause::FromSupportAddress,
        routes::Cause::Blocked => ours::Cause::Blocked,
    }
}

/// What is being sent, in the policies' words.
pub fn notification(kind: ours::NotificationKind) -> routes::Notification {
    match kind {
        ours::NotificationKind::Ticket => routes::Notification::Ticket,
        ours::NotificationKind::InboundVerification => routes::Notification::InboundVerification,
        ours::NotificationKind::OutboundVerification => routes::Notification::OutboundVerification,
        ours::NotificationKind::Security => routes::Notification::Security,
    }
}

/// A message about to become a ticket or comment, in the policies' words.
pub fn delivery(facts: &ours::DeliveryFacts) -> tags::DeliveryFacts {
    tags::DeliveryFacts {
        ingress: ingress(facts.ingress),
        relay_authenticated: facts.relay_authenticated,
        author: author(facts.author),
        author_role: role(facts.author_role),
        origin: origin(facts.origin),
        recipient: facts.recipient.to_string(),
        brand: facts.brand,
        update: facts.update.as_ref().map(update),
    }
}

fn update(facts: &ours::UpdateFacts) -> tags::UpdateFacts {
    tags::UpdateFacts {
        created_authenticated: facts.created_authenticated,
        tags: facts.tags.clone(),
    }
}

/// The tags a policy asks for, in the desk's words.
pub fn tagging(tagging: tags::Tagging) -> ours::Tagging {
    let system = tagging.system.into_iter().map(|tag| match tag {
        tags::SystemTag::AuthenticatedTicket => ours::SystemTag::AuthenticatedTicket,
        tags::SystemTag::UnauthenticatedUpdate => ours::SystemTag::UnauthenticatedUpdate,
    });
    ours::Tagging {
        system: system.collect(),
        tags: tagging.tags,
    }
}

/// What a policy saw on a returned verification mail, in the desk's words.
pub fn finding(finding: headers::Finding) -> ours::Finding {
    ours::Finding {
        code: finding.code,
        fatal: finding.fatal,
        field: finding.field,
        hint: finding.hint,
    }
}

/// A support address as policies see it.
pub fn support_address(facts: &ours::SupportAddressFacts) -> lookup::SupportAddress {
    lookup::SupportAddress {
        connector: facts.connector.as_ref().map(ToString::to_string),
        brand: facts.brand,
        verified: facts.verified,
    }
}

/// Somebody the account knows, as policies see them.
pub fn person(facts: ours::PersonFacts) -> lookup::Person {
    lookup::Person {
        agent: facts.agent,
        vouched: facts.vouched,
    }
}

/// Whether a policy found the author in `Reply-To` rather than in `From`.
pub fn is_reply_to(field: headers::AuthorField) -> bool {
    matches!(field, headers::AuthorField::ReplyTo)
}
