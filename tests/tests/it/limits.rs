//! How much an account may have, and what may be connected at all.

use std::thread;

use relaygate_tests::house::{
    ACCOUNT, ADMIN, AGENT, Cottage, DOMAIN, SUPPORT, add_domain, create_account,
};
use relaygate_tests::relaygate::Relaygate;
use relaygate_tests::troublesome::{Act, Scene, Stage, Trouble};
use serde_json::{Value, json};

/// E5: four domains of fifty addresses each, exact although fifty ask at once: R22, R23, R24, R25.
#[test]
fn four_domains_of_fifty_addresses_and_no_more() {
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    create_account(relay, ACCOUNT);
    for domain in DOMAINS {
        add_domain(relay, ACCOUNT, domain);
    }
    let first = DOMAINS[0];
    assert_eq!(won(&add_many(relay, first, "a", 49)), 49);
    let contested = add_many(relay, first, "b", 50);
    assert_eq!(won(&contested), 1, "{contested:?}");
    for refusal in contested.iter().filter_map(|it| it.as_ref().err()) {
        assert_eq!(refusal["code"], "limit_addresses_per_domain", "{refusal}");
    }
    // What the others leave free is not lent.
    assert_eq!(won(&add_many(relay, first, "c", 3)), 0);
    for domain in &DOMAINS[1..] {
        assert_eq!(won(&add_many(relay, domain, "a", 60)), 50, "{domain}");
    }
    let refusal = add(relay, &format!("one-more@{first}")).expect_err("the 201st");
    let details = refusal["details"].as_array().expect("a list");
    let codes: Vec<_> = details.iter().map(|it| it["code"].as_str()).collect();
    let expected = [Some("limit_addresses_per_domain"), Some("limit_addresses")];
    assert_eq!(codes, expected);
    assert_eq!(refused_domain(relay, "fifth.example"), "limit_domains");
    let listed = relay.cli(&["domain", "list", "-a", ACCOUNT]);
    for connector in listed["connectors"].as_array().expect("a list") {
        assert_eq!(connector["addresses"], 50, "{connector}");
    }
}

/// Every spelling of a name is one domain, and some names are none: R49, ID-03.
#[test]
fn a_name_is_judged_before_it_is_connected() {
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    create_account(relay, ACCOUNT);
    for (name, code) in [
        ("co.uk", "domain_public_suffix"),
        ("com.au", "domain_public_suffix"),
        ("gv.at", "domain_public_suffix"),
        ("github.io", "domain_public_suffix"),
        ("desk.example", "domain_native"),
        ("other.desk.example", "domain_native"),
        ("localhost", "domain_unusable"),
        ("192.0.2.7", "domain_malformed"),
        ("[192.0.2.7]", "domain_malformed"),
        ("0x7f.1", "domain_malformed"),
        ("*.acme.example", "domain_malformed"),
        ("acme.example:25", "domain_malformed"),
        ("xn--example-.org", "domain_malformed"),
        ("xn--a.example", "domain_malformed"),
        ("ac\u{200b}me.example", "domain_malformed"),
        ("acme\u{ad}.example", "domain_malformed"),
    ] {
        assert_eq!(refused_domain(relay, name), code, "{name:?}");
    }
    add_domain(relay, ACCOUNT, "ACME.Example.");
    for twin in ["acme.example", "acme\u{3002}example", "ａｃｍｅ.example"] {
        assert_eq!(refused_domain(relay, twin), "domain_exists", "{twin}");
    }
    add_domain(relay, ACCOUNT, "BÜCHER.example");
    assert_eq!(
        refused_domain(relay, "xn--bcher-kva.example"),
        "domain_exists"
    );
    let listed = relay.cli(&["domain", "list", "-a", ACCOUNT]);
    let books = &listed["connectors"][1];
    assert_eq!(books["domain"], "xn--bcher-kva.example", "{listed}");
    assert_eq!(books["domain_unicode"], "bücher.example", "{listed}");
}

