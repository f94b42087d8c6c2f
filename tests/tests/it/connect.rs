//! E1: a new account connects its domain. Credentials once, a real Postfix as
//! relay, a support address, two verifications that have to come round.

use relaygate_tests::certs;
use relaygate_tests::house::{
    ACCOUNT, Cottage, DOMAIN, House, Plan, SUPPORT, create_account, tickets,
};
use relaygate_tests::mailbox::{self, Message};
use relaygate_tests::postfix::{HOST, MailboxEnd};
use relaygate_tests::relaygate::HOSTNAME;
use relaygate_tests::smtp::Client;
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

use crate::needs_postfix;

/// E1 with `encrypt`: R1, R2, R7, R58, R72, R73, R74, R78, R79, R82.
#[test]
fn both_verifications_come_round_through_postfix() {
    needs_postfix!();
    let house = House::start(&Plan::default());
    house.connect_domain();
    house.add_address();
    let address = house.verify();
    assert_eq!(address["usable"], true, "{address}");
    let log = house.customer.instance().log();
    assert_eq!(
        relayed(&house),
        2,
        "two confirmation mails, each relayed to us once\n{log}"
    );
    assert!(
        log.contains(&format!("sasl_username={SUPPORT}")),
        "the outbound one was submitted with AUTH\n{log}"
    );
    assert!(
        tickets(&house.relay, ACCOUNT).is_empty(),
        "verification mails are no tickets"
    );
}

/// E1 with `verify`, TLS from the first octet both ways: R1, R2, R109.
#[test]
fn verified_certificates_and_implicit_tls_work_both_ways() {
    needs_postfix!();
    let plan = Plan {
        relay_name: Some(HOSTNAME.to_owned()),
        relay_implicit: true,
        extra: String::new(),
    };
    let house = House::start(&plan);
    house.connect_domain();
    house.add_address_at(house.customer.ports().submissions, "implicit");
    house.verify();
    let log = house.customer.instance().log();
    assert!(
        log.contains("Verified TLS connection established to 127.0.0.1"),
        "{log}"
    );
}

/// A new address has failed both checks until they were made: R57, R58, R59, R70, R71.
#[test]
fn a_new_address_has_not_been_verified() {
    let cottage = Cottage::start("");
    create_account(&cottage.relay, ACCOUNT);
    cottage
        .relay
        .cli(&["domain", "add", "-a", ACCOUNT, DOMAIN, "--name", "Acme"]);
    assert_eq!(connector(&cottage)["status"], "setup_incomplete");
    let address = cottage.add_address(ACCOUNT, SUPPORT);
    for direction in ["inbound", "outbound"] {
        assert_eq!(address[direction]["state"], "failed", "{address}");
        assert_eq!(
            address[direction]["reason"], "not_yet_verified",
            "{address}"
        );
    }
    assert_eq!(address["usable"], false);
    assert_eq!(connector(&cottage)["addresses"], 1);
    assert_ne!(connector(&cottage)["status"], "setup_incomplete");
}

/// The credentials are long, plain and printed once: R45, R51, R53, R55, R56.
#[test]
fn credentials_are_printed_once() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    assert!(
        credential.password.len() >= 32,
        "at least 128 bits and an id"
    );
    assert!(
        credential
            .password
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    );
    assert_eq!(credential.alias, "acme@acme.desk.example");
    let listed = cottage
        .relay
        .cli(&["domain", "list", "-a", ACCOUNT])
        .to_string();
    assert!(listed.contains(&credential.id), "{listed}");
    let secret = credential.password.rsplit('.').next().unwrap_or_default();
    assert!(!listed.contains(secret), "{listed}");
}

/// The alias user name opens the same connector: R53.
#[test]
fn the_alias_user_name_logs_in() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.relay.submission(&cottage.tls());
    client.say("EHLO mail.acme.example");
    assert_eq!(
        client
            .auth_plain(&credential.alias, &credential.password)
            .code,
        235
    );
    let reply = client.submit("eve@enduser.example", &[SUPPORT], "Subject: alias\r\n\r\nx");
    assert_eq!(reply.code, 250, "{reply}");
}

/// A token counts only when the customer's server brings it back with AUTH: R73, R74, R77, R82.
#[test]
fn a_token_over_the_plain_path_does_not_verify() {
    needs_postfix!();
    let (cottage, far_end) = with_mailbox_for_the_domain();
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let asked = cottage.relay.cli(&[
        "address",
        "verify",
        "-a",
        ACCOUNT,
        SUPPORT,
        "--direction",
        "inbound",
    ]);
    assert_eq!(asked["address"]["inbound"]["state"], "pending", "{asked}");
    let mail = mailbox::arrives(&far_end.mail(), SUPPORT, PATIENCE, |_| true);

    let mut stranger = Client::plain(cottage.relay.ports().mx);
    stranger.say("EHLO mail.acme.example");
    stranger.submit("", &["support@acme.desk.example"], &text(&mail));
    stranger.submit("", &[SUPPORT], &text(&mail));
    let after = wait::until("the returned token to be judged", PATIENCE, || {
        let address = shown(&cottage);
        (address["inbound"]["reason"] == "returned_unauthenticated").then_some(address)
    });
    assert_eq!(after["inbound"]["state"], "pending", "{after}");

    let mut relay = cottage.session(&credential);
    assert_eq!(relay.submit("", &[SUPPORT], &text(&mail)).code, 250);
    wait::until("the inbound check to turn green", PATIENCE, || {
        (shown(&cottage)["inbound"]["state"] == "verified").then_some(())
    });
    assert_ne!(
        shown(&cottage)["outbound"]["state"],
        "verified",
        "one direction does not stand for the other"
    );
    assert_eq!(shown(&cottage)["usable"], false);
    assert!(tickets(&cottage.relay, ACCOUNT).is_empty());
}

/// Our program and a mailbox end that is the customer's domain, so that the test reads its mail.
fn with_mailbox_for_the_domain() -> (Cottage, MailboxEnd) {
    let directory = relaygate_tests::house::temporary();
    let authority = certs::authority(&directory.path().join("certs"));
    let certificate = certs::issue(&authority, HOST);
    let mailbox = MailboxEnd::start(directory.path(), &certificate).expect("Postfix starts");
    let routes = vec![
        (DOMAIN.to_owned(), mailbox.port()),
        ("staff.example".to_owned(), mailbox.port()),
    ];
    (Cottage::build(directory, authority, routes, ""), mailbox)
}

fn shown(cottage: &Cottage) -> Value {
    cottage.relay.cli(&["address", "list", "-a", ACCOUNT])["addresses"][0].clone()
}

fn connector(cottage: &Cottage) -> Value {
    cottage.relay.cli(&["domain", "list", "-a", ACCOUNT])["connectors"][0].clone()
}

fn text(message: &Message) -> String {
    String::from_utf8_lossy(&message.wire()).into_owned()
}

/// How many messages the customer's server handed to us.
fn relayed(house: &House) -> usize {
    let hop = format!(
        "relay=127.0.0.1[127.0.0.1]:{}",
        house.relay.ports().starttls
    );
    let log = house.customer.instance().log();
    log.lines()
        .filter(|line| line.contains(&hop) && line.contains("status=sent"))
        .count()
}
