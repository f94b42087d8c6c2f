//! What an operator gets wrong, and the one clear line that says so.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use relaygate_tests::certs;
use relaygate_tests::house::{Cottage, temporary};
use relaygate_tests::process;
use relaygate_tests::relaygate::{self, HOSTNAME, Ports, Settings};
use serde_json::Value;

/// Broken files exit 78, name the key or line, and touch nothing: OPS-02.
#[test]
fn broken_configurations_exit_78() {
    let directory = temporary();
    let good = good_configuration(directory.path());
    let cases = [
        (
            "unknown key",
            good.replace("hostname =", "hostnam ="),
            "hostnam",
        ),
        (
            "unknown section",
            format!("{good}[colour]\nred = 1\n"),
            "colour",
        ),
        ("not TOML", format!("{good}[tls\n"), "relaygate.toml"),
        (
            "a number for a name",
            good.replace(&format!("\"{HOSTNAME}\""), "25"),
            "hostname",
        ),
        (
            "not a host name",
            good.replace(HOSTNAME, "not a host"),
            "hostname",
        ),
        (
            "not an address",
            good.replace("bind = \"127.0.0.1:", "bind = \"nowhere:"),
            "bind",
        ),
        (
            "unknown listener",
            good.replace("kind = \"mx\"", "kind = \"pop3\""),
            "pop3",
        ),
        (
            "unknown TLS mode",
            good.replace("tls = \"implicit\"", "tls = \"maybe\""),
            "maybe",
        ),
        (
            "missing certificate",
            good.replace(&format!("{HOSTNAME}.pem"), "missing.pem"),
            "missing.pem",
        ),
        (
            "key inside data",
            good.replace("/relaygate.key", "/data/relaygate.key"),
            "key_file",
        ),
    ];
    for (what, text, named) in cases {
        for verb in [["check-config"].as_slice(), &["serve"]] {
            let output = run(directory.path(), &text, verb);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(78), "{what}, {verb:?}: {said}");
            assert!(said.contains(named), "{what}, {verb:?}: {said}");
        }
        assert!(
            !directory.path().join("data").exists(),
            "{what}: something was made"
        );
    }
}

/// A good file is called good, and nothing is made: OPS-02.
#[test]
fn a_good_configuration_passes() {
    let directory = temporary();
    let output = run(
        directory.path(),
        &good_configuration(directory.path()),
        &["check-config"],
    );
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!directory.path().join("data").exists());
}

