//! Programs of others against our API: a client library people use, unchanged, and a
//! fuzzer that reads our own description.

use std::path::{Path, PathBuf};
use std::process::Command;

use relaygate_tests::api::Token;
use relaygate_tests::house::{
    ACCOUNT, ADMIN, Cottage, DOMAIN, SUPPORT, USER, tags_of, wait_for_ticket,
};
use relaygate_tests::relaygate::HOSTNAME;
use relaygate_tests::{process, repository};
use serde_json::{Value, json};

use crate::full_campaign;

/// An account with a connector, two addresses of it, a ticket, and a token of an admin.
struct Shop {
    cottage: Cottage,
    token: Token,
}

impl Shop {
    fn open(limits: &str) -> Self {
        let cottage = Cottage::start(&format!("[limits]\n{limits}"));
        let credential = cottage.connect(ACCOUNT, DOMAIN);
        cottage.add_address(ACCOUNT, &format!("sales@{DOMAIN}"));
        cottage.hand_in(&credential, "Printer", "z1@enduser.example");
        wait_for_ticket(&cottage.relay, ACCOUNT, "Printer");
        let token = Token::create(&cottage.relay, ACCOUNT, ADMIN);
        Self { cottage, token }
    }

    fn authority(&self) -> &Path {
        self.cottage.authority.file()
    }
}

/// The interpreter `tests/setup.sh` gave these packages, if it could.
fn python(module: &str) -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from)?;
    let python = home.join(".cache/relaygate/python/bin/python");
    let mut import = Command::new(&python);
    import.args(["-c", &format!("import {module}")]);
    let found = python.is_file() && process::run(&mut import, b"").status.success();
    if !found {
        skip::skipped(&format!("the Python module {module} is not installed"));
    }
    found.then_some(python)
}

/// A client library people use, unchanged: it lists and deletes addresses of connectors and
/// reads tickets: R101, R102.
#[test]
fn an_existing_client_lists_and_deletes_and_reads() {
    let Some(python) = python("zenpy") else {
        return;
    };
    let shop = Shop::open("");
    let mut client = Command::new(python);
    client
        .arg(repository::root().join("tests/clients/lists_and_deletes.py"))
        .args([HOSTNAME, &shop.cottage.relay.ports().web.to_string()])
        .args([&shop.token.agent, &shop.token.secret])
        .arg(shop.authority());
    let done = process::run(&mut client, b"");
    let (printed, said) = (text(&done.stdout), text(&done.stderr));
    assert!(
        done.status.success(),
        "{printed}{said}\n{}",
        shop.cottage.relay.log()
    );
    let seen: Value = serde_json::from_str(&printed).expect("it prints JSON");
    let sales = format!("sales@{DOMAIN}");
    let all = json!([&sales, SUPPORT, "support@acme.desk.example"]);
    assert_eq!(sorted(&seen["addresses"]), sorted(&all), "{seen}");
    assert_eq!(
        sorted(&seen["deleted"]),
        sorted(&json!([&sales, SUPPORT])),
        "{seen}"
    );
    let ticket = &seen["tickets"][0];
    assert_eq!(
        [&ticket["subject"], &ticket["requester"]],
        ["Printer", USER],
        "{seen}"
    );
    let comment = ticket["comments"][0].as_str().unwrap_or_default();
    assert!(comment.contains("this is about Printer"), "{seen}");
    let shown = shop
        .cottage
        .relay
        .cli(&["ticket", "show", "-a", ACCOUNT, "1"]);
    assert_eq!(ticket["tags"], json!(tags_of(&shown)), "{seen}");
    let left = shop.cottage.relay.cli(&["address", "list", "-a", ACCOUNT]);
    let left = left["addresses"].as_array().map(Vec::len);
    assert_eq!(left, Some(1), "the native one");
}

/// The fuzzer reads the description and tries what it allows and what it does not: no 5xx,
/// no answer that is not described; fifty thousand cases in the campaign: WEB-04.
#[test]
fn a_fuzzer_finds_nothing_that_is_not_described() {
    let Some(python) = python("schemathesis") else {
        return;
    };
    let (examples, cases_min) = if full_campaign() {
        (1_200, 50_000)
    } else {
        (6, 200)
    };
    let mut shop = Shop::open("api_requests_per_minute = 1000000\n");
    // A name of ours that needs no name server.
    let base = format!(
        "https://localhost:{}/api/v2",
        shop.cottage.relay.ports().web
    );
    let mut fuzzer = Command::new(python);
    fuzzer
        .current_dir(shop.cottage.directory())
        .args([
            "-m",
            "schemathesis.cli",
            "run",
            &format!("{base}/openapi.json"),
        ])
        .args(["--url", &base, "--no-color", "--phases", "examples,fuzzing"])
        .args(["--checks", CHECKS, "--max-examples", &examples.to_string()])
        .args(["--seed", "20261128", "--request-timeout", "30"])
        .args(["--continue-on-failure", "--generation-deterministic"])
        .arg("--tls-verify")
        .arg(shop.authority())
        .args([
            "--header",
            &format!("Authorization: {}", shop.token.basic()),
        ]);
    let done = process::run(&mut fuzzer, b"");
    let (printed, said) = (text(&done.stdout), text(&done.stderr));
    assert!(
        done.status.success(),
        "{printed}{said}\n{}",
        shop.cottage.relay.log()
    );
    let cases = printed.lines().find_map(cases_of);
    assert!(
        cases.is_some_and(|cases| cases >= cases_min),
        "{cases:?}: {printed}"
    );
    shop.cottage.relay.stop();
}

/// `Test cases: 460 generated, …` or the like.
fn cases_of(line: &str) -> Option<usize> {
    let (count, _) = line.split_once(" generated")?;
    count.rsplit(' ').next()?.replace(',', "").parse().ok()
}

fn sorted(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    let mut texts: Vec<String> = list
        .filter_map(|it| it.as_str().map(str::to_owned))
        .collect();
    texts.sort();
    texts
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// What has to hold of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
response_headers_conformance,response_schema_conformance,ignored_auth";
