//! Peers that want to wear us out: more connections than there is room for, octets that
//! trickle, commands without end. Somebody else's mail goes through all the while, and
//! afterwards the program uses what it used before (RES-01 to RES-05, RES-08, RES-12).
//!
//! `make test` meets a small form of each; `make campaign-hostile` the whole.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use relaygate_tests::house::{
    ACCOUNT, Cottage, Credential, DOMAIN, SUPPORT, USER, message, wait_for_ticket,
};
use relaygate_tests::process;
use relaygate_tests::relaygate::binary;
use relaygate_tests::smtp::Client;
use relaygate_tests::vitals::{Bystander, Vitals};
use relaygate_tests::wait::{self, PATIENCE};

use crate::full_campaign;

/// RES-01: more connections than we take, each of which says an octet now and then: before
/// the greeting is answered, in the handshake, in AUTH, in the text.
#[test]
fn slow_peers_by_the_thousand_keep_nobody_out() {
    let (many, room, rounds) = match full_campaign() {
        true => (10_000, 2_000, 10),
        false => (300, 100, 2),
    };
    let cottage = roomy(room);
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let before = at_work(&cottage, &credential);
    let bystander = Bystander::start(&cottage);
    let mut crowd: Vec<Sloth> = (0..many)
        .map(|number| Sloth::connect(&cottage, number))
        .collect();
    for _ in 0..rounds {
        crowd.iter_mut().for_each(Sloth::trickle);
        assert_eq!(
            cottage.relay.http("/readyz").map(|(status, _)| status),
            Some(200)
        );
        wait::pause(pause_between_octets());
    }
    let there = crowd
        .iter_mut()
        .filter_map(|sloth| sloth.is_there().then_some(()))
        .count();
    assert!(
        there <= room,
        "{there} of {many} are still there, room is for {room}"
    );
    let took = bystander.stop();
    let peak = Vitals::of(&cottage.relay).resident_peak;
    eprintln!(
        "{many} slow peers, {there} left; bystander: {} messages, p50 {:?}, p99 {:?}; peak of {} MiB",
        took.len(),
        took[took.len() / 2],
        took[(took.len() - 1) * 99 / 100],
        peak >> 20
    );
    assert!(peak < 512 << 20, "{peak} octets resident");
    drop(crowd);
    finish(cottage, before);
}

/// RES-01: one peer gets its share, and is told so.
#[test]
fn one_peer_cannot_take_every_place() {
    let mut cottage = Cottage::start("[limits]\nconnections_per_peer_max = 5\n");
    cottage.relay.announce("there is no room");
    let port = cottage.relay.ports().starttls;
    let mut seats: Vec<Client> = (0..5).map(|_| Client::plain(port)).collect();
    assert!(seats.iter().all(|seat| seat.greeting.code == 220));
    let turned_away = Client::plain(port);
    assert_eq!(turned_away.greeting.code, 421, "{}", turned_away.greeting);
    seats.pop();
    wait::until("the freed place", PATIENCE, || {
        (Client::plain(port).greeting.code == 220).then_some(())
    });
}

/// RES-01, TLS-05: who does not get on with the handshake is left, and whoever is idle or gives
/// their password octet by octet.
#[test]
fn a_handshake_and_a_silence_have_an_end() {
    let cottage = Cottage::start("[limits]\nhandshake_seconds = 1\nidle_seconds = 1\n");
    let before = Vitals::of(&cottage.relay);
    let mut handshaking = tcp(cottage.relay.ports().implicit);
    handshaking.write_all(&HELLO_BEGUN).expect("it is taken");
    assert_eq!(ended(&mut handshaking), b"", "left without a word");
    let mut silent = Client::plain(cottage.relay.ports().mx);
    assert_eq!(silent.reply().code, 421);
    assert!(silent.is_closed());
    // A response that trickles is no end of silence.
    let mut trickling = cottage.relay.submission(&cottage.tls());
    trickling.say("EHLO slow.example");
    assert_eq!(trickling.say("AUTH PLAIN").code, 334);
    for _ in 0..8 {
        trickling.send(b"A");
        wait::pause(Duration::from_millis(200));
    }
    // An octet too late may cost it the last word.
    let last = trickling.reply();
    assert!(last.code == 421 || last.is_end(), "{last}");
    before.return_to(&cottage.relay);
}

