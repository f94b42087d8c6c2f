//! TLS as strangers meet it: old versions refused, certificates changed while running.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use relaygate_tests::api::Api;
use relaygate_tests::certs;
use relaygate_tests::clients::{self, Finding};
use relaygate_tests::house::{ACCOUNT, Cottage, DOMAIN, HOUSE_CERTIFICATE, USER, message};
use relaygate_tests::relaygate::HOSTNAME;
use relaygate_tests::smtp::Client;
use relaygate_tests::vitals::{Bystander, Vitals};
use relaygate_tests::wait::{self, PATIENCE};
use rustix::process::Signal;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use crate::full_campaign;

/// TLS 1.0 and 1.1 are over: R109, TLS-05.
#[test]
fn old_tls_versions_are_refused() {
    let cottage = Cottage::start("");
    for (port, more) in [
        (cottage.relay.ports().implicit, [].as_slice()),
        (cottage.relay.ports().starttls, &STARTTLS),
    ] {
        for old in ["-tls1", "-tls1_1"] {
            let options = [&[old, "-cipher", "DEFAULT:@SECLEVEL=0"], more].concat();
            assert!(!handshakes(port, &options), "{old} on {port}");
        }
        for good in ["-tls1_2", "-tls1_3"] {
            assert!(
                handshakes(port, &[&[good], more].concat()),
                "{good} on {port}"
            );
        }
    }
}

/// A new certificate is taken up on SIGHUP; open sessions go on: R109, TLS-06.
#[test]
fn sighup_swaps_the_certificate() {
    let cottage = Cottage::start("");
    let mut open = cottage.relay.submission(&cottage.tls());
    let successor = certs::authority(&cottage.directory().join("successor"));
    let fresh = certs::issue(&successor, HOSTNAME);
    let used = cottage.directory().join("certs").join(HOUSE_CERTIFICATE);
    fs::copy(&fresh.certificate, used.with_extension("pem")).expect("files of ours");
    fs::copy(&fresh.key, used.with_extension("key")).expect("files of ours");
    cottage.relay.signal(Signal::HUP);
    let authority = successor.file().to_string_lossy().into_owned();
    wait::until("the new certificate", PATIENCE, || {
        trusted(cottage.relay.ports().implicit, &authority).then_some(())
    });
    assert_eq!(
        open.say("EHLO mail.acme.example").code,
        250,
        "the open session lives"
    );
    let mut starttls = Client::starttls(
        cottage.relay.ports().starttls,
        &certs::client(&successor),
        HOSTNAME,
    );
    assert_eq!(starttls.say("EHLO mail.acme.example").code, 250);
}

/// A broken new certificate changes nothing and is reported: TLS-06.
#[test]
fn a_broken_certificate_is_not_taken_up() {
    let mut cottage = Cottage::start("");
    cottage.relay.announce("certificate");
    cottage.relay.announce("reload");
    let used = cottage.directory().join("certs").join(HOUSE_CERTIFICATE);
    fs::write(used.with_extension("pem"), "no certificate").expect("a file of ours");
    cottage.relay.signal(Signal::HUP);
    wait::until("a word about it in the log", PATIENCE, || {
        let log = cottage.relay.log();
        log.lines()
            .any(|line| line.contains("\"ERROR\"") || line.contains("\"WARN\""))
            .then_some(())
    });
    let mut client = cottage.relay.submission(&cottage.tls());
    assert_eq!(client.say("EHLO mail.acme.example").code, 250);
}

/// Browsers and mail servers are kept apart: neither port speaks the other's
/// protocol, so that no answer of the one is taken for one of the other (SMG-05).
#[test]
fn pages_and_mail_do_not_answer_for_each_other() {
    let cottage = Cottage::start("");
    let (web, mail) = (cottage.relay.ports().web, cottage.relay.ports().implicit);
    for (port, protocol, spoken) in [
        (web, "h2", true),
        (web, "http/1.1", true),
        (web, "smtp", false),
        (mail, "smtp", true),
        (mail, "http/1.1", false),
    ] {
        let spoke = handshakes(port, &["-alpn", protocol]);
        assert_eq!(spoke, spoken, "{protocol} on {port}");
    }
    // Who says nothing of protocols is served in ours: SMTP in TLS is no request.
    let api = Api::new(web, &cottage.tls());
    let answer = api.raw(&[b"EHLO mail.acme.example\r\nMAIL FROM:<eve@enduser.example>\r\n\r\n"]);
    assert_eq!((answer.status, answer.field("content-length")), (400, "0"));
    for old in ["-tls1", "-tls1_1"] {
        assert!(!handshakes(web, &[old, "-cipher", "DEFAULT:@SECLEVEL=0"]));
    }
}

/// What testssl.sh thinks of both doors: nothing old, nothing weak, no renegotiation, no
/// compression: TLS-05.
#[test]
fn testssl_finds_nothing_weak() {
    if !relaygate_tests::process::installed("testssl") {
        return skip::skipped("testssl.sh is not installed");
    }
    let cottage = Cottage::start("");
    let ports = cottage.relay.ports();
    let checks: &[&str] = match full_campaign() {
        true => &[
            "--protocols",
            "--std",
            "--fs",
            "--server-defaults",
            "--vulnerable",
            "--renegotiation",
        ],
        // The others wait for time-outs.
        false => &["--compression"],
    };
    for (port, more) in [
        (ports.implicit, [].as_slice()),
        (ports.starttls, &["--starttls", "smtp"]),
    ] {
        let file = cottage.directory().join(format!("testssl-{port}.json"));
        let found = clients::testssl(port, &[checks, more].concat(), &file);
        let bad: Vec<&Finding> = found.iter().filter(|it| it.is_bad()).collect();
        assert!(bad.is_empty(), "{port}: {bad:#?}");
        let said = found.iter().filter(|it| it.severity == "OK").count();
        assert!(said > 0, "{port}: it was not understood: {found:#?}");
    }
}

