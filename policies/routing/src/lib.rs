//! Built-in policy: where mail goes, by which way answers leave, when to try again.
//!
//! Every number and switch is a setting, see [`Rules`] and [`retry::Schedule`].
//! Not here: how a ticket was found or an address stands; these are facts.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod retry;

use alloc::string::String;

use sdk::routes::{
    Arrival, Carried, Cause, Departure, Failure, InboundRoute, Notification, OutboundRoute, Policy,
    Retry, Standing, Thread, Update, native,
};
use sdk::types::{AuthorAuthentication, Origin, Role};
use sdk::{domain_of, settings};

/// What the operator or account chose. The names are those of the settings.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Mail written by programs makes tickets instead of being suspended.
    pub allow_automatic: bool,
    /// List and bulk mail makes tickets instead of being suspended.
    pub allow_bulk: bool,
    /// Suspend also end users' mail that a trusted server found wanting; agents'
    /// always is. Off: the tag vouches for the relay alone (R8).
    pub suspend_failed_authors: bool,
    /// Suspend updates by people who have no part in the ticket, instead of
    /// flagging them (R39).
    pub suspend_other_users: bool,
    /// Answer in the name of forwarded addresses. Off by default: their domain
    /// has not said that we may.
    pub send_as_forwarded: bool,
    /// Messages of one author that are let through in an hour. As many again are
    /// suspended; what comes beyond is dropped.
    pub messages_per_hour: u64,
}

impl Rules {
    fn from_settings() -> Self {
        Self {
            allow_automatic: settings::flag("allow_automatic", false),
            allow_bulk: settings::flag("allow_bulk", false),
            suspend_failed_authors: settings::flag("suspend_failed_authors", false),
            suspend_other_users: settings::flag("suspend_other_users", false),
            send_as_forwarded: settings::flag("send_as_forwarded", false),
            messages_per_hour: settings::number(
                "messages_per_hour",
                Self::default().messages_per_hour,
            ),
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            allow_automatic: false,
            allow_bulk: false,
            suspend_failed_authors: false,
            suspend_other_users: false,
            send_as_forwarded: false,
            messages_per_hour: 20,
        }
    }
}

/// The lists the author stands on: addresses and domains, under `allow_list` and
/// `block_list`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Listed {
    /// May send ten times as much.
    pub allowed: bool,
    /// Is kept aside.
    pub blocked: bool,
}

impl Listed {
    fn from_settings(author: Option<&str>) -> Self {
        let on = |list| {
            author.is_some_and(|author| {
                settings::contains(list, author) || settings::contains(list, domain_of(author))
            })
        };
        Self {
            allowed: on("allow_list"),
            blocked: on("block_list"),
        }
    }
}

/// The policy.
#[derive(Debug)]
pub struct Routing;

impl Policy for Routing {
    fn inbound(arrival: Arrival) -> InboundRoute {
        let listed = Listed::from_settings(arrival.author_address.as_deref());
        inbound(&Rules::from_settings(), listed, &arrival)
    }

    fn outbound(departure: Departure) -> OutboundRoute {
        outbound(&Rules::from_settings(), departure)
    }

    fn after_failure(failure: Failure) -> Retry {
        retry::Schedule::from_settings().after(&failure)
    }
}

sdk::export_routes!(Routing);

/// Where does this message go? What is ours is consumed, what is doubtful is
/// kept aside, the rest makes a ticket or a comment.
pub fn inbound(rules: &Rules, listed: Listed, arrival: &Arrival) -> InboundRoute {
    if let Some(code) = consumed(arrival.carries) {
        return InboundRoute::Drop(String::from(code));
    }
    if let Some(route) = too_many(rules, listed, arrival) {
        return route;
    }
    if let Some(cause) = suspended(rules, listed, arrival) {
        return InboundRoute::Suspend(cause);
    }
    match &arrival.thread {
        Some(thread) if !thread.closed => update(rules, arrival, thread),
        _ => InboundRoute::Ticket(arrival.brand), // R66
    }
}

/// R82: verification mails never become tickets. R113: nor do reports on our own mail.
fn consumed(carries: Carried) -> Option<&'static str> {
    match carries {
        Carried::Nothing => None,
        Carried::VerificationToken => Some("verification_consumed"),
        Carried::DeliveryReport => Some("bounce_linked"),
    }
}

