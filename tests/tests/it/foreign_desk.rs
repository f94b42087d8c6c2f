//! Somebody else's help desk: accepted mail is handed on to it, marked with what we
//! know of it. How it sends is in `desk_sends`.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use relaygate_tests::certs;
use relaygate_tests::clients;
use relaygate_tests::desks::dovecot::{self, Dovecot};
use relaygate_tests::desks::endpoint::Endpoint;
use relaygate_tests::desks::gate::{self, Taken};
use relaygate_tests::house::{
    ACCOUNT, Cottage, DOMAIN, House, Plan, SUPPORT, USER, message, tickets, wait_for_ticket,
};
use relaygate_tests::mailbox::{self, Message};
use relaygate_tests::postfix::MailboxEnd;
use relaygate_tests::relaygate::{HOSTNAME, NATIVE_DOMAIN, Relaygate};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

use crate::needs_postfix;

/// By LMTP to a real Dovecot: trusted fields on top, signed in our name, forged ones
/// gone, nothing of it a ticket of ours; R36, R64.
#[test]
fn a_dovecot_gets_the_marked_message_by_lmtp() {
    needs_postfix!();
    if let Some(reason) = dovecot::unavailable() {
        return skip::skipped(reason);
    }
    let (house, credential) = House::ready(&Plan::default());
    let dovecot = Dovecot::start(house.directory());
    let host = format!("127.0.0.1:{}", dovecot.port());
    let set = house.relay.cli(&[
        "account", "desk", ACCOUNT, "lmtp", "--host", &host, "--tls", "none",
    ]);
    assert_eq!(set["desk"]["kind"], "lmtp", "{set}");
    let forged = format!(
        "Authentication-Results: {HOSTNAME}; auth=pass smtp.auth=ceo\r\n\
         X-Relaygate-Relay-Authenticated: no\r\nX-Relaygate-Tags: vip\r\n"
    );
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "By LMTP", "l1@enduser.example", &forged),
    );
    let mail = mailbox::arrives(&dovecot.mail(SUPPORT), SUPPORT, PATIENCE, |mail| {
        mail.header("Subject").as_deref() == Some("By LMTP")
    });
    check_trusted_fields(&mail, &credential.id);
    check_signature(&house, &mail);
    assert!(tickets(&house.relay, ACCOUNT).is_empty());
    let events = wait_for_event(&house.relay, "l1@enduser.example", "handed_over");
    assert!(events.contains("lmtp"), "{events}");
    let shown = house.relay.cli(&["account", "show", ACCOUNT]);
    assert_eq!(shown["desk"]["host"], "127.0.0.1", "{shown}");
}

/// By SMTP under TLS to a real Postfix, its certificate checked.
#[test]
fn a_postfix_gets_the_message_by_smtp_under_tls() {
    needs_postfix!();
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let certificate = certs::issue(&cottage.authority, "127.0.0.1");
    let desk = MailboxEnd::start(cottage.directory(), &certificate).expect("Postfix starts");
    let authority = cottage.authority.file().to_string_lossy().into_owned();
    let host = format!("127.0.0.1:{}", desk.port());
    cottage.relay.cli(&[
        "account", "desk", ACCOUNT, "smtp", "--host", &host, "--tls", "starttls", "--ca",
        &authority,
    ]);
    cottage.hand_in(&credential, "By SMTP", "s1@enduser.example");
    let mail = mailbox::arrives(&desk.mail(), SUPPORT, PATIENCE, |mail| {
        mail.header("Subject").as_deref() == Some("By SMTP")
    });
    check_trusted_fields(&mail, &credential.id);
    let events = wait_for_event(&cottage.relay, "s1@enduser.example", "handed_over");
    assert!(
        events.contains("smtp") && events.contains("TLSv1.3"),
        "{events}"
    );
}

/// A webhook is signed as Standard Webhooks has it, tried again with the same id,
/// and taken once it says 2xx.
#[test]
fn an_endpoint_gets_signed_posts_until_it_takes_them() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let certificate = certs::issue(&cottage.authority, "127.0.0.1");
    let endpoint = Endpoint::start(&certificate, &[503, 204]);
    let set = set_webhook(&cottage, &endpoint);
    let secret = set["secret"].as_str().expect("it is shown once");
    assert!(
        !cottage
            .relay
            .cli(&["account", "show", ACCOUNT])
            .to_string()
            .contains(secret)
    );
    cottage.hand_in(&credential, "By webhook", "w1@enduser.example");
    endpoint.await_posts(1);
    retry_until(&cottage.relay, "the second post", || {
        (endpoint.posted().len() == 2).then_some(())
    });
    let posted = endpoint.posted();
    assert_eq!(posted[0].field("webhook-id"), posted[1].field("webhook-id"));
    for post in &posted {
        assert_eq!(post.line, "POST /hooks/mail?from=relaygate HTTP/1.1");
        assert!(post.is_signed_with(secret));
        assert!(!post.is_signed_with("whsec_AAAA"));
    }
    check_event(&posted[1].json(), &credential.id);
    let events = wait_for_event(&cottage.relay, "w1@enduser.example", "handed_over");
    assert!(
        events.contains("HTTP 204") && events.contains("HTTP 503"),
        "{events}"
    );
}

