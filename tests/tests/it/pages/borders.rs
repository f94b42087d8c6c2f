//! Who may see which page: every page, every role, every account.

use relaygate_tests::browser;
use relaygate_tests::house::{ACCOUNT, Cottage, create_account};
use serde_json::json;

use super::needs_browser;

/// R107: what is another account's, or another role's, does not exist; nobody unknown sees
/// anything.
#[test]
fn nobody_sees_what_is_not_theirs() {
    needs_browser!();
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    cottage.connect(ACCOUNT, "acme.example");
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
    });
    browser::run(relay, "borders.mjs", input);
}
