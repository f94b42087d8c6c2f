//! The session where a transcript would not do: matrices, properties, odd programs.
#![allow(clippy::unwrap_used)] // a test may fail by panicking

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{HOST, PASSWORD, Program, Proof, USER, settings, tls};
use mail::reply::Reply;
use mail::sasl::Credentials;
use mail::server::{Action, Event, Role, Session, TlsMode};
use proptest::collection::vec;
use proptest::prelude::*;

const ENVELOPE: &[u8] =
    b"MAIL FROM:<anna@customer.example>\r\nRCPT TO:<help@acme.example>\r\nDATA\r\n";

/// A program whose session is up and authenticated.
fn authenticated() -> Program {
    let mut program = Program::new(settings(Role::Submission, TlsMode::Implicit));
    program.run();
    program.send(b"EHLO mail.acme.example\r\n");
    let response = Credentials::new(USER, PASSWORD).plain_response();
    program.send(format!("AUTH PLAIN {}\r\n", *response).as_bytes());
    assert!(
        program
            .said()
            .ends_with("235 2.7.0 authentication succeeded\r\n")
    );
    program.said.clear();
    program
}

/// All strings of length 0 to 3 over CR, LF and NUL: 40 of them.
fn loose_strings() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = vec![vec![]];
    let mut longest = all.clone();
    for _ in 0..3 {
        longest = longest
            .iter()
            .flat_map(|s| b"\r\n\0".map(|octet| [&s[..], &[octet]].concat()))
            .collect();
        all.extend(longest.iter().cloned());
    }
    all
}

/// Where the text ends by RFC 5321 §4.1.1.4, if nothing loose comes before that.
fn proper_end(text: &[u8]) -> Option<usize> {
    let end = text.windows(5).position(|w| w == b"\r\n.\r\n")? + 5;
    let strict = String::from_utf8_lossy(&text[..end]).replace("\r\n", "");
    (!strict.contains(['\r', '\n', '\0'])).then_some(end)
}

/// SMG-01: 1,600 ways to almost end a message, in the header and in the body,
/// cut at every point, with a second transaction behind.
#[test]
fn smg_01_nothing_but_crlf_dot_crlf_ends_a_message() {
    let loose = loose_strings();
    assert_eq!(loose.len(), 40);
    for before in &loose {
        for after in &loose {
            let end = [&before[..], b".", after].concat();
            for start in ["Subject: x", "Subject: x\r\n\r\nbody"] {
                for cut in 0..=end.len() {
                    smuggle(start.as_bytes(), &end, cut);
                }
            }
        }
    }
}

fn smuggle(start: &[u8], end: &[u8], cut: usize) {
    let evil =
        b"MAIL FROM:<evil@customer.example>\r\nRCPT TO:<help@acme.example>\r\nDATA\r\nx\r\n.\r\n";
    let text = [start, end, evil].concat();
    let mut program = authenticated();
    program.send(ENVELOPE);
    let (first, second) = text.split_at(start.len() + cut);
    program.send(first);
    program.send(second);
    let expected = proper_end(&text);
    assert_eq!(
        program.kept.len(),
        usize::from(expected.is_some()),
        "{end:?} cut at {cut}"
    );
    for (envelope, kept) in &program.kept {
        assert_eq!(envelope.sender.as_ref().unwrap().local(), "anna");
        let sent = &text[..expected.unwrap() - ".\r\n".len()];
        let unstuffed = String::from_utf8_lossy(sent).replace("\r\n.", "\r\n");
        assert_eq!(String::from_utf8_lossy(kept), unstuffed, "{end:?}");
    }
    if expected.is_none() {
        assert!(
            program.closed && program.said().ends_with(&wire(&Reply::BAD_LINE_END)),
            "{end:?}"
        );
    }
}

/// SMG-03: chunks are not offered and never taken, whatever size they claim; what looks like
/// a message is somebody else's protocol and closes.
#[test]
fn smg_03_chunks_are_never_taken() {
    let sizes = [
        "0 LAST",
        "0",
        "86",
        "86 LAST",
        "9223372036854775808",
        "9223372036854775808 LAST",
        "18446744073709551616 LAST",
        "-1 LAST",
        "+86 LAST",
        "0x56 LAST",
        "86 LAST LAST",
        "LAST",
        "",
    ];
    let openings: [&[u8]; 3] = [b"", &ENVELOPE[..ENVELOPE.len() - 6], ENVELOPE];
    for (size, opening) in sizes.iter().flat_map(|size| openings.map(|o| (size, o))) {
        let mut program = authenticated();
        program.send(opening);
        program.said.clear();
        program.send(format!("BDAT {size}\r\n").as_bytes());
        if opening == ENVELOPE {
            assert_eq!(program.said(), "", "after DATA it is text");
            continue;
        }
        assert_eq!(program.said(), wire(&Reply::NOT_IMPLEMENTED), "{size}");
        program.send(b"Subject: chunk\r\n\r\nMAIL FROM:<evil@customer.example>\r\n");
        assert!(
            program.closed && program.said().ends_with(&wire(&Reply::NOT_SMTP)),
            "{size}"
        );
        assert!(program.kept.is_empty(), "{size}");
    }
}

