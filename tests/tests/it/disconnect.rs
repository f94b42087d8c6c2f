//! A domain is taken out of use while mail flows: E10.

use relaygate_tests::house::{
    ACCOUNT, AGENT, Credential, DOMAIN, SUPPORT, add_domain, id_of, message, wait_for_ticket,
};
use relaygate_tests::relaygate::Relaygate;
use relaygate_tests::smtp::Client;
use relaygate_tests::tracer::{Edge, Point, Tracer};
use relaygate_tests::troublesome::{Act, Door, Scene, Stage, Trouble};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

/// What waits for the customer's server is handed to the fallback sender when the time is over,
/// mail coming in is put off and listed, then everything goes; the old password never works
/// again, and old tickets are answered from the default address: R99, R100, R105, R106.
#[test]
fn a_disconnection_under_traffic_loses_nothing() {
    let (scene, old) = Scene::ready("[limits]\ndrain_seconds = 5\n");
    let relay = &scene.cottage.relay;
    let tickets = with_answers_waiting(&scene, &old, WAITING);
    let mut open = scene.cottage.session(&old);
    let begun = relay.cli(&["domain", "disconnect", "-a", ACCOUNT, DOMAIN]);
    assert_eq!(begun["state"], "draining", "{begun}");
    assert_eq!(begun["queued"], WAITING, "{begun}");

    open.say("MAIL FROM:<late@enduser.example>");
    for _ in 0..2 {
        let reply = open.say(&format!("RCPT TO:<{SUPPORT}>"));
        assert_eq!(reply.code, 451, "{reply}");
        assert!(reply.lines[0].starts_with("4.7.1 "), "{reply}");
    }
    let again = relay.cli(&["domain", "disconnect", "-a", ACCOUNT, DOMAIN, "--wait"]);
    assert_eq!(again["state"], "disconnected", "{again}");
    check_refused(relay);

    for number in 0..WAITING {
        let mail = scene
            .customer
            .arrives(&user(number), |mail| is_answer(mail, number));
        let from = mail.header("From").unwrap_or_default();
        assert!(
            from.contains("support@acme.desk.example"),
            "{}",
            mail.text()
        );
    }
    assert_eq!(open.say("NOOP").code, 421, "its credentials are gone");
    assert!(!logs_in(&scene, &old));
    let addresses = relay.cli(&["address", "list", "-a", ACCOUNT]).to_string();
    assert!(!addresses.contains(SUPPORT), "{addresses}");

    reply(relay, &tickets[0], "after all that");
    let later = scene
        .customer
        .arrives(&user(0), |mail| mail.text().contains("after all that"));
    assert!(
        later
            .header("From")
            .unwrap_or_default()
            .contains("support@acme.desk.example")
    );
    let fresh = add_domain(relay, ACCOUNT, DOMAIN);
    assert!(logs_in(&scene, &fresh) && !logs_in(&scene, &old));
}

/// What can still be delivered is delivered through the customer's server: R99.
#[test]
fn what_waits_is_tried_at_once() {
    let (scene, old) = Scene::ready("");
    let relay = &scene.cottage.relay;
    with_answers_waiting(&scene, &old, 2);
    scene.customer.calm_down();
    relay.cli(&["domain", "disconnect", "-a", ACCOUNT, DOMAIN, "--wait"]);
    for number in 0..2 {
        let mail = scene
            .customer
            .arrives(&user(number), |mail| is_answer(mail, number));
        assert!(
            mail.header("From").unwrap_or_default().contains(SUPPORT),
            "{}",
            mail.text()
        );
    }
}

/// An address is removed while answers in its name wait: the default address sends them: R105.
#[test]
fn answers_of_a_removed_address_are_handed_over() {
    let (scene, credential) = Scene::ready("");
    let relay = &scene.cottage.relay;
    with_answers_waiting(&scene, &credential, 1);
    relay.cli(&["address", "remove", "-a", ACCOUNT, SUPPORT]);
    scene.retry_what_waits();
    let mail = scene.customer.arrives(&user(0), |mail| is_answer(mail, 0));
    let from = mail.header("From").unwrap_or_default();
    assert!(from.contains("support@acme.desk.example"), "{from}");
    let shown = relay.cli(&["ticket", "show", "-a", ACCOUNT, "1"]);
    let deliveries = shown["comments"][1]["deliveries"].clone();
    assert_eq!(deliveries[0]["state"], "sent_by_fallback", "{shown}");
}

