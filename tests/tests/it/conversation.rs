//! E2: an end user writes, the mail becomes a ticket with the secure tag, the
//! answer leaves through the customer's own server, the user's reply threads.

use relaygate_tests::clients;
use relaygate_tests::dns::{self, Record};
use relaygate_tests::house::{
    ACCOUNT, ADMIN, AGENT, DOMAIN, House, Plan, SUPPORT, USER, id_of, message, tags_of, tickets,
};
use relaygate_tests::mailbox::Message;
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

use crate::needs_postfix;

/// E2: R7, R8, R9, R11, R12, R34, R35, R39, R59, R84.
#[test]
fn the_answer_leaves_through_the_customers_server() {
    needs_postfix!();
    let (house, credential) = House::ready(&Plan::default());
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "Printer on fire", "m1@enduser.example", ""),
    );
    let ticket = house.ticket("Printer on fire");
    assert!(tags_of(&ticket).contains(&SECURE.to_owned()), "{ticket}");
    let comment = &ticket["comments"][0];
    assert_eq!(comment["authenticated"], true, "{comment}");
    assert_eq!(
        comment["via"]["credential"].as_str(),
        Some(credential.id.as_str()),
        "{comment}"
    );
    assert_eq!(comment["via"]["tls"]["version"], "TLSv1.3", "{comment}");
    assert!(
        ticket["ticket"]["requester"].to_string().contains(USER),
        "{ticket}"
    );

    house.answer(&ticket, "Use the extinguisher.");
    let mail = house.arrives(USER, |mail| mail.text().contains("extinguisher"));
    check_preserved(&mail);
    assert!(
        mail.header("From")
            .is_some_and(|from| from.contains(SUPPORT)),
        "{}",
        mail.text()
    );
    assert!(
        mail.headers("DKIM-Signature").is_empty(),
        "no signature without both switches\n{}",
        mail.text()
    );
    let hops = mail.headers("Received");
    let submitted = hops.iter().any(|hop| {
        hop.contains("Authenticated sender: support@acme.example") && hop.contains("with ESMTPSA")
    });
    assert!(submitted, "{hops:#?}");
    assert!(
        !house
            .customer
            .mailbox_end()
            .expect("it has one")
            .log()
            .contains(&format!("helo=<{}>", relaygate_tests::relaygate::HOSTNAME))
    );
}

/// The user's answer to our mail becomes a comment on the same ticket, still authenticated: R11, R39.
#[test]
fn the_users_reply_joins_the_ticket() {
    needs_postfix!();
    let (house, _) = House::ready(&Plan::default());
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "No toner", "m2@enduser.example", ""),
    );
    let ticket = house.ticket("No toner");
    house.answer(&ticket, "It is on its way.");
    let mail = house.arrives(USER, |mail| mail.text().contains("on its way"));
    let id = mail.header("Message-ID").expect("our mail has an id");
    let extra = format!("In-Reply-To: {id}\r\nReferences: {id}\r\n");
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "Re: No toner", "m3@enduser.example", &extra),
    );
    let after = house.ticket_with(&id_of(&ticket["ticket"]), 3);
    assert_eq!(after["comments"][2]["authenticated"], true, "{after}");
    assert!(!tags_of(&after).contains(&"system_unauthenticated_email_update".to_owned()));
    assert_eq!(tickets(&house.relay, ACCOUNT).len(), 1);
}

/// People in Cc of the first mail are on the ticket and in Cc of the answer: R14, R39.
#[test]
fn copies_stay_with_the_conversation() {
    needs_postfix!();
    let (house, _) = House::ready(&Plan::default());
    let copies = "Cc: Bob <bob@enduser.example>, carol@enduser.example\r\n";
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "Copies please", "m4@enduser.example", copies),
    );
    let ticket = house.ticket("Copies please");
    let mut listed: Vec<String> = strings(&ticket["ticket"]["email_ccs"]);
    listed.sort();
    assert_eq!(
        listed,
        ["bob@enduser.example", "carol@enduser.example"],
        "{ticket}"
    );
    house.answer(&ticket, "Everybody reads this.");
    let mail = house.arrives("bob@enduser.example", |mail| {
        mail.text().contains("Everybody reads this")
    });
    let copies = mail.headers("Cc").join(", ");
    assert!(
        copies.contains("bob@enduser.example") && copies.contains("carol@enduser.example"),
        "{}",
        mail.text()
    );
    for private in [AGENT, ADMIN] {
        assert!(
            !mail.text().contains(private),
            "an agent's own address is nobody's business\n{}",
            mail.text()
        );
    }
}

