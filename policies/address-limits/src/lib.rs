//! Built-in policy: how many domains and addresses, and who may be addressed.
//!
//! The host counts and enforces; here is only what follows from the counts.
//! Every number is a setting, see [`Rules`]. Not here: sizes and rates, which
//! the listener bounds; whether a credential is good.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;

use sdk::limits::{
    AddressFacts, DomainFacts, DomainKind, Holder, Permission, Policy, RecipientFacts,
    RecipientKind, Violation, violation,
};
use sdk::types::{Envelope, Ingress, Refusal, Session, Verdict};
use sdk::{defer, digits, domain_of, join, lookup, reject, settings, text};

/// What the account may have. The names are those of the settings.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Connected domains of an account (R23).
    pub domains: u64,
    /// Addresses of one domain; what another domain leaves free does not count (R22, R25).
    pub addresses_per_domain: u64,
    /// SMTP addresses of an account (R24).
    pub addresses: u64,
    /// A sandbox and its production account may connect the same domain (R16).
    pub allow_shared_domain: bool,
    /// Recipients of one message; RFC 5321 §4.5.3.1.8 asks for at least 100.
    pub recipients_per_message: u64,
    /// Refuse unauthenticated mail already at RCPT where the connector wants
    /// authenticated mail only; otherwise it is taken and suspended (R41).
    pub reject_unauthenticated: bool,
    /// A domain is a claim until its DNS shows whose it is (R49): no addresses, no mail, and
    /// others may claim it, too. For installations whose accounts do not know each other.
    pub require_domain_proof: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            domains: 4,
            addresses_per_domain: 50,
            addresses: 200,
            allow_shared_domain: false,
            recipients_per_message: 100,
            reject_unauthenticated: false,
            require_domain_proof: false,
        }
    }
}

impl Rules {
    /// Those for connecting a domain or an address.
    fn of_additions() -> Self {
        let default = Self::default();
        let number = |key, default| settings::number(key, default);
        Self {
            domains: number("domains", default.domains),
            addresses_per_domain: number("addresses_per_domain", default.addresses_per_domain),
            addresses: number("addresses", default.addresses),
            allow_shared_domain: settings::flag("allow_shared_domain", default.allow_shared_domain),
            ..Self::of_recipients()
        }
    }

    /// Those for a recipient, which is asked for most often: each setting is a call of the host.
    fn of_recipients() -> Self {
        let default = Self::default();
        let flag = |key, default| settings::flag(key, default);
        let recipients = default.recipients_per_message;
        Self {
            recipients_per_message: settings::number("recipients_per_message", recipients),
            reject_unauthenticated: flag("reject_unauthenticated", default.reject_unauthenticated),
            require_domain_proof: flag("require_domain_proof", default.require_domain_proof),
            ..default
        }
    }
}

/// The policy.
#[derive(Debug)]
pub struct AddressLimits;

impl Policy for AddressLimits {
    fn add_domain(facts: DomainFacts) -> Permission {
        permission(domain_violations(&Rules::of_additions(), &facts))
    }

    fn add_address(facts: AddressFacts) -> Permission {
        permission(address_violations(&Rules::of_additions(), &facts))
    }

    fn sender(session: Session, sender: String, _octets: Option<u64>) -> Verdict {
        match session.desk {
            true => desk_sender(&sender, lookup::find_support_address),
            false => self::sender(&session),
        }
    }

    fn recipient(session: Session, envelope: Envelope, candidate: RecipientFacts) -> Verdict {
        recipient(&Rules::of_recipients(), &session, &envelope, &candidate)
    }
}

sdk::export_limits!(AddressLimits);

fn permission(violations: Vec<Violation>) -> Permission {
    match violations.is_empty() {
        true => Permission::Granted,
        false => Permission::Refused(violations),
    }
}

