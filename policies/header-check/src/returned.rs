//! What became of a verification mail on its way (R32-R34, R62, R64, R86).
//!
//! The five fields of R34 decide outbound verification; whatever else changed is
//! worth a warning. We never repair: the hint points at the customer's server.

use alloc::string::String;
use alloc::vec::Vec;

use sdk::fields::{self, Field};
use sdk::headers::{Direction, Finding, ReturnedFacts, SignatureFate};
use sdk::types::{self, Mailbox};
use sdk::{domain_of, join};

use crate::is_product_field;

/// The findings, fatal ones first; none for a clean return. `to` are the
/// mailboxes of `To`, `prefix` that of the product's own fields.
pub fn findings(facts: &ReturnedFacts, block: &[u8], to: &[Mailbox], prefix: &str) -> Vec<Finding> {
    let fields: Vec<Field<'_>> = fields::fields(block).collect();
    let fields = fields.as_slice();
    let hop = last_relay(fields);
    let mut findings: Vec<Finding> = facts
        .sent
        .iter()
        .filter_map(|sent| changed(sent, facts.direction, fields, prefix, &hop))
        .collect();
    findings.extend(alias_or_list(facts, fields, to));
    findings.extend(signature(facts, fields));
    // `sort_by_key` would be a quarter of this component.
    let (mut ordered, warnings): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| finding.fatal);
    ordered.extend(warnings);
    ordered
}

/// R32, R34: a field we sent is missing, or bears another value.
fn changed(
    sent: &types::Field,
    direction: Direction,
    fields: &[Field<'_>],
    prefix: &str,
    hop: &str,
) -> Option<Finding> {
    let mut met = false;
    for field in fields.iter().filter(|field| field.is(&sent.name)) {
        met = true;
        if field.value() == sent.value.trim_ascii() {
            return None;
        }
    }
    let (code, what) = match met {
        true => ("header_changed", " was changed"),
        false => ("header_missing", " was taken away"),
    };
    let hint = join(&[
        &sent.name,
        what,
        " on the way",
        hop,
        "; let your mail server leave it as it is",
    ]);
    let fatal = direction == Direction::Outbound && must_survive(&sent.name, prefix);
    Some(finding(code, fatal, Some(&sent.name), &hint))
}

/// The five of R34.
fn must_survive(name: &str, prefix: &str) -> bool {
    const FIXED: [&str; 3] = ["Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailer"];
    FIXED.iter().any(|fixed| name.eq_ignore_ascii_case(fixed)) || is_product_field(name, prefix)
}

/// R33: the newest server that names itself, as the place to look first.
fn last_relay(fields: &[Field<'_>]) -> String {
    let received = fields
        .iter()
        .find(|field| field.is("Received"))
        .map(|field| field.value());
    let by = received.as_deref().and_then(|value| {
        let mut words = value
            .split_ascii_whitespace()
            .skip_while(|word| *word != "by");
        words.nth(1)
    });
    by.map_or(String::new(), |host| join(&[" before ", host]))
}

/// R62: signs that the address is an alias or a list. They cannot all be seen.
fn alias_or_list(facts: &ReturnedFacts, fields: &[Field<'_>], to: &[Mailbox]) -> Option<Finding> {
    let is_other = |address: &str| {
        !address
            .trim_matches(['<', '>'])
            .eq_ignore_ascii_case(&facts.address)
    };
    let rewritten = |field: &Field<'_>| {
        (field.is("Delivered-To") || field.is("X-Original-To")) && is_other(&field.value())
    };
    let listed = |field: &Field<'_>| {
        field.is("List-Id") || field.is("Precedence") && field.keyword() == "list"
    };
    let hint = if facts.copies > 1 {
        "the mail came back more than once; a distribution list cannot be a support address"
    } else if fields.iter().any(listed) {
        "the mail came back from a mailing list; use a mailbox of its own"
    } else if fields.iter().any(rewritten)
        || facts
            .envelope
            .recipients
            .iter()
            .all(|address| is_other(address))
        || !to.is_empty() && to.iter().all(|mailbox| is_other(&mailbox.address))
    {
        "the mail came back for another address; an alias cannot be a support address"
    } else {
        return None;
    };
    Some(finding("alias_or_list", true, None, hint))
}

/// R86: our signature's fate. R64: whether the customer's server signs at all.
fn signature(facts: &ReturnedFacts, fields: &[Field<'_>]) -> Option<Finding> {
    let (code, hint) = match facts.signature {
        SignatureFate::Broken => (
            "dkim_broken",
            "your server changed the signed text after our signature; sign anew or leave it",
        ),
        SignatureFate::Removed => (
            "dkim_removed",
            "your server took our signature away and put none in its place",
        ),
        SignatureFate::Kept | SignatureFate::ReSigned => return None,
        SignatureFate::Unsigned if facts.direction == Direction::Inbound => return None,
        SignatureFate::Unsigned if signed_by(fields, domain_of(&facts.address)) => return None,
        SignatureFate::Unsigned => (
            "dkim_missing",
            "let your server sign what leaves it with your domain's DKIM key",
        ),
    };
    Some(finding(code, false, Some("DKIM-Signature"), hint))
}

fn signed_by(fields: &[Field<'_>], domain: &str) -> bool {
    fields
        .iter()
        .filter(|field| field.is("DKIM-Signature"))
        .any(|field| {
            let value = field.value();
            let tag = value.split(';').filter_map(|tag| tag.split_once('='));
            tag.into_iter().any(|(name, value)| {
                name.trim_ascii() == "d" && value.trim_ascii().eq_ignore_ascii_case(domain)
            })
        })
}

/// The hint is cut to what the host takes: 200 octets of printable ASCII.
fn finding(code: &str, fatal: bool, field: Option<&str>, hint: &str) -> Finding {
    const HINT_OCTETS_MAX: usize = 200;
    let printable = hint.chars().filter(|c| matches!(c, ' '..='~'));
    Finding {
        code: String::from(code),
        fatal,
        field: field.map(String::from),
        hint: printable.take(HINT_OCTETS_MAX).collect(),
    }
}