/// SMG-03: BDAT is junk like any other, and changes nothing about what STARTTLS does.
#[test]
fn smg_03_chunks_are_counted_and_start_nothing() {
    let mut program = Program::new(settings(Role::Submission, TlsMode::Starttls));
    program.run();
    program.send(b"EHLO mail.acme.example\r\nBDAT 5 LAST\r\n");
    assert!(!program.said().contains("CHUNKING") && !program.said().contains("BINARYMIME"));
    program.send(b"STARTTLS\r\n");
    assert!(program.tls_wanted && program.said().ends_with(&wire(&Reply::START_TLS)));
    program.tell(Event::TlsStarted(tls()));
    program.said.clear();
    program.send(b"MAIL FROM:<>\r\n");
    assert!(program.said().starts_with("530 "), "{}", program.said());
    for _ in 0..20 {
        program.send(b"BDAT 5 LAST\r\n");
    }
    assert!(program.closed && program.said().contains("\r\n421 4.7.0 "));
}

/// SMG-06: whatever is no ASCII where ASCII belongs is refused, and the session goes on.
#[test]
fn smg_06_odd_octets_in_commands_are_refused() {
    let odd: [&[u8]; 12] = [
        "ü".as_bytes(),
        "用户".as_bytes(),
        b"\xff",
        b"\xfc",
        b"\xc0\xaf",
        b"\xe0\x80\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\x1b[31m",
        b"\x07",
        b"\x7f",
        b"\x9b31m",
    ];
    let places: [(&str, &str); 8] = [
        ("NOOP ", ""),
        ("VRFY ", ""),
        ("EHLO ", ""),
        ("FR", "OB"),
        ("MAIL FROM:<", "@customer.example>"),
        ("MAIL FROM:<anna@", ".example>"),
        ("RCPT TO:<", "@acme.example>"),
        ("AUTH ", ""),
    ];
    for (octets, (before, after)) in odd.iter().flat_map(|odd| places.map(|place| (odd, place))) {
        let mut program = authenticated();
        if before.starts_with("RCPT") {
            program.send(b"MAIL FROM:<anna@customer.example>\r\n");
        }
        program.said.clear();
        program.send(&[before.as_bytes(), octets, after.as_bytes(), b"\r\n"].concat());
        let refused = wire(&Reply::BAD_OCTETS);
        assert_eq!(program.said(), refused, "{before}{octets:?}{after}");
        program.send(b"NOOP\r\n");
        assert!(program.said().ends_with(&wire(&Reply::OK)) && !program.closed);
    }
}

fn wire(reply: &Reply) -> String {
    String::from_utf8(reply.to_wire()).unwrap()
}

#[test]
fn a_late_or_wrong_answer_changes_nothing() {
    let mut program = authenticated();
    program.tell(Event::Kept(Proof, "m1".into()));
    program.tell(Event::Accepted);
    program.tell(Event::Refused(Reply::TRY_LATER));
    program.tell(Event::Authenticated("mallory".into()));
    program.tell(Event::TlsStarted(tls()));
    program.tell(Event::DeadlinePassed);
    program.send(b"NOOP\r\n");
    assert_eq!(program.session.peer().identity.as_deref(), Some(USER));
    assert_eq!(program.said(), "421 4.4.2 timed out, closing\r\n");
}

#[test]
fn a_refusal_can_never_be_a_250() {
    let mut program = authenticated();
    program.send(ENVELOPE);
    program.text_refusal = Some(Reply::OK);
    program.send(b"x\r\n.\r\n");
    assert!(program.said().ends_with("451 4.3.0 try again later\r\n"));
}

#[test]
fn a_421_from_the_program_closes() {
    let mut program = authenticated();
    program.send(ENVELOPE);
    program.text_refusal = Some(Reply::SHUTTING_DOWN);
    program.send(b"x\r\n.\r\nNOOP\r\n");
    assert!(
        program.closed
            && program
                .said()
                .ends_with("421 4.3.2 shutting down, try again later\r\n")
    );
}

#[test]
fn errors_beyond_the_soft_limit_are_held_back() {
    let mut program = Program::new(settings(Role::Mx, TlsMode::Starttls));
    program.run();
    for _ in 0..5 {
        program.send(b"FROB\r\n");
    }
    assert_eq!(program.pauses, 0);
    program.send(b"FROB\r\n");
    assert_eq!(program.pauses, 1);
}

