//! TLS as strangers meet it: old versions refused, certificates changed while running.

use std::fs;

use relaygate_tests::certs;
use relaygate_tests::clients;
use relaygate_tests::house::{Cottage, HOUSE_CERTIFICATE};
use relaygate_tests::relaygate::HOSTNAME;
use relaygate_tests::smtp::Client;
use relaygate_tests::wait::{self, PATIENCE};
use rustix::process::Signal;

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
    for old in ["-tls1", "-tls1_1"] {
        assert!(!handshakes(web, &[old, "-cipher", "DEFAULT:@SECLEVEL=0"]));
    }
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