/// Handshakes that are odd but lawful are done; those that only cost us something end, and
/// give back what they took: TLS-05.
#[test]
fn odd_handshakes_end() {
    let half = if full_campaign() { 5_000 } else { 200 };
    let mut cottage = Cottage::start(
        "[limits]\nhandshake_seconds = 2\nconnections_max = 1000\nconnections_per_peer_max = 6000\n",
    );
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    cottage.hand_in(&credential, "warm", "warm@enduser.example");
    let before = Vitals::of(&cottage.relay);
    let bystander = Bystander::start(&cottage);
    let port = cottage.relay.ports().implicit;
    let hello = client_hello(&cottage.tls());
    let mut split = tcp(port);
    for octet in &hello[RECORD_HEAD..] {
        split
            .write_all(&[0x16, 3, 1, 0, 1, *octet])
            .expect("it is read");
    }
    let mut head = [0; RECORD_HEAD];
    split.read_exact(&mut head).expect("an answer");
    assert_eq!(
        head[0], 0x16,
        "a handshake cut into octets is answered by one"
    );
    let mut large = tcp(port);
    let _ = large.write_all(&[0x16, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff]);
    let _ = large.write_all(&[0; 1 << 20]);
    assert_ne!(
        ended(&mut large).first(),
        Some(&0x16),
        "sixteen megabytes of hello"
    );
    let start = Instant::now();
    let halves: Vec<TcpStream> = (0..half)
        .map(|_| {
            let mut stream = tcp(port);
            let _ = stream.write_all(&hello);
            stream
        })
        .collect();
    for mut stream in halves {
        ended(&mut stream);
    }
    eprintln!("{half} half handshakes ended within {:?}", start.elapsed());
    bystander.stop();
    before.return_to(&cottage.relay);
    cottage.relay.stop();
}

/// Certificates change while mail comes in, good ones and bad ones in turn; no session is lost
/// and every refusal is reported: TLS-06.
#[test]
fn certificates_change_under_load() {
    let rounds = if full_campaign() { 200 } else { 10 };
    let mut cottage = Cottage::start("");
    cottage.relay.announce("new certificate refused");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut open = cottage.session(&credential);
    let bystander = Bystander::start(&cottage);
    let used = cottage.directory().join("certs").join(HOUSE_CERTIFICATE);
    for round in 0..rounds {
        let sound = round % 2 == 0;
        match sound {
            // Of the same authority, so that the bystander goes on believing it.
            true => drop(certs::issue(&cottage.authority, HOSTNAME)),
            false => fs::write(used.with_extension("pem"), BAD[round / 2 % BAD.len()])
                .expect("a file of ours"),
        }
        let words = if sound {
            "certificate reloaded"
        } else {
            "new certificate refused"
        };
        let told = cottage.relay.log().matches(words).count();
        cottage.relay.signal(Signal::HUP);
        wait::until(words, PATIENCE, || {
            (cottage.relay.log().matches(words).count() > told).then_some(())
        });
    }
    let took = bystander.stop();
    eprintln!("{rounds} changes under {} sessions, none lost", took.len());
    let to = format!("support@{DOMAIN}");
    let text = message(USER, &to, "still open", "open@enduser.example", "");
    assert_eq!(
        open.submit(USER, &[&to], &text).code,
        250,
        "older than all of them"
    );
}

/// The first flight of a client.
fn client_hello(tls: &Arc<ClientConfig>) -> Vec<u8> {
    let name = ServerName::try_from(HOSTNAME).expect("a name");
    let mut client = ClientConnection::new(Arc::clone(tls), name).expect("a client");
    let mut hello = Vec::new();
    client.write_tls(&mut hello).expect("memory is written to");
    hello
}

fn tcp(port: u16) -> TcpStream {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    stream
}

/// What comes until the peer closes.
fn ended(stream: &mut TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    if let Err(error) = stream.read_to_end(&mut said) {
        assert_ne!(error.kind(), ErrorKind::WouldBlock, "it is still open");
    }
    said
}

fn handshakes(port: u16, options: &[&str]) -> bool {
    let output = clients::s_client(port, options);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.contains("BEGIN CERTIFICATE") && !said.contains("Cipher is (NONE)")
}

fn trusted(port: u16, authority: &str) -> bool {
    let output = clients::s_client(port, &["-CAfile", authority, "-verify_return_error"]);
    String::from_utf8_lossy(&output.stdout).contains("Verify return code: 0")
}

const STARTTLS: [&str; 2] = ["-starttls", "smtp"];
/// Type, version and length.
const RECORD_HEAD: usize = 5;
/// Files that hold no certificate for the key beside them.
const BAD: [&str; 3] = [
    "no certificate",
    "",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
];
