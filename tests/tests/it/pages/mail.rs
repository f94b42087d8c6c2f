//! Mail at work, seen and moved by hand: the mail log, the queue, what is kept aside.

use relaygate_tests::browser;
use relaygate_tests::door::Door;
use relaygate_tests::house::{
    ACCOUNT, ADMIN, AGENT, Credential, House, Plan, SUPPORT, USER, id_of, message, tickets,
};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::{Value, json};

use super::needs_browser;
use crate::needs_postfix;

/// A message is found in the log, its life read from session to delivery; of two that wait for a
/// server that is away one is held, released, tried and delivered, the other deleted: R4.
#[test]
fn mail_is_followed_and_moved_by_hand() {
    needs_postfix!();
    needs_browser!();
    let (house, door, credential) = behind_a_door(&Plan::default());
    let relay = &house.relay;
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "Lamp", "lamp@enduser.example", ""),
    );
    let ticket = house.ticket("Lamp");
    house.arrives(USER, |mail| mail.text().contains("Lamp"));
    door.shut();
    for (number, words) in [(1, "The first answer."), (2, "The second answer.")] {
        house.answer(&ticket, words);
        wait::until("the answer to be put off", PATIENCE, || {
            (put_off(&house) == number).then_some(())
        });
    }

    let cookie = admin(&house);
    let input = json!({
        "cookie": cookie,
        "user": USER,
        "address": SUPPORT,
        "login": credential.username,
        "ticket": id_of(&ticket["ticket"]),
    });
    let seen = browser::run(relay, "mail-log.mjs", input);
    let held = waiting(&house);
    assert_eq!(held.len(), 1, "one was deleted: {held:#?}");
    assert_eq!(held[0]["state"], "held", "{held:#?}");

    door.open();
    browser::run(
        relay,
        "mail-moves.mjs",
        json!({ "cookie": cookie, "held": seen["held"] }),
    );
    house.arrives(USER, |mail| mail.text().contains("The first answer."));
    assert!(waiting(&house).is_empty());
    let mail = house.mail().of(USER);
    let second = |it: &relaygate_tests::mailbox::Message| it.text().contains("The second answer.");
    assert!(!mail.iter().any(second), "what was deleted does not arrive");
    let failed = relay.cli(&["log", "list", "-a", ACCOUNT, "--reason", "deleted_by_hand"]);
    assert_eq!(
        failed["messages"].as_array().map(Vec::len),
        Some(1),
        "{failed}"
    );
    for act in ["job_held", "job_released", "job_retried", "job_deleted"] {
        assert_eq!(actor(&house, act), ADMIN, "{act}");
    }
}

/// What became no ticket is read as text, made a ticket of, given to somebody, or deleted: R31.
#[test]
fn suspended_mail_is_decided_by_hand() {
    needs_postfix!();
    needs_browser!();
    let (house, credential) = House::ready(&Plan::default());
    let list = |subject: &str, id: &str| {
        let text = message(
            USER,
            SUPPORT,
            subject,
            id,
            "List-Id: <news.enduser.example>\r\n",
        );
        format!("{text}<script>alert(1)</script>\r\n")
    };
    for number in 1..=3 {
        let subject = format!("News {number}");
        let id = format!("news{number}@enduser.example");
        house.user_writes(USER, &list(&subject, &id));
    }
    // Straight to us: Postfix would have named an author for it.
    let mut client = house.relay.submission(&house.tls());
    client.say("EHLO mail.acme.example");
    client.auth_plain(&credential.username, &credential.password);
    let whose = "Subject: Whose\r\nMessage-ID: <whose@enduser.example>\r\n\r\nmine\r\n";
    assert_eq!(client.submit(USER, &[SUPPORT], whose).code, 250);
    wait::until("four messages kept aside", PATIENCE, || {
        (kept_aside(&house).len() == 4).then_some(())
    });
    let input = json!({ "cookie": admin(&house), "wanted": "News 2", "user": USER });
    browser::run(&house.relay, "suspended.mjs", input);

    assert!(kept_aside(&house).is_empty());
    for subject in ["News 2", "Whose"] {
        let made = house.ticket(subject);
        assert_eq!(made["ticket"]["requester"], USER, "{made}");
    }
    assert_eq!(tickets(&house.relay, ACCOUNT).len(), 2);
    for act in ["suspended_recovered", "suspended_deleted"] {
        assert_eq!(actor(&house, act), ADMIN, "{act}");
    }
}

/// As [`House::ready`], but our program reaches the customer's server through a door.
pub(super) fn behind_a_door(plan: &Plan) -> (House, Door, Credential) {
    let house = House::start(plan);
    let door = Door::to(house.customer.ports().submission);
    let credential = house.connect_domain();
    house.add_address_at(door.port(), "starttls");
    house.verify();
    house
        .relay
        .cli(&["token", "create", "-a", ACCOUNT, "--agent", AGENT]);
    (house, door, credential)
}

fn admin(house: &House) -> Value {
    let invitation = browser::invite(&house.relay, Some(ACCOUNT), ADMIN, "admin");
    let input = json!({ "invitation": invitation });
    browser::run(&house.relay, "taken-up.mjs", input)["cookie"].clone()
}

/// What waits for the customer's server.
fn waiting(house: &House) -> Vec<Value> {
    let listed = house
        .relay
        .cli(&["queue", "list", "-a", ACCOUNT, "--lane", "smarthost"]);
    listed["jobs"].as_array().cloned().unwrap_or_default()
}

/// How much of it was tried once.
fn put_off(house: &House) -> usize {
    let jobs = waiting(house).into_iter();
    jobs.filter(|job| job["state"] == "due" && job["attempts"] == 1)
        .count()
}

fn kept_aside(house: &House) -> Vec<Value> {
    let listed = house.relay.cli(&["suspended", "list", "-a", ACCOUNT]);
    listed["suspended"].as_array().cloned().unwrap_or_default()
}

/// Who did that, as the audit log has it.
fn actor(house: &House, act: &str) -> Value {
    let listed = house.relay.cli(&["audit", "list", "-a", ACCOUNT]);
    let acts = listed["audit"].as_array().cloned().unwrap_or_default();
    let found = acts.into_iter().find(|it| it["act"] == act);
    found.map_or(Value::Null, |it| it["actor"].clone())
}
