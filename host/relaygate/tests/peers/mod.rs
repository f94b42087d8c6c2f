//! What a customer's server meets at the submission listener: mechanisms, the
//! lock-out for guessing, a disk that is full.

mod disk;

use std::process::Command;

use serde_json::Value;

use crate::program::{Directory, Program};

/// A served program with a connected domain, an address and its credential.
struct House {
    program: Program,
    port: u16,
    user: String,
    password: String,
}

impl House {
    /// The usual configuration with one thing changed.
    fn with(from: &str, to: &str) -> Self {
        let directory = Directory::new();
        let usual = directory.configuration(directory.ports);
        assert!(usual.contains(from), "{from:?} is not in it");
        directory.write("relaygate.toml", &usual.replacen(from, to, 1));
        Self::furnish(directory)
    }

    fn furnish(directory: Directory) -> Self {
        let port = directory.ports[0];
        let program = Program::start_in(directory);
        program.make_account();
        let added = program.ask(&["domain", "add", "-a", "acme", "acme.example"]);
        program.add_address("help@acme.example", "outbound secret");
        let text = |key: &str| {
            let value = added["credential"][key].as_str();
            value.expect("it is shown").to_owned()
        };
        let (user, password) = (text("username"), text("password"));
        Self {
            program,
            port,
            user,
            password,
        }
    }

    /// The last reply to a message of that size.
    fn send(&self, mechanism: &str, octets: usize) -> String {
        let octets = octets.to_string();
        let rest = ["send", mechanism, &self.user, &self.password, &octets];
        self.talk("127.0.0.1", &rest)
    }

    fn guess(&self, source: &str, user: &str, times: usize) -> String {
        self.talk(source, &["guess", user, &times.to_string()])
    }

    fn talk(&self, source: &str, rest: &[&str]) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/talk.py");
        let output = Command::new("python3")
            .arg(script)
            .args([&self.port.to_string(), source])
            .args(rest)
            .output()
            .expect("python3 is there");
        assert!(
            output.status.success(),
            "{}\n{}",
            String::from_utf8_lossy(&output.stderr),
            self.program.log()
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn audit(&self) -> Vec<Value> {
        let answer = self.program.ask(&["audit", "list"]);
        answer["audit"].as_array().expect("a list").clone()
    }
}

#[test]
fn login_is_offered_only_where_the_listener_says_so() {
    let usual = House::with("tls = \"implicit\"", "tls = \"implicit\"");
    assert_eq!(usual.send("LOGIN", 100), "offered PLAIN");
    let legacy = House::with("tls = \"implicit\"", "tls = \"implicit\"\nlogin = true");
    for mechanism in ["LOGIN", "PLAIN"] {
        let said = legacy.send(mechanism, 100);
        assert!(said.starts_with("250 2."), "{mechanism}: {said}");
    }
}

#[test]
fn a_peer_locked_out_for_guessing_is_in_the_audit_log_once() {
    let house = House::with(
        "[limits]\n",
        "[auth]\nfailures_per_peer_max = 4\n[limits]\n",
    );
    // The third failure ends a connection, the fourth the peer's welcome.
    assert_eq!(house.guess("127.0.0.7", "first", 9), "535 535 421");
    assert_eq!(house.audit(), Vec::<Value>::new());
    let long = "x".repeat(200);
    let codes = house.guess("127.0.0.7", &long, 9);
    assert!(codes.starts_with("535 454"), "{codes}");
    house.guess("127.0.0.7", "later", 9);
    assert_eq!(house.guess("127.0.0.8", "other", 1), "535");
    let rows = house.audit();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["act"], "auth_locked_out");
    assert_eq!(rows[0]["actor"], "system");
    assert_eq!(rows[0]["peer"], "127.0.0.7");
    assert_eq!(rows[0]["subject"], "x".repeat(64));
}

#[test]
fn the_acts_in_an_account_are_listed() {
    let house = House::with("[limits]\n", "[limits]\n");
    let answer = house.program.ask(&["audit", "list", "-a", "acme"]);
    let acts = answer["audit"].as_array().expect("a list");
    assert!(acts.len() >= 2, "{answer}");
    assert!(!answer.to_string().contains(&house.password));
    let (_, error) = house.program.refused(&["audit", "list", "-a", "nobody"]);
    assert_eq!(error["code"], "not_found");
}
