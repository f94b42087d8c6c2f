//! Tickets for agents: read, answered, and seen to have arrived.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use relaygate_tests::browser;
use relaygate_tests::house::{
    ACCOUNT, AGENT, Cottage, House, Plan, SUPPORT, USER, id_of, message, tags_of, wait_for_ticket,
};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::{Value, json};

use super::needs_browser;
use crate::needs_postfix;

/// An end user writes by their own server, an agent signs in, reads, notes and answers, and the
/// answer is in the mailboxes of those it was for: R8, R11, R14, R39, R108, WEB-01.
#[test]
fn reading_and_answering_a_ticket() {
    needs_postfix!();
    needs_browser!();
    let (house, _) = House::ready(&Plan::default());
    let relay = &house.relay;
    house.user_writes(USER, &letter());
    let ticket = house.ticket(SUBJECT);
    let invitation = browser::invite(relay, Some(ACCOUNT), AGENT, "agent");
    let input = json!({ "invitation": invitation, "subject": SUBJECT });
    let read = browser::run(relay, "ticket.mjs", input);

    for reader in READERS {
        let mail = house.arrives(reader, |mail| mail.text().contains("Use the extinguisher"));
        let from = mail.header("From").unwrap_or_default();
        assert!(from.contains(SUPPORT), "{}", mail.text());
        let copied = mail.headers("Cc").join(", ");
        assert!(copied.contains("carol@enduser.example"), "{}", mail.text());
        assert!(
            !mail.text().contains("boss@staff.example"),
            "R14\n{}",
            mail.text()
        );
    }
    house.arrives("boss@staff.example", |mail| {
        mail.text().contains("Use the extinguisher")
    });
    for reader in READERS {
        let told = house.mail().of(reader);
        assert!(
            !told.iter().any(|mail| mail.text().contains("fire brigade")),
            "a note is ours"
        );
    }
    let after = relay.cli(&["ticket", "show", "-a", ACCOUNT, &id_of(&ticket["ticket"])]);
    assert_eq!(after["ticket"]["status"], "solved", "{after}");
    assert_eq!(after["ticket"]["priority"], "urgent", "{after}");
    let tags = tags_of(&after);
    assert!(tags.contains(&"fire".to_owned()) && tags.iter().any(|tag| tag.starts_with("system_")));
    let acts = relay.cli(&["audit", "list", "-a", ACCOUNT]);
    let acts = acts["audit"].as_array().cloned().unwrap_or_default();
    let answered = acts.iter().filter(|act| act["act"] == "ticket_answered");
    assert!(answered.clone().count() == 2 && answered.clone().all(|act| act["actor"] == AGENT));

    delivered(&house, &after);
    let input = json!({
        "cookie": read["cookie"], "ticket": after["ticket"]["id"], "readers": READERS,
        "state": "Handed to your server", "sender": SUPPORT,
    });
    browser::run(relay, "ticket.mjs", input);
    fetched_by_hand(&house, &after);
}

/// The customer's server has it, and the record says so.
fn delivered(house: &House, shown: &Value) {
    let id = id_of(&shown["ticket"]);
    wait::until("the answer to be noted as handed over", PATIENCE, || {
        let shown = house.relay.cli(&["ticket", "show", "-a", ACCOUNT, &id]);
        let last = shown["comments"].as_array()?.last()?.clone();
        let deliveries = last["deliveries"].as_array()?.clone();
        let there = |delivery: &Value| delivery["state"] == "accepted_by_customer_mta";
        (deliveries.len() == 4 && deliveries.iter().all(there)).then_some(())
    });
}

