//! What an answer may hold. The types bound its shape, the transfer limit its
//! size; here stands what neither can say.
//!
//! An answer against the contract is a failure, and so temporary: a policy with a
//! mistake in it delays mail visibly instead of changing it quietly. Only hints,
//! which are for humans, are dropped instead.

use crate::Failure;
use crate::engine::Product;
use crate::questions::headers::{
    Edit, Finding, InboundAcceptance, InboundVerdict, OutboundVerdict,
};
use crate::questions::limits::Permission;
use crate::questions::routes::{
    Arrival, Departure, InboundRoute, Notification, OutboundRoute, Retry, Standing,
};
use crate::questions::tags::{DeliveryFacts, SystemTag, Tagging};
use crate::questions::types::{Field, Ingress, Reason, Verdict};

type Checked<T> = Result<T, Failure>;

/// Which way a header block goes; it decides which fields are protected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    In,
    Out,
}

/// A code has at most so many octets, and so has a tag.
const CODE_OCTETS_MAX: usize = 64;
const HINT_OCTETS_MAX: usize = 200;
const FIELD_NAME_OCTETS_MAX: usize = 127;
const FIELD_VALUE_OCTETS_MAX: usize = 8 * 1024;
const VIOLATIONS_MAX: usize = 16;
const FINDINGS_MAX: usize = 64;
/// As many as a message may have fields: all of them may have to go.
const EDITS_MAX: usize = 1_000;
const FLAGS_MAX: usize = 32;
const TAGS_MAX: usize = 20;
const RETRY_MS_MAX: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Nobody edits what says who wrote a message, which way it came and what it is.
const PROTECTED: [&str; 7] = [
    "From",
    "Sender",
    "Received",
    "Return-Path",
    "DKIM-Signature",
    "Message-ID",
    "MIME-Version",
];

/// Nobody speaks in the name of a server that has checked a message (RFC 8601).
const VERDICT: &str = "Authentication-Results";
const CHAIN: &str = "ARC-";

/// On the way out these must survive the customer's relay, so they leave whole (R34).
const PROTECTED_OUT: [&str; 3] = ["Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailer"];

pub(crate) fn permission(answer: Permission) -> Checked<Permission> {
    let Permission::Refused(mut violations) = answer else {
        return Ok(answer);
    };
    bounded(violations.len(), VIOLATIONS_MAX, "too many violations")?;
    demand(!violations.is_empty(), "refused without a violation")?;
    for violation in &mut violations {
        check_code(&violation.code)?;
        check_code(&violation.field)?;
        clean_hint(&mut violation.hint);
    }
    Ok(Permission::Refused(violations))
}

pub(crate) fn verdict(answer: Verdict) -> Checked<Verdict> {
    match answer {
        Verdict::Accept => Ok(Verdict::Accept),
        Verdict::Defer(given) => reason(given).map(Verdict::Defer),
        Verdict::Reject(given) => reason(given).map(Verdict::Reject),
    }
}

pub(crate) fn inbound(answer: InboundVerdict, product: &Product) -> Checked<InboundVerdict> {
    match answer {
        InboundVerdict::Accept(found) => acceptance(found, product).map(InboundVerdict::Accept),
        InboundVerdict::Defer(given) => reason(given).map(InboundVerdict::Defer),
        InboundVerdict::Reject(given) => reason(given).map(InboundVerdict::Reject),
    }
}

fn acceptance(found: InboundAcceptance, product: &Product) -> Checked<InboundAcceptance> {
    bounded(found.flags.len(), FLAGS_MAX, "too many flags")?;
    found.flags.iter().try_for_each(|flag| check_code(flag))?;
    check_edits(&found.edits, Way::In, product)?;
    Ok(found)
}

pub(crate) fn outbound(answer: OutboundVerdict, product: &Product) -> Checked<OutboundVerdict> {
    match answer {
        OutboundVerdict::Accept(edits) => {
            check_edits(&edits, Way::Out, product)?;
            Ok(OutboundVerdict::Accept(edits))
        }
        OutboundVerdict::Defer(given) => reason(given).map(OutboundVerdict::Defer),
        OutboundVerdict::Reject(given) => reason(given).map(OutboundVerdict::Reject),
    }
}

pub(crate) fn findings(mut answer: Vec<Finding>) -> Checked<Vec<Finding>> {
    bounded(answer.len(), FINDINGS_MAX, "too many findings")?;
    for finding in &mut answer {
        check_code(&finding.code)?;
        if let Some(field) = &finding.field {
            demand(is_field_name(field), "a finding names no header field")?;
        }
        clean_hint(&mut finding.hint);
    }
    Ok(answer)
}

/// System tags only from the operator's policies, and only if the facts bear
/// them out (R108); ordinary tags are words.
pub(crate) fn tagging(
    mut answer: Tagging,
    facts: &DeliveryFacts,
    operator: bool,
) -> Checked<Tagging> {
    bounded(answer.tags.len(), TAGS_MAX, "too many tags")?;
    for tag in &answer.tags {
        let fits = (1..=CODE_OCTETS_MAX).contains(&tag.len());
        demand(fits && tag.bytes().all(is_tag_octet), "a tag is not a word")?;
    }
    answer.tags.retain(|tag| !tag.starts_with("system_"));
    answer
        .system
        .retain(|tag| operator && borne_out(*tag, facts));
    answer.system.dedup();
    Ok(answer)
}