/// What stands in the way of connecting a domain, the most telling first.
pub fn domain_violations(rules: &Rules, facts: &DomainFacts) -> Vec<Violation> {
    const CHECKS: [Check<DomainFacts>; 5] = [
        |_, facts| unfit_domain("domain", facts.kind),
        domain_held,
        |_, facts| domain_in_use(&facts.addresses_in_domain),
        |_, facts| copies_off(facts.copies_enabled),
        |rules, facts| {
            let have = u64::from(facts.domains);
            let what = "domains an account";
            too_many("account", "limit_domains", have, rules.domains, what)
        },
    ];
    violations(&CHECKS, rules, facts)
}

/// What stands in the way of a support address, the most telling first.
pub fn address_violations(rules: &Rules, facts: &AddressFacts) -> Vec<Violation> {
    const CHECKS: [Check<AddressFacts>; 8] = [
        |_, facts| malformed(&facts.address),
        |_, facts| unfit_domain("address", facts.kind),
        |_, facts| outside_domain(facts),
        unproved_domain,
        |_, facts| address_held(facts.held_by),
        |_, facts| somebody(facts.is_person),
        |rules, facts| {
            let (have, limit) = (facts.addresses_in_domain, rules.addresses_per_domain);
            let (code, what) = ("limit_addresses_per_domain", "addresses a domain");
            too_many("domain", code, u64::from(have), limit, what)
        },
        |rules, facts| {
            let (have, limit) = (facts.addresses, rules.addresses);
            let (code, what) = ("limit_addresses", "addresses an account");
            too_many("account", code, u64::from(have), limit, what)
        },
    ];
    violations(&CHECKS, rules, facts)
}

/// One thing that may stand in the way.
type Check<Facts> = fn(&Rules, &Facts) -> Option<Violation>;

/// All checks, one after the other. As functions in a list they take half the code they took
/// as values in one.
fn violations<Facts>(checks: &[Check<Facts>], rules: &Rules, facts: &Facts) -> Vec<Violation> {
    let found = checks.iter().filter_map(|check| check(rules, facts));
    found.collect()
}

/// R49, R19: nothing mail can live in, and nothing of the operator's.
fn unfit_domain(field: &str, kind: DomainKind) -> Option<Violation> {
    let (code, hint) = match kind {
        DomainKind::Ordinary => return None,
        DomainKind::Native if field == "address" => (
            "address_native",
            "native addresses need no connector; choose an address of your own domain",
        ),
        DomainKind::Native => (
            "domain_native",
            "this domain is the operator's; connect a domain of your own",
        ),
        DomainKind::PublicSuffix => (
            "domain_public_suffix",
            "name a registered domain, not a public suffix",
        ),
        DomainKind::Unusable => (
            "domain_unusable",
            "name a full domain, without wildcard, port or IP address",
        ),
    };
    Some(violation(field, code, hint))
}

/// R16, R49: one connector a domain; a sandbox shares only if that is allowed.
/// Where domains have to be proved, what nobody has proved may be claimed by anybody.
fn domain_held(rules: &Rules, facts: &DomainFacts) -> Option<Violation> {
    let (code, hint) = match facts.held_by {
        Holder::Nobody => return None,
        Holder::OtherAccount if rules.require_domain_proof && !facts.proved_elsewhere => {
            return None;
        }
        Holder::SiblingAccount if rules.allow_shared_domain => return None,
        Holder::ThisAccount => ("domain_exists", "this domain is connected already"),
        Holder::SiblingAccount => (
            "domain_in_sibling",
            "disconnect the domain in your other account first, for example its sandbox",
        ),
        Holder::OtherAccount => TAKEN,
    };
    Some(violation("domain", code, hint))
}

const TAKEN: (&str, &str) = (
    "domain_taken",
    "the domain is in use elsewhere; ask the operator",
);

/// R42: no support address may stand in the domain yet; the list names them.
fn domain_in_use(addresses: &[String]) -> Option<Violation> {
    const NAMED_MAX: usize = 3;
    (!addresses.is_empty()).then(|| {
        let mut hint = String::from("delete the addresses in this domain first: ");
        for (at, address) in addresses.iter().take(NAMED_MAX).enumerate() {
            hint.push_str(if at > 0 { ", " } else { "" });
            hint.push_str(address);
        }
        if addresses.len() > NAMED_MAX {
            hint.push_str(" and others");
        }
        violation("domain", "domain_has_addresses", printable(&hint))
    })
}