/// 410 ends it: nothing more is posted, mail waits, and becomes tickets when the
/// account goes back to our own desk.
#[test]
fn an_endpoint_that_is_gone_is_left_alone_and_its_mail_is_kept() {
    let mut cottage = Cottage::start("");
    cottage.relay.announce("wants no more messages (410)");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let certificate = certs::issue(&cottage.authority, "127.0.0.1");
    let endpoint = Endpoint::start(&certificate, &[410]);
    set_webhook(&cottage, &endpoint);
    cottage.hand_in(&credential, "To nobody", "g1@enduser.example");
    endpoint.await_posts(1);
    wait::until("the desk to be marked as gone", PATIENCE, || {
        let shown = cottage.relay.cli(&["account", "show", ACCOUNT]);
        shown["desk"]["gone_at"].is_u64().then_some(())
    });
    cottage.hand_in(&credential, "To nobody either", "g2@enduser.example");
    wait_for_event(&cottage.relay, "g2@enduser.example", "deferred");
    retry_all(&cottage.relay);
    assert_eq!(endpoint.posted().len(), 1, "410 is not asked twice");
    cottage.relay.cli(&["account", "desk", ACCOUNT, "embedded"]);
    retry_all(&cottage.relay);
    for subject in ["To nobody", "To nobody either"] {
        wait_for_ticket(&cottage.relay, ACCOUNT, subject);
    }
    assert_eq!(tickets(&cottage.relay, ACCOUNT).len(), 2);
}

/// Killed between 250 and the hand-over, with the desk down: it is handed over once,
/// after the start, when the desk is there again; R10.
#[test]
fn what_was_taken_reaches_the_desk_after_a_kill() {
    let mut cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let port = relaygate_tests::free_port();
    set_gate(&cottage.relay, port);
    for number in 0..3 {
        let id = format!("k{number}@enduser.example");
        drop(cottage.hand_in(&credential, &format!("Before the kill {number}"), &id));
        cottage.relay.kill_and_restart();
    }
    let got = collect(port, |_| "250 2.0.0 taken".to_owned());
    retry_until(&cottage.relay, "three messages", || {
        (got.lock().expect("no panic").len() >= 3).then_some(())
    });
    wait::until("an empty queue", PATIENCE, || {
        jobs(&cottage.relay).is_empty().then_some(())
    });
    let got = got.lock().expect("no panic");
    let mut subjects: Vec<_> = got
        .iter()
        .map(|taken| Message::new(taken.text.clone()).header("Subject"))
        .collect();
    subjects.sort();
    subjects.dedup();
    assert_eq!((subjects.len(), got.len()), (3, 3), "each once");
    assert!(
        got.iter()
            .all(|taken| taken.sender == USER && taken.recipient == SUPPORT)
    );
}

/// A desk that is down or busy is tried again; until then the mail is in the queue.
#[test]
fn a_desk_that_is_down_gets_its_mail_later() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let port = relaygate_tests::free_port();
    set_gate(&cottage.relay, port);
    cottage.hand_in(&credential, "While it is down", "d1@enduser.example");
    let job = wait::until("a failed attempt", PATIENCE, || {
        jobs(&cottage.relay)
            .into_iter()
            .find(|job| job["attempts"].as_u64() >= Some(1))
    });
    assert_eq!(
        (&job["lane"], &job["subject_kind"]),
        (&"desk".into(), &"hand_over".into())
    );
    let busy = AtomicUsize::new(0);
    let got = collect(port, move |_| match busy.fetch_add(1, Ordering::SeqCst) {
        0 => "451 4.3.0 busy".to_owned(),
        _ => "250 2.0.0 taken".to_owned(),
    });
    retry_until(&cottage.relay, "the second try", || {
        (got.lock().expect("no panic").len() >= 2).then_some(())
    });
    let events = wait_for_event(&cottage.relay, "d1@enduser.example", "handed_over");
    assert!(events.contains("451 4.3.0 busy"), "{events}");
    assert!(tickets(&cottage.relay, ACCOUNT).is_empty());
}

