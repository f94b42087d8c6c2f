//! The way out through a customer's server that has moods: E6, and R94.
//!
//! An end user has written, an agent answers, and the customer's server does what
//! it likes; in the end every answer has arrived once, or somebody was told why not.

use relaygate_tests::house::{
    ACCOUNT, AGENT, OUTBOUND_PASSWORD, SUPPORT, USER, id_of, message, wait_for_ticket,
};
use relaygate_tests::smtp::Client;
use relaygate_tests::troublesome::{Act, Door, Scene, Stage, Trouble};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

/// A connected domain with a ticket that waits for an answer; its number.
fn with_ticket(subject: &str) -> (Scene, String) {
    let (scene, _) = Scene::ready("");
    let mut user = Client::plain(scene.customer.doors().mx);
    user.say("EHLO mx.enduser.example");
    let id = format!("{subject}@enduser.example");
    let text = message(USER, SUPPORT, subject, &id, "");
    assert_eq!(user.submit(USER, &[SUPPORT], &text).code, 250);
    let ticket = wait_for_ticket(&scene.cottage.relay, ACCOUNT, subject);
    // The notice that it has come in is none of what follows.
    scene.customer.arrives(USER, |_| true);
    (scene, id_of(&ticket["ticket"]))
}

fn answer(scene: &Scene, id: &str) {
    scene.cottage.relay.cli(&[
        "ticket", "reply", "-a", ACCOUNT, id, "--agent", AGENT, "--body", ANSWER,
    ]);
}

fn show(scene: &Scene, id: &str) -> Value {
    let arguments = ["ticket", "show", "-a", ACCOUNT, id];
    scene.cottage.relay.cli(&arguments)
}

/// Waits until the delivery of the answer to the end user stands so.
fn delivery_when(scene: &Scene, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    wait::until("the delivery of the answer", PATIENCE, || {
        let shown = show(scene, id);
        let comments = shown["comments"].as_array()?.clone();
        let answer = comments.iter().find(|it| it["body"] == ANSWER)?;
        let deliveries = answer["deliveries"].as_array()?;
        deliveries.iter().find(|it| wanted(it)).cloned()
    })
}

/// How often the answer has reached the end user.
fn arrived(scene: &Scene) -> usize {
    let mail = scene.customer.mail_to(USER);
    mail.iter().filter(|it| it.text().contains(ANSWER)).count()
}

fn notes(scene: &Scene, id: &str) -> Vec<String> {
    let shown = show(scene, id);
    let comments = shown["comments"].as_array().expect("a list").clone();
    let notes = comments.iter().filter(|it| it["public"] == false);
    notes
        .map(|it| it["body"].as_str().expect("a text").to_owned())
        .collect()
}

/// The server is away, then back: E6, OUT-04.
#[test]
fn a_server_that_was_down_gets_everything_once() {
    let (scene, id) = with_ticket("down");
    let away = Trouble::at(Stage::Greeting, Act::Say("421 4.3.2 down for maintenance"));
    scene.customer.trouble(away.on(Door::Submission));
    answer(&scene, &id);
    let put_off = delivery_when(&scene, &id, |it| it["state"] == "deferred");
    assert_eq!(put_off["status"]["id"], 11, "{put_off}");
    scene.customer.calm_down();
    scene.retry_what_waits();
    let sent = delivery_when(&scene, &id, |it| it["state"] == "accepted_by_customer_mta");
    assert_eq!(sent["status"]["id"], 2, "{sent}");
    assert_eq!(arrived(&scene), 1);
}

/// R26: ordinary mail sits a grey list out, too.
#[test]
fn an_answer_sits_greylisting_out() {
    let (scene, id) = with_ticket("grey");
    scene
        .customer
        .trouble(Trouble::greylisting(Door::Submission, 2));
    answer(&scene, &id);
    for _ in 0..2 {
        let put_off = delivery_when(&scene, &id, |it| it["state"] == "deferred");
        assert_eq!(put_off["status"]["name"], "greylisted", "{put_off}");
        scene.retry_what_waits();
    }
    delivery_when(&scene, &id, |it| it["state"] == "accepted_by_customer_mta");
    assert_eq!(arrived(&scene), 1);
    assert!(notes(&scene, &id).is_empty(), "nobody has to know");
}

