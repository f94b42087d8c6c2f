//! E9: programs that write to us and to each other: loops, out-of-office notes,
//! lists, delivery reports, a sender without end. Each ends for its own reason, and nobody is
//! answered.

use relaygate_tests::house::{
    ACCOUNT, AGENT, Cottage, DOMAIN, SUPPORT, USER, id_of, message, tickets, wait_for_ticket,
};
use relaygate_tests::relaygate::Relaygate;
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

/// E9: out-of-office, list, program, unknown report, our own address: R31, LOOP-01,
/// LOOP-04.
#[test]
fn doubtful_mail_is_kept_aside_for_its_cause() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.session(&credential);
    for (number, (subject, from, reverse, extra, _)) in CAUSES.iter().enumerate() {
        let id = format!("cause{number}@enduser.example");
        let text = message(from, SUPPORT, subject, &id, extra);
        assert_eq!(
            client.submit(reverse, &[SUPPORT], &text).code,
            250,
            "{subject}"
        );
    }
    let listed = wait::until("all of them kept aside", PATIENCE, || {
        let listed = suspended(&cottage.relay);
        (listed.len() == CAUSES.len()).then_some(listed)
    });
    for (subject, _, _, _, cause) in CAUSES {
        let found = listed.iter().find(|it| it["subject"] == subject);
        let id = found.map(|it| it["cause_id"].clone());
        assert_eq!(id, Some(cause.into()), "{subject}: {listed:#?}");
    }
    assert!(tickets(&cottage.relay, ACCOUNT).is_empty());
    let jobs = cottage.relay.cli(&["queue", "list"]);
    let jobs = jobs["jobs"].as_array().expect("a list");
    // The account's admins are told of its new credentials.
    let to_authors = jobs.iter().filter(|it| it["subject_kind"] != "security");
    assert_eq!(to_authors.count(), 0, "nobody is answered: {jobs:?}");
}

/// Thirty hops are borne, more are a circle: LOOP-02.
#[test]
fn what_goes_in_circles_is_refused() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.session(&credential);
    for (hops, code) in [(31, 554), (30, 250)] {
        let received = "Received: from a by b; Mon, 02 Nov 2026 10:00:00 +0000\r\n".repeat(hops);
        let text = message(
            USER,
            SUPPORT,
            "Around",
            &format!("h{hops}@enduser.example"),
            "",
        );
        let reply = client.submit(USER, &[SUPPORT], &(received + &text));
        assert_eq!(reply.code, code, "{hops}: {reply}");
        assert!(
            code == 250 || reply.to_string().contains("5.4.6"),
            "{reply}"
        );
    }
}

/// Forty-one mails in an hour: twenty tickets, twenty kept aside as a loop, one dropped and told;
/// on the allow list ten times as many: E9, LOOP-01, LOOP-03.
#[test]
fn a_sender_without_end_is_stopped() {
    let cottage = Cottage::start(
        "[policy.settings.routing]\nmessages_per_hour = 20\nallow_list = [\"big.example\"]\n",
    );
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.session(&credential);
    for number in 0..41 {
        for sender in [USER, "robot@big.example"] {
            let (subject, id) = (format!("Mail {number}"), format!("{number}-{sender}"));
            let text = message(sender, SUPPORT, &subject, &id, "");
            assert_eq!(client.submit(sender, &[SUPPORT], &text).code, 250);
        }
    }
    settled(&cottage.relay);
    let count =
        |list: &[Value], key: &str, who: &str| list.iter().filter(|it| it[key] == who).count();
    let (made, kept) = (tickets(&cottage.relay, ACCOUNT), suspended(&cottage.relay));
    assert_eq!(count(&made, "requester", USER), 20);
    assert_eq!(
        count(&made, "requester", "robot@big.example"),
        41,
        "on the allow list"
    );
    assert_eq!(count(&kept, "author", USER), 20);
    assert!(kept.iter().all(|it| it["cause_id"] == 4), "{kept:#?}");
    let log = cottage.relay.log();
    let dropped = log
        .lines()
        .filter(|line| line.contains("too_many_messages"));
    assert_eq!(dropped.count(), 1);
    let (_, metrics) = cottage.relay.http("/metrics").expect("it answers");
    assert!(
        metrics.contains("relaygate_settled_total{outcome=\"dropped\"} 1"),
        "{metrics}"
    );
}

