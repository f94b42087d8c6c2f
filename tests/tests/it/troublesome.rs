//! The troublesome customer's server itself: that it behaves when it is not told otherwise,
//! and misbehaves when it is.

use relaygate_tests::house::{SUPPORT, USER, message};
use relaygate_tests::smtp::Client;
use relaygate_tests::troublesome::{Act, Door, Scene, Stage, Trouble};

/// Both verifications come round and an end user's mail becomes a ticket.
#[test]
fn left_alone_it_behaves() {
    let (scene, _) = Scene::ready("");
    let mut user = Client::plain(scene.customer.doors().mx);
    user.say("EHLO mx.enduser.example");
    let text = message(USER, SUPPORT, "calm", "calm@enduser.example", "");
    assert_eq!(user.submit(USER, &[SUPPORT], &text).code, 250);
    relaygate_tests::house::wait_for_ticket(
        &scene.cottage.relay,
        relaygate_tests::house::ACCOUNT,
        "calm",
    );
    let submitted = scene
        .customer
        .letters()
        .into_iter()
        .find(|it| it.door == Door::Submission);
    let letter = submitted.expect("the outbound verification was submitted");
    assert!(letter.tls);
    assert_eq!(letter.login.as_deref(), Some(SUPPORT));
}

/// R26: put off twice, the confirmation mail comes round all the same.
#[test]
fn greylisting_is_sat_out() {
    let scene = Scene::start("");
    scene.connect();
    scene.add_address(&[]);
    scene.customer.trouble(Trouble::greylisting(Door::Mx, 1));
    scene.ask_to_verify("inbound");
    scene.retry_what_waits();
    scene.address_when("the inbound check", |it| {
        it["inbound"]["state"] == "verified"
    });
}

/// A reply that is lost after the text makes the message come twice, not vanish (RFC 1047).
#[test]
fn a_lost_reply_costs_a_duplicate_at_most() {
    let scene = Scene::start("");
    scene.connect();
    scene.add_address(&[]);
    scene.customer.trouble(
        Trouble::at(Stage::Text, Act::LoseReply)
            .on(Door::Submission)
            .times(1),
    );
    scene.ask_to_verify("outbound");
    scene.retry_what_waits();
    scene.address_when("the outbound check", |it| {
        it["outbound"]["state"] == "verified"
    });
}
