//! The message log and the counts beside it: what an admin and the operator see of
//! the mail that runs.

use relaygate_tests::house::{
    ACCOUNT, Cottage, DOMAIN, House, OUTBOUND_PASSWORD, Plan, SUPPORT, USER, by_mx, create_account,
    id_of, message,
};
use relaygate_tests::relaygate::Relaygate;
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

use crate::needs_postfix;

/// R4: one mail in and one out, both with credential, TLS, verdicts, ticket and reply.
#[test]
fn one_mail_in_and_one_out_are_in_the_log() {
    needs_postfix!();
    let (house, credential) = House::ready(&Plan::default());
    let ticket = in_and_out(&house, USER, SUPPORT, "Lamp dark", "l1@enduser.example");
    let [incoming, answer] = both_of(&house.relay, &ticket);

    assert_eq!(incoming["result"], "ticket_created", "{incoming}");
    assert_eq!(incoming["connector"], DOMAIN, "{incoming}");
    assert_eq!(incoming["credential"], credential.id, "{incoming}");
    assert_eq!(incoming["identity"], credential.username, "{incoming}");
    assert_eq!(incoming["sender"], USER, "{incoming}");
    let reply = format!(
        "250 2.0.0 kept as {}",
        incoming["id"].as_str().expect("an id")
    );
    assert_eq!(incoming["reply"], reply, "{incoming}");
    let policies = ["address-limits", "header-check", "routing", "tagging"];
    check_verdicts(&incoming, &policies);

    assert_eq!(answer["result"], "accepted_by_customer_mta", "{answer}");
    assert_eq!(answer["connector"], DOMAIN, "{answer}");
    assert_eq!(answer["credential"], SUPPORT, "{answer}");
    assert_eq!(answer["recipients"][0]["recipient"], USER, "{answer}");
    assert!(text(&answer["reply"]).starts_with("250 2.0.0 "), "{answer}");
    check_verdicts(&answer, &["header-check", "routing"]);
    for message in [&incoming, &answer] {
        assert!(
            text(&message["tls"]).starts_with("TLSv1.3 TLS"),
            "{message}"
        );
        assert_eq!(message["ticket"].to_string(), ticket, "{message}");
    }
    check_trace(&house.relay, &incoming);
    check_filters(&house.relay, &incoming, &answer);
    check_pages(&house.relay);
    create_account(&house.relay, "other");
    assert_eq!(
        log(&house.relay, &["-a", "other"]),
        [] as [Value; 0],
        "R107"
    );
}

/// An end user writes, an agent answers; the ticket's number.
fn in_and_out(house: &House, from: &str, to: &str, subject: &str, id: &str) -> String {
    let text = message(from, to, subject, id, "");
    let mut client = relaygate_tests::smtp::Client::plain(house.customer.ports().mx);
    client.say("EHLO mx.enduser.example");
    assert_eq!(client.submit(from, &[to], &text).code, 250);
    client.say("QUIT");
    let shown = house.ticket(subject);
    let words = format!("This is about {subject}.");
    house.answer(&shown, &words);
    house.arrives(from, |mail| mail.text().contains(&words));
    id_of(&shown["ticket"])
}

/// The message that made the ticket, and the answer once the customer's server has it.
fn both_of(relay: &Relaygate, ticket: &str) -> [Value; 2] {
    let one = |direction: &str, result: &str| {
        let arguments = ["-a", ACCOUNT, "--ticket", ticket];
        let arguments = [&arguments[..], &["--direction", direction]].concat();
        wait::until(&format!("{direction} of {ticket}"), PATIENCE, || {
            let found = log(relay, &arguments);
            // The newest: the acknowledgement came before the answer.
            found.into_iter().next().filter(|it| it["result"] == result)
        })
    };
    [
        one("inbound", "ticket_created"),
        one("outbound", "accepted_by_customer_mta"),
    ]
}

fn check_verdicts(message: &Value, policies: &[&str]) {
    let verdicts = message["verdicts"].as_array().expect("a list");
    let mut heard: Vec<&str> = verdicts.iter().map(|it| text(&it["policy"])).collect();
    heard.sort_unstable();
    heard.dedup();
    assert_eq!(heard, policies, "{message}");
    for verdict in verdicts {
        let digest = text(&verdict["digest"]);
        let is_hex = digest.chars().all(|digit| digit.is_ascii_hexdigit());
        assert!(digest.len() == 64 && is_hex, "{verdict}");
        assert!(verdict["question"].is_string() && verdict["verdict"].is_string());
    }
}

