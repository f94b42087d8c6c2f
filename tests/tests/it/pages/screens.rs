//! A picture of every page. `make screens` puts all of them into `docs/screens/`; without it
//! two of the eight variants are taken, looked at by axe-core and thrown away.

use std::env;
use std::path::Path;
use std::process::Command;

use relaygate_tests::door::Door;
use relaygate_tests::house::{
    ACCOUNT, ADMIN, AGENT, DOMAIN, House, Plan, SUPPORT, USER, by_mx, create_account, id_of,
    message,
};
use relaygate_tests::wait::{self, PATIENCE};
use relaygate_tests::{browser, process, repository};
use serde_json::{Value, json};

use super::mail::behind_a_door;
use super::{needs_browser, tickets};
use crate::needs_postfix;
use crate::own_policies::{example, with_attachment};

/// A domain beside the one that works, for what changes a domain.
const SECOND: &str = "shop.example";
/// A support address whose server does not answer.
const BROKEN: &str = "billing@acme.example";

/// A native address beside the one the account came with.
const NATIVE: &str = "parcels@acme.desk.example";

/// Every page in every language, light and dark, on a desk and on a phone: nothing is cut off,
/// nothing serious keeps anybody out.
#[test]
fn every_page_has_its_picture() {
    needs_postfix!();
    needs_browser!();
    let (house, door, credential) = behind_a_door(&Plan {
        extra: "[egress]\naddresses = [\"127.0.0.1\"]\nhostnames = [\"out.desk.example\"]\n"
            .to_owned(),
        ..Plan::default()
    });
    let relay = &house.relay;
    furnish(&house);
    let (ticket, standing_in) = conversations(&house);
    let mail = mail_at_work(&house, &door);
    create_account(relay, "fresh");
    let cookie = |account: Option<&str>, address: &str, role: &str| {
        let invitation = browser::invite(relay, account, address, role);
        let input = json!({ "invitation": invitation });
        browser::run(relay, "taken-up.mjs", input)["cookie"].clone()
    };
    let invited = browser::invite(relay, Some(ACCOUNT), "anna@staff.example", "agent");
    let folder = match env::var_os("RELAYGATE_SCREENS") {
        Some(_) => repository::root().join("docs/screens"),
        None => house.directory().join("screens"),
    };
    for variant in variants() {
        // Anew each time: what touches credentials asks for a password of the last ten minutes.
        let (admin, fresh) = (
            cookie(Some(ACCOUNT), ADMIN, "admin"),
            cookie(Some("fresh"), ADMIN, "admin"),
        );
        let input = json!({
            "folder": folder,
            "variant": variant,
            "invitation": invited,
            "cookie": admin,
            "fresh": fresh,
            "operator": cookie(None, "root@desk.example", "operator"),
            "domain": DOMAIN,
            "second": SECOND,
            "credential": credential.id,
            "address": SUPPORT,
            "broken": BROKEN,
            "account": ACCOUNT,
            "admin": ADMIN,
            "waiting": mail.waiting["message"],
            "job": mail.waiting["id"],
            "incoming": mail.incoming["id"],
            "suspended": mail.suspended["id"],
            "native": NATIVE,
            "ticket": ticket,
            "standing_in": standing_in,
        });
        browser::run(relay, "screens.mjs", input);
    }
    shrink(&folder);
}

/// What pages show that have something to show.
fn furnish(house: &House) {
    let relay = &house.relay;
    a_policy_on_trial(house);
    for (number, subject) in ["Where is my parcel?", "Thank you"].iter().enumerate() {
        let id = format!("furnish-{number}@enduser.example");
        house.user_writes(USER, &message(USER, SUPPORT, subject, &id, ""));
        house.ticket(subject);
    }
    let forwarded = message(USER, SUPPORT, "Forwarded", "forwarded@enduser.example", "");
    assert_eq!(by_mx(relay, USER, SUPPORT, &forwarded).code, 250);
    house.ticket("Forwarded");
    relay.cli(&["domain", "add", "-a", ACCOUNT, SECOND, "--name", "Web shop"]);
    relay.cli(&["brand", "add", "-a", ACCOUNT, "--name", "Acme Outdoors"]);
    relay.cli(&["address", "native", "-a", ACCOUNT, "parcels"]);
    let arguments = [
        "address",
        "add",
        "-a",
        ACCOUNT,
        BROKEN,
        "--host",
        "127.0.0.1:587",
        "--username",
        BROKEN,
        "--password-stdin",
        "--brand",
        "2",
    ];
    relay.cli_with_input(&arguments, "no server answers to this");
    let verify = [
        "address",
        "verify",
        "-a",
        ACCOUNT,
        BROKEN,
        "--direction",
        "outbound",
        "--wait",
        "5",
    ];
    relay.cli(&verify);
}