/// What the desk refuses for good is kept aside, visible, with its source.
#[test]
fn what_the_desk_refuses_is_kept_aside() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let port = relaygate_tests::free_port();
    let _got = collect(port, |_| "550 5.7.1 not here".to_owned());
    set_gate(&cottage.relay, port);
    cottage.hand_in(&credential, "Unwanted", "r1@enduser.example");
    let events = wait_for_event(&cottage.relay, "r1@enduser.example", "suspended");
    assert!(events.contains("550 5.7.1 not here"), "{events}");
    let list = cottage.relay.cli(&["suspended", "list", "-a", ACCOUNT]);
    let kept = &list["suspended"][0];
    assert_eq!(
        (&kept["cause"], &kept["subject"]),
        (&"desk_refused".into(), &"Unwanted".into())
    );
    let id = kept["id"].as_str().expect("it has an id");
    let shown = cottage.relay.cli(&["suspended", "show", "-a", ACCOUNT, id]);
    assert!(
        shown["source"]
            .as_str()
            .is_some_and(|source| source.contains("Unwanted")),
        "{shown}"
    );
}

/// What is let through by hand goes where the account's mail goes, marked like any other.
#[test]
fn what_is_let_through_by_hand_goes_to_the_desk() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let port = relaygate_tests::free_port();
    let got = collect(port, |_| "250 2.0.0 taken".to_owned());
    set_gate(&cottage.relay, port);
    let robot = "Auto-Submitted: auto-generated\r\nX-Relaygate-Connector: forged.example\r\n";
    let text = message(USER, SUPPORT, "A robot", "h1@enduser.example", robot);
    let mut session = cottage.session(&credential);
    assert_eq!(session.submit(USER, &[SUPPORT], &text).code, 250);
    wait_for_event(&cottage.relay, "h1@enduser.example", "suspended");
    let listed = || cottage.relay.cli(&["suspended", "list", "-a", ACCOUNT])["suspended"].clone();
    let id = listed()[0]["id"].as_str().expect("it has an id").to_owned();
    let recover = ["suspended", "recover", "-a", ACCOUNT, &id];
    let named = [&recover[..], &["--requester", USER]].concat();
    let refused = cottage.relay.cli_fails(&named, "");
    assert_eq!(refused.error["code"], "requester_unused", "{refused:?}");
    let recovered = cottage.relay.cli(&recover);
    assert_eq!(recovered["queued_for_desk"], "lmtp", "{recovered}");
    wait_for_event(&cottage.relay, "h1@enduser.example", "handed_over");
    let got = got.lock().expect("no panic");
    assert_eq!(
        (got[0].sender.as_str(), got[0].recipient.as_str()),
        (USER, SUPPORT)
    );
    let mail = Message::new(got[0].text.clone());
    let field = |name: &str| mail.header(name).unwrap_or_default();
    assert_eq!(field("X-Relaygate-Connector"), DOMAIN, "{}", mail.text());
    assert_eq!(field("X-Relaygate-Relay-Authenticated"), "yes");
    assert!(field("Authentication-Results").contains(&credential.id));
    assert_eq!(
        listed().as_array().map(Vec::len),
        Some(0),
        "it is off the shelf"
    );
    assert!(tickets(&cottage.relay, ACCOUNT).is_empty());
}

/// What the policies keep aside stays with us: robots, and our own mail come back; R37.
#[test]
fn loops_and_robots_are_not_handed_over() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let port = relaygate_tests::free_port();
    let got = collect(port, |_| "250 2.0.0 taken".to_owned());
    set_gate(&cottage.relay, port);
    let code = account_code(&cottage.relay);
    let mut session = cottage.session(&credential);
    for (subject, id, extra) in [
        (
            "Ours",
            "o1@enduser.example",
            format!("X-Relaygate-From-Account-Id: {code}\r\n"),
        ),
        (
            "Robot",
            "o2@enduser.example",
            "Auto-Submitted: auto-generated\r\n".to_owned(),
        ),
    ] {
        let text = message(USER, SUPPORT, subject, id, &extra);
        assert_eq!(session.submit(USER, &[SUPPORT], &text).code, 250);
        wait_for_event(&cottage.relay, id, "suspended");
    }
    cottage.hand_in(&credential, "A person", "o3@enduser.example");
    wait_for_event(&cottage.relay, "o3@enduser.example", "handed_over");
    assert_eq!(got.lock().expect("no panic").len(), 1);
}