/// The life of a message tells what led to each step.
fn check_trace(relay: &Relaygate, incoming: &Value) {
    let id = text(&incoming["id"]);
    let traced = relay.cli(&["trace", "-a", ACCOUNT, id]);
    let message = &traced["messages"][0];
    for key in ["reply", "ticket", "credential", "result"] {
        assert_eq!(message[key], incoming[key], "{key}: {traced}");
    }
    let events = message["events"].as_array().expect("a list");
    let settled = events
        .iter()
        .find(|event| event["what"] == "ticket_created");
    let verdict = &settled.expect("it was settled")["verdicts"][0];
    assert_eq!(verdict["policy"], "routing", "{traced}");
    assert_eq!(verdict["verdict"], "ticket", "{traced}");
}

/// Every filter finds the one and not the other.
fn check_filters(relay: &Relaygate, incoming: &Value, answer: &Value) {
    let (credential, ticket) = (
        text(&incoming["credential"]),
        incoming["ticket"].to_string(),
    );
    let finds = |filter: &[&str], wanted: &Value, other: &Value| {
        let found = log(relay, &[&["-a", ACCOUNT], filter].concat());
        let holds = |message: &Value| found.iter().any(|it| it["id"] == message["id"]);
        assert!(holds(wanted) && !holds(other), "{filter:?}: {found:?}");
    };
    for filter in [
        ["--direction", "inbound"],
        ["--credential", credential],
        ["--result", "ticket_created"],
        ["--message-id", "l1@ENDUSER"],
        ["--peer", "127.0.0.1"],
        ["--recipient", SUPPORT],
    ] {
        finds(&filter, incoming, answer);
    }
    for filter in [
        ["--direction", "outbound"],
        ["--credential", SUPPORT],
        ["--result", "accepted_by_customer_mta"],
        ["--recipient", USER],
        ["--message-id", text(&answer["id"])],
    ] {
        finds(&filter, answer, incoming);
    }
    for filter in [
        ["--domain", DOMAIN],
        ["--address", SUPPORT],
        ["--party", USER],
        ["--ticket", &ticket],
        ["--since", "1h"],
    ] {
        let found = log(relay, &[&["-a", ACCOUNT], &filter[..]].concat());
        for message in [incoming, answer] {
            let holds = found.iter().any(|it| it["id"] == message["id"]);
            assert!(holds, "{filter:?}: {found:?}");
        }
    }
    for filter in [
        ["--domain", "other.example"],
        ["--until", "1h"],
        ["--result", "failed"],
    ] {
        let found = log(relay, &[&["-a", ACCOUNT], &filter[..]].concat());
        assert!(found.is_empty(), "{filter:?}: {found:?}");
    }
    let refused = relay.cli_fails(&["log", "list", "--result", "lost"], "");
    assert_eq!(refused.error["code"], "result_unknown", "{refused:?}");
}