/// R87: the customer's server checks our SPF; the agents are told what helps.
#[test]
fn a_server_that_checks_our_spf_is_told_apart() {
    let (scene, id) = with_ticket("spf");
    let refusal = Act::Say("550 5.7.23 SPF validation failed");
    let trouble = Trouble::at(Stage::Rcpt, refusal).on(Door::Submission);
    scene.customer.trouble(trouble);
    answer(&scene, &id);
    let failed = delivery_when(&scene, &id, |it| it["state"] == "failed");
    assert_eq!(failed["reason"], "customer_spf_rejects_us", "{failed}");
    assert_eq!(failed["status"]["id"], 47, "{failed}");
    assert_eq!(failed["status"]["code"], "550 5.7.23", "{failed}");
    let told = notes(&scene, &id);
    assert!(
        told.len() == 1 && told[0].contains("have it trust our addresses"),
        "{told:?}"
    );
}

/// R61: an address that does not exist there.
#[test]
fn an_unknown_mailbox_fails_the_check() {
    let scene = Scene::start("");
    scene.connect();
    scene.add_address(&[]);
    let refusal = Act::Say("550 5.1.1 no such mailbox");
    scene.customer.trouble(Trouble::at(Stage::Rcpt, refusal));
    scene.ask_to_verify("outbound");
    let address = scene.address_when("the outbound check", |it| {
        it["outbound"]["state"] == "failed" && it["outbound"]["reason"] != "not_yet_verified"
    });
    assert_eq!(
        address["outbound"]["reason"], "mailbox_unknown",
        "{address}"
    );
}

/// R20, R80: while the address is not usable the default one answers, and the log says why.
#[test]
fn the_fallback_says_why_it_sends() {
    let (mut scene, id) = with_ticket("fallback");
    scene.cottage.relay.announce("refused our credentials");
    scene.customer.add_login(SUPPORT, "changed meanwhile");
    answer(&scene, &id);
    scene.address_when("the refusal to be noted", |it| it["usable"] == false);
    scene.cottage.relay.cli(&[
        "ticket", "reply", "-a", ACCOUNT, &id, "--agent", AGENT, "--body", SECOND,
    ]);
    let mail = scene
        .customer
        .arrives(USER, |it| it.text().contains(SECOND));
    let from = mail.header("From").expect("it has a sender");
    assert!(from.contains("@acme.desk.example"), "{from}");
    let message_id = mail.header("Message-ID").expect("it has an id");
    let traced = scene.cottage.relay.cli(&["trace", &message_id]);
    let queued = traced["messages"][0]["events"][0]["detail"].as_str();
    let why = "native (smtp_address_not_verified)";
    assert!(queued.is_some_and(|it| it.starts_with(why)), "{traced}");
    let delivery = &traced["messages"][0]["deliveries"][0];
    assert_eq!(delivery["fallback_from"], SUPPORT, "{traced}");
    let status = &delivery["status"];
    assert_eq!(status["name"], "delivered_by_fallback", "{traced}");
}

/// R94: mail goes on with the old login until the new one has come round.
#[test]
fn a_changed_login_takes_over_once_it_has_proved_itself() {
    let (scene, id) = with_ticket("change");
    scene.customer.add_login("relay2", "the second secret");
    let changed = scene.cottage.relay.cli_with_input(
        &change(&["--username", "relay2", "--password-stdin"]),
        "the second secret",
    );
    assert_eq!(changed["address"]["usable"], true, "{changed}");
    let address = scene.address_when("the swap", |it| it["username"] == "relay2");
    assert!(address["staged"].is_null(), "{address}");
    assert_eq!(address["usable"], true, "{address}");
    answer(&scene, &id);
    let sent = delivery_when(&scene, &id, |it| it["state"] == "accepted_by_customer_mta");
    assert_eq!(sent["credential"], "relay2", "{sent}");
}