/// Killed after each of its commits in turn, the work goes on where it was: R99.
#[test]
fn a_disconnection_that_is_killed_goes_on() {
    let (mut scene, mut credential) = Scene::ready("");
    let mut point = Point {
        kind: "fdatasync store",
        occurrence: 1,
        edge: Edge::After,
    };
    loop {
        let relay = &scene.cottage.relay;
        let tracer = match Tracer::attach(relay.id(), &relay.data(), Some(point)) {
            Ok(tracer) => tracer,
            Err(reason) => return skip::skipped(&reason),
        };
        relay.run(
            &["domain", "disconnect", "-a", ACCOUNT, DOMAIN, "--wait"],
            "",
        );
        let met = tracer.end();
        scene.cottage.relay.kill_and_restart();
        let relay = &scene.cottage.relay;
        let begun = relay.cli(&["domain", "progress", "-a", ACCOUNT, DOMAIN]);
        // Killed before its very first commit it has not begun.
        if begun["state"] == "connected" {
            relay.cli(&["domain", "disconnect", "-a", ACCOUNT, DOMAIN]);
        }
        await_gone(relay);
        assert!(!logs_in(&scene, &credential), "{point:?}");
        if !met {
            break;
        }
        credential = add_domain(relay, ACCOUNT, DOMAIN);
        scene.add_address(&[]);
        point.occurrence += 1;
    }
    assert!(point.occurrence > STEPS, "only {point:?}");
}

/// Tickets to which an agent has answered while the customer's server puts everything off.
pub(crate) fn with_answers_waiting(
    scene: &Scene,
    credential: &Credential,
    count: usize,
) -> Vec<Value> {
    let relay = &scene.cottage.relay;
    let mut client = scene.cottage.session(credential);
    let tickets: Vec<Value> = (0..count)
        .map(|number| {
            let (from, subject) = (user(number), format!("Question {number}"));
            let text = message(&from, SUPPORT, &subject, &from, "");
            assert_eq!(client.submit(&from, &[SUPPORT], &text).code, 250);
            let ticket = wait_for_ticket(relay, ACCOUNT, &subject);
            scene.customer.arrives(&from, |_| true);
            ticket
        })
        .collect();
    let busy = Act::Say("451 4.3.2 busy, come back");
    scene
        .customer
        .trouble(Trouble::at(Stage::Mail, busy).on(Door::Submission));
    for (number, ticket) in tickets.iter().enumerate() {
        reply(relay, ticket, &answer(number));
    }
    wait::until("the answers to wait", PATIENCE, || {
        let jobs = relay.cli(&["queue", "list", "--lane", "smarthost"])["jobs"].clone();
        let tried = |job: &Value| job["attempts"].as_u64() > Some(0) && job["state"] == "due";
        let jobs = jobs.as_array().cloned().unwrap_or_default();
        (jobs.iter().filter(|job| tried(job)).count() == count).then_some(())
    });
    tickets
}

fn reply(relay: &Relaygate, ticket: &Value, body: &str) {
    let id = id_of(&ticket["ticket"]);
    relay.cli(&[
        "ticket", "reply", "-a", ACCOUNT, &id, "--agent", AGENT, "--body", body,
    ]);
}

fn answer(number: usize) -> String {
    format!("This is answer {number}.")
}

fn is_answer(mail: &relaygate_tests::mailbox::Message, number: usize) -> bool {
    mail.text().contains(&answer(number))
}

fn user(number: usize) -> String {
    format!("user{number}@enduser.example")
}

/// The one envelope that was put off, twice.
fn check_refused(relay: &Relaygate) {
    let refused = relay.cli(&["domain", "refused", "-a", ACCOUNT, DOMAIN])["refused"].clone();
    let list = refused.as_array().expect("a list");
    let ours: Vec<_> = list
        .iter()
        .filter(|it| it["sender"] == "late@enduser.example")
        .collect();
    assert_eq!(ours.len(), 1, "{refused}");
    assert_eq!(ours[0]["recipient"], SUPPORT, "{refused}");
    assert_eq!(ours[0]["times"], 2, "{refused}");
}

fn logs_in(scene: &Scene, credential: &Credential) -> bool {
    let mut client: Client = scene.cottage.relay.submission(&scene.cottage.tls());
    client.say("EHLO mail.acme.example");
    let reply = client.auth_plain(&credential.username, &credential.password);
    assert!(reply.code == 235 || reply.code == 535, "{reply}");
    reply.code == 235
}

fn await_gone(relay: &Relaygate) {
    wait::until("the domain to be gone", PATIENCE, || {
        let progress = relay.cli(&["domain", "progress", "-a", ACCOUNT, DOMAIN]);
        (progress["state"] == "disconnected").then_some(())
    });
}

const WAITING: usize = 10;
/// Mark, one address, credentials, connector: so many commits it has at least.
const STEPS: u32 = 4;
