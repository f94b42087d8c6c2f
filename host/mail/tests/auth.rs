//! AUTH against a bare session, where a transcript would not do: matrices of payloads.
#![allow(clippy::unwrap_used)] // a test may fail by panicking

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use common::{PASSWORD, Program, USER, settings};
use mail::server::{Role, TlsMode};
use proptest::collection::vec;
use proptest::prelude::*;

/// A session under TLS that has been told 334 and awaits the response.
fn asked() -> Program {
    let mut program = Program::new(settings(Role::Submission, TlsMode::Implicit));
    program.run();
    program.send(b"EHLO mail.acme.example\r\nAUTH PLAIN\r\n");
    assert!(program.said().ends_with("334 \r\n"), "{}", program.said());
    program.said.clear();
    program
}

/// The reply to a response, sent in pieces of so many octets.
fn answer(program: &mut Program, response: &[u8], piece: usize) -> String {
    program.said.clear();
    for octets in [response, b"\r\n"].concat().chunks(piece) {
        program.send(octets);
    }
    program.said().lines().next().unwrap_or_default().to_owned()
}

/// Whoever has not logged in is told so at MAIL.
fn may_send(program: &mut Program) -> bool {
    program.said.clear();
    program.send(b"MAIL FROM:<anna@customer.example>\r\n");
    match program.said().get(..3) {
        Some("250") => true,
        Some("530") => false,
        _ => panic!("{}", program.said()),
    }
}

/// AUTH-03: every way to place identities and NULs; only two of them are a login.
#[test]
fn auth_03_of_all_payloads_two_log_in() {
    let identities = [
        "",
        USER,
        "ACME",
        "acme ",
        " acme",
        "other",
        "acme@acme.desk.example",
        "\u{fb01}",
    ];
    let users = [USER, "", "ACME", "acme ", "other", "acme\r", "acme\u{200b}"];
    let passwords = [PASSWORD, "", "Correct horse", "correct horse ", "wrong"];
    let mut payloads: Vec<Vec<u8>> = Vec::new();
    for identity in identities {
        for user in users {
            for password in passwords {
                payloads.push(format!("{identity}\0{user}\0{password}").into_bytes());
            }
        }
    }
    // NULs too few, too many, at the ends; octets that are no UTF-8.
    for odd in [
        format!("{USER}\0{PASSWORD}"),
        format!("\0{USER}{PASSWORD}"),
        format!("{USER}{PASSWORD}"),
        format!("\0\0{USER}\0{PASSWORD}"),
        format!("\0{USER}\0\0{PASSWORD}"),
        format!("\0{USER}\0{PASSWORD}\0"),
        format!("\0{USER}\0{PASSWORD}\0{USER}"),
        format!("{USER}\0{USER}\0{PASSWORD}\0"),
        "\0".to_owned(),
        "\0\0".to_owned(),
        "\0\0\0".to_owned(),
    ] {
        payloads.push(odd.into_bytes());
    }
    payloads.push([b"\0acme\xff\0", PASSWORD.as_bytes()].concat());
    payloads.push([b"\xc0\x80\0acme\0", PASSWORD.as_bytes()].concat());
    assert!(payloads.len() >= 200, "{}", payloads.len());
    let mut logged_in = Vec::new();
    for payload in &payloads {
        let mut program = asked();
        let said = answer(&mut program, BASE64.encode(payload).as_bytes(), usize::MAX);
        let shown = String::from_utf8_lossy(payload).into_owned();
        let good = said.starts_with("235 2.7.0 ");
        assert!(good || said.starts_with("535 5.7.8 "), "{shown:?}: {said}");
        assert_eq!(may_send(&mut program), good, "{shown:?}: no login by half");
        logged_in.extend(good.then_some(shown));
    }
    let plain = format!("\0{USER}\0{PASSWORD}");
    assert_eq!(logged_in, [plain.clone(), format!("{USER}{plain}")]);
}

/// AUTH-04: what is no base64, too long, given up or empty, in one piece and in many.
#[test]
fn auth_04_of_all_responses_one_logs_in() {
    let good = BASE64.encode(format!("\0{USER}\0{PASSWORD}"));
    let unpadded = good.trim_end_matches('=').to_owned();
    assert_ne!(good, unpadded, "it has padding to lose");
    let long = |octets: usize| "A".repeat(octets);
    let table = [
        (good.clone(), "235 2.7.0 "),
        (unpadded, "501 5.5.2 "),
        (format!("{good}="), "501 5.5.2 "),
        (format!(" {good}"), "501 5.5.2 "),
        (format!("{good} "), "501 5.5.2 "),
        (format!("{}\t{}", &good[..4], &good[4..]), "501 5.5.2 "),
        (format!("{}-_", &good[..8]), "501 5.5.2 "),
        ("====".to_owned(), "501 5.5.2 "),
        ("=".to_owned(), "501 5.5.2 "),
        ("**".to_owned(), "501 5.5.2 "),
        ("*".to_owned(), "501 5.7.0 "),
        (String::new(), "535 5.7.8 "),
        ("QUIT".to_owned(), "535 5.7.8 "),
        (long(12_288), "535 5.7.8 "),
        (long(12_289), "500 5.5.6 "),
        (long(60_000), "500 5.5.6 "),
    ];
    for (response, expected) in &table {
        for piece in [usize::MAX, 1_460, 7] {
            let mut program = asked();
            let said = answer(&mut program, response.as_bytes(), piece);
            let start = &response[..response.len().min(40)];
            assert!(said.starts_with(expected), "{start:?} by {piece}: {said}");
            let good = expected.starts_with("235");
            assert_eq!(may_send(&mut program), good, "{start:?} by {piece}");
            if !good {
                // The session has forgotten it and takes the next.
                program.said.clear();
                program.send(format!("AUTH PLAIN {}\r\n", table[0].0).as_bytes());
                assert!(program.said().starts_with("235 "), "after {start:?}");
            }
        }
    }
}

/// AUTH-04, RES-05: a response without end is not waited for; nobody is heard after it.
#[test]
fn auth_04_a_response_without_end_closes_the_connection() {
    for piece in [usize::MAX, 1_460, 7] {
        let mut program = asked();
        let said = answer(&mut program, &[b'A'; 1 << 20], piece);
        assert!(said.starts_with("500 5.5.2 "), "by {piece}: {said}");
        program.said.clear();
        program.send(b"MAIL FROM:<anna@customer.example>\r\n");
        assert_eq!(program.said(), "", "by {piece}");
    }
}

proptest! {
    /// AUTH-04: whatever octets come as a response, in whatever pieces, nobody is let in by
    /// them, and the next command is understood.
    #[test]
    fn auth_04_no_octets_confuse_an_exchange(
        response in vec(any::<u8>().prop_filter("line ends and NUL", |o| !b"\r\n\0".contains(o)), 0..400),
        piece in 1usize..50,
    ) {
        let mut program = asked();
        let said = answer(&mut program, &response, piece);
        prop_assert!(["501", "535", "500"].contains(&&said[..3]), "{}", said);
        prop_assert!(!may_send(&mut program));
    }
}
