//! What a trusted server says of the author (RFC 8601).
//!
//! Only the topmost field of that server is read: what stands below may have
//! come with the message.

use alloc::string::String;
use alloc::vec::Vec;

use sdk::fields::{self, Field};
use sdk::text;
use sdk::types::AuthorAuthentication;

/// One result: `dkim=pass header.d=acme.example`.
struct Outcome<'a> {
    method: &'a str,
    result: &'a str,
    properties: Vec<(&'a str, &'a str)>,
}

/// Reads the author authentication for `domain`, the domain of `From`. An empty
/// `authserv` trusts the topmost field whatever name it bears.
///
/// DMARC decides where it is given; else SPF or DKIM count if they speak of the
/// author's own domain.
pub fn read(fields: &[Field<'_>], authserv: &str, domain: &str) -> AuthorAuthentication {
    let results = fields
        .iter()
        .filter(|field| field.is("Authentication-Results"))
        .map(|field| without_comments(&field.value()))
        .find(|value| authserv.is_empty() || text::same(authserv_id(value), authserv));
    match results {
        Some(value) if !domain.is_empty() => judge(&value, domain),
        _ => AuthorAuthentication::None,
    }
}

/// The name of the server that wrote the field: its first word (RFC 8601 §2.2).
pub fn authserv_id(value: &str) -> &str {
    fields::first_word(value)
}

fn judge(value: &str, domain: &str) -> AuthorAuthentication {
    let outcomes: Vec<Outcome<'_>> = text::parts(value, b';')
        .skip(1)
        .filter_map(outcome)
        .collect();
    let dmarc = outcomes.iter().find(|outcome| outcome.is("dmarc"));
    let aligned_pass = |method: &str, property: &str| {
        let speaks =
            |outcome: &&Outcome<'_>| outcome.is(method) && outcome.speaks_of(property, domain);
        outcomes
            .iter()
            .filter(speaks)
            .any(|outcome| outcome.says("pass"))
    };
    match dmarc {
        Some(outcome) if outcome.says("pass") && outcome.concerns(domain) => {
            AuthorAuthentication::Pass
        }
        Some(outcome) if outcome.says("fail") => AuthorAuthentication::Fail,
        _ if aligned_pass("dkim", "header.d") || aligned_pass("spf", "smtp.mailfrom") => {
            AuthorAuthentication::Pass
        }
        None if outcomes
            .iter()
            .any(|outcome| outcome.is("spf") && outcome.says("fail")) =>
        {
            AuthorAuthentication::Fail
        }
        _ => AuthorAuthentication::None,
    }
}

impl<'a> Outcome<'a> {
    fn is(&self, method: &str) -> bool {
        text::same(self.method, method)
    }

    fn says(&self, result: &str) -> bool {
        text::same(self.result, result)
    }

    fn property(&self, name: &str) -> Option<&'a str> {
        let found = self
            .properties
            .iter()
            .find(|(key, _)| text::same(key, name));
        found.map(|(_, value)| text::cut_last(value, b'@').map_or(*value, |(_, domain)| domain))
    }

    /// The domain it names is the author's, or one above it.
    fn speaks_of(&self, property: &str, domain: &str) -> bool {
        self.property(property)
            .is_some_and(|named| covers(named, domain))
    }

    /// If it names a `From` domain at all, then the author's.
    fn concerns(&self, domain: &str) -> bool {
        self.property("header.from")
            .is_none_or(|named| text::same(named, domain))
    }
}

/// Relaxed alignment without a list of public suffixes: the same domain or one
/// below it, and never a top-level domain.
fn covers(named: &str, domain: &str) -> bool {
    let below = || {
        let cut = domain.len().checked_sub(named.len() + 1)?;
        let (head, tail) = (domain.get(..=cut)?, domain.get(cut + 1..)?);
        Some(head.ends_with('.') && text::same(tail, named))
    };
    text::has(named, b'.') && (text::same(named, domain) || below() == Some(true))
}

fn outcome(part: &str) -> Option<Outcome<'_>> {
    let mut words = text::words(part).filter_map(|word| text::cut(word, b'='));
    let (method, result) = words.next()?;
    Some(Outcome {
        method: text::cut(method, b'/').map_or(method, |(method, _)| method),
        result,
        properties: words.map(|(key, value)| (key, unquoted(value))).collect(),
    })
}

fn unquoted(value: &str) -> &str {
    let value = value.strip_prefix('"').unwrap_or(value);
    value.strip_suffix('"').unwrap_or(value)
}

/// Comments may nest and may hold semicolons (RFC 5322 §3.2.2); what is quoted
/// is data: a semicolon or blank in it must not look like ours.
fn without_comments(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for c in value.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ';' | '=' | ' ' | '\t' if quoted => plain.push('_'),
            c => plain.push(c),
        }
    }
    plain
}
