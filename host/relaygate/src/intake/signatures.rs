//! The DKIM signatures of a verification mail come back: what became of ours
//! (R86), and whether the domain has one of its own (R64).
//!
//! Ours are checked with our own keys. Only for others DNS is asked, for a few of
//! them; that it has no answer is no finding.

use desk::addresses::Direction;
use desk::dkim_keys::Ring;
use desk::verification::Returned;
use mail::address::Domain;
use mail::message::dkim::{self, SignatureFacts};
use policy::questions::headers::{DomainSignature, SignatureFate};

use super::Message;
use crate::services::Services;

/// What was found.
pub(super) struct Signatures {
    pub(super) ours: SignatureFate,
    pub(super) domains: DomainSignature,
}

/// Looks at the signatures; `signed` tells whether ours was there when it left.
pub(super) async fn look(
    services: &Services,
    message: &Message,
    returned: &Returned,
    signed: bool,
) -> Signatures {
    let found = dkim::signatures(&message.headers);
    let keys = services.dkim.now();
    let domain = returned.address.domain();
    let signer = match returned.direction {
        Direction::Inbound => &services.native,
        Direction::Outbound => domain,
    };
    let (ours, others) = parted(&keys, &found, signer);
    let held = ours.iter().take(OURS_MAX);
    let held = held.map(|(facts, txt)| holds(message, facts, txt));
    let domains = match signer == domain {
        true => others.clone(),
        false => parted(&keys, &found, domain).1,
    };
    Signatures {
        ours: fate(
            signed,
            held.reduce(|one, other| one || other),
            !others.is_empty(),
        ),
        domains: domains_own(services, message, &domains).await,
    }
}

type Ours<'f> = (&'f SignatureFacts, &'f str);

/// The signatures in the name of a domain: those that name a key of ours, with
/// that key, and the others.
fn parted<'f>(
    keys: &'f Ring,
    found: &'f [SignatureFacts],
    domain: &Domain,
) -> (Vec<Ours<'f>>, Vec<&'f SignatureFacts>) {
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    for facts in found.iter().filter(|it| it.domain == domain.as_str()) {
        match keys.public(&facts.selector) {
            Some(txt) => ours.push((facts, txt)),
            None => others.push(facts),
        }
    }
    (ours, others)
}

fn holds(message: &Message, facts: &SignatureFacts, txt: &str) -> bool {
    dkim::verify(&message.raw, &message.headers, facts, txt).is_ok()
}

/// `ours` tells whether our signature is there, and then whether it holds.
fn fate(signed: bool, ours: Option<bool>, others: bool) -> SignatureFate {
    match ours {
        Some(true) => SignatureFate::Kept,
        _ if !signed => SignatureFate::Unsigned,
        _ if others => SignatureFate::ReSigned,
        Some(false) => SignatureFate::Broken,
        None => SignatureFate::Removed,
    }
}

async fn domains_own(
    services: &Services,
    message: &Message,
    others: &[&SignatureFacts],
) -> DomainSignature {
    if others.is_empty() {
        return DomainSignature::Absent;
    }
    let mut asked = true;
    for facts in others.iter().take(LOOKED_UP_MAX) {
        let name = format!("{}._domainkey.{}", facts.selector, facts.domain);
        match services.resolver.txt(&name).await {
            Ok(texts) if key_of(&texts).is_some_and(|txt| holds(message, facts, txt)) => {
                return DomainSignature::Valid;
            }
            Ok(_) => {}
            Err(_) => asked = false,
        }
    }
    match asked {
        true => DomainSignature::Invalid,
        false => DomainSignature::Unknown,
    }
}

/// The first of the records that is a key; there has to be one only (RFC 6376 §3.6.2.2).
fn key_of(texts: &[String]) -> Option<&String> {
    texts.iter().find(|text| text.contains("p="))
}

/// Signatures with our own key that are verified: there is one, or somebody copied it.
const OURS_MAX: usize = 2;
/// Keys asked for; a stranger may have put a thousand signatures there. With ours that is five
/// verifications a message (FAULTS ID-11).
const LOOKED_UP_MAX: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_behaviours_four_fates() {
        use SignatureFate::{Broken, Kept, ReSigned, Removed, Unsigned};
        for (signed, ours, others, expected) in [
            (true, Some(true), false, Kept),
            (true, Some(true), true, Kept),
            (true, Some(false), false, Broken),
            (true, Some(false), true, ReSigned),
            (true, None, false, Removed),
            (true, None, true, ReSigned),
            (false, None, true, Unsigned),
            (false, None, false, Unsigned),
        ] {
            let found = fate(signed, ours, others);
            assert_eq!(found, expected, "R86 {signed} {ours:?} {others}");
        }
    }
}
