//! E3: mail that comes without AUTH, by the ordinary path. It is taken for
//! native addresses, never tagged as secure, and said to be unauthenticated.

use relaygate_tests::house::{
    ACCOUNT, AGENT, House, Plan, SUPPORT, USER, by_mx, id_of, message, tags_of, tickets,
};

use crate::needs_postfix;

/// E3: R29, R30.
#[test]
fn an_unauthenticated_update_is_marked() {
    needs_postfix!();
    let (house, _) = House::ready(&Plan::default());
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "Door stuck", "p1@enduser.example", ""),
    );
    let ticket = house.ticket("Door stuck");
    let id = id_of(&ticket["ticket"]);
    house.answer(&ticket, "Push harder.");
    let mail = house.arrives(USER, |mail| mail.text().contains("Push harder"));
    let reference = mail.header("Message-ID").expect("our mail has an id");

    let extra = format!("In-Reply-To: {reference}\r\nReferences: {reference}\r\n");
    let update = message(USER, NATIVE, "Re: Door stuck", "p2@enduser.example", &extra);
    let reply = by_mx(&house.relay, USER, NATIVE, &update);
    assert_eq!(reply.code, 250, "{reply}");
    let after = house.ticket_with(&id, 3);
    let tags = tags_of(&after);
    assert!(
        tags.contains(&UNAUTHENTICATED.to_owned()) && tags.contains(&SECURE.to_owned()),
        "{tags:?}"
    );
    assert_eq!(after["comments"][2]["authenticated"], false, "{after}");
    assert_eq!(
        tickets(&house.relay, ACCOUNT).len(),
        1,
        "one ticket, one conversation"
    );
}

/// A ticket from the plain path has no secure tag and is answered by our own path: R6, R19.
#[test]
fn a_native_ticket_is_answered_from_the_native_address() {
    needs_postfix!();
    let (house, _) = House::ready(&Plan::default());
    let text = message(USER, NATIVE, "Native question", "p3@enduser.example", "");
    assert_eq!(by_mx(&house.relay, USER, NATIVE, &text).code, 250);
    let ticket = house.ticket("Native question");
    assert!(!tags_of(&ticket).contains(&SECURE.to_owned()), "{ticket}");
    assert!(
        !tags_of(&ticket).contains(&UNAUTHENTICATED.to_owned()),
        "{ticket}"
    );
    house.answer(&ticket, "Native answer.");
    let mail = house.arrives(USER, |mail| mail.text().contains("Native answer"));
    assert!(
        mail.header("From")
            .is_some_and(|from| from.contains("@acme.desk.example")),
        "{}",
        mail.text()
    );
    let hops = mail.headers("Received").join("\n");
    assert!(
        !hops.contains("mail.acme.example"),
        "the customer's server had no part in it\n{hops}"
    );
}

/// Until an address is verified both ways, the default address answers: R20, R21, R80.
#[test]
fn an_unverified_address_does_not_send() {
    needs_postfix!();
    let house = House::start(&Plan::default());
    house.connect_domain();
    house.add_address();
    house
        .relay
        .cli(&["token", "create", "-a", ACCOUNT, "--agent", AGENT]);
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "Too early", "p4@enduser.example", ""),
    );
    let ticket = house.ticket("Too early");
    let id = id_of(&ticket["ticket"]);
    house.answer(&ticket, "From the default.");
    let early = house.arrives(USER, |mail| mail.text().contains("From the default"));
    assert!(
        early
            .header("From")
            .is_some_and(|from| from.contains("@acme.desk.example")),
        "{}",
        early.text()
    );
    let shown = house.ticket_with(&id, 2);
    assert!(
        shown["comments"][1]["deliveries"]
            .to_string()
            .contains("smtp_address_not_verified"),
        "{shown}"
    );

    house.verify();
    house.answer(&ticket, "From the domain.");
    let later = house.arrives(USER, |mail| mail.text().contains("From the domain"));
    assert!(
        later
            .header("From")
            .is_some_and(|from| from.contains(SUPPORT)),
        "{}",
        later.text()
    );
}

/// A native address is never a connector's address: R19.
#[test]
fn native_addresses_are_refused_as_support_addresses() {
    let cottage = relaygate_tests::house::Cottage::start("");
    cottage.connect(ACCOUNT, "acme.example");
    let arguments = [
        "address",
        "add",
        "-a",
        ACCOUNT,
        NATIVE,
        "--host",
        "127.0.0.1:9",
        "--username",
        "u",
        "--password-stdin",
    ];
    let failure = cottage.relay.cli_fails(&arguments, "secret");
    assert_eq!(failure.code, 1, "{failure:?}");
    assert!(failure.error["code"].is_string(), "{failure:?}");
}

const NATIVE: &str = "support@acme.desk.example";
const SECURE: &str = "system_authenticated_email_ticket";
const UNAUTHENTICATED: &str = "system_unauthenticated_email_update";