/// The order and the place of an address: R18, R42, R43, R67, and the people it may not be of.
#[test]
fn an_address_stands_in_its_connected_domain() {
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    create_account(relay, ACCOUNT);
    relay.cli(&["token", "create", "-a", ACCOUNT, "--agent", AGENT]);
    assert_eq!(code(add(relay, SUPPORT)), "connector_missing");

    relay.cli(&["address", "forward", "-a", ACCOUNT, "old@acme.example"]);
    let arguments = ["domain", "add", "-a", ACCOUNT, DOMAIN];
    let refusal = relay.cli_fails(&arguments, "").error;
    assert_eq!(refusal["code"], "domain_has_addresses", "{refusal}");
    assert!(
        refusal["message"].to_string().contains("old@acme.example"),
        "{refusal}"
    );
    relay.cli(&["address", "remove", "-a", ACCOUNT, "old@acme.example"]);
    add_domain(relay, ACCOUNT, DOMAIN);
    add_domain(relay, ACCOUNT, "staff.example");

    for (address, domain, expected) in [
        ("help@sub.acme.example", None, "connector_missing"),
        (
            "help@sub.acme.example",
            Some(DOMAIN),
            "address_outside_domain",
        ),
        ("help@staff.example", Some(DOMAIN), "address_outside_domain"),
        ("help@acme.desk.example", None, "address_native"),
        (AGENT, None, "address_is_person"),
    ] {
        assert_eq!(code(add_to(relay, address, domain)), expected, "{address}");
    }
    let long = format!("{}@acme.example", "x".repeat(65));
    assert!(add(relay, &long).is_err());
    add_to(relay, SUPPORT, Some(DOMAIN)).expect("its own domain");
    assert_eq!(code(add(relay, "SUPPORT@acme.example")), "address_exists");
    let forwarded = ["address", "forward", "-a", ACCOUNT, "b@acme.example"];
    let refusal = relay.cli_fails(&forwarded, "").error;
    assert_eq!(refusal["code"], "address_in_connected_domain");
}

/// A sandbox and its production account do not have the same at the same time, and what is left
/// in the sandbox is listed: R16, R17.
#[test]
fn a_sandbox_makes_room_for_production() {
    let shared = "[policy.settings.address-limits]\nallow_shared_domain = true\n";
    for (extra, is_shared) in [("", false), (shared, true)] {
        let cottage = Cottage::start(extra);
        let relay = &cottage.relay;
        create_account(relay, ACCOUNT);
        let sandbox = [
            "account",
            "create",
            "--subdomain",
            SANDBOX,
            "--name",
            "Try",
            "--admin",
            ADMIN,
            "--sandbox-of",
            ACCOUNT,
        ];
        assert_eq!(relay.cli(&sandbox)["kind"], "sandbox");
        add_domain(relay, SANDBOX, DOMAIN);
        cottage.add_address(SANDBOX, SUPPORT);
        let left = leftovers(relay, ACCOUNT);
        assert_eq!(left, [SUPPORT, DOMAIN], "as seen from production");
        assert_eq!(leftovers(relay, SANDBOX), left, "and from the sandbox");
        if is_shared {
            add_domain(relay, ACCOUNT, DOMAIN);
            assert_eq!(code(add(relay, SUPPORT)), "address_in_sibling");
        } else {
            assert_eq!(refused_domain(relay, DOMAIN), "domain_in_sibling");
        }
        relay.cli(&["address", "remove", "-a", SANDBOX, SUPPORT]);
        relay.cli(&["domain", "disconnect", "-a", SANDBOX, DOMAIN, "--wait"]);
        assert!(leftovers(relay, ACCOUNT).is_empty());
        if !is_shared {
            add_domain(relay, ACCOUNT, DOMAIN);
        }
        add(relay, SUPPORT).expect("nobody else has it now");
    }
}

/// Connectors need CCs and followers, which cannot be turned off under them: R13. Names are one of
/// a kind and can be changed: R48.
#[test]
fn settings_and_names_of_an_account_hold() {
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    create_account(relay, ACCOUNT);
    let set = |on| {
        [
            "account",
            "set",
            "-a",
            ACCOUNT,
            "--ccs-followers-enabled",
            on,
        ]
    };
    assert_eq!(relay.cli(&set("false"))["ccs_followers_enabled"], false);
    assert_eq!(refused_domain(relay, DOMAIN), "ccs_followers_disabled");
    relay.cli(&set("true"));
    add_domain(relay, ACCOUNT, DOMAIN);
    let refusal = relay.cli_fails(&set("false"), "").error;
    assert_eq!(refusal["code"], "ccs_followers_needed", "{refusal}");

    let named = |domain, name| {
        let arguments = ["domain", "add", "-a", ACCOUNT, domain, "--name", name];
        relay.cli_fails(&arguments, "").error["code"].clone()
    };
    assert_eq!(named("other.example", "Mail of acme.example"), "name_taken");
    assert_eq!(named("other.example", " "), "name_malformed");
    assert_eq!(named("other.example", &"n".repeat(256)), "name_malformed");
    let rename = ["domain", "rename", "-a", ACCOUNT, DOMAIN, "--name", "Main"];
    assert_eq!(relay.cli(&rename)["name"], "Main");
    let named = [
        "domain",
        "add",
        "-a",
        ACCOUNT,
        "other.example",
        "--name",
        "Mail of acme.example",
    ];
    relay.cli(&named);
}