/// Signed with the customer's `d=` only when the CNAMEs stand and signing is on: R83, R84, R85.
#[test]
fn our_signature_needs_both_switches() {
    needs_postfix!();
    let (mut house, _) = House::ready(&Plan::default());
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "Sign this", "m5@enduser.example", ""),
    );
    let ticket = house.ticket("Sign this");

    let records = dns_records(&house);
    house.relay.announce("CNAMEs are missing");
    house
        .relay
        .cli(&["domain", "dkim", "-a", ACCOUNT, DOMAIN, "--enable"]);
    house.answer(&ticket, "first answer");
    let unsigned = house.arrives(USER, |mail| mail.text().contains("first answer"));
    assert!(
        unsigned.headers("DKIM-Signature").is_empty(),
        "enabled, but no CNAME\n{}",
        unsigned.text()
    );

    house.dns.add(records);
    wait::until("the CNAMEs to be seen", PATIENCE, || {
        let shown = house.relay.cli(&["domain", "dns", "-a", ACCOUNT, DOMAIN]);
        (shown["signing"]["signs"] == true).then_some(())
    });
    house.answer(&ticket, "second answer");
    let signed = house.arrives(USER, |mail| mail.text().contains("second answer"));
    check_signature(&house, &signed);

    house
        .relay
        .cli(&["domain", "dkim", "-a", ACCOUNT, DOMAIN, "--disable"]);
    house.answer(&ticket, "third answer");
    let again = house.arrives(USER, |mail| mail.text().contains("third answer"));
    assert!(
        again.headers("DKIM-Signature").is_empty(),
        "CNAME there, but not enabled\n{}",
        again.text()
    );
}

/// The five fields that have to survive the customer's server, with their shapes.
fn check_preserved(mail: &Message) {
    assert_eq!(
        mail.header("Auto-Submitted").as_deref(),
        Some("auto-generated")
    );
    assert_eq!(
        mail.header("X-Auto-Response-Suppress").as_deref(),
        Some("All")
    );
    assert_eq!(mail.header("X-Mailer").as_deref(), Some("Relaygate Mailer"));
    let account = mail
        .header("X-Relaygate-From-Account-Id")
        .unwrap_or_default();
    assert!(
        account.len() == 7 && account.chars().all(|c| c.is_ascii_hexdigit()),
        "account id: {account}"
    );
    let id = mail.header("X-Relaygate-Email-Id").unwrap_or_default();
    assert!(
        id.len() == 26 && id.chars().all(|c| c.is_ascii_alphanumeric()),
        "email id: {id}"
    );
}

/// dkimpy, which shares no code with us, verifies; `h=` has the preserved five.
fn check_signature(house: &House, mail: &Message) {
    let signature = mail
        .header("DKIM-Signature")
        .unwrap_or_else(|| panic!("unsigned:\n{}", mail.text()));
    let compact: String = signature.chars().filter(|c| !c.is_whitespace()).collect();
    let tag = |name: &str| {
        compact
            .split(';')
            .find_map(|tag| tag.strip_prefix(name))
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    assert_eq!(tag("d="), DOMAIN);
    let fields = tag("h=");
    for field in PRESERVED {
        assert!(
            fields.split(':').any(|name| name == field),
            "h= lacks {field}: {fields}"
        );
    }
    let name = format!("{}._domainkey.{DOMAIN}", tag("s="));
    let key = house
        .dns
        .text(&name)
        .unwrap_or_else(|| panic!("no key under {name}"));
    let verdict = clients::dkimpy(house.directory(), &mail.wire(), &[(name, key)]);
    assert_eq!(verdict.as_deref(), Ok(DOMAIN));
}

/// What the customer and we have to publish, as `domain dns` prints it.
fn dns_records(house: &House) -> Vec<Record> {
    let printed = house.relay.cli(&["domain", "dns", "-a", ACCOUNT, DOMAIN]);
    let records = dns::printed(&printed["records"]);
    assert!(!records.is_empty(), "{printed}");
    records
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

const SECURE: &str = "system_authenticated_email_ticket";

/// In lower case, as `h=` is compared.
const PRESERVED: [&str; 5] = [
    "auto-submitted",
    "x-auto-response-suppress",
    "x-mailer",
    "x-relaygate-from-account-id",
    "x-relaygate-email-id",
];