/// RES-02: who never reads is not written to for ever. Time is the bare session's affair and
/// the wire's own test; here such peers come and go, and nothing stays behind.
#[test]
fn peers_that_do_not_read_leave_nothing_behind() {
    let cottage = roomy(200);
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let before = at_work(&cottage, &credential);
    let bystander = Bystander::start(&cottage);
    let deaf: Vec<TcpStream> = (0..50).map(|_| deaf(cottage.relay.ports().mx)).collect();
    bystander.stop();
    drop(deaf);
    finish(cottage, before);
}

/// Says much and listens to nothing but the greeting.
fn deaf(port: u16) -> TcpStream {
    let mut stream = tcp(port);
    stream.read_exact(&mut [0]).expect("a greeting");
    let recipients = "RCPT TO:<support@acme.desk.example>\r\n".repeat(2_000);
    let wire = format!("EHLO a\r\nMAIL FROM:<>\r\n{recipients}");
    // It may have hung up before the last of them.
    let _ = stream.write_all(wire.as_bytes());
    stream
}

/// RES-03: commands that bring no mail nearer, as many as a peer likes.
#[test]
fn a_storm_of_small_talk_is_cut_off() {
    let commands = if full_campaign() { 1_000_000 } else { 2_000 };
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let before = at_work(&cottage, &credential);
    let bystander = Bystander::start(&cottage);
    let (mut said, mut sessions) = (0, 0);
    while said < commands {
        let mut client = Client::plain(cottage.relay.ports().mx);
        sessions += 1;
        let answered = SMALL_TALK
            .iter()
            .cycle()
            .take_while(|line| client.say(line).code / 100 == 2);
        let answered = answered.count();
        assert!(answered <= JUNK_MAX, "{answered} in one session");
        said += answered + 1;
    }
    assert!(sessions >= commands / (JUNK_MAX + 1), "{sessions} sessions");
    bystander.stop();
    finish(cottage, before);
}

/// RES-04: recipients beyond the limit are put off, then the peer is; who is named twice gets
/// one message.
#[test]
fn recipients_without_end_are_cut_off() {
    let recipients = if full_campaign() { 1_000_000 } else { 3_000 };
    let cottage = Cottage::start(&format!("[limits]\nrecipients_max = {RECIPIENTS_MAX}\n"));
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    for number in 0..RECIPIENTS_MAX {
        cottage.add_address(ACCOUNT, &format!("r{number}@{DOMAIN}"));
    }
    let before = at_work(&cottage, &credential);
    let bystander = Bystander::start(&cottage);
    let mut named = 0;
    while named < recipients {
        named += name_recipients(&cottage, &credential);
    }
    bystander.stop();
    let mut client = cottage.session(&credential);
    let twice = [
        SUPPORT,
        "SUPPORT@ACME.example",
        "support@acme.example",
        SUPPORT,
    ];
    let text = message(USER, SUPPORT, "once", "once@enduser.example", "");
    let reply = client.submit(USER, &twice, &text);
    assert_eq!(reply.code, 250, "{reply}");
    wait_for_ticket(&cottage.relay, ACCOUNT, "once");
    let tickets = cottage.relay.cli(&["ticket", "list", "-a", ACCOUNT])["tickets"].clone();
    let about_it = tickets.as_array().into_iter().flatten();
    let about_it = about_it.filter(|ticket| ticket["subject"] == "once");
    assert_eq!(about_it.count(), 1, "one mailbox gets one copy: {tickets}");
    finish(cottage, before);
}

/// As many as the session bears; how many that were.
fn name_recipients(cottage: &Cottage, credential: &Credential) -> usize {
    let mut client = cottage.session(credential);
    assert_eq!(client.say(&format!("MAIL FROM:<{USER}>")).code, 250);
    let reply_to = |client: &mut Client, number: usize| {
        client.say(&format!("RCPT TO:<r{number}@{DOMAIN}>")).code
    };
    for number in 0..RECIPIENTS_MAX {
        assert_eq!(reply_to(&mut client, number), 250, "recipient {number}");
    }
    for surplus in 0..1_000 {
        let (number, expected) = match surplus % 2 {
            0 => (0, 250),
            _ => (RECIPIENTS_MAX + surplus, 452),
        };
        assert_eq!(reply_to(&mut client, number), expected, "surplus {surplus}");
    }
    assert_eq!(reply_to(&mut client, 0), 421);
    assert!(client.is_closed());
    RECIPIENTS_MAX + 1_001
}