/// Two programs that answer each other end here, whatever else is wrong with
/// their mail. Agents we are sure of may write as much as they like.
fn too_many(rules: &Rules, listed: Listed, arrival: &Arrival) -> Option<InboundRoute> {
    if arrival.author_role == Role::Agent && is_sure(arrival) {
        return None;
    }
    let factor = if listed.allowed { ALLOWED_FACTOR } else { 1 };
    let limit = rules.messages_per_hour.saturating_mul(factor);
    match u64::from(arrival.author_messages) {
        few if few <= limit => None,
        some if some <= limit.saturating_mul(2) => Some(InboundRoute::Suspend(Cause::Loop)),
        _ => Some(InboundRoute::Drop(String::from("too_many_messages"))),
    }
}

/// The relay vouches for the way, a trusted server for the author.
fn is_sure(arrival: &Arrival) -> bool {
    arrival.relay_authenticated && arrival.author == AuthorAuthentication::Pass
}

fn suspended(rules: &Rules, listed: Listed, arrival: &Arrival) -> Option<Cause> {
    let remarked = |code: &str| arrival.flags.iter().any(|flag| flag == code);
    let failed = arrival.author == AuthorAuthentication::Fail;
    match arrival.origin {
        Origin::Loop => Some(Cause::Loop), // R37
        _ if listed.blocked => Some(Cause::Blocked),
        _ if remarked("unparseable") || remarked("no_from") => Some(Cause::Unprocessable),
        _ if arrival.require_authenticated && !arrival.relay_authenticated => {
            Some(Cause::UnauthenticatedUpdate) // R41
        }
        Origin::Bounce => Some(Cause::Bounce),
        Origin::Vacation => Some(Cause::Vacation),
        Origin::Bulk if !rules.allow_bulk => Some(Cause::Bulk),
        Origin::Automatic if !rules.allow_automatic => Some(Cause::Automatic),
        _ if arrival.author_is_ours => Some(Cause::FromSupportAddress),
        _ if failed && (rules.suspend_failed_authors || arrival.author_role == Role::Agent) => {
            Some(Cause::FailedAuthentication)
        }
        _ => None,
    }
}

/// R39: who may speak in a ticket, and who only with a warning beside it.
fn update(rules: &Rules, arrival: &Arrival, thread: &Thread) -> InboundRoute {
    let author_passed = arrival.author == AuthorAuthentication::Pass;
    let confirmed = match arrival.author_role {
        Role::Agent => is_sure(arrival),
        Role::Requester | Role::Copied | Role::Follower => {
            arrival.author != AuthorAuthentication::Fail
                && (arrival.relay_authenticated || author_passed)
        }
        Role::Known | Role::Stranger if rules.suspend_other_users => {
            return InboundRoute::Suspend(Cause::OtherUserUpdate);
        }
        Role::Known | Role::Stranger => false,
    };
    InboundRoute::Update(Update {
        ticket: thread.ticket,
        flagged: !confirmed,
    })
}

/// Which way out, and in whose name? The connector's, only in the name of its
/// own verified address (R12, R19, R21); else ours (R20, R29, R96).
pub fn outbound(rules: &Rules, departure: Departure) -> OutboundRoute {
    let Departure {
        notification,
        ticket_recipient,
        standing,
        fallback_sender,
        native_sender,
    } = departure;
    match (notification, standing, ticket_recipient) {
        (Notification::Security, _, _) => native(native_sender, "security_notice"),
        (Notification::InboundVerification, _, _) => native(native_sender, "inbound_verification"),
        (Notification::OutboundVerification, _, Some(address)) => OutboundRoute::Smarthost(address),
        (Notification::Ticket, Standing::Verified, Some(address)) => {
            OutboundRoute::Smarthost(address)
        }
        (Notification::Ticket, Standing::Native, Some(address)) => {
            native(address, "native_address")
        }
        (Notification::Ticket, Standing::Forwarded, Some(address)) if rules.send_as_forwarded => {
            native(address, "forwarded_address")
        }
        (_, standing, _) => native(fallback_sender, why_not(standing)),
    }
}

fn why_not(standing: Standing) -> &'static str {
    match standing {
        Standing::Unverified => "smtp_address_not_verified",
        Standing::Disconnecting => "connector_disconnecting",
        Standing::Forwarded => "forwarded_address",
        Standing::Gone | Standing::Native | Standing::Verified => "no_recipient_address",
    }
}

/// What an author on the allow list may send more.
const ALLOWED_FACTOR: u64 = 10;

#[cfg(test)]
mod tests;
