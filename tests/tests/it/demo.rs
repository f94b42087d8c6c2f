//! `relaygate demo`, run as a newcomer would, and what it says it observed.

use std::process::Command;

use relaygate_tests::{process, relaygate};
use serde_json::Value;
use skip::skipped;

use crate::needs_postfix;

/// From nothing to the user's reply, with a Postfix: R1, R2, R7, R8, R11, R12, R34, R39.
#[test]
fn the_demo_plays_with_postfix() {
    needs_postfix!();
    let told = demo(&[]);
    assert!(
        first_step(&told).contains("Postfix for acme.example"),
        "{told}"
    );
    check(&told);
}

/// The same with the small server, which is there where no Postfix is: R1, R2, R11, R12, R34.
#[test]
fn the_demo_plays_with_the_small_server() {
    if !process::installed("python3") {
        return skipped("python3 is not installed (make setup)");
    }
    let told = demo(&["--small"]);
    assert!(!first_step(&told).contains("Postfix"), "{told}");
    check(&told);
}

fn demo(options: &[&str]) -> Value {
    let mut command = Command::new(relaygate::binary());
    command
        .env_remove("RELAYGATE_CONFIG")
        .args(["--json", "demo", "--once"])
        .args(options);
    let output = process::run(&mut command, b"");
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}{errors}");
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}{errors}"))
}

/// Who the customer's server is, in words.
fn first_step(told: &Value) -> String {
    told["steps"][0]["observed"].to_string()
}

fn check(told: &Value) {
    assert_eq!(told["ok"], true, "{told}");
    assert_eq!(told["steps"].as_array().map(Vec::len), Some(10), "{told}");
    let tags = told["ticket"]["tags"].as_array();
    assert!(
        tags.is_some_and(|tags| tags.contains(&Value::from(SECURE))),
        "{told}"
    );
    let issued = told["credentials"]["inbound"].as_str();
    assert!(
        issued.is_some_and(|id| told["steps"][2]["observed"].to_string().contains(id)),
        "the ticket names the credential that was issued: {told}"
    );
    assert_eq!(told["credentials"]["outbound"], "help@acme.example");
    for direction in ["inbound", "outbound"] {
        let tls = &told["tls"][direction];
        assert_eq!(tls["version"], "TLSv1.3", "{direction}: {told}");
        let cipher = tls["cipher"].as_str().unwrap_or_default();
        assert!(cipher.starts_with("TLS13_"), "{direction}: {told}");
    }
    let arrived = fields(told);
    for field in PRESERVED {
        assert!(arrived.contains(&field), "{field}: {told}");
    }
    let comments = told["comments"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(comments.len(), 3, "question, answer, reply: {told}");
    assert_eq!(comments[2]["authenticated"], true, "{told}");
}

/// The names of the answer's header fields, as the end user got it.
fn fields(told: &Value) -> Vec<&str> {
    let fields = told["headers"].as_array().map_or(&[][..], Vec::as_slice);
    fields
        .iter()
        .filter_map(|field| field[0].as_str())
        .collect()
}

const SECURE: &str = "system_authenticated_email_ticket";

const PRESERVED: [&str; 5] = [
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Mailer",
    "X-Relaygate-From-Account-Id",
    "X-Relaygate-Email-Id",
];
