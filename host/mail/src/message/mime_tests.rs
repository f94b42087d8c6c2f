//! What we read beside what Python's `email` reads: a parser we share nothing with (ID-10).
//! Whatever we do not flag, both read alike, part by part.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::*;
use crate::message::Defect;
use crate::message::body::decode;

/// Media type and decoded body of each leaf.
type Reading = Vec<(String, Vec<u8>)>;

#[test]
fn id_10_what_is_not_flagged_is_read_as_others_read_it() {
    let count = match std::env::var_os("RELAYGATE_CAMPAIGN").is_some_and(|it| it == "full") {
        true => 100_000,
        false => 2_000,
    };
    let messages = proptest::collection::vec(message(), count)
        .new_tree(&mut TestRunner::deterministic())
        .unwrap()
        .current();
    let Some(others) = read_by_python(&messages) else {
        return;
    };
    let (mut flagged, mut differ, mut wrong) = (0, 0, Vec::new());
    for (message, other) in messages.iter().zip(others) {
        let headers = Headers::parse(message).unwrap();
        let flags = headers.defects().contains(&Defect::MalformedField)
            || is_ambiguous(message, &headers, true);
        let ours = reading(message, &headers);
        flagged += usize::from(flags);
        differ += usize::from(ours != other);
        if !flags && ours != other {
            wrong.push((String::from_utf8_lossy(message).into_owned(), ours, other));
        }
    }
    eprintln!("{count} messages: {flagged} flagged, {differ} read otherwise by Python");
    wrong.sort_by_key(|(message, ..)| message.len());
    wrong.truncate(SHOWN_MAX);
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(
        differ > 0 && flagged < count * 9 / 10,
        "the messages are too tame or too wild"
    );
}

/// So many are told of, shortest first.
const SHOWN_MAX: usize = 5;

fn reading(message: &[u8], headers: &Headers) -> Reading {
    let parts = parts(message, headers).unwrap_or_default();
    let leaves = parts.iter().filter(|part| !part.is_multipart());
    leaves
        .map(|part| {
            let body = decode(&message[part.body.clone()], part.encoding);
            (part.media_type.clone(), body)
        })
        .collect()
}

/// A message with a part or some, most of it in order.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let leaf = (fields(), body()).prop_map(|(fields, body)| format!("{fields}\r\n{body}"));
    let tree = leaf.prop_recursive(3, 12, 4, |inner| {
        let boundary = prop::sample::select(vec!["b", "b-", "bb", "=_x", "b b"]);
        (
            boundary,
            proptest::collection::vec(inner, 0..4),
            opening(),
            ending(),
        )
            .prop_map(|(b, parts, opening, ending)| multipart(b, &parts, opening, ending))
    });
    tree.prop_map(|text| format!("From: a@b.example\r\n{text}").into_bytes())
}

fn multipart(boundary: &str, parts: &[String], opening: &str, ending: &str) -> String {
    let mut text = opening.replace("BOUNDARY", boundary) + "\r\npreamble\r\n";
    for part in parts {
        let _ = write!(text, "--{boundary}\r\n{part}\r\n");
    }
    text + &ending.replace("BOUNDARY", boundary)
}

fn opening() -> impl Strategy<Value = &'static str> {
    const SOUND: &str = "Content-Type: multipart/mixed; boundary=\"BOUNDARY\"\r\n";
    prop::sample::select(vec![
        SOUND,
        SOUND,
        SOUND,
        "Content-Type: multipart/alternative;\r\n boundary=\"BOUNDARY\"; x=y\r\n",
        "Content-Type: multipart/mixed; boundary=BOUNDARY\r\n",
        "Content-Type: multipart/mixed; boundary=\"BOUNDARY\"; boundary=other\r\n",
        "Content-Type: multipart/mixed; boundary=other; boundary=\"BOUNDARY\"\r\n",
        "Content-Type: multipart/mixed; boundary*0=\"BOUNDARY\"\r\n",
        "Content-Type: multipart/mixed; boundary=\"BOUNDARY\"\r\nContent-Type: text/plain\r\n",
        "Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=\"BOUNDARY\"\r\n",
        "Content-Type: multipart/mixed; boundary=\"BOUNDARY\"\r\nContent-Transfer-Encoding: base64\r\n",
        "Content-Type: multipart/mixed\r\n",
    ])
}

fn ending() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "--BOUNDARY--\r\n",
        "--BOUNDARY--\r\n",
        "--BOUNDARY--  \r\nepilogue\r\n",
        "--BOUNDARY--",
    ])
}

fn fields() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec![
        "Content-Type: text/plain\r\n",
        "Content-Type: text/html; charset=\"utf-8\"\r\n",
        "Content-Type: application/octet-stream; name=\"a;b\"\r\n",
        "Content-Type: nonsense\r\n",
        "Content-Type: text/plain (x)\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        "Content-Transfer-Encoding: BASE64 \r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "Content-Transfer-Encoding: 7bit\r\n",
        "Content-Transfer-Encoding: base64;\r\n",
        "Content-Disposition: attachment; filename*0=a; filename*1=b\r\n",
        "Content-Disposition: attachment; filename=a; filename*=us-ascii''b\r\n",
        "X-Other: x\r\n y\r\n",
        "no field\r\n",
        "Content-Type : text/html\r\n",
    ]);
    proptest::collection::vec(field, 0..3).prop_map(|fields| fields.concat())
}

fn body() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "hello\r\nworld",
        "aGVsbG8=",
        "aGVs\r\nbG8=\r\n",
        "aGVs!bG8=",
        "aGVs==bG8=",
        "aGVsb",
        "h=C3=A9l=\r\nlo",
        "h=ZZ",
        "a =\r\n",
        "--other\r\n",
        "--b\r\nContent-Type: text/html\r\n\r\nx",
        "Content-Type: text/html\r\n\r\nx",
        "--b--",
    ])
}

/// What Python reads; nothing where there is no Python, and that is said.
fn read_by_python(messages: &[Vec<u8>]) -> Option<Vec<Reading>> {
    let python = Command::new("python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        skip::skipped("there is no python3 to compare with");
        return None;
    };
    let mut input = python.stdin.take().unwrap();
    let lines: Vec<String> = messages.iter().map(|message| hex(message)).collect();
    let writer = std::thread::spawn(move || input.write_all(lines.join("\n").as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let readings: Vec<Reading> = text.lines().map(read_line).collect();
    assert_eq!(readings.len(), messages.len());
    Some(readings)
}

/// `type=hex`, parted by tabs; a type may be any nonsense.
fn read_line(line: &str) -> Reading {
    let leaf = |word: &str| {
        let (kind, body) = word.rsplit_once('=').unwrap();
        let octet = |at: usize| u8::from_str_radix(&body[at..at + 2], 16).unwrap();
        (
            kind.to_owned(),
            (0..body.len()).step_by(2).map(octet).collect(),
        )
    };
    line.split('\t')
        .filter(|word| !word.is_empty())
        .map(leaf)
        .collect()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

const READER: &str = r#"
import email, email.policy, sys
for line in sys.stdin:
    message = email.message_from_bytes(bytes.fromhex(line.strip()), policy=email.policy.compat32)
    leaves = []
    for part in message.walk():
        if part.get_content_maintype() == "multipart":
            continue
        body = part.get_payload(decode=True) or b""
        leaves.append(part.get_content_type() + "=" + body.hex())
    print("\t".join(leaves))
"#;