/// Clear text and special networks are the operator's to allow: R2, OUT-01.
#[test]
fn a_desk_in_the_clear_needs_the_operators_word() {
    let cottage = Cottage::start("");
    cottage.connect(ACCOUNT, DOMAIN);
    let code = |arguments: &[&str]| {
        let whole: Vec<&str> = ["account", "desk", ACCOUNT]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        cottage.relay.cli_fails(&whole, "").error["code"].clone()
    };
    assert_eq!(
        code(&["lmtp", "--host", "10.1.2.3:24", "--tls", "none"]),
        "host_not_allowed"
    );
    assert_eq!(
        code(&["webhook", "--url", "https://169.254.169.254/x"]),
        "host_not_allowed"
    );
    assert_eq!(
        code(&["webhook", "--url", "http://93.184.216.34:443/x"]),
        "desk_tls_required"
    );
    assert_eq!(
        code(&["smtp", "--host", "93.184.216.34:25", "--tls", "none"]),
        "desk_tls_required"
    );
    assert_eq!(
        code(&["webhook", "--url", "ftp://127.0.0.1/x"]),
        "url_malformed"
    );
    assert_eq!(
        code(&["webhook", "--url", "https://a:b@127.0.0.1/x"]),
        "url_malformed"
    );
    assert_eq!(code(&["smtp"]), "host_missing");
    assert_eq!(
        code(&["embedded", "--host", "127.0.0.1"]),
        "desk_fields_mixed"
    );
    let shown = cottage.relay.cli(&["account", "show", ACCOUNT]);
    assert_eq!(shown["desk"]["kind"], "embedded", "nothing was set");
}

/// A login for sending, as printed once.
pub(crate) struct Login {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) password: String,
}

pub(crate) fn issue_login(relay: &Relaygate) -> Login {
    let printed = relay.cli(&["account", "desk-login", ACCOUNT]);
    let field = |name: &str| {
        let text = printed["login"][name].as_str();
        text.unwrap_or_else(|| panic!("no {name} in {printed}"))
            .to_owned()
    };
    Login {
        id: field("id"),
        username: field("username"),
        password: field("password"),
    }
}

fn set_webhook(cottage: &Cottage, endpoint: &Endpoint) -> Value {
    let authority = cottage.authority.file().to_string_lossy().into_owned();
    cottage.relay.cli(&[
        "account",
        "desk",
        ACCOUNT,
        "webhook",
        "--url",
        &endpoint.url(),
        "--ca",
        &authority,
    ])
}

pub(crate) fn set_gate(relay: &Relaygate, port: u16) {
    let host = format!("127.0.0.1:{port}");
    relay.cli(&[
        "account", "desk", ACCOUNT, "lmtp", "--host", &host, "--tls", "none",
    ]);
}

/// A gate that keeps what it was given.
fn collect(
    port: u16,
    judge: impl Fn(&Taken) -> String + Send + Sync + 'static,
) -> Arc<Mutex<Vec<Taken>>> {
    let got = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&got);
    gate::start(
        port,
        Arc::new(move |taken: &Taken| {
            kept.lock().expect("no panic").push(taken.clone());
            judge(taken)
        }),
    );
    got
}

/// Jobs that wait for the desk.
fn jobs(relay: &Relaygate) -> Vec<Value> {
    let listed = relay.cli(&["queue", "list", "--lane", "desk"]);
    listed["jobs"].as_array().cloned().unwrap_or_default()
}

fn retry_all(relay: &Relaygate) {
    for job in jobs(relay) {
        let id = job["id"].as_str().unwrap_or_default().to_owned();
        // One that is being worked on, or done meanwhile, needs no retry.
        drop(relay.run(&["queue", "retry", &id], ""));
    }
}

/// Has what waits tried again at once, until the condition holds.
fn retry_until(relay: &Relaygate, what: &str, mut condition: impl FnMut() -> Option<()>) {
    wait::until(what, PATIENCE, || {
        retry_all(relay);
        condition()
    });
}

/// Everything in a message's log, once it has this word in it.
pub(crate) fn wait_for_event(relay: &Relaygate, message_id: &str, word: &str) -> String {
    wait::until(&format!("{word} of {message_id}"), PATIENCE, || {
        let messages = relay.cli(&["trace", message_id])["messages"].clone();
        let happened = |message: &Value| {
            let events = message["events"].as_array().cloned().unwrap_or_default();
            events.iter().any(|event| event["what"] == word)
        };
        let found = messages.as_array()?.iter().any(happened);
        found.then(|| messages.to_string())
    })
}

