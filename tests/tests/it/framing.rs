//! Lines end with CRLF, a message ends with CRLF.CRLF, and nothing else does;
//! what talks out of turn is shown the door.

use relaygate_tests::clients;
use relaygate_tests::house::{
    ACCOUNT, Cottage, Credential, DOMAIN, SUPPORT, tickets, wait_for_ticket,
};
use relaygate_tests::relaygate::HOSTNAME;
use relaygate_tests::smtp::Client;
use relaygate_tests::transcript::{self, ProgramStage};
use relaygate_tests::wait::{self, PATIENCE};

/// A bare LF or CR in a message ends the session, not the message: SMG-01.
#[test]
fn bare_line_ends_in_a_message_are_refused() {
    let (cottage, credential) = connected();
    for (position, ending) in [
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r\n.\r",
        "\0\r\n.\r\n",
    ]
    .iter()
    .enumerate()
    {
        let mut client = in_data(&cottage, &credential);
        let smuggled = format!(
            "Subject: outer {position}\r\n\r\nbody{ending}MAIL FROM:<a@b.example>\r\nRCPT TO:<{SUPPORT}>\r\nDATA\r\n\
             Subject: smuggled\r\n\r\nx\r\n.\r\n"
        );
        client.send(smuggled.as_bytes());
        let reply = client.reply();
        assert!(
            reply.code == 521 && reply.lines[0].starts_with("5.5.2"),
            "{ending:?}: {reply}"
        );
        assert!(client.is_closed(), "{ending:?}: the session went on");
    }
    cottage.hand_in(&credential, "honest", "f1@enduser.example");
    wait_for_ticket(&cottage.relay, ACCOUNT, "honest");
    assert_eq!(
        tickets(&cottage.relay, ACCOUNT).len(),
        1,
        "nothing else was queued"
    );
}

/// A bare LF in a command is refused as well: SMG-01.
#[test]
fn a_bare_line_feed_in_a_command_is_refused() {
    let (cottage, credential) = connected();
    let mut client = cottage.session(&credential);
    client.send(b"NOOP\nMAIL FROM:<a@b.example>\r\n");
    assert_eq!(client.reply().code, 521);
    assert!(client.is_closed());
}

/// Over-long lines are refused, the third one ends the session: RES-05.
#[test]
fn over_long_lines_are_refused() {
    let (cottage, credential) = connected();
    let mut client = cottage.session(&credential);
    for (round, code) in [(1, 500), (2, 500), (3, 421)] {
        let reply = client.say(&format!("NOOP {}", "x".repeat(3_000)));
        assert_eq!(reply.code, code, "round {round}: {reply}");
    }
    assert!(client.is_closed(), "the third over-long line closes");
    let mut long = cottage.session(&credential);
    long.send(&[b'x'; 60_000]);
    let reply = long.say("");
    assert_eq!(reply.code, 500, "thrown away as it came, told at its end");
    assert_eq!(long.say("NOOP").code, 250);
}

/// Nothing said before the TLS handshake is heard after it: TLS-01.
#[test]
fn plaintext_after_starttls_is_not_heard() {
    let (cottage, _) = connected();
    let mut client = Client::plain(cottage.relay.ports().starttls);
    client.say("EHLO mail.acme.example");
    client.send(b"STARTTLS\r\nEHLO injected.example\r\nMAIL FROM:<a@b.example>\r\n");
    let reply = client.reply();
    assert!(
        reply.is_end() || reply.code != 220,
        "the handshake was begun: {reply}"
    );
    assert!(reply.is_end() || client.is_closed());
}

/// What comes in clear between 220 and the handshake is not taken for anything but a broken
/// handshake, and after a sound one everything begins anew: TLS-01.
#[test]
fn nothing_said_in_the_clear_outlives_the_handshake() {
    let (cottage, _) = connected();
    let ports = cottage.relay.ports();
    let mut late = Client::plain(ports.starttls);
    late.say("EHLO mail.acme.example");
    assert_eq!(late.say("STARTTLS").code, 220);
    late.send(b"EHLO injected.example\r\nMAIL FROM:<a@b.example>\r\n");
    let answer = late.raw_until_closed();
    assert!(
        !answer.starts_with(b"250") && !answer.starts_with(b"530"),
        "{answer:?}"
    );
    let mut mx = Client::plain(ports.mx);
    mx.say("EHLO mx.enduser.example");
    mx.say("MAIL FROM:<eve@enduser.example>");
    assert_eq!(mx.say("STARTTLS").code, 503, "not inside a transaction");
    mx.say("RSET");
    assert_eq!(mx.say("STARTTLS").code, 220);
    let mut mx = mx.secure(&cottage.tls(), HOSTNAME);
    assert_eq!(
        mx.say("MAIL FROM:<eve@enduser.example>").code,
        503,
        "EHLO is forgotten"
    );
    let mut submission = Client::starttls(ports.starttls, &cottage.tls(), HOSTNAME);
    assert_eq!(submission.say("AUTH PLAIN").code, 503, "EHLO is forgotten");
    assert_eq!(submission.say("MAIL FROM:<eve@enduser.example>").code, 530);
}

/// Speaking before the reply to DATA breaks the protocol: SMG-04.
#[test]
fn talking_through_data_is_refused() {
    let (cottage, credential) = connected();
    let mut client = cottage.session(&credential);
    client.send(
        format!("MAIL FROM:<a@b.example>\r\nRCPT TO:<{SUPPORT}>\r\nDATA\r\nSubject: early\r\n\r\nx\r\n.\r\n").as_bytes(),
    );
    let replies = [
        client.reply().code,
        client.reply().code,
        client.reply().code,
    ];
    assert_eq!(replies, [250, 250, 503]);
    assert!(client.is_closed());
}