fn borne_out(tag: SystemTag, facts: &DeliveryFacts) -> bool {
    let over_connector = facts.relay_authenticated && facts.ingress == Ingress::Submission;
    match (tag, &facts.update) {
        (SystemTag::AuthenticatedTicket, None) => over_connector,
        (SystemTag::UnauthenticatedUpdate, Some(ticket)) => {
            ticket.created_authenticated && !over_connector
        }
        _ => false,
    }
}

/// A policy chooses among what the facts offer: never a ticket they do not name.
pub(crate) fn inbound_route(answer: InboundRoute, arrival: &Arrival) -> Checked<InboundRoute> {
    match &answer {
        InboundRoute::Update(update) => {
            let named = arrival.thread.as_ref().map(|thread| thread.ticket);
            demand(
                named == Some(update.ticket),
                "update of a ticket the message does not name",
            )?;
        }
        InboundRoute::Drop(code) => check_code(code)?,
        InboundRoute::Ticket(_) | InboundRoute::Suspend(_) => {}
    }
    Ok(answer)
}

/// R19, R21: through a connector only in the name of its own address, and only
/// verified, or to verify it; by our own path only in a name the facts offer.
pub(crate) fn outbound_route(
    answer: OutboundRoute,
    departure: &Departure,
) -> Checked<OutboundRoute> {
    match &answer {
        OutboundRoute::Smarthost(address) => {
            let usable = departure.standing == Standing::Verified
                || departure.notification == Notification::OutboundVerification;
            let own = departure.ticket_recipient.as_ref() == Some(address);
            demand(usable && own, "a connector that may not be used for this")?;
        }
        OutboundRoute::Native(way) => {
            let offered = [&departure.fallback_sender, &departure.native_sender];
            let known = offered
                .into_iter()
                .chain(&departure.ticket_recipient)
                .any(|known| *known == way.sender);
            demand(known, "a sender that was not offered")?;
            check_code(&way.reason)?;
        }
    }
    Ok(answer)
}

pub(crate) fn retry(answer: Retry) -> Checked<Retry> {
    if let Retry::After(wait) | Retry::Delayed(wait) = answer {
        demand(
            (1..=RETRY_MS_MAX).contains(&wait),
            "a wait of zero or of more than a week",
        )?;
    }
    Ok(answer)
}

fn reason(mut given: Reason) -> Checked<Reason> {
    check_code(&given.code)?;
    clean_hint(&mut given.hint);
    Ok(given)
}

fn check_edits(edits: &[Edit], way: Way, product: &Product) -> Checked<()> {
    bounded(edits.len(), EDITS_MAX, "too many edits")?;
    edits
        .iter()
        .try_for_each(|edit| check_edit(edit, way, product))
}

/// What is taken away may have any name and value: a stranger wrote it, and a
/// policy must be able to point at it.
fn check_edit(edit: &Edit, way: Way, product: &Product) -> Checked<()> {
    let (name, added) = match edit {
        Edit::Add(Field { name, value }) => (name, Some(value)),
        Edit::Remove(name) | Edit::RemoveValue(Field { name, .. }) => (name, None),
    };
    if let Some(value) = added {
        demand(is_field_name(name), "an edit names no header field")?;
        let one_line = !value.contains(|c: char| c.is_control() && c != '\t');
        let fits = value.len() <= FIELD_VALUE_OCTETS_MAX;
        demand(one_line && fits, "an edit is no single, short line")?;
        let verdict = name.eq_ignore_ascii_case(VERDICT) || begins(name, CHAIN);
        demand(!verdict, "an edit adds a verdict of others")?;
    }
    let may_strip = way == Way::In && added.is_none();
    let refused = is_protected(name, way) || is_product_field(name, product) && !may_strip;
    demand(!refused, "an edit of a protected field")
}

fn is_protected(name: &str, way: Way) -> bool {
    let is = |protected: &&str| name.eq_ignore_ascii_case(protected);
    begins(name, "Content-")
        || PROTECTED.iter().any(is)
        || way == Way::Out && PROTECTED_OUT.iter().any(is)
}

fn is_product_field(name: &str, product: &Product) -> bool {
    begins(name, &format!("X-{}-", product.header_prefix))
}

fn begins(name: &str, start: &str) -> bool {
    name.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// RFC 5322 §3.6.8: printable ASCII without the colon.
fn is_field_name(name: &str) -> bool {
    let octets = |octet: u8| (b'!'..=b'~').contains(&octet) && octet != b':';
    (1..=FIELD_NAME_OCTETS_MAX).contains(&name.len()) && name.bytes().all(octets)
}

fn check_code(code: &str) -> Checked<()> {
    let octet = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_';
    let fits = (1..=CODE_OCTETS_MAX).contains(&code.len());
    demand(fits && code.bytes().all(octet), "a code is not a word")
}

fn is_tag_octet(octet: u8) -> bool {
    octet.is_ascii_lowercase() || octet.is_ascii_digit() || matches!(octet, b'_' | b'-')
}

fn clean_hint(hint: &mut String) {
    if hint.len() > HINT_OCTETS_MAX || !hint.bytes().all(|octet| (b' '..=b'~').contains(&octet)) {
        hint.clear();
    }
}

fn bounded(have: usize, limit: usize, problem: &'static str) -> Checked<()> {
    demand(have <= limit, problem)
}

fn demand(holds: bool, problem: &'static str) -> Checked<()> {
    match holds {
        true => Ok(()),
        false => Err(Failure::Output(problem)),
    }
}

#[cfg(test)]
mod tests;
