//! Texts of every kind the contract knows, ordinary and odd ones, all of them such as a
//! host could state.
//!
//! Not here: where they go (`facts`), the values of header fields (`letter`).

use super::chance::Chance;
use super::shape::Kind;
use super::vocabulary::Vocabulary;

/// A text of that kind.
pub(super) fn text(kind: Kind, chance: &mut Chance, vocabulary: &Vocabulary) -> String {
    match kind {
        Kind::Address => address(chance, vocabulary),
        Kind::ReversePath if chance.once_in(4) => String::new(),
        Kind::ReversePath => address(chance, vocabulary),
        Kind::Domain => domain(chance, vocabulary),
        Kind::Authserv if chance.once_in(2) => String::new(),
        Kind::Authserv => domain(chance, vocabulary),
        Kind::Ip => chance.one_of(PEERS).to_owned(),
        Kind::Helo if chance.once_in(2) => domain(chance, vocabulary),
        Kind::Helo => chance.one_of(HELOS).to_owned(),
        Kind::Tls => chance.one_of(TLS).to_owned(),
        Kind::Code => word(chance, vocabulary, CODES, is_code),
        Kind::Tag => word(chance, vocabulary, TAGS, is_tag),
        Kind::FieldName => field_name(chance, vocabulary),
        Kind::FieldValue | Kind::Free => line(chance, vocabulary),
        Kind::Status => chance.one_of(STATUSES).to_owned(),
    }
}

/// The name of a header field, of those the policy asked for if it did.
pub(super) fn field_name(chance: &mut Chance, vocabulary: &Vocabulary) -> String {
    if chance.once_in(2)
        && let Some(asked) = chance.pick(vocabulary.asked())
        && is_field_name(asked)
    {
        return asked.clone();
    }
    word(chance, vocabulary, FIELD_NAMES, is_field_name)
}

/// Something short in one line, without control characters.
pub(super) fn line(chance: &mut Chance, vocabulary: &Vocabulary) -> String {
    match (chance.below(4), chance.pick(vocabulary.words())) {
        (0 | 1, Some(word)) => word.clone(),
        (2, _) => chance.one_of(NUMBERS).to_owned(),
        _ => chance.one_of(LINES).to_owned(),
    }
}

fn word(
    chance: &mut Chance,
    vocabulary: &Vocabulary,
    usual: &[&str],
    fits: fn(&str) -> bool,
) -> String {
    let known = chance.pick(vocabulary.words()).filter(|it| fits(it));
    match known {
        Some(word) if chance.once_in(2) => word.clone(),
        _ => chance.one_of(usual).to_owned(),
    }
}

fn address(chance: &mut Chance, vocabulary: &Vocabulary) -> String {
    let local = word(chance, vocabulary, LOCALS, is_local);
    format!("{local}@{}", domain(chance, vocabulary))
}

fn domain(chance: &mut Chance, vocabulary: &Vocabulary) -> String {
    word(chance, vocabulary, DOMAINS, is_domain)
}

fn is_local(word: &str) -> bool {
    let octet = |it: u8| it.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&it);
    word.len() <= 64 && word.bytes().all(octet)
}

fn is_domain(word: &str) -> bool {
    let label = |it: &str| {
        let octet = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        !it.is_empty() && !it.starts_with('-') && !it.ends_with('-') && it.bytes().all(octet)
    };
    word.contains('.') && word.split('.').all(label)
}

fn is_code(word: &str) -> bool {
    word.bytes()
        .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
}

fn is_tag(word: &str) -> bool {
    word.bytes()
        .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, b'_' | b'-'))
}

pub(super) fn is_field_name(word: &str) -> bool {
    word.bytes().all(|it| it.is_ascii_graphic() && it != b':') && !word.is_empty()
}