/// R94: a wrong password leaves what works, and says so.
#[test]
fn a_wrong_change_leaves_the_old_login() {
    let (mut scene, id) = with_ticket("wrong");
    scene.cottage.relay.announce("refused our credentials");
    scene
        .cottage
        .relay
        .cli_with_input(&change(&["--password-stdin"]), "not the password");
    let address = scene.address_when("the refusal", |it| {
        it["staged"]["check"]["state"] == "failed"
    });
    let check = &address["staged"]["check"];
    assert_eq!(check["reason"], "credentials_refused", "{address}");
    assert_eq!(address["usable"], true, "{address}");
    answer(&scene, &id);
    let sent = delivery_when(&scene, &id, |it| it["state"] == "accepted_by_customer_mta");
    assert_eq!(sent["credential"], SUPPORT, "{sent}");
    let kept = ["address", "keep", "-a", ACCOUNT, SUPPORT];
    assert!(scene.cottage.relay.cli(&kept)["address"]["staged"].is_null());
}

/// R2: a pinned certificate is believed without an authority, and no other one is.
#[test]
fn a_pinned_certificate_needs_no_authority() {
    let (scene, _) = Scene::ready("");
    let wrong = "00".repeat(32);
    let before = scene.customer.heard().len();
    scene.cottage.relay.cli(&change(&["--fingerprint", &wrong]));
    let address = scene.address_when("the wrong pin to be noted", |it| {
        !it["staged"]["check"]["reason"].is_null()
            && it["staged"]["check"]["reason"] != "not_yet_verified"
    });
    assert_eq!(
        address["staged"]["check"]["reason"], "tls_failed",
        "{address}"
    );
    let said = scene.customer.heard().split_off(before);
    assert!(
        !said.iter().any(|line| line.starts_with("AUTH")),
        "{said:?}"
    );
    let right = scene.customer.fingerprint();
    scene.cottage.relay.cli(&change(&["--fingerprint", &right]));
    let address = scene.address_when("the pin to take over", |it| it["staged"].is_null());
    assert_eq!(address["trust"], "certificate", "{address}");
}

/// A server that wants a token gets it, and nothing else does.
#[test]
fn a_token_opens_a_server_that_wants_one() {
    let scene = Scene::with("", |setup| setup.mechanisms = vec!["XOAUTH2"]);
    scene.connect();
    scene.add_address(&["--auth", "xoauth2"]);
    scene.ask_to_verify("outbound");
    let address = scene.address_when("the outbound check", |it| {
        it["outbound"]["state"] == "verified"
    });
    assert_eq!(address["auth"], "xoauth2", "{address}");
    let heard = scene.customer.heard();
    assert!(heard.iter().any(|line| line.starts_with("AUTH XOAUTH2 ")));
    assert!(!heard.iter().any(|line| line.contains(OUTBOUND_PASSWORD)));
}

/// Without being told so, a password is not given to a server that wants a token.
#[test]
fn a_password_is_not_sent_as_a_token() {
    let scene = Scene::with("", |setup| setup.mechanisms = vec!["XOAUTH2"]);
    scene.connect();
    scene.add_address(&[]);
    scene.ask_to_verify("outbound");
    let address = scene.address_when("the outbound check", |it| {
        it["outbound"]["reason"] == "auth_not_offered"
    });
    assert_eq!(address["outbound"]["state"], "pending", "{address}");
    let heard = scene.customer.heard();
    assert!(
        !heard.iter().any(|line| line.starts_with("AUTH")),
        "{heard:?}"
    );
}

fn change<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["address", "change", "-a", ACCOUNT, SUPPORT], more].concat()
}

const ANSWER: &str = "Turn it off and on again.";
const SECOND: &str = "Have you tried it?";