/// RES-05: lines without end, as commands and as text.
#[test]
fn lines_without_end_take_no_memory() {
    let octets: usize = if full_campaign() { 1 << 30 } else { 16 << 20 };
    let cottage = Cottage::start("[limits]\nmessage_octets_max = 1000000\n");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let before = at_work(&cottage, &credential);
    let bystander = Bystander::start(&cottage);
    for length in [1_001, 2_040] {
        let mut client = cottage.session(&credential);
        let reply = client.say(&format!("NOOP {}", "x".repeat(length - 5)));
        assert_eq!(reply.code, 250, "{length} octets are a line");
    }
    for length in [2_049, 65_000] {
        let mut client = cottage.session(&credential);
        assert_eq!(client.say(&"x".repeat(length)).code, 500, "{length} octets");
    }
    let mut command = cottage.session(&credential);
    assert!(
        matches!(pour(&mut command, octets), None | Some(500)),
        "in a command"
    );
    let mut text = cottage.session(&credential);
    for line in [
        format!("MAIL FROM:<{USER}>"),
        format!("RCPT TO:<{SUPPORT}>"),
    ] {
        assert_eq!(text.say(&line).code, 250);
    }
    assert_eq!(text.say("DATA").code, 354);
    assert!(
        matches!(pour(&mut text, octets), None | Some(552)),
        "in the text"
    );
    bystander.stop();
    let grown = Vitals::of(&cottage.relay).resident_peak - before.resident;
    assert!(grown < 64 << 20, "{grown} octets for a line");
    finish(cottage, before);
}

/// RES-06: headers that are nothing but large are refused at their end, the peer may go on, and
/// they cost little computing.
#[test]
fn header_bombs_are_refused() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let before = at_work(&cottage, &credential);
    let bystander = Bystander::start(&cottage);
    let mut client = cottage.session(&credential);
    for (what, bomb, codes) in [
        ("100,000 fields", "X-A: 1\r\n".repeat(100_000), [552, 552]),
        (
            "a field of 10 MB",
            format!("X-A: {}\r\n", "x".repeat(8_000) + "\r\n ").repeat(1_250),
            [552, 552],
        ),
        (
            "one field of 10 MB",
            format!(
                "X-A: {}\r\n",
                (" ".to_owned() + &"x".repeat(8_000) + "\r\n").repeat(1_250)
            ),
            [552, 552],
        ),
        (
            "100,000 folds",
            format!("X-A: 1\r\n{}", " x\r\n".repeat(100_000)),
            [552, 552],
        ),
        (
            "10,000 hops",
            "Received: from a by b; x\r\n".repeat(10_000),
            [552, 554],
        ),
        (
            "31 hops",
            "Received: from a by b; x\r\n".repeat(31),
            [554, 554],
        ),
    ] {
        let text = format!("From: {USER}\r\n{bomb}\r\nbody\r\n");
        let reply = client.submit(USER, &[SUPPORT], text.trim_end());
        assert!(codes.contains(&reply.code), "{what}: {reply}");
        let status = reply.lines[0]
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned();
        assert!(
            ["5.3.4", "5.6.0", "5.4.6"].contains(&status.as_str()),
            "{what}: {reply}"
        );
    }
    bystander.stop();
    finish(cottage, before);
}

