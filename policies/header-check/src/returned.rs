//! What became of a verification mail on its way (R32-R34, R62, R64, R86), and of the header
//! of any other mail that is quoted to us (R32).
//!
//! The five fields of R34 decide outbound verification; whatever else changed is
//! worth a warning. We never repair: the hint points at the customer's server.

use alloc::string::String;
use alloc::vec::Vec;

use sdk::fields::{self, Field};
use sdk::headers::{Direction, DomainSignature, Finding, ReturnedFacts, SignatureFate};
use sdk::types::{self, Mailbox};
use sdk::{join, text};

use crate::is_product_field;

/// What the product calls itself.
#[derive(Debug)]
pub struct Product {
    /// That of its own fields.
    pub header_prefix: String,
    /// Its name in Received fields.
    pub hostname: String,
}

/// The findings, fatal ones first; none for a clean return. `from` and `to` are
/// the mailboxes of these fields.
pub fn findings(
    facts: &ReturnedFacts,
    block: &[u8],
    from: &[Mailbox],
    to: &[Mailbox],
    product: &Product,
) -> Vec<Finding> {
    let fields: Vec<Field<'_>> = fields::fields(block).collect();
    let fields = fields.as_slice();
    let mut findings: Vec<Finding> = facts
        .sent
        .iter()
        .filter_map(|sent| changed(sent, facts.direction, fields, product))
        .collect();
    findings.extend(another_author(facts, fields, from, product));
    // Of a header that others quote nothing else can be told: it went to them, not to itself.
    if facts.direction == Direction::Quoted {
        return findings;
    }
    findings.extend(alias_or_list(facts, fields, to));
    findings.extend(our_signature(facts));
    findings.extend(domain_signature(facts));
    findings.extend(greylisted(facts));
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
    product: &Product,
) -> Option<Finding> {
    let mut met = None;
    for (at, field) in fields.iter().enumerate() {
        if !field.is(&sent.name) {
            continue;
        }
        if field.value() == sent.value.trim_ascii() {
            return None;
        }
        met = met.or(Some(at));
    }
    let fatal =
        direction == Direction::Outbound && must_survive(&sent.name, &product.header_prefix);
    Some(not_as_sent(&sent.name, fatal, fields, met, product))
}

/// R32: the display name may be anything, the address may not.
fn another_author(
    facts: &ReturnedFacts,
    fields: &[Field<'_>],
    from: &[Mailbox],
    product: &Product,
) -> Option<Finding> {
    let sender = facts.sender.as_ref()?;
    if from
        .iter()
        .any(|mailbox| text::same(&mailbox.address, sender))
    {
        return None;
    }
    let at = fields.iter().position(|field| field.is("From"));
    Some(not_as_sent("From", false, fields, at, product))
}

/// A field that stands at `at` with another value, or nowhere.
fn not_as_sent(
    name: &str,
    fatal: bool,
    fields: &[Field<'_>],
    at: Option<usize>,
    product: &Product,
) -> Finding {
    let (code, what) = match at {
        Some(_) => ("header_changed", " was changed"),
        None => ("header_missing", " was taken away"),
    };
    let hint = join(&[
        name,
        what,
        " on the way",
        &place(fields, at, &product.hostname),
        "; let your mail server leave it as it is",
    ]);
    finding(code, fatal, Some(name), &hint)
}

/// The five of R34.
fn must_survive(name: &str, prefix: &str) -> bool {
    const FIXED: [&str; 3] = ["Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailer"];
    FIXED.iter().any(|fixed| text::same(name, fixed)) || is_product_field(name, prefix)
}

/// R33: where a field was changed, as far as it can be seen. Servers put their
/// Received field on top (RFC 5321 §4.4), so a field that stands above one was
/// written after that server had the mail. Otherwise all that is known is that
/// it was before the newest server that is not ours.
fn place(fields: &[Field<'_>], at: Option<usize>, hostname: &str) -> String {
    let by = |field: &Field<'_>| match field.is("Received") {
        true => server(&field.value()),
        false => None,
    };
    let below = at.and_then(|at| fields.iter().skip(at).find_map(by));
    if let Some(host) = below {
        return join(&[" after ", &host]);
    }
    let others = |host: &String| !text::same(host, hostname);
    let newest = fields.iter().filter_map(by).find(others);
    newest.map_or(String::new(), |host| join(&[" before ", &host]))
}

/// Who wrote a Received field: the word after `by`.
fn server(received: &str) -> Option<String> {
    let mut words = text::words(received);
    words.find(|word| *word == "by")?;
    words.next().map(String::from)
}

/// R62: signs that the address is an alias or a list. They cannot all be seen.
fn alias_or_list(facts: &ReturnedFacts, fields: &[Field<'_>], to: &[Mailbox]) -> Option<Finding> {
    let is_other = |address: &str| {
        let address = address.strip_prefix('<').unwrap_or(address);
        let address = address.strip_suffix('>').unwrap_or(address);
        !text::same(address, &facts.address)
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

/// R86: what became of our signature.
fn our_signature(facts: &ReturnedFacts) -> Option<Finding> {
    let (code, hint) = match facts.signature {
        SignatureFate::Broken => (
            "dkim_broken",
            "your server changed the signed text after our signature; sign anew or leave it",
        ),
        SignatureFate::Removed => (
            "dkim_removed",
            "your server took our signature away and put none in its place",
        ),
        SignatureFate::Kept | SignatureFate::ReSigned | SignatureFate::Unsigned => return None,
    };
    Some(finding(code, false, Some(SIGNATURE), hint))
}

/// R64: whether the customer's server signs what leaves it. That ours is there
/// instead is as good; that it was lost is told by [`our_signature`].
fn domain_signature(facts: &ReturnedFacts) -> Option<Finding> {
    let unsigned = facts.signature == SignatureFate::Unsigned;
    let (code, hint) = match facts.domain_signature {
        _ if facts.direction == Direction::Inbound => return None,
        DomainSignature::Absent if unsigned => (
            "dkim_missing",
            "let your server sign what leaves it with your domain's DKIM key",
        ),
        DomainSignature::Invalid => (
            "dkim_invalid",
            "your domain's DKIM signature does not hold; check its key in DNS and sign last of all",
        ),
        DomainSignature::Absent | DomainSignature::Valid | DomainSignature::Unknown => return None,
    };
    Some(finding(code, false, Some(SIGNATURE), hint))
}

/// R26: the mail was put off as strangers' mail is. It came round, and so will
/// others, but late.
fn greylisted(facts: &ReturnedFacts) -> Option<Finding> {
    let hint = "your server put the mail off before it took it; exempt us from greylisting";
    facts
        .deferrals
        .iter()
        .any(|code| matches!(code, 450 | 451))
        .then(|| finding("greylisted", false, None, hint))
}

const SIGNATURE: &str = "DKIM-Signature";

/// The hint is cut to what the host takes: 200 octets of printable ASCII.
fn finding(code: &str, fatal: bool, field: Option<&str>, hint: &str) -> Finding {
    const HINT_OCTETS_MAX: usize = 200;
    let printable = hint.bytes().filter(|octet| matches!(octet, b' '..=b'~'));
    Finding {
        code: String::from(code),
        fatal,
        field: field.map(String::from),
        hint: printable.take(HINT_OCTETS_MAX).map(char::from).collect(),
    }
}
