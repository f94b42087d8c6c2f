//! Who may see a page at all.

use relaygate_tests::browser;
use relaygate_tests::house::{ACCOUNT, ADMIN, Cottage, create_account};
use serde_json::json;

use super::needs_browser;

/// By invitation, password and one-time code; a wrong password, a fixed session, a forged form
/// and a code used twice open nothing. The cookie's rules are those a browser keeps.
#[test]
fn people_sign_in_and_nobody_else() {
    needs_browser!();
    let cottage = Cottage::start("");
    create_account(&cottage.relay, ACCOUNT);
    let invitation = browser::invite(&cottage.relay, Some(ACCOUNT), ADMIN, "admin");
    let input = json!({ "account": ACCOUNT, "address": ADMIN, "invitation": invitation });
    browser::run(&cottage.relay, "sign-in.mjs", input);

    let audit = cottage.relay.cli(&["audit", "list", "-a", ACCOUNT]);
    let acts = audit["audit"].as_array().cloned().unwrap_or_default();
    let signed_in = acts.iter().find(|act| act["act"] == "signed_in");
    let signed_in = signed_in.expect("signing in is in the audit log");
    assert_eq!(
        (&signed_in["actor"], &signed_in["peer"]),
        (&json!(ADMIN), &json!("127.0.0.1"))
    );
}

/// A login that is removed ends with its sessions, and an operator's is none of the account's.
#[test]
fn a_removed_login_is_out_at_once() {
    needs_browser!();
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    create_account(relay, ACCOUNT);
    let operator = browser::invite(relay, None, "root@desk.example", "operator");
    let agent = browser::invite(relay, Some(ACCOUNT), ADMIN, "agent");
    let input = json!({ "operator": operator, "agent": agent });
    let sessions = browser::run(relay, "sessions.mjs", input);
    relay.cli(&["login", "remove", "-a", ACCOUNT, ADMIN]);
    let left = browser::run(relay, "sessions.mjs", sessions);
    assert_eq!(left, json!({ "operator": 200, "agent": 303 }));
    let refused = relay.cli_fails(
        &[
            "login", "invite", "-a", ACCOUNT, ADMIN, "--role", "operator",
        ],
        "",
    );
    assert_eq!(refused.error["code"], "role_elsewhere");
}
