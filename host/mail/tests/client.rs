//! The client against scripted servers, honest and hostile.
#![allow(clippy::unwrap_used)] // a test may fail by panicking

use std::time::Duration;

use mail::address::{Address, Domain};
use mail::client::{
    Action, Cause, Dialogue, Outcome, Protocol, Settings, Timeouts, Tls, Transaction, Trouble,
};
use mail::sasl::{ClientMechanism, Credentials};

const OFFER: &str =
    "250-mx\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n";
const PLAIN_OFFER: &str = "250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n";
const TOKEN_OFFER: &str = "250-mx\r\n250 AUTH PLAIN XOAUTH2\r\n";
const SECRET: &str = "correct horse";

fn settings(tls: Tls, credentials: bool) -> Settings {
    Settings {
        host: Domain::parse("relay.desk.example").unwrap(),
        protocol: Protocol::Smtp,
        tls,
        credentials: credentials.then(|| Credentials::new("acme", SECRET)),
        mechanism: None,
        timeouts: Timeouts::default(),
    }
}

fn message(recipients: &[&str]) -> Transaction {
    Transaction {
        sender: Some(Address::parse("help@acme.example").unwrap()),
        recipients: recipients
            .iter()
            .map(|text| Address::parse(text).unwrap())
            .collect(),
        octets: 100,
        eight_bit: false,
        utf8: false,
    }
}

/// How one dialogue went.
#[derive(Debug, Default)]
struct Course {
    /// What we sent, each write on its own.
    writes: Vec<String>,
    /// How many of them before TLS.
    clear_writes: usize,
    outcomes: Vec<Outcome>,
    trouble: Option<Trouble>,
}

impl Course {
    fn all(&self) -> String {
        self.writes.concat()
    }

    fn has_sent_secret(&self) -> bool {
        let all = self.all();
        ["AUTH", "AGFjbWU", "YWNtZQ", "Y29ycmVjd"]
            .iter()
            .any(|secret| all.contains(secret))
    }
}

/// Plays a server that says its lines whatever it hears: one of them for each
/// read, then the connection is lost.
fn play(mut dialogue: Dialogue, server: &[&str], transaction: Transaction) -> Course {
    let mut course = Course::default();
    let mut server = server.iter();
    let mut secure = false;
    dialogue.transmit(transaction);
    for _ in 0..10_000 {
        match dialogue.next(Duration::ZERO) {
            Action::Send(octets) => {
                course
                    .writes
                    .push(String::from_utf8(octets.to_vec()).unwrap());
                course.clear_writes += usize::from(!secure);
            }
            Action::Read => match server.next() {
                Some(line) => dialogue.receive(line.as_bytes()),
                None => dialogue.peer_gone(),
            },
            Action::StartTls => {
                secure = true;
                dialogue.tls_started();
            }
            Action::Wait => panic!("waits for a handshake that is done"),
            Action::Text => {
                dialogue.text(b"Subject: x\r\n\r\n.\r\n");
                dialogue.end_of_text();
            }
            Action::Finished(outcomes) => course.outcomes = outcomes,
            Action::Ready => dialogue.quit(),
            Action::Close(trouble) => {
                course.trouble = trouble;
                return course;
            }
        }
    }
    panic!("the dialogue does not end: {course:?}");
}

/// Implicit TLS and credentials.
fn submit(server: &[&str], recipients: &[&str]) -> Course {
    play(
        Dialogue::new(settings(Tls::Implicit, true)),
        server,
        message(recipients),
    )
}

fn replied(outcome: &Outcome) -> (char, u16) {
    match outcome {
        Outcome::Accepted(reply) => ('a', reply.code()),
        Outcome::Deferred(Cause::Reply(reply)) => ('d', reply.code()),
        Outcome::Failed(Cause::Reply(reply)) => ('f', reply.code()),
        other => panic!("no reply in {other:?}"),
    }
}

