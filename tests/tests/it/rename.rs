//! An account gets another name inside the native domain; what is set up with the old one goes
//! on until the grace is over: R116.

use relaygate_tests::clients::{self, Submission};
use relaygate_tests::house::{
    ACCOUNT, ADMIN, AGENT, House, Plan, SUPPORT, USER, by_mx, id_of, message, tickets,
    wait_for_ticket,
};
use relaygate_tests::process;
use relaygate_tests::relaygate::Relaygate;
use relaygate_tests::troublesome::Scene;
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

use crate::needs_postfix;

const NEW: &str = "anvils";

/// swaks with the old user name, mail to the old address, an answer to the old plus address: all
/// of it arrives; the admins are told, the audit log says so, and so does `account show`.
#[test]
fn what_was_set_up_with_the_old_name_goes_on() {
    let (scene, credential) = Scene::ready("");
    let relay = &scene.cottage.relay;
    let text = message(USER, OLD_ADDRESS, "Before", "b1@enduser.example", "");
    assert_eq!(by_mx(relay, USER, OLD_ADDRESS, &text).code, 250);
    let before = id_of(&wait_for_ticket(relay, ACCOUNT, "Before")["ticket"]);
    let plus = plus_address(&scene, &before);
    assert!(plus.ends_with("@acme.desk.example"), "{plus}");

    let renamed = relay.cli(&["account", "rename", ACCOUNT, NEW]);
    check_shown(&renamed);
    check_shown(&relay.cli(&["account", "show", ACCOUNT]));
    for user in [&credential.alias, "anvils@anvils.desk.example"] {
        let said = swaks(&scene, user, &credential.password, &format!("By {user}"));
        assert!(said.contains("235 2.7.0"), "{said}");
        wait_for_ticket(relay, NEW, &format!("By {user}"));
    }
    for (to, subject) in [(OLD_ADDRESS, "To the old"), (NEW_ADDRESS, "To the new")] {
        let id = format!("{}@enduser.example", subject.replace(' ', "-"));
        let text = message(USER, to, subject, &id, "");
        assert_eq!(by_mx(relay, USER, to, &text).code, 250);
        let made = wait_for_ticket(relay, NEW, subject);
        assert_eq!(made["ticket"]["recipient"], NEW_ADDRESS, "{made}");
    }
    let count = tickets(relay, NEW).len();
    let answer = message(USER, &plus, "Re: Before", "b2@enduser.example", "");
    assert_eq!(by_mx(relay, USER, &plus, &answer).code, 250);
    wait::until("the answer on the old ticket", PATIENCE, || {
        let shown = relay.cli(&["ticket", "show", "-a", NEW, &before]);
        (shown["comments"].as_array()?.len() == 3).then_some(())
    });
    assert_eq!(tickets(relay, NEW).len(), count);

    let told = scene
        .customer
        .arrives(ADMIN, |mail| mail.text().contains("anvils now"));
    let from = told.header("From").unwrap_or_default();
    assert!(from.contains(NEW_ADDRESS), "{from}");
    let audit = relay.cli(&["audit", "list", "-a", NEW]);
    let rows = audit["audit"].as_array().cloned().unwrap_or_default();
    let row = rows.iter().find(|row| row["act"] == "account_renamed");
    assert_eq!(
        row.map(|row| &row["subject"]),
        Some(&Value::from(NEW)),
        "{audit}"
    );
    let taken = [
        "account",
        "create",
        "--subdomain",
        ACCOUNT,
        "--name",
        "x",
        "--admin",
        ADMIN,
    ];
    assert_eq!(relay.cli_fails(&taken, "").error["code"], "subdomain_taken");
}