/// A report on our answer comes back through the customer's domain: it is linked to the answer,
/// the recipient counts as undeliverable, no ticket is made: R113, LOOP-04.
#[test]
fn a_delivery_report_is_linked_to_the_message_it_speaks_of() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let relay = &cottage.relay;
    let mut client = cottage.hand_in(&credential, "Unreachable", "d1@enduser.example");
    let id = id_of(&wait_for_ticket(relay, ACCOUNT, "Unreachable")["ticket"]);
    relay.cli(&["token", "create", "-a", ACCOUNT, "--agent", AGENT]);
    relay.cli(&[
        "ticket", "reply", "-a", ACCOUNT, &id, "--agent", AGENT, "--body", "hello",
    ]);
    let email = wait::until("our answer to be on its way", PATIENCE, || {
        let shown = relay.cli(&["ticket", "show", "-a", ACCOUNT, &id]);
        let email = &shown["comments"][1]["deliveries"][0]["email_id"];
        email.as_str().map(str::to_owned)
    });
    assert_eq!(client.submit("", &[SUPPORT], &report(&email)).code, 250);
    let shown = wait::until("the report to be linked", PATIENCE, || {
        let shown = relay.cli(&["ticket", "show", "-a", ACCOUNT, &id]);
        (shown["comments"][1]["deliveries"][0]["state"] == "bounced").then_some(shown)
    });
    let delivery = &shown["comments"][1]["deliveries"][0];
    assert_eq!(delivery["reason"], "5.1.1", "{delivery}");
    assert_eq!(shown["undeliverable"][0], USER, "{shown}");
    assert_eq!(tickets(relay, ACCOUNT).len(), 1);
    assert!(suspended(relay).is_empty());

    // A report on what we never sent is nobody's answer: kept aside, no report on the report.
    let unknown = report("01ARZ3NDEKTSV4RRFFQ69G5FAV").replace("report1@", "report2@");
    assert_eq!(client.submit("", &[SUPPORT], &unknown).code, 250);
    let kept = wait::until("the other report kept aside", PATIENCE, || {
        let kept = suspended(relay);
        (!kept.is_empty()).then_some(kept)
    });
    assert_eq!(kept[0]["cause_id"], 7, "{kept:#?}");
    assert_eq!(tickets(relay, ACCOUNT).len(), 1);
}

fn suspended(relay: &Relaygate) -> Vec<Value> {
    let listed = relay.cli(&["suspended", "list", "-a", ACCOUNT]);
    listed["suspended"].as_array().cloned().unwrap_or_default()
}

/// Waits until nothing is to be entered any more.
fn settled(relay: &Relaygate) {
    wait::until("the intake lane to be empty", PATIENCE, || {
        let jobs = relay.cli(&["queue", "list", "--lane", "intake"]);
        jobs["jobs"]
            .as_array()
            .is_some_and(Vec::is_empty)
            .then_some(())
    });
}

/// As Postfix writes one (RFC 3464), about a message of ours.
fn report(email: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mail.acme.example (Mail Delivery System)\r\nTo: {SUPPORT}\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <report1@mail.acme.example>\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you.\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mail.acme.example\r\n\r\n\
         Final-Recipient: rfc822; {USER}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
         From: support@acme.example\r\nTo: {USER}\r\nMessage-ID: <{email}@relay.desk.example>\r\n\
         X-Relaygate-Email-Id: {email}\r\n\r\n--b--\r\n"
    )
}

/// Subject, author, reverse path, further fields; the public number of the cause.
const CAUSES: [(&str, &str, &str, &str, u64); 6] = [
    (
        "Away",
        "away@enduser.example",
        "",
        "Auto-Submitted: auto-replied\r\n",
        8,
    ),
    (
        "Away too",
        "off@enduser.example",
        "off@enduser.example",
        "X-Autoreply: yes\r\n",
        8,
    ),
    (
        "Newsletter",
        "news@enduser.example",
        "list@enduser.example",
        "List-Id: <n.enduser.example>\r\n",
        0,
    ),
    (
        "Backup done",
        "cron@enduser.example",
        "cron@enduser.example",
        "Auto-Submitted: auto-generated\r\n",
        3,
    ),
    ("Mail for you", "mailer-daemon@enduser.example", "", "", 7),
    ("To myself", SUPPORT, SUPPORT, "", 22),
];