#[test]
fn a_message_is_handed_over_in_few_round_trips() {
    let course = submit(
        &[
            "220 mx\r\n",
            OFFER,
            "235 2.7.0 ok\r\n",
            "250 ok\r\n250 ok\r\n354 go\r\n",
            "250 2.0.0 kept\r\n",
            "221 bye\r\n",
        ],
        &["anna@customer.example"],
    );
    assert_eq!(
        course.writes[2],
        "MAIL FROM:<help@acme.example> SIZE=100\r\nRCPT TO:<anna@customer.example>\r\nDATA\r\n"
    );
    assert_eq!(course.writes[3], "Subject: x\r\n\r\n..\r\n.\r\n");
    assert_eq!(
        course.outcomes.iter().map(replied).collect::<Vec<_>>(),
        [('a', 250)]
    );
    assert_eq!(course.trouble, None);
}

#[test]
fn without_pipelining_every_command_waits() {
    let course = submit(
        &[
            "220 mx\r\n",
            "250-mx\r\n250 AUTH PLAIN\r\n",
            "235 ok\r\n",
            "250 ok\r\n",
            "550 5.1.1 no\r\n",
            "250 ok\r\n",
            "354 go\r\n",
            "250 kept\r\n",
            "221 bye\r\n",
        ],
        &["nobody@customer.example", "anna@customer.example"],
    );
    assert_eq!(course.writes[2], "MAIL FROM:<help@acme.example>\r\n");
    assert_eq!(
        course.outcomes.iter().map(replied).collect::<Vec<_>>(),
        [('f', 550), ('a', 250)]
    );
}