/// Page by page, every message once, the newest first; the operator sees the same.
fn check_pages(relay: &Relaygate) {
    let whole = log(relay, &["-a", ACCOUNT]);
    let everybodys = log(relay, &[]);
    let ids = |list: &[Value]| list.iter().map(|it| it["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&whole), ids(&everybodys));
    assert!(whole.is_sorted_by_key(|it| std::cmp::Reverse(it["at"].as_u64())));
    let (mut paged, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut arguments = vec!["log", "list", "-a", ACCOUNT, "--limit", "1"];
        if let Some(cursor) = &after {
            arguments.extend(["--after", cursor]);
        }
        let page = relay.cli(&arguments);
        paged.extend(page["messages"].as_array().cloned().unwrap_or_default());
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ids(&paged), ids(&whole));
}

/// R44: of four messages one came without authentication; a restart forgets nothing.
#[test]
fn a_fourth_of_the_mail_came_unauthenticated() {
    let mut cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    for subject in ["first", "second", "third"] {
        cottage.hand_in(&credential, subject, &format!("{subject}@enduser.example"));
    }
    let clean = settled(&cottage.relay, 3);
    assert_eq!(clean["traffic"]["unauthenticated_percent"], 0, "{clean}");
    assert_eq!(clean["warnings"], serde_json::json!([]), "{clean}");
    let stray = message(USER, SUPPORT, "stray", "stray@enduser.example", "");
    assert_eq!(by_mx(&cottage.relay, USER, SUPPORT, &stray).code, 250);

    let connector = settled(&cottage.relay, 4);
    check_fourth(&connector, &credential.id);
    cottage.relay.kill_and_restart();
    let shown = cottage
        .relay
        .cli(&["domain", "show", "-a", ACCOUNT, DOMAIN]);
    check_fourth(&shown, &credential.id);
}

/// The connector once so many messages are counted.
fn settled(relay: &Relaygate, messages: u64) -> Value {
    wait::until(&format!("{messages} messages counted"), PATIENCE, || {
        let listed = relay.cli(&["domain", "list", "-a", ACCOUNT]);
        let connector = listed["connectors"][0].clone();
        let traffic = &connector["traffic"];
        let came = [&traffic["authenticated_in"], &traffic["unauthenticated_in"]];
        let came: u64 = came.iter().filter_map(|it| it.as_u64()).sum();
        (came == messages).then_some(connector)
    })
}

fn check_fourth(connector: &Value, credential: &str) {
    let traffic = &connector["traffic"];
    assert_eq!(traffic["unauthenticated_percent"], 25, "{connector}");
    assert_eq!(traffic["authenticated_in"], 3, "{connector}");
    let days = traffic["days"].as_array().expect("a list");
    assert_eq!(days.len(), 7, "{connector}");
    assert_eq!(
        connector["warnings"][0]["code"], "unauthenticated_mail",
        "{connector}"
    );
    assert_eq!(connector["credentials"][0]["id"], credential, "{connector}");
    assert_eq!(
        connector["credentials"][0]["messages"], 3,
        "R63: {connector}"
    );
}

/// R63: two addresses with a login each, seen as two at the customer's server and
/// counted as two by us.
#[test]
fn two_addresses_send_with_a_login_each() {
    needs_postfix!();
    let (house, _) = House::ready(&Plan::default());
    add_second(&house);
    in_and_out(&house, USER, SUPPORT, "Help wanted", "l2@enduser.example");
    in_and_out(&house, USER, SALES, "Sales wanted", "l3@enduser.example");
    let addresses = wait::until("both logins counted", PATIENCE, || {
        let listed = house.relay.cli(&["address", "list", "-a", ACCOUNT]);
        let of = |address: &str| {
            let mut addresses = listed["addresses"].as_array()?.iter();
            let found = addresses.find(|it| it["address"] == address)?;
            (found["traffic"][0]["accepted_out"].as_u64()? >= 2).then(|| found.clone())
        };
        Some([of(SUPPORT)?, of(SALES)?])
    });
    for (address, username) in addresses.iter().zip([SUPPORT, SALES_LOGIN]) {
        let logins = address["traffic"].as_array().expect("a list");
        assert_eq!(logins.len(), 1, "{address}");
        assert_eq!(logins[0]["username"], username, "{address}");
        assert_eq!(logins[0]["failed_out"], 0, "{address}");
        assert_eq!(address["shares_login"], false, "{address}");
        let seen = format!("sasl_username={username}");
        assert!(house.logs().contains(&seen), "{seen}: {}", house.logs());
        let by_it = log(&house.relay, &["-a", ACCOUNT, "--credential", username]);
        assert!(!by_it.is_empty() && by_it.iter().all(|it| it["sender"] == address["address"]));
    }
}

fn add_second(house: &House) {
    house
        .customer
        .add_login(SALES_LOGIN, OUTBOUND_PASSWORD)
        .expect("the customer's server takes a login");
    let host = format!("mail.acme.example:{}", house.customer.ports().submission);
    let authority = house.authority.file().to_string_lossy().into_owned();
    let add = ["address", "add", "-a", ACCOUNT, SALES, "--host", &host];
    let login = [
        "--username",
        SALES_LOGIN,
        "--password-stdin",
        "--ca",
        &authority,
    ];
    let tls = ["--tls", "starttls"];
    house
        .relay
        .cli_with_input(&[&add[..], &login, &tls].concat(), OUTBOUND_PASSWORD);
    let verify = [
        "address",
        "verify",
        "-a",
        ACCOUNT,
        SALES,
        "--direction",
        "both",
    ];
    let verified = house.relay.cli(&[&verify[..], &["--wait", "60"]].concat());
    assert_eq!(verified["address"]["usable"], true, "{verified}");
}

/// What `log list` finds.
fn log(relay: &Relaygate, filter: &[&str]) -> Vec<Value> {
    let listed = relay.cli(&[&["log", "list"], filter].concat());
    listed["messages"].as_array().cloned().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

const SALES: &str = "sales@acme.example";
const SALES_LOGIN: &str = "sales-relay@acme.example";