/// RES-08: at the limit, beyond it, and messages of nothing.
#[test]
fn sizes_are_counted_not_believed() {
    let limit = 65_536;
    let cottage = Cottage::start(&format!("[limits]\nmessage_octets_max = {limit}\n"));
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    for (declared, octets, code) in [
        ("", limit, 250),
        ("", limit + 1, 552),
        (" SIZE=10", limit, 250),
        (" SIZE=0", limit + 1, 552),
        (" SIZE=65536", limit + 1, 552),
    ] {
        let text = filled(octets);
        let reply = hand_in(&cottage, &credential, declared, text.as_bytes());
        assert_eq!(reply, code, "{octets} octets declared as{declared:?}");
    }
    for (what, text) in [
        ("nothing at all", &b""[..]),
        ("an empty line", b"\r\n"),
        ("empty lines", b"\r\n\r\n\r\n"),
        ("no header", b"\r\njust a body\r\n"),
        (
            "no body",
            b"From: eve@enduser.example\r\nSubject: bodiless\r\n",
        ),
    ] {
        assert_eq!(hand_in(&cottage, &credential, "", text), 250, "{what}");
    }
    wait_for_ticket(&cottage.relay, ACCOUNT, "bodiless");
}

/// A message of exactly so many octets.
fn filled(octets: usize) -> String {
    let mut text = format!("From: {USER}\r\nTo: {SUPPORT}\r\nSubject: full\r\n\r\n");
    while octets - text.len() > 100 {
        text += "0123456789012345678901234567890123456789\r\n";
    }
    text += &"x".repeat(octets - text.len() - 2);
    text + "\r\n"
}

/// RES-12: whoever is turned away a million times is worth a few lines.
#[test]
fn refusals_do_not_fill_the_log() {
    let (connections, sessions) = if full_campaign() {
        (1_000_000, 20_000)
    } else {
        (1_000, 300)
    };
    let mut cottage = Cottage::start("[limits]\nconnections_per_peer_max = 2\n");
    cottage.relay.announce("there is no room");
    cottage.relay.announce("of strangers");
    cottage.connect(ACCOUNT, DOMAIN);
    let port = cottage.relay.ports().mx;
    let seats = [Client::plain(port), Client::plain(port)];
    let (start, before) = (Instant::now(), cottage.relay.log().len());
    for _ in 0..connections {
        assert_eq!(Client::plain(port).greeting.code, 421);
    }
    let (grown, minutes) = (
        cottage.relay.log().len() - before,
        1 + start.elapsed().as_secs() / 60,
    );
    eprintln!(
        "{connections} connections refused: {grown} octets of log, {:.4} each, in {:?}",
        grown as f64 / connections as f64,
        start.elapsed()
    );
    assert!(
        grown as u64 <= minutes * 2 * LINE_OCTETS,
        "{grown} octets of log"
    );
    drop(seats);
    let (start, before) = (Instant::now(), cottage.relay.log().len());
    for _ in 0..sessions {
        guess_addresses(port);
    }
    let (grown, minutes) = (
        cottage.relay.log().len() - before,
        1 + start.elapsed().as_secs() / 60,
    );
    eprintln!(
        "{sessions} sessions of refused recipients: {grown} octets in {:?}",
        start.elapsed()
    );
    assert!(
        grown as u64 <= minutes * 1_001 * LINE_OCTETS,
        "{grown} octets of log"
    );
}

/// Five recipients of nobody: the errors that are answered at once.
fn guess_addresses(port: u16) {
    let mut client = wait::until("a place", PATIENCE, || {
        let client = Client::plain(port);
        (client.greeting.code == 220).then_some(client)
    });
    client.send(b"EHLO a\r\nMAIL FROM:<>\r\n");
    for _ in 0..2 {
        assert_eq!(client.reply().code, 250);
    }
    for number in 0..5 {
        assert_eq!(
            client
                .say(&format!("RCPT TO:<{number}@nobody.desk.example>"))
                .code,
            550
        );
    }
}

/// RES-09: what unpacks archives is not in the program at all, so no attachment can make it
/// grow. (The standard library unpacks debug information for its own backtraces.)
#[test]
fn nothing_in_the_program_unpacks_anything() {
    let output = process::run(Command::new("nm").arg("--demangle").arg(binary()), b"");
    let symbols = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(symbols.contains("mail_parser"), "the symbols were read");
    for word in [
        "flate2::",
        "mail_auth::report",
        "ZipArchive",
        "zstd",
        "brotli",
        "lzma",
        "bzip2",
        "lz4",
    ] {
        let found = symbols.lines().find(|line| line.contains(word));
        assert_eq!(found, None, "{word}");
    }
}