/// R13: CCs and followers must be on.
fn copies_off(enabled: bool) -> Option<Violation> {
    (!enabled).then(|| {
        violation(
            "account",
            "ccs_followers_disabled",
            "turn on the account setting ccs_followers_enabled first",
        )
    })
}

fn too_many(field: &str, code: &str, have: u64, limit: u64, what: &str) -> Option<Violation> {
    (have >= limit).then(|| {
        let hint = join(&[
            "at most ",
            &digits(limit),
            " ",
            what,
            "; remove one or ask the operator for more",
        ]);
        violation(field, code, &hint)
    })
}

/// R67: RFC 5321 §4.5.3.1 bounds the local part and the whole path.
fn malformed(address: &str) -> Option<Violation> {
    const LOCAL_OCTETS_MAX: usize = 64;
    const ADDRESS_OCTETS_MAX: usize = 254;
    let local = text::cut_last(address, b'@').map_or("", |(local, _)| local);
    if local.is_empty() || domain_of(address).is_empty() {
        return Some(violation(
            "address",
            "address_invalid",
            "write the address as name@domain",
        ));
    }
    (local.len() > LOCAL_OCTETS_MAX || address.len() > ADDRESS_OCTETS_MAX).then(|| {
        violation(
            "address",
            "address_too_long",
            "at most 64 octets before the @ and 254 in all",
        )
    })
}

/// R18, R43: the connector first, and exactly its domain.
fn outside_domain(facts: &AddressFacts) -> Option<Violation> {
    match &facts.connector {
        None => Some(violation(
            "domain",
            "connector_missing",
            "connect the domain before you add its addresses",
        )),
        Some(domain) if text::same(domain, domain_of(&facts.address)) => None,
        Some(_) => Some(violation(
            "address",
            "address_outside_domain",
            "the address must stand in the domain of the connector, not below or beside it",
        )),
    }
}

/// R49: a claim holds no address that could be somebody else's.
fn unproved_domain(rules: &Rules, facts: &AddressFacts) -> Option<Violation> {
    let is_claim = facts.connector.is_some() && !facts.domain_proved;
    (rules.require_domain_proof && is_claim).then(|| {
        violation(
            "domain",
            "domain_unproved",
            "make the TXT record that `relaygate domain dns` prints, then `relaygate domain prove`",
        )
    })
}

/// R16: one address, one account, in the whole installation.
fn address_held(holder: Holder) -> Option<Violation> {
    let (code, hint) = match holder {
        Holder::Nobody => return None,
        Holder::ThisAccount => (
            "address_exists",
            "this address is a support address already",
        ),
        Holder::SiblingAccount => (
            "address_in_sibling",
            "delete the address in your other account first, for example its sandbox",
        ),
        Holder::OtherAccount => (
            "address_taken",
            "the address is in use elsewhere; ask the operator",
        ),
    };
    Some(violation("address", code, hint))
}

/// A support address that is somebody's own would answer itself.
fn somebody(is_person: bool) -> Option<Violation> {
    is_person.then(|| {
        violation(
            "address",
            "address_is_person",
            "this is the address of an agent or end user; choose a shared one",
        )
    })
}

/// On the submission listener nobody speaks without a connector's credential (R5, R9).
/// We never greylist an authenticated session (R110).
pub fn sender(session: &Session) -> Verdict {
    match (session.ingress, &session.connector) {
        (Ingress::Submission, None) => reject(
            Refusal::NotPermitted,
            "authentication_required",
            "log in with the credentials of the connector",
        ),
        _ => Verdict::Accept,
    }
}