/// The same file by the command line.
fn fetched_by_hand(house: &House, shown: &Value) {
    let comment = &shown["comments"][0];
    let files = comment["attachments"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let named = files.iter().find(|file| file["name"] == "report.pdf");
    let file = named.expect("the letter came with a report");
    assert_eq!(file["media_type"], "application/pdf");
    assert_eq!(file["octets"], REPORT.len());
    let output = house.directory().join("fetched.pdf");
    let path = output.display().to_string();
    let (ticket, comment) = (id_of(&shown["ticket"]), comment["id"].to_string());
    let number = file["number"].to_string();
    let arguments = [
        "ticket",
        "attachment",
        "-a",
        ACCOUNT,
        &ticket,
        &comment,
        &number,
        "--output",
        &path,
    ];
    house.relay.cli(&arguments);
    assert_eq!(octets(&output), REPORT);
    let refused = house.relay.cli_fails(&arguments, "");
    assert_eq!(
        refused.error["code"], "output",
        "what is there is not written over"
    );
}

fn octets(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("it was written")
}

/// While the connection is not verified another address answers, and page and record say
/// which: R20, R80.
#[test]
fn the_page_says_who_really_answers() {
    needs_browser!();
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, "acme.example");
    let relay = &cottage.relay;
    cottage.hand_in(&credential, "Who answers", "who@enduser.example");
    let ticket = wait_for_ticket(relay, ACCOUNT, "Who answers");
    let invitation = browser::invite(relay, Some(ACCOUNT), AGENT, "agent");
    let taken = browser::run(relay, "taken-up.mjs", json!({ "invitation": invitation }));
    let id = id_of(&ticket["ticket"]);
    assert_eq!(ticket["answers_as"]["instead_of"], SUPPORT, "{ticket}");
    let reply = [
        "ticket",
        "reply",
        "-a",
        ACCOUNT,
        &id,
        "--agent",
        AGENT,
        "--body",
        "Use the extinguisher.",
    ];
    relay.cli(&reply);
    wait::until("the answer to be tried", PATIENCE, || {
        let shown = relay.cli(&["ticket", "show", "-a", ACCOUNT, &id]);
        let last = shown["comments"].as_array()?.last()?.clone();
        (last["deliveries"][0]["state"] == "deferred").then_some(())
    });
    let input = json!({
        "cookie": taken["cookie"], "ticket": ticket["ticket"]["id"], "readers": [USER],
        "state": "Tried again later", "sender": "support@acme.desk.example", "instead": SUPPORT,
    });
    browser::run(relay, "ticket.mjs", input);
}

/// HTML with a picture of its own, a report, and what the customer's server thinks of its author.
pub(crate) fn letter() -> String {
    let text = message(USER, SUPPORT, SUBJECT, "fire@enduser.example", HEADER);
    let (header, _) = text.split_once("\r\n\r\n").expect("a message has a body");
    let body = BODY
        .replace("{picture}", &BASE64.encode(PICTURE))
        .replace("{report}", &BASE64.encode(REPORT))
        .replace('\n', "\r\n");
    format!("{header}\r\n\r\n{body}")
}

pub(crate) const SUBJECT: &str = "Printer on fire";
const READERS: [&str; 3] = [USER, "bob@enduser.example", "carol@enduser.example"];
pub(crate) const REPORT: &[u8] = b"%PDF-1.4 a report of a fire, no more";
/// One pixel.
const PICTURE: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\
    \0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";
const HEADER: &str = "Authentication-Results: mx.acme.example; spf=pass \
    smtp.mailfrom=enduser.example; dkim=pass header.d=enduser.example; dmarc=pass \
    header.from=enduser.example\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=m\r\n";
const BODY: &str = "--m
Content-Type: multipart/related; boundary=r

--r
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8

It burns since nine.
What shall I do?
--a
Content-Type: text/html; charset=utf-8

<p>It burns <b style=\"color: #b00\">since nine</b>. What shall I do?</p>
<img src=\"cid:flame@x\" alt=\"a flame\"><script>alert('no')</script>
--a--
--r
Content-Type: image/png
Content-Id: <flame@x>
Content-Transfer-Encoding: base64

{picture}
--r--
--m
Content-Type: application/pdf
Content-Disposition: attachment; filename=\"report.pdf\"
Content-Transfer-Encoding: base64

{report}
--m--
";
