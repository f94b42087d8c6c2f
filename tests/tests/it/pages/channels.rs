//! Channels > Email: a domain is connected, verified, rotated and disconnected by hand.

use std::fs;

use relaygate_tests::api::Token;
use relaygate_tests::browser;
use relaygate_tests::house::{
    ACCOUNT, ADMIN, AGENT, DOMAIN, House, OUTBOUND_PASSWORD, Plan, SUPPORT, USER, add_domain,
    create_account, message,
};
use relaygate_tests::postfix;
use relaygate_tests::relaygate::HOSTNAME;
use relaygate_tests::troublesome::Scene;
use serde_json::json;

use super::needs_browser;
use crate::disconnect::with_answers_waiting;
use crate::needs_postfix;

/// Where our connections come from.
const EGRESS: &str = "127.0.0.21";

/// E1 with a browser and a real Postfix, from the first page to the green tick: R15, R40,
/// R28, R46-R48, R51, R56, R57, R60, R66-R71, R75-R81.
#[test]
fn from_the_first_page_to_the_green_tick() {
    needs_postfix!();
    needs_browser!();
    let house = House::start(&Plan {
        extra: format!("[egress]\naddresses = [\"{EGRESS}\"]\n"),
        ..Plan::default()
    });
    let relay = &house.relay;
    create_account(relay, ACCOUNT);
    let invitation = browser::invite(relay, Some(ACCOUNT), ADMIN, "admin");
    let token = Token::create(relay, ACCOUNT, AGENT);
    let (implicit, starttls) = (relay.ports().implicit, relay.ports().starttls);
    let input = json!({
        "invitation": invitation,
        "domain": DOMAIN,
        "host": HOSTNAME,
        "ports": [implicit.to_string(), starttls.to_string()],
        "egress": EGRESS,
        "token": token.basic(),
    });
    let connected = browser::run(relay, "connect.mjs", input);

    let field = |name: &str| connected["credential"][name].as_str().expect("it is shown");
    let (username, password) = (field("username"), field("password"));
    let taken = house.customer.set_relay_credentials(username, password);
    taken.expect("the customer's server takes the credentials");
    let login = house.customer.add_login(SUPPORT, OUTBOUND_PASSWORD);
    login.expect("the customer's server takes a login");
    let authority = fs::read_to_string(house.authority.file()).expect("the authority's file");
    let input = json!({
        "cookie": connected["cookie"],
        "domain": DOMAIN,
        "host": format!("{}:{}", postfix::HOST, house.customer.ports().submission),
        "username": SUPPORT,
        "password": OUTBOUND_PASSWORD,
        "authority": authority,
    });
    browser::run(relay, "verify.mjs", input);

    house.user_writes(
        USER,
        &message(USER, SUPPORT, "clicked", "clicked@enduser.example", ""),
    );
    house.ticket("clicked");
    assert!(!relay.log().contains(password), "no log has the password");
    assert!(!relay.log().contains(OUTBOUND_PASSWORD));
    house.arrives(ADMIN, |mail| mail.text().contains("credential"));
    for mail in house.mail().messages() {
        assert!(!mail.text().contains(password), "no mail has the password");
    }
    let log = house.customer.log();
    assert!(log.contains(&format!("[{EGRESS}]")), "{log}");
}

/// Production is told to try things out in a sandbox, until it has worked there: R15.
#[test]
fn a_sandbox_that_worked_is_enough() {
    needs_postfix!();
    needs_browser!();
    let house = House::start(&Plan::default());
    let relay = &house.relay;
    create_account(relay, "production");
    let invitation = browser::invite(relay, Some("production"), ADMIN, "admin");
    let input = json!({ "invitation": invitation, "hint": true });
    let seen = browser::run(relay, "sandbox.mjs", input);

    relay.cli(&[
        "account",
        "create",
        "--subdomain",
        ACCOUNT,
        "--name",
        "Try",
        "--admin",
        ADMIN,
        "--sandbox-of",
        "production",
    ]);
    let credential = add_domain(relay, ACCOUNT, DOMAIN);
    let (username, password) = (&credential.username, &credential.password);
    let taken = house.customer.set_relay_credentials(username, password);
    taken.expect("the customer's server takes the credentials");
    house.add_address();
    house.verify();
    relay.cli(&["domain", "disconnect", "-a", ACCOUNT, DOMAIN, "--wait"]);
    let input = json!({ "cookie": seen["cookie"], "hint": false });
    browser::run(relay, "sandbox.mjs", input);
}

/// Rotation by hand, and the end of a domain whose steps are seen: R90, R93, R98, R99.
#[test]
fn a_domain_is_rotated_and_disconnected() {
    needs_postfix!();
    needs_browser!();
    let (house, old) = House::ready(&Plan::default());
    let relay = &house.relay;
    let invitation = browser::invite(relay, Some(ACCOUNT), ADMIN, "admin");
    let input = json!({ "invitation": invitation, "domain": DOMAIN });
    let rotated = browser::run(relay, "rotate.mjs", input);
    let password = rotated["password"].as_str().expect("it is shown once");
    let taken = house
        .customer
        .set_relay_credentials(&old.username, password);
    taken.expect("the customer's server takes the credentials");
    let input = json!({ "cookie": rotated["cookie"], "domain": DOMAIN, "old": old.id });
    browser::run(relay, "rotate.mjs", input);
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "rotated", "rotated@enduser.example", ""),
    );
    house.ticket("rotated");

    let invitation = browser::invite(relay, Some(ACCOUNT), "second@staff.example", "admin");
    let input = json!({
        "invitation": invitation, "domain": DOMAIN, "address": SUPPORT, "queued": 0,
    });
    browser::run(relay, "disconnect.mjs", input);
    let left = relay.cli(&["domain", "list", "-a", ACCOUNT]);
    assert_eq!(left["connectors"], json!([]));
}

/// What waits for the customer's server and which hours are quiet is said before anybody
/// confirms: R98.
#[test]
fn what_waits_is_told_before_a_domain_goes() {
    needs_browser!();
    let (scene, credential) = Scene::ready("[limits]\ndrain_seconds = 2\n");
    let relay = &scene.cottage.relay;
    with_answers_waiting(&scene, &credential, 2);
    let invitation = browser::invite(relay, Some(ACCOUNT), ADMIN, "admin");
    let input = json!({
        "invitation": invitation, "domain": DOMAIN, "address": SUPPORT, "queued": 2,
    });
    browser::run(relay, "disconnect.mjs", input);
}

/// A login the customer's server refuses is told with its reply, and mended by a change that
/// counts only once it was tried out: R75, R81, R94.
#[test]
fn a_refused_login_is_told_and_mended() {
    needs_postfix!();
    needs_browser!();
    let mut house = House::start(&Plan::default());
    house.relay.announce("refused our credentials");
    let relay = &house.relay;
    house.connect_domain();
    house.add_address();
    let login = house
        .customer
        .add_login(SUPPORT, "another word at the server");
    login.expect("the customer's server takes another password");
    let invitation = browser::invite(relay, Some(ACCOUNT), ADMIN, "admin");
    let input = json!({
        "invitation": invitation,
        "address": SUPPORT,
        "password": "another word at the server",
    });
    browser::run(relay, "mend.mjs", input);
    let shown = relay.cli(&["address", "show", "-a", ACCOUNT, SUPPORT]);
    assert_eq!(shown["address"]["outbound"]["state"], "verified", "{shown}");
}