/// A Postfix that was set up with the old user name relays on.
#[test]
fn a_postfix_with_the_old_user_name_relays_on() {
    needs_postfix!();
    let (house, credential) = House::ready(&Plan::default());
    let set = house
        .customer
        .set_relay_credentials(&credential.alias, &credential.password);
    set.expect("the customer's server takes the credentials");
    house.relay.cli(&["account", "rename", ACCOUNT, NEW]);
    let text = message(USER, SUPPORT, "Through Postfix", "p1@enduser.example", "");
    house.user_writes(USER, &text);
    let made = wait_for_ticket(&house.relay, NEW, "Through Postfix");
    assert_eq!(made["comments"][0]["authenticated"], true, "{made}");
}

/// Without a grace, as after one: the old name is refused, and whoever may know is told why.
#[test]
fn after_the_grace_the_old_name_is_refused_with_a_reason() {
    let (scene, credential) = Scene::ready("[limits]\nrename_grace_days = 0\n");
    let relay = &scene.cottage.relay;
    let renamed = relay.cli(&["account", "rename", ACCOUNT, NEW]);
    assert_eq!(renamed["former"][0]["live"], false, "{renamed}");
    let said = swaks(&scene, &credential.alias, &credential.password, "Too late");
    let reason = "535 5.7.8 this user name was given up, use anvils@anvils.desk.example";
    assert!(said.contains(reason), "{said}");
    let said = swaks(
        &scene,
        &credential.alias,
        "rg_2222222222.wrong",
        "A stranger",
    );
    assert!(
        said.contains("535 5.7.8") && !said.contains("anvils"),
        "{said}"
    );
    let text = message(USER, OLD_ADDRESS, "Too late", "l1@enduser.example", "");
    let refused = by_mx(relay, USER, OLD_ADDRESS, &text);
    assert_eq!(refused.code, 550, "{refused}");
    assert!(refused.lines[0].starts_with("5.1.6 "), "{refused}");
    assert_eq!(
        relay.cli_fails(&["account", "show", ACCOUNT], "").error["code"],
        "not_found"
    );
    let said = swaks(
        &scene,
        &credential.username,
        &credential.password,
        "By its own name",
    );
    assert!(said.contains("235 2.7.0"), "{said}");
    wait_for_ticket(relay, NEW, "By its own name");
}

/// Where an answer to a ticket goes that was written to a native address.
fn plus_address(scene: &Scene, ticket: &str) -> String {
    let relay: &Relaygate = &scene.cottage.relay;
    let reply = [
        "ticket", "reply", "-a", ACCOUNT, ticket, "--agent", AGENT, "--body", "Well?",
    ];
    relay.cli(&reply);
    let mail = scene
        .customer
        .arrives(USER, |mail| mail.text().contains("Well?"));
    let reply_to = mail.header("Reply-To").unwrap_or_default();
    let address = reply_to
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    address.expect("a plus address").0.to_owned()
}

fn check_shown(shown: &Value) {
    assert_eq!(shown["subdomain"], NEW, "{shown}");
    assert_eq!(shown["native_domain"], "anvils.desk.example");
    assert_eq!(shown["username_alias"], "anvils@anvils.desk.example");
    let former = &shown["former"][0];
    assert_eq!(
        former["username_alias"], "acme@acme.desk.example",
        "{shown}"
    );
    assert_eq!(former["live"], true);
    let days = (former["ends_at"].as_u64().unwrap_or_default()).saturating_sub(now()) / DAY_MS;
    assert!((29..=30).contains(&days), "{days} days");
}

/// What swaks printed of a message to the support address.
fn swaks(scene: &Scene, user: &str, password: &str, subject: &str) -> String {
    assert!(
        process::installed("swaks"),
        "swaks is not installed (make setup)"
    );
    let submission = Submission {
        port: scene.cottage.relay.ports().implicit,
        implicit: true,
        authority: scene.cottage.authority.file(),
        login: (user, password),
        from: USER,
        to: SUPPORT,
    };
    let output = clients::swaks(&submission, subject);
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    u64::try_from(since.expect("after 1970").as_millis()).expect("not that late")
}

const OLD_ADDRESS: &str = "support@acme.desk.example";
const NEW_ADDRESS: &str = "support@anvils.desk.example";
const DAY_MS: u64 = 24 * 3_600_000;