#[test]
fn each_question_is_asked_once() {
    let settings = Arc::new(settings(Role::Mx, TlsMode::Starttls));
    let mut session: Session<Proof, ()> = Session::new(settings);
    let now = Duration::ZERO;
    assert!(matches!(session.next(now), Action::Send(_)));
    assert!(matches!(session.next(now), Action::Read));
    session.receive(b"HELO a\r\nMAIL FROM:<>\r\n");
    assert!(matches!(session.next(now), Action::Sender(_)));
    assert!(matches!(session.next(now), Action::Wait));
    assert_eq!(session.deadline(), None, "the program's time is its own");
    session.handle(Event::PeerGone, now);
    session.handle(Event::Accepted, now);
    assert!(matches!(session.next(now), Action::Close));
}

#[test]
fn a_peer_that_does_not_read_is_left() {
    let settings = Arc::new(settings(Role::Mx, TlsMode::Starttls));
    let mut session: Session<Proof, ()> = Session::new(settings);
    assert!(matches!(session.next(Duration::ZERO), Action::Send(_)));
    let deadline = session.deadline().unwrap();
    assert_eq!(deadline, Duration::from_secs(30));
    session.handle(Event::DeadlinePassed, deadline);
    assert!(matches!(session.next(deadline), Action::Close));
}

#[test]
fn a_large_message_takes_no_memory() {
    let mut program = authenticated();
    program.send(ENVELOPE);
    let line = [&[b'x'; 998][..], b"\r\n"].concat();
    for _ in 0..10_000 {
        program.send(&line);
        assert!(program.session.space().capacity() <= 64 * 1024);
    }
    program.send(b".\r\n");
    assert_eq!(program.kept[0].1.len(), 10_000 * 1_000);
}

/// Scripts of groups; commands that must be the last of their group are (RFC 2920 §3.1).
fn scripts() -> impl Strategy<Value = Vec<String>> {
    let plain = Credentials::new(USER, PASSWORD)
        .plain_response()
        .to_string();
    let groups: Vec<String> = vec![
        "EHLO mail.acme.example\r\n".into(),
        "NOOP\r\nRSET\r\n".into(),
        format!("AUTH PLAIN {plain}\r\n"),
        "AUTH PLAIN\r\n".into(),
        format!("{plain}\r\n"),
        "*\r\n".into(),
        String::from_utf8(ENVELOPE.to_vec()).unwrap(),
        "MAIL FROM:<>\r\nRCPT TO:<nobody@acme.example>\r\nRCPT TO:<help@acme.example>\r\n".into(),
        "DATA\r\n".into(),
        "Subject: x\r\n\r\n..\r\n.a\r\n.\r\n".into(),
        "Subject: y\r\n\r\nb\r\n.\r\nNOOP\r\nNOOP\r\n".into(),
        "a\r\n.\rb".into(),
        "a\n.\n".into(),
        format!("{}\r\nNOOP\r\n", "x".repeat(9_000)),
        "GET / HTTP/1.1\r\n".into(),
        "FROB\r\n\r\n \r\n".into(),
        "QUIT\r\n".into(),
    ];
    let opening = vec![groups[0].clone(), groups[2].clone()];
    vec(prop::sample::select(groups), 0..12).prop_map(move |rest| [opening.clone(), rest].concat())
}

/// Everything a script comes to: what was said, what was kept, whether it is over.
fn answers(script: &[String], cuts: &[usize]) -> (String, Vec<Vec<u8>>, bool) {
    let mut program = Program::new(settings(Role::Submission, TlsMode::Implicit));
    let mut cuts = cuts.iter().cycle();
    program.run();
    for group in script {
        let mut rest = group.as_bytes();
        while !rest.is_empty() {
            let (chunk, after) =
                rest.split_at(cuts.next().map_or(rest.len(), |cut| *cut.min(&rest.len())));
            program.send(chunk);
            rest = after;
        }
    }
    let kept = program.kept.iter().map(|(_, text)| text.clone()).collect();
    (program.said(), kept, program.closed)
}

proptest! {
    /// TCP may cut the stream anywhere; the answers must not change.
    #[test]
    fn packet_boundaries_do_not_matter(script in scripts(), cuts in vec(1..64usize, 1..100)) {
        prop_assert_eq!(answers(&script, &cuts), answers(&script, &[]));
    }

    /// Whatever comes in, what goes out is lines of replies, and the session ends or waits.
    #[test]
    fn no_octets_confuse_a_session(wire in vec(any::<u8>(), 0..400), cuts in vec(1..64usize, 1..20)) {
        let (said, _, _) = answers(&[String::from_utf8_lossy(&wire).into_owned()], &cuts);
        for line in said.split_terminator("\r\n") {
            let code: Option<u16> = line.get(..3).and_then(|code| code.parse().ok());
            prop_assert!(code.is_some_and(|code| (200..560).contains(&code)), "{:?}", line);
        }
        let greeted = said.starts_with(&format!("220 {HOST} ESMTP\r\n"));
        prop_assert!(greeted);
    }
}
