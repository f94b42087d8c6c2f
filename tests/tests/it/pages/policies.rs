//! Who decides about mail, as an account's admin sees it.

use relaygate_tests::api::{Api, Token};
use relaygate_tests::browser;
use relaygate_tests::house::{
    ACCOUNT, ADMIN, Cottage, DOMAIN, SUPPORT, USER, create_account, message, tags_of,
    wait_for_ticket,
};
use relaygate_tests::kit;
use relaygate_tests::relaygate::Relaygate;
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::{Value, json};

use super::needs_browser;
use crate::own_policies::{Scene, example, with_attachment};
use crate::policy_kit::scratch;

/// What the policies answered is counted for each account by itself, and the same by page,
/// command line and metrics: R4, R107.
#[test]
fn what_policies_answered_is_counted_for_each_account() {
    needs_browser!();
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    let credential = cottage.connect(ACCOUNT, "acme.example");
    let mut client = cottage.hand_in(&credential, "Seen", "p1@enduser.example");
    let list = "List-Id: <news.enduser.example>\r\n";
    let text = message(USER, SUPPORT, "Kept", "p2@enduser.example", list);
    assert_eq!(client.submit(USER, &[SUPPORT], &text).code, 250);
    wait::until("both to be routed", PATIENCE, || {
        (asked(&policies(&cottage, ACCOUNT)) == 2).then_some(())
    });
    create_account(relay, "other");
    assert_eq!(asked(&policies(&cottage, "other")), 0);

    let listed = policies(&cottage, ACCOUNT);
    let routing = of(&listed["policies"], "name", "routing");
    assert_eq!(routing["failures"], 0, "{listed}");
    assert!(routing["micros_mean"].as_u64() > Some(0), "{listed}");
    let (_, metrics) = relay.http("/metrics").expect("an answer");
    let counted = r#"relaygate_policy_answers_total{policy="routing",question="routes.inbound",verdict="ticket"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");

    let input = json!({
        "admin": cookie(relay, ACCOUNT),
        "stranger": cookie(relay, "other"),
        "policies": names(&listed),
    });
    browser::run(relay, "policies.mjs", input);
}

/// A policy's life by the pages alone: refused with its reason, deciding, tried beside what
/// decides, compared with it on mail to come and mail that came, promoted, taken back, removed.
#[test]
fn a_policy_lives_and_ends_by_the_pages() {
    needs_browser!();
    let scene = Scene::start();
    let relay = &scene.cottage.relay;
    create_account(relay, "other");
    let (admin, stranger) = (cookie(relay, ACCOUNT), cookie(relay, "other"));
    let api = Api::new(relay.ports().web, &scene.cottage.tls());
    let api = api.with(&Token::create(relay, ACCOUNT, ADMIN));
    let stage = |stage: &str, cookie: &Value| {
        let component = example();
        let input = json!({
            "stage": stage, "cookie": cookie, "name": "attachment-types", "component": component,
        });
        browser::run(relay, "own-policies.mjs", input);
    };
    let sends = |file: &str, id: &str| {
        let text = with_attachment(file, id);
        scene.session().submit(USER, &[SUPPORT], &text).code
    };
    stage("upload", &admin);
    stage("stranger", &stranger);
    assert_eq!((sends("a.exe", "w1"), sends("b.zip", "w2")), (554, 250));
    wait::until("both to be compared", PATIENCE, || {
        let shown = relay.cli(&["policy", "show", "-a", ACCOUNT, "attachment-types"]);
        (shown["trial"]["different"] == 2).then_some(())
    });
    let own = api.get("/relaygate/policies/own.json").json();
    let trial = &own["policies"][0]["trial"];
    assert_eq!(trial["different"], 2, "{own}");
    assert_eq!(
        trial["differences"][0]["question"], "headers.inbound",
        "{own}"
    );
    stage("promote", &admin);
    assert_eq!((sends("c.exe", "w3"), sends("d.zip", "w4")), (250, 554));
    stage("rollback", &admin);
    assert_eq!((sends("e.exe", "w5"), sends("f.zip", "w6")), (554, 250));
    stage("remove", &admin);
    assert_eq!((sends("g.exe", "w7"), sends("h.zip", "w8")), (250, 250));
}

/// A component that brings a language's runtime, some 18 MB, goes in by the page like any other,
/// and decides.
#[test]
fn a_policy_in_python_goes_in_by_the_page() {
    needs_browser!();
    if let Some(reason) = kit::python_unavailable() {
        skip::skipped(reason);
        return;
    }
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let component = kit::built(&scratch(), "partner-routing");
    let input = json!({
        "stage": "large",
        "cookie": cookie(&cottage.relay, ACCOUNT),
        "name": "partner-routing",
        "component": kit::text(&component),
        "settings": r#"{"senders": {"enduser.example": "partner"}}"#,
    });
    browser::run(&cottage.relay, "own-policies.mjs", input);
    let id = "python@enduser.example";
    let text = message(USER, SUPPORT, "By a partner", id, "");
    let reply = cottage.session(&credential).submit(USER, &[SUPPORT], &text);
    assert_eq!(reply.code, 250, "{reply}");
    let made = wait_for_ticket(&cottage.relay, ACCOUNT, "By a partner");
    assert!(tags_of(&made).contains(&"partner".to_owned()), "{made:#}");
}

fn cookie(relay: &Relaygate, account: &str) -> Value {
    let invitation = browser::invite(relay, Some(account), ADMIN, "admin");
    let input = json!({ "invitation": invitation });
    browser::run(relay, "taken-up.mjs", input)["cookie"].clone()
}

fn policies(cottage: &Cottage, account: &str) -> Value {
    cottage.relay.cli(&["policy", "list", "-a", account])
}

/// How often the routing was asked where mail goes.
fn asked(listed: &Value) -> u64 {
    let question = of(&listed["questions"], "question", "routes.inbound");
    question["answers"][0]["calls"].as_u64().unwrap_or_default()
}

fn of<'v>(list: &'v Value, key: &str, name: &str) -> &'v Value {
    let mut all = list.as_array().expect("a list").iter();
    all.find(|it| it[key] == name).expect("it is listed")
}

fn names(listed: &Value) -> Vec<&str> {
    let all = listed["policies"].as_array().expect("a list");
    all.iter().filter_map(|it| it["name"].as_str()).collect()
}