#[test]
fn every_recipient_has_its_own_outcome() {
    let course = submit(
        &[
            "220 mx\r\n",
            OFFER,
            "235 ok\r\n",
            "250 ok\r\n250 ok\r\n",
            "450 4.2.0 later\r\n550 5.1.1 no\r\n552 too many\r\n354 go\r\n",
            "250 kept\r\n",
        ],
        &[
            "a@customer.example",
            "b@customer.example",
            "c@customer.example",
            "d@customer.example",
        ],
    );
    let expected = [('a', 250), ('d', 450), ('f', 550), ('d', 552)];
    assert_eq!(
        course.outcomes.iter().map(replied).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn login_is_used_where_plain_is_not_offered() {
    let offer = "250-mx\r\n250 AUTH LOGIN\r\n";
    let course = submit(
        &[
            "220 mx\r\n",
            offer,
            "334 VXNlcm5hbWU6\r\n",
            "334 UGFzc3dvcmQ6\r\n",
            "235 ok\r\n",
        ],
        &["a@customer.example"],
    );
    assert_eq!(
        course.writes[1..4],
        ["AUTH LOGIN\r\n", "YWNtZQ==\r\n", "Y29ycmVjdCBob3JzZQ==\r\n"]
    );
}

/// Implicit TLS and XOAUTH2.
fn submit_with_token(server: &[&str]) -> Course {
    let settings = Settings {
        mechanism: Some(ClientMechanism::Xoauth2),
        ..settings(Tls::Implicit, true)
    };
    play(
        Dialogue::new(settings),
        server,
        message(&["a@customer.example"]),
    )
}

#[test]
fn a_token_goes_in_one_step() {
    let course = submit_with_token(&[
        "220 mx\r\n",
        TOKEN_OFFER,
        "235 2.7.0 ok\r\n",
        "250 ok\r\n",
        "250 ok\r\n",
        "354 go\r\n",
        "250 kept\r\n",
        "221 bye\r\n",
    ]);
    let response = "dXNlcj1hY21lAWF1dGg9QmVhcmVyIGNvcnJlY3QgaG9yc2UBAQ==";
    assert_eq!(course.writes[1], format!("AUTH XOAUTH2 {response}\r\n"));
    assert_eq!(replied(&course.outcomes[0]), ('a', 250));
}

/// The reason comes as a challenge; without the empty answer the server waits for ever.
#[test]
fn a_refused_token_is_heard_out_with_an_empty_line() {
    let course = submit_with_token(&[
        "220 mx\r\n",
        TOKEN_OFFER,
        "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n",
        "535 5.7.8 no\r\n",
    ]);
    assert_eq!(course.writes[2], "\r\n");
    assert!(
        matches!(&course.trouble, Some(Trouble::AuthRefused(reply)) if reply.code() == 535),
        "{:?}",
        course.trouble
    );
}

#[test]
fn a_second_challenge_is_a_refusal() {
    let course = submit_with_token(&["220 mx\r\n", TOKEN_OFFER, "334 e30=\r\n", "334 e30=\r\n"]);
    assert!(matches!(course.trouble, Some(Trouble::AuthRefused(_))));
}

/// Neither is the password sent as a token, nor the token as a password.
#[test]
fn secrets_are_not_given_to_another_mechanism() {
    let courses = [
        submit(
            &["220 mx\r\n", "250-mx\r\n250 AUTH XOAUTH2\r\n"],
            &["a@customer.example"],
        ),
        submit_with_token(&["220 mx\r\n", OFFER]),
    ];
    for course in courses {
        assert_eq!(course.trouble, Some(Trouble::AuthNotOffered));
        assert!(!course.has_sent_secret(), "{}", course.all());
    }
}

#[test]
fn a_refused_sender_is_refused_for_everybody() {
    let course = submit(
        &[
            "220 mx\r\n",
            OFFER,
            "235 ok\r\n",
            "550 5.7.1 no\r\n503 x\r\n503 x\r\n503 x\r\n",
            "250 reset\r\n",
            "221 bye\r\n",
        ],
        &["a@customer.example", "b@customer.example"],
    );
    assert_eq!(
        course.outcomes.iter().map(replied).collect::<Vec<_>>(),
        [('f', 550), ('f', 550)]
    );
    assert!(course.all().ends_with("DATA\r\nRSET\r\nQUIT\r\n"));
}

#[test]
fn a_354_without_recipients_is_left_with_an_empty_message() {
    let course = submit(
        &[
            "220 mx\r\n",
            OFFER,
            "235 ok\r\n",
            "250 ok\r\n550 no\r\n354 go\r\n",
            "554 nothing\r\n",
            "221 bye\r\n",
        ],
        &["a@customer.example"],
    );
    assert_eq!(
        course.outcomes.iter().map(replied).collect::<Vec<_>>(),
        [('f', 550)]
    );
    assert!(
        course.all().ends_with("DATA\r\n.\r\nQUIT\r\n"),
        "{}",
        course.all()
    );
}

#[test]
fn a_refused_data_is_refused_for_those_who_were_taken() {
    let course = submit(
        &[
            "220 mx\r\n",
            OFFER,
            "235 ok\r\n",
            "250 ok\r\n250 ok\r\n550 no\r\n451 4.3.0 full\r\n",
            "250 reset\r\n",
            "221 bye\r\n",
        ],
        &["a@customer.example", "b@customer.example"],
    );
    assert_eq!(
        course.outcomes.iter().map(replied).collect::<Vec<_>>(),
        [('d', 451), ('f', 550)]
    );
}

#[test]
fn a_hundred_recipients_do_not_block_the_pipe() {
    let recipients: Vec<String> = (0..250).map(|n| format!("r{n}@customer.example")).collect();
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    let replies = "250 ok\r\n".repeat(251);
    let course = submit(
        &[
            "220 mx\r\n",
            OFFER,
            "235 ok\r\n",
            &replies,
            "354 go\r\n",
            "250 kept\r\n",
        ],
        &recipients,
    );
    assert!(
        course
            .writes
            .iter()
            .all(|write| write.lines().count() <= 100)
    );
    assert!(
        course.outcomes.len() == 250 && course.outcomes.iter().all(|o| replied(o) == ('a', 250))
    );
}

#[test]
fn a_lost_reply_to_the_dot_is_unknown_and_nothing_else() {
    let up_to_text = [
        "220 mx\r\n",
        OFFER,
        "235 ok\r\n",
        "250 ok\r\n550 no\r\n250 ok\r\n354 go\r\n",
    ];
    let course = submit(&up_to_text, &["a@customer.example", "b@customer.example"]);
    assert_eq!(replied(&course.outcomes[0]), ('f', 550));
    assert_eq!(
        course.outcomes[1],
        Outcome::Unknown(Trouble::ConnectionLost)
    );
}

#[test]
fn a_text_that_breaks_off_is_never_ended() {
    let mut dialogue = Dialogue::new(settings(Tls::Implicit, false));
    let mut server = ["220 mx\r\n", OFFER, "250 ok\r\n250 ok\r\n354 go\r\n"].iter();
    dialogue.transmit(message(&["a@customer.example"]));
    let mut sent = Vec::new();
    loop {
        match dialogue.next(Duration::ZERO) {
            Action::Send(octets) => sent.extend_from_slice(octets),
            Action::Read => dialogue.receive(server.next().unwrap().as_bytes()),
            Action::StartTls => dialogue.tls_started(),
            Action::Text if sent.ends_with(b"half\r\n") => dialogue.abandon(),
            Action::Text => dialogue.text(b"half\r\n"),
            Action::Finished(outcomes) => {
                assert_eq!(
                    outcomes,
                    [Outcome::Deferred(Cause::Trouble(Trouble::Abandoned))]
                );
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(!sent.ends_with(b".\r\n"));
}

#[test]
fn a_connection_takes_a_second_message() {
    let mut dialogue = Dialogue::new(settings(Tls::Implicit, false));
    let envelope = "250 ok\r\n250 ok\r\n354 go\r\n";
    let mut server = [
        "220 mx\r\n",
        OFFER,
        envelope,
        "250 one\r\n",
        envelope,
        "250 two\r\n",
        "221 bye\r\n",
    ]
    .into_iter();
    let mut to_send = 2;
    let mut accepted = Vec::new();
    loop {
        match dialogue.next(Duration::ZERO) {
            Action::Send(_) => {}
            Action::Read => dialogue.receive(server.next().unwrap().as_bytes()),
            Action::StartTls => dialogue.tls_started(),
            Action::Ready if to_send > 0 => {
                to_send -= 1;
                dialogue.transmit(message(&["a@customer.example"]));
            }
            Action::Ready => dialogue.quit(),
            Action::Text => dialogue.end_of_text(),
            Action::Finished(outcomes) => accepted.push(replied(&outcomes[0])),
            Action::Close(trouble) => {
                assert_eq!(trouble, None);
                break;
            }
            Action::Wait => unreachable!("the handshake is told at once"),
        }
    }
    assert_eq!(accepted, [('a', 250), ('a', 250)]);
}

#[test]
fn deadlines_are_those_of_rfc_5321() {
    let mut dialogue = Dialogue::new(settings(Tls::Required, false));
    assert_eq!(dialogue.next(Duration::from_secs(7)), Action::Read);
    assert_eq!(dialogue.deadline(), Some(Duration::from_secs(7 + 300)));
    dialogue.receive(b"220-a");
    assert_eq!(dialogue.next(Duration::from_secs(200)), Action::Read);
    assert_eq!(
        dialogue.deadline(),
        Some(Duration::from_secs(307)),
        "dripping wins no time"
    );
    dialogue.deadline_passed();
    assert_eq!(
        dialogue.next(Duration::from_secs(307)),
        Action::Close(Some(Trouble::TimedOut))
    );
}

#[test]
fn what_the_server_cannot_take_is_not_tried() {
    let mut large = message(&["a@customer.example"]);
    large.octets = 1_000_001;
    let mut eight_bit = message(&["a@customer.example"]);
    eight_bit.eight_bit = true;
    let utf8 = message(&["ä@customer.example"]);
    let poor = "250-mx\r\n250 SIZE 1000000\r\n";
    for (transaction, trouble) in [
        (large, Trouble::TooLarge { limit: 1_000_000 }),
        (eight_bit, Trouble::EightBitNotOffered),
        (utf8, Trouble::Utf8NotOffered),
    ] {
        let dialogue = Dialogue::new(settings(Tls::Implicit, false));
        let course = play(dialogue, &["220 mx\r\n", poor, "221 bye\r\n"], transaction);
        assert_eq!(course.outcomes, [Outcome::Failed(Cause::Trouble(trouble))]);
        assert!(!course.all().contains("MAIL"));
    }
}

/// TLS-02, TLS-03: with TLS required nothing but EHLO and STARTTLS goes in the clear.
#[test]
fn no_mail_and_no_password_without_tls() {
    for (server, trouble) in [
        (
            &["220 mx\r\n", "250-mx\r\n250 AUTH PLAIN\r\n"][..],
            "TlsNotOffered",
        ),
        (&["220 mx\r\n", "250 mx\r\n"], "TlsNotOffered"),
        (&["220 mx\r\n", "502 no EHLO\r\n"], "Hello"),
        (
            &["220 mx\r\n", PLAIN_OFFER, "454 4.7.0 not now\r\n"],
            "TlsRefused",
        ),
        (&["220 mx\r\n", PLAIN_OFFER, "502 no\r\n"], "TlsRefused"),
        (&["220 mx\r\n", PLAIN_OFFER, "250 ok\r\n"], "TlsRefused"),
        (
            &["220 mx\r\n", PLAIN_OFFER, "220 go\r\n250-AUTH PLAIN\r\n"],
            "InjectedBeforeTls",
        ),
        (
            &["220 mx\r\n", PLAIN_OFFER, "220 go\r\n2"],
            "InjectedBeforeTls",
        ),
        (&["220 mx\r\n250-mx\r\n250 AUTH PLAIN\r\n"], "Unsolicited"),
    ] {
        for tls in [Tls::Required, Tls::Opportunistic] {
            let course = play(
                Dialogue::new(settings(tls, true)),
                server,
                message(&["a@customer.example"]),
            );
            assert!(
                format!("{:?}", course.trouble).contains(trouble),
                "{server:?}: {course:?}"
            );
            assert!(
                !course.has_sent_secret() && !course.all().contains("MAIL"),
                "{course:?}"
            );
            assert!(
                matches!(course.outcomes[..], [Outcome::Deferred(_)]),
                "{course:?}"
            );
        }
    }
}

#[test]
fn after_starttls_everything_begins_anew() {
    let course = play(
        Dialogue::new(settings(Tls::Required, true)),
        &[
            "220 mx\r\n",
            "250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n",
            "220 go\r\n",
            "250 mx\r\n",
        ],
        message(&["a@customer.example"]),
    );
    assert_eq!(
        course.trouble,
        Some(Trouble::AuthNotOffered),
        "the offer in the clear does not count"
    );
    assert_eq!(course.clear_writes, 2);
}

#[test]
fn our_own_path_may_do_without_tls() {
    let course = play(
        Dialogue::new(settings(Tls::Opportunistic, false)),
        &[
            "220 mx\r\n",
            "500 what\r\n",
            "250 mx\r\n",
            "250 ok\r\n",
            "250 ok\r\n",
            "354 go\r\n",
            "250 kept\r\n",
            "221 bye\r\n",
        ],
        message(&["a@customer.example"]),
    );
    assert_eq!(replied(&course.outcomes[0]), ('a', 250));
    assert!(course.all().contains("HELO relay.desk.example\r\nMAIL"));
}

/// OUT-03: whatever the server does, the dialogue ends, and nobody is told a lie.
#[test]
fn hostile_servers_gain_nothing() {
    let long_line = format!("220 {}", "x".repeat(70_000));
    let many_lines = "220-x\r\n".repeat(101);
    let endless = "250-x\r\n".repeat(20_000);
    let up = |rest: &[&'static str]| [&["220 mx\r\n", OFFER, "235 ok\r\n"], rest].concat();
    let cases: Vec<(&str, Vec<&str>)> = vec![
        ("says nothing", vec![]),
        ("breaks off in the greeting", vec!["220 m"]),
        ("greets with 554", vec!["554 5.7.1 no\r\n"]),
        ("greets with 421", vec!["421 busy\r\n"]),
        ("greets with 250", vec!["250 hello\r\n"]),
        ("greets with an endless line", vec![&long_line]),
        ("greets with endless lines", vec![&many_lines]),
        ("greets in HTTP", vec!["HTTP/1.1 400 Bad Request\r\n"]),
        ("greets with LF", vec!["220 mx\n"]),
        ("greets with CR", vec!["220 mx\r250 ok\r\n"]),
        ("greets with NUL", vec!["220 m\0x\r\n"]),
        ("greets with a code too short", vec!["22\r\n"]),
        ("greets with a code too high", vec!["999 x\r\n"]),
        ("changes the code", vec!["220-a\r\n250 b\r\n"]),
        ("greets twice", vec!["220 a\r\n220 b\r\n"]),
        ("offers without end", vec!["220 mx\r\n", &endless]),
        ("refuses EHLO for now", vec!["220 mx\r\n", "421 no\r\n"]),
        ("refuses EHLO", vec!["220 mx\r\n", "550 no\r\n"]),
        ("answers EHLO with 354", vec!["220 mx\r\n", "354 go\r\n"]),
        (
            "offers only CRAM-MD5",
            vec!["220 mx\r\n", "250-mx\r\n250 AUTH CRAM-MD5\r\n"],
        ),
        (
            "refuses the password",
            vec!["220 mx\r\n", OFFER, "535 5.7.8 no\r\n"],
        ),
        (
            "asks for the password again",
            vec!["220 mx\r\n", OFFER, "334 \r\n"],
        ),
        (
            "answers AUTH with 250",
            vec!["220 mx\r\n", OFFER, "250 ok\r\n"],
        ),
        (
            "answers AUTH and what was not asked",
            vec!["220 mx\r\n", OFFER, "235 ok\r\n250 ok\r\n"],
        ),
        ("hangs up after AUTH", up(&[])),
        ("answers MAIL with 354", up(&["354 go\r\n"])),
        ("answers RCPT with 354", up(&["250 ok\r\n354 go\r\n"])),
        ("answers MAIL with 421", up(&["421 bye\r\n"])),
        ("answers RCPT with 421", up(&["250 ok\r\n421 bye\r\n"])),
        (
            "answers DATA with 421",
            up(&["250 ok\r\n250 ok\r\n421 bye\r\n"]),
        ),
        (
            "answers DATA with 250",
            up(&["250 ok\r\n250 ok\r\n250 kept\r\n"]),
        ),
        (
            "answers DATA with 334",
            up(&["250 ok\r\n250 ok\r\n334 x\r\n"]),
        ),
        (
            "takes the text before it was sent",
            up(&["250 ok\r\n250 ok\r\n354 go\r\n250 kept\r\n"]),
        ),
        ("hangs up before 354", up(&["250 ok\r\n250 ok\r\n"])),
        (
            "answers the text with 421",
            up(&["250 ok\r\n250 ok\r\n354 go\r\n", "421 bye\r\n"]),
        ),
    ];
    let more = further_mischief();
    assert!(cases.len() + more.len() >= 60);
    for (what, server) in cases.into_iter().chain(more) {
        let course = submit(&server, &["a@customer.example"]);
        assert!(
            matches!(course.outcomes[..], [Outcome::Deferred(_)]),
            "{what}: {course:?}"
        );
        assert!(course.trouble.is_some(), "{what}");
    }
}

/// Mischief that needs no longer words.
fn further_mischief() -> Vec<(&'static str, Vec<&'static str>)> {
    let greeting = |line| vec![line];
    let hello = |line| vec!["220 mx\r\n", line];
    let auth = |line| vec!["220 mx\r\n", OFFER, line];
    let mail = |line| vec!["220 mx\r\n", OFFER, "235 ok\r\n", line];
    vec![
        ("greets with nothing", greeting("\r\n")),
        ("greets with spaces", greeting("   \r\n")),
        ("greets with a letter", greeting("2a0 mx\r\n")),
        ("greets with a tab", greeting("220\tmx\r\n")),
        ("greets with 000", greeting("000 mx\r\n")),
        ("greets with 120", greeting("120 wait\r\n")),
        ("greets with 334", greeting("334 \r\n")),
        ("greets with 354", greeting("354 go\r\n")),
        (
            "greets with octets beyond ASCII",
            greeting("220 m\u{fc}x\r\n"),
        ),
        (
            "greets with an escape sequence",
            greeting("220 \u{1b}[2J\r\n"),
        ),
        ("greets and takes leave", greeting("220 mx\r\n221 bye\r\n")),
        ("greets in SSH", greeting("SSH-2.0-OpenSSH_9.2\r\n")),
        (
            "greets in FTP and asks",
            greeting("220-ftp\r\n331 who?\r\n"),
        ),
        (
            "sends elsewhere after EHLO",
            hello("551 try other.example\r\n"),
        ),
        ("answers EHLO with 220", hello("220 mx\r\n")),
        ("answers EHLO with 235", hello("235 ok\r\n")),
        ("answers EHLO twice", hello("250 mx\r\n250 mx\r\n")),
        ("offers nothing", hello("250 mx\r\n")),
        (
            "offers AUTH without a word",
            hello("250-mx\r\n250 AUTH\r\n"),
        ),
        (
            "offers AUTH in the old way",
            hello("250-mx\r\n250 AUTH=PLAIN\r\n"),
        ),
        (
            "breaks off its offer",
            hello("250-mx\r\n250-AUTH PLAIN\r\n"),
        ),
        ("is out of logins", auth("454 4.7.0 later\r\n")),
        ("does not know AUTH after all", auth("503 what\r\n")),
        (
            "wants another password first",
            auth("432 4.7.12 change it\r\n"),
        ),
        ("answers AUTH with 354", auth("354 go\r\n")),
        ("lets in and throws out", auth("235 ok\r\n421 bye\r\n")),
        ("breaks off the welcome", auth("235 o")),
        ("answers MAIL with 220", mail("220 mx\r\n421 bye\r\n")),
        ("answers MAIL with two codes", mail("250-a\r\n550 b\r\n")),
        ("answers MAIL with LF", mail("250 ok\n")),
        ("answers MAIL with garbage", mail("\u{7f}\u{7f}\u{7f}\r\n")),
    ]
}

#[test]
fn garbage_after_the_text_leaves_the_outcome_unknown() {
    for garbage in ["nonsense\r\n", "354 again\r\n", "250 ok\n", "250-more\r\n"] {
        let course = submit(
            &[
                "220 mx\r\n",
                OFFER,
                "235 ok\r\n",
                "250 ok\r\n250 ok\r\n354 go\r\n",
                garbage,
            ],
            &["a@customer.example"],
        );
        assert!(
            matches!(course.outcomes[..], [Outcome::Unknown(_)]),
            "{garbage:?}: {course:?}"
        );
    }
}

/// TCP may cut replies anywhere.
#[test]
fn packet_boundaries_do_not_matter() {
    let replies = [
        "220 mx\r\n",
        OFFER,
        "235 2.7.0 ok\r\n",
        "250 ok\r\n250 ok\r\n354 go\r\n",
        "250-2.0.0 a\r\n250 2.0.0 kept\r\n",
        "221 bye\r\n",
    ];
    let octets: Vec<String> = replies.concat().chars().map(String::from).collect();
    let octets: Vec<&str> = octets.iter().map(String::as_str).collect();
    let whole = submit(&replies, &["a@customer.example"]);
    let cut = submit(&octets, &["a@customer.example"]);
    assert_eq!(
        (whole.writes, whole.outcomes, whole.trouble),
        (cut.writes, cut.outcomes, cut.trouble)
    );
}

/// LMTP in the clear, as to a server on the same machine.
fn deliver_locally(server: &[&str], recipients: &[&str]) -> Course {
    let mut settings = settings(Tls::None, false);
    settings.protocol = Protocol::Lmtp;
    play(Dialogue::new(settings), server, message(recipients))
}

const LMTP_OFFER: &str = "250-desk\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 8BITMIME\r\n";
const THREE: [&str; 3] = [
    "help@acme.example",
    "sales@acme.example",
    "jobs@acme.example",
];

#[test]
fn lmtp_answers_every_recipient_after_the_text() {
    let course = deliver_locally(
        &[
            "220 desk LMTP\r\n",
            LMTP_OFFER,
            "250 ok\r\n250 ok\r\n550 5.1.1 nobody\r\n250 ok\r\n354 go\r\n",
            "250 2.1.5 kept\r\n",
            "452 4.2.2 full\r\n",
            "221 bye\r\n",
        ],
        &THREE,
    );
    assert_eq!(course.writes[0], "LHLO relay.desk.example\r\n");
    assert!(!course.all().contains("STARTTLS"), "{}", course.all());
    assert_eq!(
        course.outcomes.iter().map(replied).collect::<Vec<_>>(),
        [('a', 250), ('f', 550), ('d', 452)]
    );
    assert_eq!(course.trouble, None);
}

#[test]
fn lmtp_replies_in_one_packet_belong_to_their_recipients() {
    let course = deliver_locally(
        &[
            "220 desk LMTP\r\n",
            LMTP_OFFER,
            "250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n",
            "550 5.2.1 off\r\n250 2.1.5 kept\r\n451 4.3.0 later\r\n",
            "221 bye\r\n",
        ],
        &THREE,
    );
    assert_eq!(
        course.outcomes.iter().map(replied).collect::<Vec<_>>(),
        [('f', 550), ('a', 250), ('d', 451)]
    );
}

#[test]
fn lmtp_that_breaks_off_settles_those_who_were_answered() {
    let course = deliver_locally(
        &[
            "220 desk LMTP\r\n",
            LMTP_OFFER,
            "250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n",
            "250 2.1.5 kept\r\n",
        ],
        &THREE,
    );
    assert_eq!(replied(&course.outcomes[0]), ('a', 250));
    assert_eq!(
        course.outcomes[1..],
        [
            Outcome::Unknown(Trouble::ConnectionLost),
            Outcome::Unknown(Trouble::ConnectionLost)
        ]
    );
}

#[test]
fn lmtp_that_goes_away_defers_the_rest() {
    let course = deliver_locally(
        &[
            "220 desk LMTP\r\n",
            LMTP_OFFER,
            "250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n",
            "250 2.1.5 kept\r\n421 4.3.2 going down\r\n",
        ],
        &THREE,
    );
    assert_eq!(
        course.outcomes.iter().map(replied).collect::<Vec<_>>(),
        [('a', 250), ('d', 421), ('d', 421)]
    );
}

#[test]
fn lmtp_knows_no_helo() {
    let course = deliver_locally(
        &["220 desk LMTP\r\n", "502 5.5.1 not here\r\n"],
        &["help@acme.example"],
    );
    assert!(matches!(course.trouble, Some(Trouble::Hello(_))));
    assert!(!course.all().contains("HELO "), "{}", course.all());
}

#[test]
fn nobody_taken_and_go_on_all_the_same_is_no_lmtp() {
    let course = deliver_locally(
        &[
            "220 desk LMTP\r\n",
            LMTP_OFFER,
            "250 ok\r\n550 5.1.1 nobody\r\n354 go\r\n",
        ],
        &["help@acme.example"],
    );
    assert_eq!(replied(&course.outcomes[0]), ('f', 550));
    assert!(matches!(course.trouble, Some(Trouble::Said(_))));
}

/// Credentials wait for TLS, and a connection without any never gets them.
#[test]
fn no_password_without_tls_whatever_the_setting() {
    let course = play(
        Dialogue::new(settings(Tls::None, true)),
        &["220 mx\r\n", OFFER, "221 bye\r\n"],
        message(&["anna@customer.example"]),
    );
    assert!(!course.has_sent_secret(), "{}", course.all());
    assert_eq!(course.trouble, Some(Trouble::TlsNotOffered));
}