/// A program with this much room, all of it for one peer.
fn roomy(room: usize) -> Cottage {
    Cottage::start(&format!(
        "[limits]\nconnections_max = {room}\nconnections_per_peer_max = 20000\n"
    ))
}

/// Takes one message, so that the vitals are those of a program that has been at work.
fn at_work(cottage: &Cottage, credential: &Credential) -> Vitals {
    cottage.hand_in(credential, "warm", "warm@enduser.example");
    wait_for_ticket(&cottage.relay, ACCOUNT, "warm");
    Vitals::of(&cottage.relay)
}

/// The general condition.
fn finish(mut cottage: Cottage, before: Vitals) {
    before.return_to(&cottage.relay);
    cottage.relay.stop();
}

/// A connection that never gets anywhere.
struct Sloth {
    stream: TcpStream,
    script: Vec<u8>,
}

impl Sloth {
    /// The kinds take turns.
    fn connect(cottage: &Cottage, number: usize) -> Self {
        let ports = cottage.relay.ports();
        let (port, script): (u16, &[u8]) = match number % 4 {
            0 => (ports.starttls, b"EHLO slow.example"),
            1 => (ports.implicit, &HELLO_BEGUN),
            2 => (ports.mx, b"MAIL FROM:<"),
            _ => (ports.mx, IN_TEXT),
        };
        let mut stream = tcp(port);
        if script != HELLO_BEGUN {
            // Who speaks before the greeting is sent away at once.
            let _ = stream.read(&mut [0; 100]);
        }
        let (now, later) = script.split_at(if script == IN_TEXT {
            IN_TEXT.len() - 5
        } else {
            1
        });
        let _ = stream.write_all(now);
        Self {
            stream,
            script: later.to_vec(),
        }
    }

    /// One more octet.
    fn trickle(&mut self) {
        if !self.script.is_empty() {
            let octet = self.script.remove(0);
            let _ = self.stream.write_all(&[octet]);
        }
    }

    /// Whether the server has not closed.
    fn is_there(&mut self) -> bool {
        self.stream.set_nonblocking(true).expect("a socket");
        let mut said = [0; 4_096];
        loop {
            match self.stream.read(&mut said) {
                Ok(0) => return false,
                Ok(_) => {}
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
            }
        }
    }
}

fn tcp(port: u16) -> TcpStream {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    stream
}

/// What comes before the peer closes.
fn ended(stream: &mut TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    said
}

/// Sends octets without a line end until nobody takes them; the code that was said about it,
/// if it got through before the end of the connection did.
fn pour(client: &mut Client, octets: usize) -> Option<u16> {
    let piece = vec![b'x'; 1 << 20];
    let mut pieces = 0..octets / piece.len();
    let taken = pieces.all(|_| client.try_send(&piece).is_ok());
    assert!(!taken, "all of it was taken");
    Some(client.reply().code).filter(|code| *code != 0)
}

fn hand_in(cottage: &Cottage, credential: &Credential, declared: &str, text: &[u8]) -> u16 {
    let mut client = cottage.session(credential);
    assert_eq!(
        client.say(&format!("MAIL FROM:<{USER}>{declared}")).code,
        250
    );
    assert_eq!(client.say(&format!("RCPT TO:<{SUPPORT}>")).code, 250);
    assert_eq!(client.say("DATA").code, 354);
    client.send(text);
    client.send(b".\r\n");
    client.reply().code
}

fn pause_between_octets() -> Duration {
    Duration::from_secs(if full_campaign() { 9 } else { 1 })
}

/// A TLS record of a handshake message that does not come to its end.
const HELLO_BEGUN: [u8; 12] = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 0];
const IN_TEXT: &[u8] =
    b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<support@acme.desk.example>\r\nDATA\r\nSubje";
const SMALL_TALK: [&str; 6] = [
    "EHLO a.example",
    "NOOP",
    "RSET",
    "VRFY root",
    "HELP",
    "HELO b.example",
];
const RECIPIENTS_MAX: usize = 10;
/// The default of the session.
const JUNK_MAX: usize = 20;
/// What one line of the log may have.
const LINE_OCTETS: u64 = 500;