/// Where a connector stands, from the first moment to the last: R56, R57, R59, R69; a check that
/// fails is told to the admins: R96.
#[test]
fn a_connector_tells_where_it_stands() {
    let scene = Scene::start("");
    let relay = &scene.cottage.relay;
    scene.connect();
    let stands = |status: &str, addresses: usize| {
        let listed = relay.cli(&["domain", "list", "-a", ACCOUNT]);
        let connector = &listed["connectors"][0];
        assert_eq!(connector["domain"], DOMAIN, "{listed}");
        assert_eq!(connector["name"], "Mail of acme.example", "{listed}");
        assert_eq!(connector["status"], status, "{listed}");
        assert_eq!(connector["addresses"], addresses, "{listed}");
    };
    stands("setup_incomplete", 0);
    scene.add_address(&[]);
    stands("connected_unverified", 1);
    relay.cli(&["address", "remove", "-a", ACCOUNT, SUPPORT]);
    stands("setup_incomplete", 0);
    scene.add_address(&[]);
    scene.ask_to_verify("both");
    scene.address_when("both sides", |address| address["usable"] == true);
    stands("active", 1);

    add(relay, "broken@acme.example").expect("there is room");
    stands("active", 2);
    let nobody = Act::Say("550 5.1.1 no such mailbox");
    scene
        .customer
        .trouble(Trouble::at(Stage::Rcpt, nobody).about("broken@"));
    relay.cli(&[
        "address",
        "verify",
        "-a",
        ACCOUNT,
        "broken@acme.example",
        "--direction",
        "inbound",
        "--wait",
        "60",
    ]);
    stands("degraded", 2);
    let notice = scene.customer.arrives(ADMIN, |mail| {
        mail.text()
            .contains("inbound check of broken@acme.example failed")
    });
    assert!(
        notice.text().contains("mailbox_unknown"),
        "{}",
        notice.text()
    );
    relay.cli(&["address", "remove", "-a", ACCOUNT, "broken@acme.example"]);
    stands("active", 1);
    relay.cli(&["domain", "disconnect", "-a", ACCOUNT, DOMAIN, "--wait"]);
    let listed = relay.cli(&["domain", "list", "-a", ACCOUNT]);
    assert_eq!(listed["connectors"], json!([]));
}

/// The only admin reads mail in the domain that is connected: R95.
#[test]
fn admins_inside_a_connected_domain_are_warned() {
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    let create = [
        "account",
        "create",
        "--subdomain",
        ACCOUNT,
        "--name",
        "Acme",
        "--admin",
        "boss@acme.example",
    ];
    assert!(warnings(&relay.cli(&create)).is_empty());
    let added = relay.cli(&["domain", "add", "-a", ACCOUNT, DOMAIN]);
    assert_eq!(warnings(&added), ["admins_in_connected_domains"]);
    let shown = relay.cli(&["account", "show", ACCOUNT]);
    assert_eq!(warnings(&shown), ["admins_in_connected_domains"]);
    let listed = relay.cli(&["domain", "list", "-a", ACCOUNT]);
    assert_eq!(warnings(&listed), ["admins_in_connected_domains"]);
}

fn warnings(answer: &Value) -> Vec<String> {
    let list = answer["warnings"].as_array().expect("a list");
    let code = |warning: &Value| warning["code"].as_str().map(str::to_owned);
    list.iter().filter_map(code).collect()
}

/// Names of what is left, in order.
fn leftovers(relay: &Relaygate, account: &str) -> Vec<String> {
    let answer = relay.cli(&["account", "leftovers", "-a", account]);
    let list = answer["leftovers"].as_array().expect("a list");
    let name = |left: &Value| left["name"].as_str().map(str::to_owned);
    list.iter().filter_map(name).collect()
}

/// Asks for so many addresses of a domain at once.
fn add_many(
    relay: &Relaygate,
    domain: &str,
    name: &str,
    count: usize,
) -> Vec<Result<Value, Value>> {
    thread::scope(|scope| {
        let asked: Vec<_> = (0..count)
            .map(|number| scope.spawn(move || add(relay, &format!("{name}{number}@{domain}"))))
            .collect();
        let answered = asked.into_iter().map(|it| it.join());
        answered.map(|it| it.expect("an answer")).collect()
    })
}

fn won(answers: &[Result<Value, Value>]) -> usize {
    answers.iter().filter(|it| it.is_ok()).count()
}

fn add(relay: &Relaygate, address: &str) -> Result<Value, Value> {
    add_to(relay, address, None)
}

fn add_to(relay: &Relaygate, address: &str, domain: Option<&str>) -> Result<Value, Value> {
    relay.ask(&json!({"address": {"add": {
        "account": ACCOUNT, "address": address, "domain": domain,
        "host": "127.0.0.1:9", "username": "relay", "password": "secret", "outbound_only": false,
    }}}))
}

fn code(outcome: Result<Value, Value>) -> String {
    let refusal = outcome.expect_err("it is refused");
    refusal["code"].as_str().unwrap_or_default().to_owned()
}

fn refused_domain(relay: &Relaygate, name: &str) -> String {
    let failure = relay.cli_fails(&["domain", "add", "-a", ACCOUNT, name], "");
    failure.error["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

const DOMAINS: [&str; 4] = [
    "one.example",
    "two.example",
    "three.example",
    "four.example",
];
const SANDBOX: &str = "acme-try";
