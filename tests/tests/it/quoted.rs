//! What others quote of our mail is held against what was sent: R32.

use relaygate_tests::house::{
    ACCOUNT, AGENT, Credential, SUPPORT, USER, id_of, message, wait_for_ticket,
};
use relaygate_tests::mailbox::Message;
use relaygate_tests::troublesome::Scene;
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

/// A delivery report, and later an answer, return the header of an answer of ours that the
/// customer's server has changed: each change is a warning, told once, on the delivery and in
/// the trace.
#[test]
fn changed_headers_are_told_by_reports_and_answers() {
    let (scene, credential) = Scene::ready("");
    let (ticket, mail) = answered(&scene, &credential);
    let id = mail.header("X-Relaygate-Email-Id").expect("it is ours");
    let header = header_of(&mail);

    hand_in(&scene, &credential, "", &report(&header));
    assert_eq!(
        delivery(&scene, &id, "bounced")["warnings"],
        Value::from(Vec::<Value>::new())
    );

    let changed = set(&header, "Message-ID", Some("<2@ses.example>"));
    let changed = set(&changed, "X-Mailer", None);
    hand_in(&scene, &credential, "", &report(&changed));
    let mut warned = warnings(&scene, &id, 2);
    warned.sort();
    assert_eq!(
        warned,
        ["header_changed: Message-ID", "header_missing: X-Mailer"]
    );

    let changed = set(&changed, "From", Some("Somebody <somebody@acme.example>"));
    let forwarded = format!(
        "From: <{USER}>\r\nTo: <{SUPPORT}>\r\nSubject: Re: Printer\r\nMessage-ID: <q2@enduser.example>\r\n\
         In-Reply-To: <q1@enduser.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\n\r\nThis is what I got.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{changed}\r\nbody\r\n--b--\r\n"
    );
    hand_in(&scene, &credential, USER, &forwarded);
    let warned = warnings(&scene, &id, 3);
    assert_eq!(warned[2], "header_changed: From", "the others are known");
    let relay = &scene.cottage.relay;
    let shown = relay.cli(&["ticket", "show", "-a", ACCOUNT, &ticket]);
    let bodies = shown["comments"].to_string();
    assert!(
        bodies.contains("This is what I got."),
        "it is an answer all the same: {bodies}"
    );
    let traced = relay.cli(&["trace", &id]);
    let events = traced["messages"][0]["events"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let told = events
        .iter()
        .filter(|event| event["what"] == "header_changed");
    let told: Vec<_> = told.filter_map(|event| event["detail"].as_str()).collect();
    assert_eq!(told.len(), 2, "{traced}");
    assert!(told[0].starts_with("Message-ID: "), "{told:?}");
}

/// A ticket, and our answer to it as the customer's server took it.
fn answered(scene: &Scene, credential: &Credential) -> (String, Message) {
    let text = message(USER, SUPPORT, "Printer", "q1@enduser.example", "");
    hand_in(scene, credential, USER, &text);
    let relay = &scene.cottage.relay;
    let ticket = id_of(&wait_for_ticket(relay, ACCOUNT, "Printer")["ticket"]);
    let reply = [
        "ticket",
        "reply",
        "-a",
        ACCOUNT,
        &ticket,
        "--agent",
        AGENT,
        "--body",
        "Turn it off.",
    ];
    relay.cli(&reply);
    let mail = scene
        .customer
        .arrives(USER, |mail| mail.text().contains("Turn it off."));
    (ticket, mail)
}

fn hand_in(scene: &Scene, credential: &Credential, from: &str, text: &str) {
    let reply = scene
        .cottage
        .session(credential)
        .submit(from, &[SUPPORT], text);
    assert_eq!(reply.code, 250, "{reply}");
}

/// The delivery of that message once it stands so.
fn delivery(scene: &Scene, id: &str, state: &str) -> Value {
    wait::until(&format!("a delivery to be {state}"), PATIENCE, || {
        let traced = scene.cottage.relay.cli(&["trace", id]);
        let deliveries = traced["messages"][0]["deliveries"].as_array()?.clone();
        deliveries.into_iter().find(|it| it["state"] == state)
    })
}

fn warnings(scene: &Scene, id: &str, count: usize) -> Vec<String> {
    wait::until(&format!("{count} warnings"), PATIENCE, || {
        let shown = delivery(scene, id, "bounced");
        let warnings = shown["warnings"].as_array()?;
        let warnings: Vec<String> = warnings
            .iter()
            .filter_map(|it| Some(it.as_str()?.to_owned()))
            .collect();
        (warnings.len() == count).then_some(warnings)
    })
}

/// A report as Postfix writes one, about that header.
fn report(header: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.enduser.example\r\nTo: <{SUPPORT}>\r\nSubject: Undelivered\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"r\"\r\n\r\n\
         --r\r\n\r\nSorry.\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.enduser.example\r\n\r\nFinal-Recipient: rfc822; {USER}\r\n\
         Action: failed\r\nStatus: 5.1.1\r\n\r\n\
         --r\r\nContent-Type: text/rfc822-headers\r\n\r\n{header}\r\n--r--\r\n"
    )
}

/// The header block, its last CRLF included.
fn header_of(mail: &Message) -> String {
    let wire = String::from_utf8_lossy(&mail.wire()).into_owned();
    let end = wire.find("\r\n\r\n").expect("it has a body");
    wire[..end + 2].to_owned()
}

/// The header with that field of another value, or without it. None of them is folded.
fn set(header: &str, name: &str, value: Option<&str>) -> String {
    let is_it = |line: &str| {
        line.split(':')
            .next()
            .is_some_and(|it| it.eq_ignore_ascii_case(name))
    };
    let lines = header
        .split_inclusive("\r\n")
        .map(|line| match (is_it(line), value) {
            (true, Some(value)) => format!("{name}: {value}\r\n"),
            (true, None) => String::new(),
            (false, _) => line.to_owned(),
        });
    lines.collect()
}