/// ID-01: the account's own help desk speaks as a live support address of the
/// account, verified both ways, and as nobody else; not as nobody at all either.
pub fn desk_sender(
    sender: &str,
    find: impl FnOnce(&str) -> Option<lookup::SupportAddress>,
) -> Verdict {
    let refused = |code, hint| reject(Refusal::NotPermitted, code, hint);
    if sender.is_empty() {
        return refused(
            "sender_missing",
            "use the support address as the envelope sender, not the null path",
        );
    }
    match find(sender) {
        Some(found) if found.connector.is_some() && found.verified => Verdict::Accept,
        Some(found) if found.connector.is_some() => refused(
            "sender_not_verified",
            "verify this support address both ways first: relaygate address verify",
        ),
        _ => refused(
            "sender_not_support_address",
            "send as a support address of a connected domain of your account",
        ),
    }
}

/// R5, R9, R59, R100: only recipients of the session's own connector, or on the
/// mx listener only our own addresses.
pub fn recipient(
    rules: &Rules,
    session: &Session,
    envelope: &Envelope,
    candidate: &RecipientFacts,
) -> Verdict {
    if envelope.recipients.len() as u64 >= rules.recipients_per_message {
        return defer(
            Refusal::TooManyRecipients,
            "too_many_recipients",
            "send the rest in another message",
        );
    }
    match session.ingress {
        Ingress::Submission if session.desk => Verdict::Accept,
        _ if rules.require_domain_proof && candidate.unproved => unproved(),
        Ingress::Submission => submitted(session, candidate),
        Ingress::Mx => public(rules, candidate),
    }
}

fn submitted(session: &Session, candidate: &RecipientFacts) -> Verdict {
    let own_domain = session.connector.as_deref() == Some(domain_of(&candidate.address));
    match candidate.kind {
        RecipientKind::Support | RecipientKind::UnknownInDomain if !own_domain => relay_denied(),
        RecipientKind::Support | RecipientKind::UnknownInDomain if candidate.disconnecting => {
            defer(
                Refusal::NotPermitted,
                "connector_disconnecting",
                "the connector is being disconnected; try again later",
            )
        }
        RecipientKind::Support => Verdict::Accept,
        RecipientKind::UnknownInDomain if candidate.catch_all => Verdict::Accept,
        RecipientKind::UnknownInDomain => unknown_mailbox(),
        RecipientKind::Postmaster => Verdict::Accept, // RFC 5321 §4.5.1
        RecipientKind::Native | RecipientKind::Forwarded | RecipientKind::Foreign => relay_denied(),
    }
}

/// R6, R29: native addresses and what is known to be forwarded to us.
fn public(rules: &Rules, candidate: &RecipientFacts) -> Verdict {
    match candidate.kind {
        RecipientKind::Foreign => relay_denied(),
        RecipientKind::UnknownInDomain if !candidate.catch_all => unknown_mailbox(),
        _ if candidate.require_authenticated && rules.reject_unauthenticated => reject(
            Refusal::NotPermitted,
            "authenticated_mail_only",
            "send through the mail server of the recipient's domain",
        ),
        _ => Verdict::Accept,
    }
}

/// R49: put off, not refused; the record may be made any minute.
fn unproved() -> Verdict {
    defer(
        Refusal::NotPermitted,
        "domain_unproved",
        "nobody has shown whose this domain is; see relaygate domain prove",
    )
}

fn relay_denied() -> Verdict {
    reject(
        Refusal::NotPermitted,
        "recipient_outside_domain",
        "this session may address only recipients of its own domain",
    )
}

fn unknown_mailbox() -> Verdict {
    reject(
        Refusal::UnknownMailbox,
        "unknown_address",
        "no such support address; add it or turn on catch-all",
    )
}

/// The host drops hints that are not printable ASCII or are too long.
fn printable(hint: &str) -> &str {
    const HINT_OCTETS_MAX: usize = 200;
    match hint.len() <= HINT_OCTETS_MAX && hint.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        true => hint,
        false => "delete the addresses in this domain first",
    }
}

#[cfg(test)]
mod tests;