/// The seven digits that stand for the account in our own mail.
fn account_code(relay: &Relaygate) -> String {
    let id = relay.cli(&["account", "show", ACCOUNT])["id"]
        .as_u64()
        .expect("a number");
    format!("{:07x}", id.wrapping_mul(0x9E3_779B) & 0xFFF_FFFF)
}

fn check_trusted_fields(mail: &Message, credential: &str) {
    let expected = [
        ("X-Relaygate-Account", ACCOUNT),
        ("X-Relaygate-Connector", DOMAIN),
        ("X-Relaygate-Relay-Authenticated", "yes"),
        ("X-Relaygate-Author-Authenticated", "none"),
        ("X-Relaygate-Tags", "system_authenticated_email_ticket"),
    ];
    for (name, value) in expected {
        assert_eq!(mail.headers(name), [value], "{}", mail.text());
    }
    let ours: Vec<_> = mail
        .headers("Authentication-Results")
        .into_iter()
        .filter(|value| value.starts_with(HOSTNAME))
        .collect();
    assert_eq!(
        ours,
        [format!("{HOSTNAME}; auth=pass smtp.auth={credential}")]
    );
}

/// dkimpy, which shares no code with us, verifies; `h=` has the trusted fields twice.
fn check_signature(house: &House, mail: &Message) {
    let printed = house.relay.cli(&["domain", "dns", "-a", ACCOUNT, DOMAIN]);
    let texts = printed["records"].as_array().cloned().unwrap_or_default();
    let texts: Vec<(String, String)> = texts
        .iter()
        .filter(|record| record["type"] == "TXT")
        .filter_map(|record| {
            Some((
                record["name"].as_str()?.to_owned(),
                record["value"].as_str()?.to_owned(),
            ))
        })
        .collect();
    let verdict = verify(house.directory(), mail, &texts);
    assert_eq!(verdict.as_deref(), Ok(NATIVE_DOMAIN));
    let signature = mail
        .header("DKIM-Signature")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let names: String = signature.chars().filter(|c| !c.is_whitespace()).collect();
    for name in [
        "account",
        "connector",
        "relay-authenticated",
        "author-authenticated",
        "tags",
    ] {
        let name = format!("x-relaygate-{name}");
        assert_eq!(names.matches(&name).count(), 2, "{name}: {names}");
    }
    assert!(names.contains("authentication-results"), "{names}");
    let changed = mail.text().replace(
        "X-Relaygate-Relay-Authenticated: yes",
        "X-Relaygate-Relay-Authenticated: no",
    );
    let broken = verify(
        house.directory(),
        &Message::new(changed.into_bytes()),
        &texts,
    );
    assert!(broken.is_err(), "a changed field breaks it");
}

fn verify(directory: &Path, mail: &Message, texts: &[(String, String)]) -> Result<String, String> {
    clients::dkimpy(directory, &mail.wire(), texts)
}

fn check_event(event: &Value, credential: &str) {
    assert_eq!(event["type"], "message.received", "{event}");
    let data = &event["data"];
    for (name, value) in [
        ("account", ACCOUNT),
        ("connector", DOMAIN),
        ("credential", credential),
        ("sender", USER),
        ("recipient", SUPPORT),
        ("subject", "By webhook"),
        ("message_id", "<w1@enduser.example>"),
        ("origin", "person"),
        ("author_authenticated", "none"),
    ] {
        assert_eq!(data[name], value, "{name}: {event}");
    }
    assert_eq!(data["relay_authenticated"], true);
    assert_eq!(data["tags"][0], "system_authenticated_email_ticket");
    let source = data["source_base64"]
        .as_str()
        .expect("the source goes along");
    let source = Message::new(decoded(source));
    check_trusted_fields(&source, credential);
    assert_eq!(data["octets"].as_u64(), Some(source.raw().len() as u64));
    assert!(source.text().contains("Hello, this is about By webhook."));
}

fn decoded(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .expect("base64")
}

/// The five fields every message of ours has, in place of the desk's own.
pub(crate) fn check_five_fields(mail: &Message) {
    assert_eq!(
        mail.headers("Auto-Submitted"),
        ["auto-generated"],
        "{}",
        mail.text()
    );
    assert_eq!(mail.headers("X-Auto-Response-Suppress"), ["All"]);
    assert_eq!(mail.headers("X-Mailer"), ["Relaygate Mailer"]);
    assert_eq!(
        mail.header("X-Relaygate-From-Account-Id")
            .map(|id| id.len()),
        Some(7)
    );
    assert_eq!(
        mail.header("X-Relaygate-Email-Id").map(|id| id.len()),
        Some(26)
    );
}