/// A policy of the account's own, and one to come after it that would refuse a message.
fn a_policy_on_trial(house: &House) {
    let component = example();
    let component = component.to_str().expect("a path of ours");
    let settings = house.directory().join("settings.json");
    std::fs::write(&settings, "{\"refuse\": [\"exe\", \"zip\"]}").expect("a file of ours");
    let settings = settings.to_str().expect("a path of ours");
    let policy = |more: &[&str]| {
        let command = [&["policy"], more, &["-a", ACCOUNT, component]].concat();
        house.relay.cli(&command);
    };
    policy(&["install", "--question", "headers"]);
    policy(&["shadow", "--settings", settings]);
    house.user_writes(USER, &with_attachment("drawings.zip", "drawings"));
    house.ticket("drawings.zip");
}

/// A ticket with all a conversation can have, and one whose address cannot answer.
fn conversations(house: &House) -> (Value, Value) {
    let relay = &house.relay;
    house.user_writes(USER, &tickets::letter());
    let ticket = house.ticket(tickets::SUBJECT);
    let id = id_of(&ticket["ticket"]);
    let reply = |more: &[&str]| {
        let arguments = ["ticket", "reply", "-a", ACCOUNT, &id, "--agent", AGENT];
        relay.cli(&[&arguments, more].concat());
    };
    reply(&[
        "--internal",
        "--body",
        "Second floor, the old one. I call the fire brigade.",
    ]);
    let answer = "Use the extinguisher, then call again.\n\nWe send somebody.";
    reply(&["--body", answer, "--cc", "bob@enduser.example"]);
    house.arrives(USER, |mail| mail.text().contains("We send somebody"));
    let update = [
        "ticket",
        "update",
        "-a",
        ACCOUNT,
        &id,
        "--add-tag",
        "printer",
    ];
    relay.cli(&[&update[..], &["--priority", "high"]].concat());
    let invoice = message(
        USER,
        BROKEN,
        "Invoice of November",
        "invoice@enduser.example",
        "",
    );
    assert_eq!(by_mx(relay, USER, BROKEN, &invoice).code, 250);
    let other = house.ticket("Invoice of November");
    (
        ticket["ticket"]["id"].clone(),
        other["ticket"]["id"].clone(),
    )
}

/// Mail of every kind there is to see.
struct Mail {
    incoming: Value,
    waiting: Value,
    suspended: Value,
}

/// A ticket whose answer waits, since the server has gone away, and mail kept aside.
fn mail_at_work(house: &House, door: &Door) -> Mail {
    for (subject, extra) in [
        ("Lamp of the hall stays dark", ""),
        (
            "Our news of November",
            "List-Id: <news.enduser.example>\r\n",
        ),
        ("Out of the office", "Auto-Submitted: auto-replied\r\n"),
    ] {
        let id = format!("{}@enduser.example", subject.replace(' ', "."));
        house.user_writes(USER, &message(USER, SUPPORT, subject, &id, extra));
    }
    let ticket = house.ticket("Lamp of the hall stays dark");
    house.arrives(USER, |mail| mail.text().contains("Lamp of the hall"));
    door.shut();
    house.answer(&ticket, "We look at it tomorrow.");
    let first = |arguments: &[&str], list: &str, fits: &dyn Fn(&Value) -> bool| {
        wait::until(list, PATIENCE, || {
            let listed = house.relay.cli(&[arguments, &["-a", ACCOUNT]].concat());
            listed[list].as_array()?.iter().find(|it| fits(it)).cloned()
        })
    };
    Mail {
        incoming: first(&["log", "list"], "messages", &|it| {
            it["result"] == "ticket_created"
        }),
        waiting: first(&["queue", "list"], "jobs", &|it| it["attempts"] == 1),
        suspended: first(&["suspended", "list"], "suspended", &|_| true),
    }
}

fn variants() -> Vec<Value> {
    let all = ["en", "de"].into_iter().flat_map(|language| {
        ["light", "dark"].into_iter().flat_map(move |scheme| {
            ["wide", "phone"]
                .into_iter()
                .map(move |size| json!({ "language": language, "scheme": scheme, "size": size }))
        })
    });
    let some = |variant: &Value| {
        let of = (&variant["language"], &variant["scheme"], &variant["size"]);
        env::var_os("RELAYGATE_SCREENS").is_some()
            || of == (&json!("en"), &json!("light"), &json!("wide"))
            || of == (&json!("de"), &json!("dark"), &json!("phone"))
    };
    all.filter(some).collect()
}

/// Fewer colours, a third of the octets; without the program they stay as they are.
fn shrink(folder: &Path) {
    if !process::installed("pngquant") {
        return;
    }
    let mut command = Command::new("sh");
    let each =
        "pngquant --force --skip-if-larger --ext .png --speed 1 \"$0\"/*/*.png || [ $? = 98 ]";
    command.args(["-c", each]).arg(folder);
    let output = process::run(&mut command, b"");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
