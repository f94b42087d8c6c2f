//! Values of header fields: ordinary ones of each field's kind, and what other programs have
//! stumbled over there.

use super::super::chance::Chance;
use super::super::shape::Kind;
use super::super::texts::{self, LINES, NUMBERS, text};
use super::super::vocabulary::Vocabulary;

/// A value for the field of that name, with the blank before it.
pub(super) fn value(name: &str, chance: &mut Chance, vocabulary: &Vocabulary) -> Vec<u8> {
    let said = match chance.below(4) {
        0 => texts::line(chance, vocabulary),
        1 => parameters(chance, vocabulary),
        _ => usual(&name.to_ascii_lowercase(), chance, vocabulary),
    };
    format!(" {said}").into_bytes()
}

fn usual(name: &str, chance: &mut Chance, vocabulary: &Vocabulary) -> String {
    match name {
        "from" | "to" | "cc" | "sender" | "reply-to" | "return-path" => {
            mailboxes(chance, vocabulary)
        }
        "message-id" | "in-reply-to" => identifier(chance, vocabulary),
        "references" => {
            let many = chance.below(4) * chance.below(20);
            let ids = (0..many).map(|_| identifier(chance, vocabulary));
            ids.collect::<Vec<_>>().join(" ")
        }
        "date" => chance.one_of(DATES).to_owned(),
        "content-type" => chance.one_of(TYPES).to_owned(),
        "content-disposition" => disposition(chance, vocabulary),
        "content-transfer-encoding" => chance.one_of(ENCODINGS).to_owned(),
        "authentication-results" => chance.one_of(RESULTS).to_owned(),
        "auto-submitted" | "precedence" => chance.one_of(AUTOMATIC).to_owned(),
        _ => chance.one_of(LINES).to_owned(),
    }
}

fn mailboxes(chance: &mut Chance, vocabulary: &Vocabulary) -> String {
    let many = if chance.once_in(8) { 40 } else { 3 };
    let count = chance.below(many) + usize::from(!chance.once_in(8));
    let mut mailbox = || {
        let address = text(Kind::Address, chance, vocabulary);
        match chance.below(4) {
            0 => address,
            1 => format!("<{address}>"),
            2 => format!("=?utf-8?q?J=C3=BCrgen?= <{address}>"),
            _ => format!("\"{}\" <{address}>", chance.one_of(LINES).replace('"', "")),
        }
    };
    (0..count).map(|_| mailbox()).collect::<Vec<_>>().join(", ")
}

fn identifier(chance: &mut Chance, vocabulary: &Vocabulary) -> String {
    let domain = text(Kind::Domain, chance, vocabulary);
    match chance.below(4) {
        0 => format!("<@{domain}>"),
        1 => domain,
        _ => format!("<{}@{domain}>", chance.one_of(NUMBERS)),
    }
}

/// `name=value` once or more often, as many fields have them.
fn parameters(chance: &mut Chance, vocabulary: &Vocabulary) -> String {
    let mut said = texts::line(chance, vocabulary);
    for _ in 0..=chance.below(3) {
        let name = match chance.pick(vocabulary.words()) {
            Some(word) if chance.once_in(2) => word.trim_end_matches('=').to_owned(),
            _ => chance.one_of(PARAMETERS).to_owned(),
        };
        let value = match chance.once_in(2) {
            true => chance.one_of(NUMBERS).to_owned(),
            false => texts::line(chance, vocabulary),
        };
        let quote = chance.one_of(&["", "", "\""]);
        said.push_str(&format!("; {name}={quote}{value}{quote}"));
    }
    said
}

pub(super) fn disposition(chance: &mut Chance, vocabulary: &Vocabulary) -> String {
    let name = match chance.pick(vocabulary.words()) {
        Some(word) if chance.once_in(4) => format!("a.{word}"),
        _ => chance.one_of(FILES).to_owned(),
    };
    let size = match chance.once_in(2) {
        true => format!("; size={}", chance.one_of(NUMBERS)),
        false => String::new(),
    };
    let kind = chance.one_of(&["attachment", "inline", "ATTACHMENT", ""]);
    let quote = chance.one_of(&["\"", "\"", ""]);
    format!("{kind}; filename={quote}{name}{quote}{size}")
}

const PARAMETERS: &[&str] = &["charset", "boundary", "name", "filename", "size", "q", "*"];
const FILES: &[&str] = &[
    "a.exe",
    "a.pdf",
    "a",
    ".",
    "a.tar.gz",
    "a.EXE. .",
    "=?utf-8?q?a=2Eexe?=",
    "../../etc/passwd",
    "\u{202e}fdp.exe",
    "",
];
const DATES: &[&str] = &[
    "Mon, 5 Jan 2026 10:00:00 +0100",
    "5 Jan 26 10:00 GMT",
    "Thu, 1 Jan 1970 00:00:00 -0000",
    "Fri, 31 Feb 9999 25:61:61 +9999",
    "yesterday",
    "",
];
const TYPES: &[&str] = &[
    "text/plain",
    "text/plain; charset=utf-8",
    "text/html; charset=\"x-unknown\"",
    "multipart/mixed",
    "multipart/mixed; boundary=\"\"",
    "multipart/mixed; boundary=",
    "multipart/mixed; boundary=a; boundary=b",
    "message/rfc822",
    "application/octet-stream; name=\"a.exe\"",
    "text",
    "/",
    ";",
    "",
];
const ENCODINGS: &[&str] = &[
    "7bit",
    "8bit",
    "base64",
    "quoted-printable",
    "x-uuencode",
    "",
];
const RESULTS: &[&str] = &[
    "localhost; dmarc=pass",
    "localhost; dmarc=fail; spf=pass",
    "mx.acme.example; spf=none smtp.mailfrom=a@b.example; dkim=pass header.d=b.example",
    "localhost 1; none",
    "; dmarc=pass",
    "localhost",
];
const AUTOMATIC: &[&str] = &[
    "no",
    "auto-replied",
    "auto-generated",
    "Auto-Replied (out of office)",
    "bulk",
    "list",
    "auto-replied; owner=a",
];
