//! Who decides about mail, as an account's admin sees it.

use relaygate_tests::browser;
use relaygate_tests::house::{ACCOUNT, ADMIN, Cottage, SUPPORT, USER, create_account, message};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::{Value, json};

use super::needs_browser;

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

    let cookie = |account: &str| {
        let invitation = browser::invite(relay, Some(account), ADMIN, "admin");
        let input = json!({ "invitation": invitation });
        browser::run(relay, "taken-up.mjs", input)["cookie"].clone()
    };
    let input = json!({
        "admin": cookie(ACCOUNT),
        "stranger": cookie("other"),
        "policies": names(&listed),
    });
    browser::run(relay, "policies.mjs", input);
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
