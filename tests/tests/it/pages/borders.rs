//! Who may see which page: every page, every role, every account.

use relaygate_tests::browser;
use relaygate_tests::house::{
    ACCOUNT, Cottage, SUPPORT, USER, create_account, message, wait_for_ticket,
};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::{Value, json};

use super::{needs_browser, tickets};

/// R107: what is another account's, or another role's, does not exist; nobody unknown sees
/// anything.
#[test]
fn nobody_sees_what_is_not_theirs() {
    needs_browser!();
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    let credential = cottage.connect(ACCOUNT, "acme.example");
    // One message whose answer waits, since nobody answers there, and one kept aside.
    let mut client = cottage.hand_in(&credential, "Seen", "b1@enduser.example");
    let list = "List-Id: <news.enduser.example>\r\n";
    let text = message(USER, SUPPORT, "Kept", "b2@enduser.example", list);
    assert_eq!(client.submit(USER, &[SUPPORT], &text).code, 250);
    // And one with everything an agent may see of it.
    assert_eq!(
        client.submit(USER, &[SUPPORT], &tickets::letter()).code,
        250
    );
    let ticket = wait_for_ticket(relay, ACCOUNT, tickets::SUBJECT);
    let job = first(&cottage, &["queue", "list", "--lane", "native"], "jobs");
    let kept = first(&cottage, &["suspended", "list", "-a", ACCOUNT], "suspended");
    create_account(relay, "other");
    let invite = |account: Option<&str>, address: &str, role: &str| {
        browser::invite(relay, account, address, role)
    };
    let input = json!({
        "admin": invite(Some(ACCOUNT), "admin@staff.example", "admin"),
        "agent": invite(Some(ACCOUNT), "agent@staff.example", "agent"),
        "stranger": invite(Some("other"), "admin@staff.example", "admin"),
        "operator": invite(None, "root@desk.example", "operator"),
        "credential": relay.cli(&["domain", "list", "-a", ACCOUNT])["connectors"][0]["credentials"][0]["id"],
        "message": job["message"],
        "job": job["id"],
        "suspended": kept["id"],
        "ticket": ticket["ticket"]["id"],
        "comment": ticket["comments"][0]["id"],
    });
    browser::run(relay, "borders.mjs", input);
}

/// The first of a list, once there is one.
fn first(cottage: &Cottage, arguments: &[&str], list: &str) -> Value {
    wait::until(list, PATIENCE, || {
        let listed = cottage.relay.cli(arguments);
        listed[list].get(0).cloned()
    })
}