/// Mail and pages under one name, or with a certificate that is good for the other's, are warned
/// of; names of their own are what keeps a browser from being led to the mail's port: SMG-05.
#[test]
fn mail_and_pages_have_names_of_their_own() {
    let directory = temporary();
    let authority = certs::authority(&directory.path().join("certs"));
    let good = good_configuration(directory.path());
    let pages = |name: &str, others: &[&str]| {
        let certificate = authority.issue(name, others).expect("test names are sound");
        let (chain, key) = (certificate.certificate.display(), certificate.key.display());
        let web = format!(
            "[web]\nurl = \"https://www.desk.example:8443\"\ncertificate = \"{chain}\"\nkey = \"{key}\"\n"
        );
        good.replace("[web]\n", &web)
    };
    let only_url = good.replace("[web]\n", "[web]\nurl = \"https://www.desk.example\"\n");
    let cases = [
        ("one name", good.clone(), &["web.url"][..]),
        ("one certificate", only_url, &["web.certificate"]),
        ("names of their own", pages("www.desk.example", &[]), &[]),
        (
            "a name too many",
            pages("two.desk.example", &["www.desk.example", HOSTNAME]),
            &["web.certificate"],
        ),
        (
            "any name",
            pages("*.desk.example", &[]),
            &["web.certificate"],
        ),
    ];
    for (what, text, expected) in cases {
        let output = run(directory.path(), &text, &["--json", "check-config"]);
        let said: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        assert_eq!(said["config"]["ok"], true, "{what}: {said}");
        let warnings = said["config"]["warnings"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let keys: Vec<_> = warnings.iter().map(|warning| &warning["key"]).collect();
        assert_eq!(keys, expected, "{what}: {said}");
    }
    let output = run(directory.path(), &good, &["check-config"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("warning: web.url: pages and mail share"),
        "{said}"
    );
}

/// A missing file is one line and exit 78: OPS-02.
#[test]
fn a_missing_configuration_exits_78() {
    let output = process::run(
        Command::new(relaygate::binary()).args([
            "--config",
            "/nonexistent/relaygate.toml",
            "serve",
        ]),
        b"",
    );
    assert_eq!(output.status.code(), Some(78));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("/nonexistent/relaygate.toml"), "{said}");
}

/// A port somebody else has is named: OPS-02.
#[test]
fn a_port_in_use_is_named() {
    let directory = temporary();
    let text = good_configuration(directory.path());
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("a bound socket").port();
    let first = text.find("bind = \"127.0.0.1:").expect("a listener");
    let text = text[..first].to_owned() + &replace_port(&text[first..], port);
    let output = run(directory.path(), &text, &["serve"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        [Some(1), Some(78)].contains(&output.status.code()),
        "{said}"
    );
    assert!(said.contains(&port.to_string()), "{said}");
}

/// A second program on one store gives up at once and harms nothing: STO-08.
#[test]
fn a_store_is_opened_once() {
    let cottage = Cottage::start("");
    let file = cottage.relay.directory().join("relaygate.toml");
    let own = fs::read_to_string(&file).expect("we wrote this file");
    let Ports {
        implicit,
        starttls,
        mx,
        metrics,
        web,
    } = cottage.relay.ports();
    let fresh = Ports::free();
    let second = own
        .replace(&format!(":{implicit}\""), &format!(":{}\"", fresh.implicit))
        .replace(&format!(":{starttls}\""), &format!(":{}\"", fresh.starttls))
        .replace(&format!(":{mx}\""), &format!(":{}\"", fresh.mx))
        .replace(&format!(":{metrics}\""), &format!(":{}\"", fresh.metrics))
        .replace(&format!(":{web}\""), &format!(":{}\"", fresh.web));
    let output = run(cottage.directory(), &second, &["serve"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        [Some(1), Some(78)].contains(&output.status.code()),
        "{said}"
    );
    assert!(said.contains("data"), "it names the directory: {said}");
    assert_eq!(
        cottage.relay.http("/healthz").map(|(status, _)| status),
        Some(200)
    );
}

/// Metrics are there to be scraped, and name no address: R4.
#[test]
fn metrics_are_served() {
    let cottage = Cottage::start("");
    cottage.relay.submission(&cottage.tls()).say("QUIT");
    let (status, body) = cottage.relay.http("/metrics").expect("an answer");
    assert_eq!(status, 200);
    assert!(body.contains("# TYPE"), "{body}");
}

fn good_configuration(directory: &Path) -> String {
    let authority = certs::authority(&directory.join("certs"));
    let certificate = certs::issue(&authority, HOSTNAME);
    let settings = Settings {
        certificate: &certificate,
        resolver: None,
        routes: Vec::new(),
        extra: String::new(),
    };
    relaygate::configuration(directory, Ports::free(), &settings)
}

fn run(directory: &Path, text: &str, verb: &[&str]) -> Output {
    let file = directory.join("relaygate.toml");
    fs::write(&file, text).expect("the test's directory can be written");
    process::run(
        Command::new(relaygate::binary())
            .arg("--config")
            .arg(&file)
            .args(verb),
        b"",
    )
}

/// Puts another port into the first `bind` line.
fn replace_port(text: &str, port: u16) -> String {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let head = line.rsplit_once(':').map_or(line, |(head, _)| head);
    format!("{head}:{port}\"\n{rest}")
}