/// A browser has the wrong number: SMG-05.
#[test]
fn other_protocols_are_hung_up_on() {
    let (cottage, _) = connected();
    for line in [
        "GET / HTTP/1.1",
        "POST / HTTP/1.1",
        "CONNECT a.example:25 HTTP/1.1",
        "Host: a.example",
    ] {
        let mut client = Client::plain(cottage.relay.ports().mx);
        let reply = client.say(line);
        assert!(reply.is_end() || client.is_closed(), "{line}: {reply}");
    }
}

/// Whatever speaks first with a protocol of its own is sent away in ours, with 221, and
/// over TLS it does not get that far; the other way round there is no SMTP over HTTP: SMG-05.
#[test]
fn curl_and_openssl_have_the_wrong_number() {
    let (cottage, _) = connected();
    let ports = cottage.relay.ports();
    for port in [ports.mx, ports.starttls] {
        let output = clients::curl(&["--http0.9", &format!("http://127.0.0.1:{port}/")]);
        let said = String::from_utf8_lossy(&output.stdout);
        // Who speaks before the greeting is shorter with than who waits for it.
        assert!(
            said.contains("221 2.7.0") || said.contains("554 5.5.0"),
            "{said}"
        );
        assert!(!said.contains("250"), "{said}");
    }
    let https = format!("https://127.0.0.1:{}/", ports.implicit);
    let output = clients::curl(&["--insecure", &https]);
    assert!(
        !output.status.success() && output.stdout.is_empty(),
        "{output:?}"
    );
    let mut web = Client::unread(ports.metrics);
    web.send(b"EHLO mail.acme.example\r\nMAIL FROM:<eve@enduser.example>\r\n\r\n");
    let first = web.line().unwrap_or_default();
    assert!(
        first.is_empty() || first.starts_with("HTTP/1.1 400"),
        "{first}"
    );
}

/// Octets that are no text, in every command: refused, the session goes on, and no control
/// character gets into the log, however much is logged: SMG-06.
#[test]
fn odd_octets_do_not_reach_the_log() {
    for format in ["json", "human"] {
        let cottage = Cottage::start(&format!(
            "[log]\nformat = \"{format}\"\nlevel = \"debug\"\n"
        ));
        let credential = cottage.connect(ACCOUNT, DOMAIN);
        let mut client = Client::plain(cottage.relay.ports().mx);
        let odd: [&[u8]; 5] = [
            b"\x1b[31mred",
            b"\x07",
            b"\xff\xfe",
            b"\xc0\xaf",
            "ü".as_bytes(),
        ];
        for octets in odd {
            client.send(&[b"EHLO ", octets, b"\r\n"].concat());
            assert_eq!(client.reply().code, 501, "{octets:?}");
            let mut fresh = Client::plain(cottage.relay.ports().mx);
            fresh.say("EHLO mx.enduser.example");
            fresh.send(&[b"MAIL FROM:<", octets, b"@enduser.example>\r\n"].concat());
            assert_eq!(fresh.reply().code, 501, "{octets:?}");
            assert_eq!(fresh.say("NOOP").code, 250);
        }
        assert_eq!(client.say("NOOP").code, 250, "it bears five errors");
        cottage.hand_in(
            &credential,
            "\x1b[31mred\x07 \u{9b}31m",
            "odd@enduser.example",
        );
        tickets_of(&cottage, 1);
        let log = cottage.relay.log();
        let loose = log.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(loose, None, "in a {format} log");
    }
}

fn tickets_of(cottage: &Cottage, count: usize) {
    wait::until("the tickets", PATIENCE, || {
        (tickets(&cottage.relay, ACCOUNT).len() == count).then_some(())
    });
}

/// A dot at the start of a line comes through as it was: SMG-07.
#[test]
fn stuffed_dots_are_taken_out() {
    let (cottage, credential) = connected();
    let mut client = in_data(&cottage, &credential);
    client.send(b"From: eve@enduser.example\r\nSubject: dots\r\n\r\n..one\r\n...two\r\n.\r\n");
    assert_eq!(client.reply().code, 250);
    let ticket = wait_for_ticket(&cottage.relay, ACCOUNT, "dots");
    let body = ticket["comments"][0]["body"]
        .as_str()
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert_eq!(body.trim_end(), ".one\n..two");
}

/// The program says over TCP and TLS what a bare session says: every dialogue in
/// `tests/transcripts/` that needs neither a clock nor other settings.
#[test]
fn the_program_speaks_like_its_transcripts() {
    let cottage =
        Cottage::start("[auth]\nfailures_per_peer_max = 1000\nfailures_per_login_max = 1000\n");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    for local in ["help", "sales"] {
        cottage.add_address(ACCOUNT, &format!("{local}@{DOMAIN}"));
    }
    let mut failures = Vec::new();
    let mut played = 0;
    for (name, dialogue) in transcript::all() {
        if transcript::needs_bare_session(&name, &dialogue) {
            continue;
        }
        let mut stage = ProgramStage::new(cottage.relay.ports(), cottage.tls(), &credential);
        if let Err(why) = dialogue.play(&mut stage) {
            failures.push(format!("{name}: {why}"));
        }
        played += 1;
    }
    assert!(played >= 30, "only {played} dialogues could be played");
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn connected() -> (Cottage, Credential) {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    (cottage, credential)
}

/// A session that has been told 354.
fn in_data(cottage: &Cottage, credential: &Credential) -> Client {
    let mut client = cottage.session(credential);
    for (line, code) in [
        ("MAIL FROM:<eve@enduser.example>", 250),
        (&format!("RCPT TO:<{SUPPORT}>"), 250),
        ("DATA", 354),
    ] {
        let reply = client.say(line);
        assert_eq!(reply.code, code, "{line}: {reply}");
    }
    client
}