const LOCALS: &[&str] = &[
    "ann",
    "help",
    "a",
    "Ann.Other",
    "no-reply",
    "help+ABCDEF-1234",
    "help+",
    "postmaster",
    "mailer-daemon",
    "system_authenticated_email_ticket",
    "system_admin",
    "\"ann other\"",
    "\"a@b\"",
    "\"\\\"\"",
    "müller",
    "用户",
    "x---------------------------------------------------------------",
];
const DOMAINS: &[&str] = &[
    "acme.example",
    "home.example",
    "a.b",
    "mail.acme.example",
    "acme.desk.example",
    "xn--mller-kva.example",
    "x.co.uk",
    "123.example",
    "a-very-long-label-with-sixty-three-octets-which-is-all-it-may-ha.example",
];
const PEERS: &[&str] = &[
    "192.0.2.1",
    "127.0.0.1",
    "10.0.0.1",
    "255.255.255.255",
    "2001:db8::1",
    "::1",
    "::ffff:192.0.2.1",
    "fe80::1",
];
const HELOS: &[&str] = &[
    "localhost",
    "[192.0.2.1]",
    "[IPv6:2001:db8::1]",
    "a",
    "MAIL.ACME.EXAMPLE",
    "acme.example.",
    "-",
    "héllo",
];
const TLS: &[&str] = &["TLSv1.3", "TLSv1.2"];
const CODES: &[&str] = &[
    "several_from",
    "mime_ambiguous",
    "forged_product_header",
    "no_from",
    "unparseable",
    "malformed_field",
    "x",
    "0",
];
const TAGS: &[&str] = &[
    "vip",
    "a",
    "system_authenticated_email_ticket",
    "system_x",
    "x-1",
    "-",
];
const STATUSES: &[&str] = &[
    "4.3.0",
    "4.7.1",
    "4.4.2",
    "5.1.1",
    "5.7.26",
    "4.999.999",
    "4.0.0",
    "5.0.0",
];
pub(super) const FIELD_NAMES: &[&str] = &[
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "Sender",
    "Reply-To",
    "References",
    "In-Reply-To",
    "Received",
    "Return-Path",
    "Content-Type",
    "Content-Disposition",
    "Content-Transfer-Encoding",
    "MIME-Version",
    "Auto-Submitted",
    "Precedence",
    "List-Id",
    "Authentication-Results",
    "DKIM-Signature",
    "X-Mailer",
    "X-Note",
];
/// Texts that other programs have stumbled over.
pub(super) const LINES: &[&str] = &[
    "",
    " ",
    "a",
    "Hello",
    "yes",
    "no",
    "=?utf-8?q?Gr=C3=BC=C3=9Fe?=",
    "=?utf-8?b?R3LDvMOfZQ==?=",
    "=?",
    "=??=",
    "=?utf-8?q?",
    "=?utf-8?x?a?=",
    "?=",
    "ünïcödé",
    "日本語",
    "\u{1F600}",
    "a\u{0300}\u{0301}",
    "a;b=c;d",
    "a,b,,c",
    "\"",
    "\\",
    "()",
    "((((",
    "<>",
    "<a@b.example>",
    "@",
    ":",
    "%s%n",
];
/// Numbers at the borders of what can be counted.
pub(super) const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "7",
    "00",
    "127",
    "128",
    "255",
    "256",
    "32767",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999",
    "1.5",
    "1e9",
    "0x10",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// What is generated is what the contract says a host states.
    #[test]
    fn texts_are_of_their_kind() {
        let (mut chance, vocabulary) = (Chance::new(1), Vocabulary::default());
        for _ in 0..2_000 {
            let mut make = |kind| text(kind, &mut chance, &vocabulary);
            let address = make(Kind::Address);
            let (local, domain) = address.rsplit_once('@').expect("an at sign");
            assert!(!local.is_empty() && is_domain(domain), "{address}");
            assert!(is_code(&make(Kind::Code)));
            assert!(is_tag(&make(Kind::Tag)));
            assert!(is_field_name(&make(Kind::FieldName)));
            assert!(make(Kind::Ip).parse::<std::net::IpAddr>().is_ok());
        }
    }
}
