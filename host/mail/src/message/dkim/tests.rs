//! Signing, checked by dkimpy: a verifier we share no code with.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::*;
use crate::message::compose::tests::sample;

const AT: u64 = 1_700_000_000_000;

/// One key for all tests: making one takes its time.
fn key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate().unwrap())
}

fn signed(message: &[u8]) -> Vec<u8> {
    let domain = Domain::parse("acme.example").unwrap();
    let signer = Signer {
        key: key(),
        domain: &domain,
        selector: "relaygate1",
        header_prefix: "Relaygate",
        also: &[],
    };
    [signer.sign(message, AT).unwrap(), message.to_vec()].concat()
}

/// Where python3 or dkimpy is missing it is said. With `RELAYGATE_NO_SKIPS` set
/// that is a failure.
fn have_dkimpy() -> bool {
    let have = Command::new("python3")
        .args(["-c", "import dkim"])
        .stderr(Stdio::null())
        .status();
    let have = have.is_ok_and(|status| status.success());
    if !have {
        skip::skipped("python3 has no dkimpy, signatures were not verified");
    }
    have
}

/// What dkimpy says of each message, or nothing without it.
fn verified(messages: &[Vec<u8>]) -> Option<Vec<bool>> {
    if !have_dkimpy() {
        return None;
    }
    let mut python = Command::new("python3")
        .args(["-c", VERIFIER, &key().dns_txt().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let hex = |message: &Vec<u8>| {
        message
            .iter()
            .map(|octet| format!("{octet:02x}"))
            .collect::<String>()
    };
    let input: Vec<_> = messages.iter().map(hex).collect();
    python
        .stdin
        .take()
        .unwrap()
        .write_all(input.join("\n").as_bytes())
        .unwrap();
    let output = python.wait_with_output().unwrap();
    let verdicts: Vec<_> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| line == "True")
        .collect();
    assert_eq!(verdicts.len(), messages.len());
    Some(verdicts)
}

const VERIFIER: &str = r#"
import sys, dkim
txt = sys.argv[1].encode()
def dns(name, timeout=5):
    return txt if name == b"relaygate1._domainkey.acme.example." else b""
for line in sys.stdin:
    try:
        print(dkim.verify(bytes.fromhex(line.strip()), dnsfunc=dns))
    except dkim.DKIMException as why:
        print(why)
"#;

/// The message signed with each pair of canonical forms; nothing without dkimpy.
fn signed_by_dkimpy(key: &[u8], message: &[u8], length: bool) -> Option<Vec<Vec<u8>>> {
    if !have_dkimpy() {
        return None;
    }
    let hex = |octets: &[u8]| {
        octets
            .iter()
            .map(|o| format!("{o:02x}"))
            .collect::<String>()
    };
    let output = Command::new("python3")
        .args(["-c", SIGNER, &hex(key), &hex(message)])
        .args(length.then_some("length"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let octet = |line: &str, at: usize| u8::from_str_radix(&line[at..at + 2], 16).unwrap();
    let signed = text.lines().map(|line| {
        (0..line.len())
            .step_by(2)
            .map(|at| octet(line, at))
            .collect()
    });
    Some(signed.collect())
}

const SIGNER: &str = r#"
import sys, dkim, base64
key, message = (bytes.fromhex(word) for word in sys.argv[1:3])
length = len(sys.argv) > 3
pem = b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(key) + b"-----END PRIVATE KEY-----\n"
for header in (b"simple", b"relaxed"):
    for body in (b"simple", b"relaxed"):
        field = dkim.sign(message, b"relaygate1", b"acme.example", pem, canonicalize=(header, body), length=length)
        print((field + message).hex())
"#;

fn with_body(body: &str) -> Vec<u8> {
    format!("From: help@acme.example\r\nTo: j@customer.example\r\nSubject:  two  spaces \r\n\tfolded\r\n\r\n{body}").into_bytes()
}

#[test]
fn an_independent_verifier_accepts_our_signature() {
    let composed = sample().compose().unwrap();
    let Some(verdicts) = verified(&[signed(&composed)]) else {
        return;
    };
    assert_eq!(verdicts, [true]);
}

/// RFC 6376 §3.4.4: white space at line ends and empty lines at the end do not
/// count. mail-auth alone gets the last ones of these wrong. (White space in a
/// last line without CRLF is left out: verifiers differ there, and no such line
/// can leave through SMTP.)
#[test]
fn white_space_at_the_end_of_the_body_does_not_break_it() {
    let bodies = [
        "",
        "\r\n",
        "\r\n\r\n",
        " \r\n",
        "\t\r\n \r\n",
        "a\r\n",
        "a  \t b \r\n",
        " a\r\n",
        "\r\n\r\na\r\n",
        "a\r\n\r\n\r\n",
        "a\r\n \r\n",
        "a\r\n \r\n\t\r\n\r\n",
        "a\r\n \r\n b\r\n  \r\n",
        "a",
    ];
    let messages: Vec<_> = bodies.iter().map(|body| signed(&with_body(body))).collect();
    let Some(verdicts) = verified(&messages) else {
        return;
    };
    let broken: Vec<_> = bodies
        .iter()
        .zip(verdicts)
        .filter(|(_, good)| !good)
        .collect();
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn any_body_verifies() {
    let bodies = proptest::collection::vec("([a-c=.]{0,3}[ \t]{0,2}(\r\n){0,2}){0,12}", 200);
    let bodies = bodies
        .new_tree(&mut TestRunner::deterministic())
        .unwrap()
        .current();
    let messages: Vec<_> = bodies
        .iter()
        .map(|body| signed(&with_body(&format!("{body}\r\n"))))
        .collect();
    let Some(verdicts) = verified(&messages) else {
        return;
    };
    let broken: Vec<_> = bodies
        .iter()
        .zip(verdicts)
        .filter(|(_, good)| !good)
        .collect();
    assert!(broken.is_empty(), "{broken:?}");
}

/// Oversigned: a field added on the way breaks the signature; a trace field does not.
fn changed_on_the_way() -> (Vec<Vec<u8>>, Vec<bool>) {
    let message = signed(&sample().compose().unwrap());
    let add = |field: &str| [field.as_bytes(), b"\r\n", &message].concat();
    let break_field = |name: &str| {
        let text = String::from_utf8(message.clone()).unwrap();
        text.replace(&format!("\r\n{name}: "), &format!("\r\n{name}: x"))
            .into_bytes()
    };
    let table = [
        (add("Received: from a"), true),
        (add("X-Spam: no"), true),
        (add("From: evil@x.example"), false),
        (add("Subject: evil"), false),
        (add("To: evil@x.example"), false),
        (add("Date: Mon, 02 Nov 2026 10:00:00 +0000"), false),
        (add("MIME-Version: 1.0"), false),
        (add("Content-Transfer-Encoding: base64"), false),
        (add("Reply-To: evil@x.example"), false),
        (add("Content-Type: text/html"), false),
        (break_field("Auto-Submitted"), false),
        (break_field("X-Auto-Response-Suppress"), false),
        (break_field("X-Mailer"), false),
        (break_field("X-Relaygate-From-Account-Id"), false),
        (break_field("X-Relaygate-Email-Id"), false),
        ([message.as_slice(), b"more\r\n"].concat(), false),
    ];
    table.into_iter().unzip()
}

#[test]
fn what_is_added_on_the_way_tells() {
    let (messages, expected) = changed_on_the_way();
    let Some(verdicts) = verified(&messages) else {
        return;
    };
    assert_eq!(verdicts, expected);
}

/// Our own check of the topmost signature.
fn checked(message: &[u8]) -> Result<(), Broken> {
    let headers = Headers::parse(message).unwrap();
    let facts = signatures(&headers).remove(0);
    verify(message, &headers, &facts, &key().dns_txt().unwrap())
}

#[test]
fn we_see_what_others_see() {
    let (messages, expected) = changed_on_the_way();
    let seen: Vec<_> = messages.iter().map(|m| checked(m).is_ok()).collect();
    assert_eq!(seen, expected);
}

#[test]
fn it_is_told_what_was_changed() {
    let message = signed(&sample().compose().unwrap());
    let grown = [message.as_slice(), b"more\r\n"].concat();
    assert_eq!(checked(&grown), Err(Broken::Body));
    let renamed = [b"From: evil@x.example\r\n", message.as_slice()].concat();
    assert_eq!(checked(&renamed), Err(Broken::Header));
    let headers = Headers::parse(&message).unwrap();
    let facts = signatures(&headers).remove(0);
    let other = SigningKey::generate().unwrap().dns_txt().unwrap();
    for (txt, expected) in [
        (other.as_str(), Broken::Header),
        ("v=DKIM1; p=", Broken::Unusable),
        ("nonsense", Broken::Unusable),
    ] {
        assert_eq!(verify(&message, &headers, &facts, txt), Err(expected));
    }
}

/// A relay may fold the field anew; the signature stays valid.
#[test]
fn a_refolded_signature_holds() {
    let message = String::from_utf8(signed(&with_body("a\r\n \r\n"))).unwrap();
    let (field, rest) = message.split_at(message.find("\r\nFrom: ").unwrap() + 2);
    let unfolded = format!("{}\r\n{rest}", field.replace("\r\n", ""));
    assert_ne!(unfolded, message);
    assert_eq!(checked(unfolded.as_bytes()), Ok(()));
}

/// dkimpy signs, we check: other canonical forms, another writer.
#[test]
fn what_an_independent_signer_made_holds() {
    let pem = key().to_pkcs8().unwrap();
    let Some(signed) = signed_by_dkimpy(&pem, &with_body("one  two\r\n\r\n"), false) else {
        return;
    };
    assert_eq!(signed.len(), 4);
    for message in signed {
        assert_eq!(
            checked(&message),
            Ok(()),
            "{}",
            String::from_utf8_lossy(&message)
        );
    }
}

/// ID-11: what `l=` leaves out, somebody may have written; others believe it all the same.
#[test]
fn a_signature_over_a_part_holds_only_if_there_is_no_more() {
    let pem = key().to_pkcs8().unwrap();
    let Some(signed) = signed_by_dkimpy(&pem, &with_body("one  two\r\n"), true) else {
        return;
    };
    for message in signed {
        let text = String::from_utf8_lossy(&message).into_owned();
        assert!(text.contains("l="), "{text}");
        assert_eq!(checked(&message), Ok(()), "{text}");
        let more = [message.as_slice(), b"<p>evil</p>\r\n"].concat();
        assert_eq!(checked(&more), Err(Broken::Body), "{text}");
        assert_eq!(
            verified(&[more]),
            Some(vec![true]),
            "dkimpy heeds l=: {text}"
        );
    }
}

/// ID-11: a key nobody can compute with in time is no key.
#[test]
fn a_huge_key_is_not_used() {
    let message = signed(&sample().compose().unwrap());
    let headers = Headers::parse(&message).unwrap();
    let facts = signatures(&headers).remove(0);
    for bits in [16_384, 65_536] {
        let verdict = verify(&message, &headers, &facts, &rsa_key_of(bits));
        assert!(verdict.is_err(), "{bits}: {verdict:?}");
    }
}

/// A TXT value with a modulus of so many bits.
fn rsa_key_of(bits: usize) -> String {
    use base64::Engine as _;
    let der = |tag: u8, content: &[u8]| {
        let length = content.len().to_be_bytes();
        [&[tag, 0x83], &length[length.len() - 3..], content].concat()
    };
    let modulus = [&[0][..], &vec![0xc5; bits / 8]].concat();
    let numbers = [der(0x02, &modulus), der(0x02, &[1, 0, 1])].concat();
    let rsa = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    let bit_string = [&[0][..], &der(0x30, &numbers)].concat();
    let spki = der(0x30, &[der(0x30, rsa), der(0x03, &bit_string)].concat());
    let encoded = base64::engine::general_purpose::STANDARD.encode(spki);
    format!("v=DKIM1; k=rsa; p={encoded}")
}

/// ID-11
#[test]
fn of_a_thousand_signatures_a_few_are_looked_at() {
    let one = "DKIM-Signature: v=1; d=a.example; s=x; h=From; bh=aa; b=bb\r\n";
    let headers = Headers::parse(one.repeat(1_000).as_bytes()).unwrap();
    assert_eq!(signatures(&headers).len(), SIGNATURES_MAX);
}

#[test]
fn the_field_says_who_signed_what_and_when() {
    let message = signed(&sample().compose().unwrap());
    let headers = Headers::parse(&message).unwrap();
    let facts = signatures(&headers).remove(0);
    assert_eq!(
        (facts.domain.as_str(), facts.selector.as_str()),
        ("acme.example", "relaygate1")
    );
    let count = |name: &str| facts.fields.iter().filter(|field| *field == name).count();
    assert_eq!(
        (
            count("from"),
            count("subject"),
            count("reply-to"),
            count("x-mailer")
        ),
        (2, 2, 2, 1)
    );
    assert_eq!(
        (
            count("x-relaygate-email-id"),
            count("x-relaygate-from-account-id")
        ),
        (1, 1)
    );
    let raw = headers.raw("DKIM-Signature").unwrap();
    assert!(
        raw.contains("a=rsa-sha256")
            && raw.contains("c=relaxed/relaxed")
            && raw.contains("t=1700000000;")
    );
    assert!(!raw.contains(" l="), "{raw}");
    assert!(
        message
            .split(|&octet| octet == b'\n')
            .all(|line| line.len() <= 998)
    );
}

#[test]
fn what_cannot_be_signed_is_refused() {
    let domain = Domain::parse("acme.example").unwrap();
    let sign = |selector: &str, message: &[u8]| {
        Signer {
            key: key(),
            domain: &domain,
            selector,
            header_prefix: "Relaygate",
            also: &[],
        }
        .sign(message, AT)
    };
    assert_eq!(
        sign("s", b"To: a@b.example\r\n\r\n"),
        Err(SignError::NoFrom)
    );
    for selector in ["", "a b", "a; d=evil.example", "a\r\nX: y"] {
        assert_eq!(
            sign(selector, &with_body("x")),
            Err(SignError::Selector),
            "{selector}"
        );
    }
}

#[test]
fn keys_survive_storage_and_short_ones_are_refused() {
    let der = key().to_pkcs8().unwrap();
    let again = SigningKey::from_pkcs8(&der).unwrap();
    assert_eq!(again.dns_txt(), key().dns_txt());
    assert!(
        key()
            .dns_txt()
            .unwrap()
            .starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0B")
    );
    assert!(matches!(
        SigningKey::from_pkcs8(b"nonsense"),
        Err(KeyError::Form)
    ));
    assert_eq!(format!("{again:?}"), "SigningKey");
}

#[test]
fn odd_signature_fields_are_left_out() {
    let fields = "DKIM-Signature: v=1; d=A.example; s=x; h=From : To; b=a b\r\n c\r\n\
        DKIM-Signature: nonsense\r\nDKIM-Signature: d=; s=x; h=from\r\n";
    let facts = signatures(&Headers::parse(fields.as_bytes()).unwrap());
    assert_eq!(facts.len(), 1);
    assert_eq!(
        (facts[0].domain.as_str(), facts[0].signature.as_str()),
        ("a.example", "abc")
    );
    assert_eq!(facts[0].fields, ["from", "to"]);
}
