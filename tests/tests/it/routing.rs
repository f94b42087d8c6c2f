//! Where mail goes and by which way answers leave: brands, ways in without and
//! with the connector, who may speak in a ticket.

use relaygate_tests::house::{
    ACCOUNT, AGENT, Cottage, Credential, DOMAIN, House, OUTBOUND_PASSWORD, Plan, SUPPORT, USER,
    by_mx, create_account, id_of, message, read_credential, tags_of, tickets, wait_for_ticket,
};
use relaygate_tests::relaygate::Relaygate;
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

use crate::needs_postfix;

/// Each address makes tickets of its own brand, and each brand has an address of its own: R66.
#[test]
fn tickets_land_in_the_brand_of_their_address() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let relay = &cottage.relay;
    let added = relay.cli(&["brand", "add", "-a", ACCOUNT, "--name", "Blue Line"]);
    let brand = added["brand"]["id"].to_string();
    let native = added["brand"]["default_address"].as_str();
    assert_eq!(native, Some("blue-line@acme.desk.example"), "{added}");
    let address = [
        "address",
        "add",
        "-a",
        ACCOUNT,
        "blue@acme.example",
        "--host",
        "127.0.0.1:9",
        "--username",
        "blue",
        "--password-stdin",
        "--brand",
        &brand,
    ];
    relay.cli_with_input(&address, "secret");

    cottage.hand_in(&credential, "Plain", "b1@enduser.example");
    let mut client = cottage.session(&credential);
    let text = message(USER, "blue@acme.example", "Blue", "b2@enduser.example", "");
    assert_eq!(client.submit(USER, &["blue@acme.example"], &text).code, 250);
    let text = message(
        USER,
        "blue-line@acme.desk.example",
        "Native blue",
        "b3@enduser.example",
        "",
    );
    assert_eq!(
        by_mx(relay, USER, "blue-line@acme.desk.example", &text).code,
        250
    );
    for (subject, expected) in [("Plain", "1"), ("Blue", &brand), ("Native blue", &brand)] {
        let shown = wait_for_ticket(relay, ACCOUNT, subject);
        assert_eq!(shown["ticket"]["brand"].to_string(), expected, "{shown}");
    }
    let listed = relay.cli(&["brand", "list", "-a", ACCOUNT]);
    assert_eq!(
        listed["brands"].as_array().map(Vec::len),
        Some(2),
        "{listed}"
    );
    let again = ["brand", "add", "-a", ACCOUNT, "--name", "blue line"];
    assert_eq!(relay.cli_fails(&again, "").error["code"], "brand_exists");
}

/// Requester, CC, agent and stranger, each with the relay authenticated and without: R38, R39, ID-06.
#[test]
fn who_may_speak_in_a_ticket_and_how() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let relay = &cottage.relay;
    relay.cli(&["token", "create", "-a", ACCOUNT, "--agent", AGENT]);
    let mut client = cottage.session(&credential);
    let copied = format!("Cc: {COPIED}\r\n");
    let first = message(USER, SUPPORT, "Matrix", "m0@enduser.example", &copied);
    assert_eq!(client.submit(USER, &[SUPPORT], &first).code, 250);
    let id = id_of(&wait_for_ticket(relay, ACCOUNT, "Matrix")["ticket"]);
    for (number, row) in MATRIX.iter().enumerate() {
        let text = row.message(number + 1);
        let reply = match row.authenticated {
            true => client.submit(row.author, &[SUPPORT], &text),
            false => by_mx(relay, row.author, SUPPORT, &text),
        };
        assert_eq!(reply.code, 250, "{row:?}");
        let shown = comments(relay, &id, number + 2);
        let comment = &shown["comments"][number + 1];
        let seen = (
            comment["author_role"].as_str().unwrap_or_default(),
            comment["authenticated"] == row.authenticated,
            comment["flagged"] == row.flagged,
        );
        assert_eq!(seen, (row.role, true, true), "{row:?}: {comment}");
        let copies = shown["ticket"]["email_ccs"].to_string();
        let brought = copies.contains(&row.friend(number + 1));
        assert_eq!(brought, row.brings_copies, "{row:?}: {copies}");
    }
    let after = relay.cli(&["ticket", "show", "-a", ACCOUNT, &id]);
    assert_eq!(after["ticket"]["requester"], USER, "{after}");
    assert_eq!(tickets(relay, ACCOUNT).len(), 1);
    assert_eq!(
        tags_of(&after),
        [
            "system_authenticated_email_ticket",
            "system_unauthenticated_email_update"
        ]
    );
}

/// A domain that wants all its mail authenticated: what comes another way is kept aside, or with
/// the operator's switch refused; off, it makes a ticket without the tag: R41.
#[test]
fn a_domain_may_want_authenticated_mail_only() {
    for (extra, code) in [
        ("", 250),
        (
            "[policy.settings.address-limits]\nreject_unauthenticated = true\n",
            550,
        ),
    ] {
        let cottage = Cottage::start(extra);
        let credential = connect_with(&cottage, "--require-authenticated");
        let text = message(USER, SUPPORT, "By the window", "w1@enduser.example", "");
        let reply = by_mx(&cottage.relay, USER, SUPPORT, &text);
        assert_eq!(reply.code, code, "{reply}");
        cottage.hand_in(&credential, "By the door", "w2@enduser.example");
        let made = wait_for_ticket(&cottage.relay, ACCOUNT, "By the door");
        assert_eq!(tags_of(&made), ["system_authenticated_email_ticket"]);
        if code == 250 {
            let kept = wait::until("the other kept aside", PATIENCE, || {
                let listed = cottage.relay.cli(&["suspended", "list", "-a", ACCOUNT]);
                listed["suspended"]
                    .as_array()
                    .filter(|it| !it.is_empty())
                    .cloned()
            });
            assert_eq!(kept[0]["cause_id"], 20, "{kept:#?}");
        }
        assert_eq!(tickets(&cottage.relay, ACCOUNT).len(), 1);
    }
}

/// What is set on a domain, and how an address's mail comes in, can be changed later: R41, R50, R59.
#[test]
fn what_is_set_on_a_domain_can_be_changed_later() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let relay = &cottage.relay;
    let set = |arguments: &[&str]| {
        let command = ["domain", "set", "-a", ACCOUNT, DOMAIN];
        relay.cli(&[&command[..], arguments].concat())
    };
    let code_of = |line: &str| {
        let mut client = cottage.session(&credential);
        client.say("MAIL FROM:<eve@enduser.example>");
        client.say(line).code
    };
    let any = "RCPT TO:<anybody@acme.example>";
    for (value, code) in [("on", 250), ("off", 550)] {
        let shown = set(&["--catch-all", value]);
        assert_eq!(shown["catch_all"], value == "on", "{shown}");
        assert_eq!(code_of(any), code, "catch-all {value}");
    }
    for (value, protocol) in [("on", "LOGIN"), ("off", "PLAIN")] {
        let shown = set(&["--require-authenticated", value, "--login", value]);
        assert_eq!(shown["require_authenticated"], value == "on", "{shown}");
        assert_eq!(shown["protocol"], protocol);
        let (id, subject) = (
            format!("{value}@enduser.example"),
            format!("While it is {value}"),
        );
        let text = message(USER, SUPPORT, &subject, &id, "");
        assert_eq!(by_mx(relay, USER, SUPPORT, &text).code, 250);
        if value == "on" {
            let kept = wait::until("it to be kept aside", PATIENCE, || {
                let listed = relay.cli(&["suspended", "list", "-a", ACCOUNT]);
                listed["suspended"].as_array()?.first().cloned()
            });
            assert_eq!(kept["cause_id"], 20, "{kept}");
        } else {
            wait_for_ticket(relay, ACCOUNT, &subject);
        }
    }
    for value in ["on", "off"] {
        let command = [
            "address",
            "set",
            "-a",
            ACCOUNT,
            SUPPORT,
            "--outbound-only",
            value,
        ];
        let shown = relay.cli(&command)["address"].clone();
        assert_eq!(shown["outbound_only"], value == "on", "{shown}");
        assert_eq!(shown["inbound"]["reason"], "not_yet_verified", "{shown}");
    }
    let native = "support@acme.desk.example";
    let command = [
        "address",
        "set",
        "-a",
        ACCOUNT,
        native,
        "--outbound-only",
        "on",
    ];
    let refused = relay.cli_fails(&command, "");
    assert_eq!(
        refused.error["code"], "address_not_connected",
        "{refused:?}"
    );
}

/// An address nobody added: refused at RCPT, or with catch-all a ticket that the default address
/// answers: R59.
#[test]
fn catch_all_takes_every_address_of_the_domain() {
    let cottage = Cottage::start("");
    let credential = connect_with(&cottage, "--catch-all");
    let other = cottage.connect("other", "other.example");
    let mut strict = cottage.session(&other);
    let text = message(
        USER,
        "sales@other.example",
        "Nobody",
        "c1@enduser.example",
        "",
    );
    let refused = strict.submit(USER, &["sales@other.example"], &text);
    assert_eq!(refused.code, 550, "{refused}");
    assert!(refused.to_string().contains("5.1.1"), "{refused}");
    let mut client = cottage.session(&credential);
    let text = message(
        USER,
        "sales@acme.example",
        "Anybody",
        "c2@enduser.example",
        "",
    );
    assert_eq!(
        client.submit(USER, &["sales@acme.example"], &text).code,
        250
    );
    let made = wait_for_ticket(&cottage.relay, ACCOUNT, "Anybody");
    assert_eq!(made["ticket"]["recipient"], "sales@acme.example", "{made}");
    assert_eq!(tags_of(&made), ["system_authenticated_email_ticket"]);
    let delivery = answered(&cottage.relay, &id_of(&made["ticket"]));
    assert_eq!(delivery["sender"], NATIVE, "{delivery}");
    assert_eq!(
        delivery["fallback_from"], "sales@acme.example",
        "{delivery}"
    );
}

/// The address is deleted, then the domain: its tickets are answered by the default address, its
/// mail goes on by the native one, unauthenticated: R29, R80, R105.
#[test]
fn tickets_outlive_their_address_and_their_domain() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let relay = &cottage.relay;
    cottage.hand_in(&credential, "Long story", "l1@enduser.example");
    let id = id_of(&wait_for_ticket(relay, ACCOUNT, "Long story")["ticket"]);
    relay.cli(&["address", "remove", "-a", ACCOUNT, SUPPORT]);
    let delivery = answered(relay, &id);
    assert_eq!(delivery["sender"], NATIVE, "{delivery}");
    assert_eq!(delivery["fallback_from"], SUPPORT, "{delivery}");
    let email = delivery["email_id"].as_str().expect("it has an id");
    let trace = relay.cli(&["trace", email]).to_string();
    assert!(
        trace.contains(&format!("fallback_from={SUPPORT}")),
        "{trace}"
    );

    relay.cli(&["domain", "disconnect", "-a", ACCOUNT, DOMAIN]);
    wait::until("the domain to be gone", PATIENCE, || {
        let listed = relay.cli(&["domain", "list", "-a", ACCOUNT]);
        listed["connectors"]
            .as_array()
            .is_some_and(Vec::is_empty)
            .then_some(())
    });
    let reply = "In-Reply-To: <l1@enduser.example>\r\n";
    let text = message(USER, SUPPORT, "Re: Long story", "l2@enduser.example", reply);
    assert_eq!(by_mx(relay, USER, NATIVE, &text).code, 250);
    let shown = comments(relay, &id, 3);
    assert_eq!(shown["comments"][2]["authenticated"], false, "{shown}");
    assert!(tags_of(&shown).contains(&"system_unauthenticated_email_update".to_owned()));
    let text = message(USER, SUPPORT, "New story", "l3@enduser.example", "");
    assert_eq!(by_mx(relay, USER, NATIVE, &text).code, 250);
    let made = wait_for_ticket(relay, ACCOUNT, "New story");
    assert!(tags_of(&made).is_empty(), "{made}");
}

/// Through the domain, by the default address while it is not verified, and back again: every
/// answer arrives once: R20, R21, R80.
#[test]
fn the_fallback_takes_over_and_gives_back_without_a_loss() {
    needs_postfix!();
    let (house, _) = House::ready(&Plan::default());
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "Back and forth", "f1@enduser.example", ""),
    );
    let ticket = house.ticket("Back and forth");
    house.answer(&ticket, "answer one");
    house.arrives(USER, |mail| mail.text().contains("answer one"));
    house
        .relay
        .cli(&["address", "remove", "-a", ACCOUNT, SUPPORT]);
    house.add_address();
    house.answer(&ticket, "answer two");
    house.arrives(USER, |mail| mail.text().contains("answer two"));
    house.verify();
    house.answer(&ticket, "answer three");
    house.arrives(USER, |mail| mail.text().contains("answer three"));
    let shown = house.ticket_with(&id_of(&ticket["ticket"]), 4);
    for (comment, path, fallback) in [
        (1, "smarthost", Value::Null),
        (2, "native", SUPPORT.into()),
        (3, "smarthost", Value::Null),
    ] {
        let delivery = &shown["comments"][comment]["deliveries"][0];
        assert_eq!(
            (&delivery["path"], &delivery["fallback_from"]),
            (&path.into(), &fallback)
        );
    }
    for answer in ["answer one", "answer two", "answer three"] {
        let mails = house.mail().of(USER);
        let copies = mails
            .iter()
            .filter(|mail| mail.text().contains(answer))
            .count();
        assert_eq!(copies, 1, "{answer}");
    }
}

/// Mail that is forwarded to us, answers through the customer's server all the same: outbound-only
/// mode (API.md).
#[test]
fn an_outbound_only_address_is_forwarded_in_and_relayed_out() {
    needs_postfix!();
    let house = House::start(&Plan::default());
    house.connect_domain();
    house
        .customer
        .add_login(SUPPORT, OUTBOUND_PASSWORD)
        .expect("the customer's server takes a login");
    let host = format!("127.0.0.1:{}", house.customer.ports().submission);
    let host = host.replace("127.0.0.1", relaygate_tests::postfix::HOST);
    let authority = house.authority.file().to_string_lossy().into_owned();
    let added = house.relay.cli_with_input(
        &[
            "address",
            "add",
            "-a",
            ACCOUNT,
            SUPPORT,
            "--host",
            &host,
            "--username",
            SUPPORT,
            "--password-stdin",
            "--tls",
            "starttls",
            "--ca",
            &authority,
            "--outbound-only",
        ],
        OUTBOUND_PASSWORD,
    );
    assert_eq!(added["address"]["outbound_only"], true, "{added}");
    house.verify();
    house
        .relay
        .cli(&["token", "create", "-a", ACCOUNT, "--agent", AGENT]);
    // The customer's server forwards it to the native address: its envelope says that one.
    let text = message(USER, SUPPORT, "Forwarded", "o1@enduser.example", "");
    assert_eq!(by_mx(&house.relay, USER, NATIVE, &text).code, 250);
    let ticket = house.ticket("Forwarded");
    assert_eq!(ticket["ticket"]["recipient"], SUPPORT, "{ticket}");
    assert!(
        tags_of(&ticket).is_empty(),
        "forwarded is not authenticated: {ticket}"
    );
    house.answer(&ticket, "relayed out");
    let mail = house.arrives(USER, |mail| mail.text().contains("relayed out"));
    assert!(
        mail.header("From")
            .is_some_and(|from| from.contains(SUPPORT))
    );
    let hops = mail.headers("Received").join("\n");
    assert!(
        hops.contains("Authenticated sender: support@acme.example"),
        "{hops}"
    );
}

/// A relay gave our answer another Message-ID; the reply still finds its ticket, by the root of
/// the thread or by the token in what is quoted: R112, ID-05.
#[test]
fn a_reply_finds_its_ticket_although_the_identifier_was_rewritten() {
    needs_postfix!();
    let (house, _) = House::ready(&Plan::default());
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "Rewritten", "r1@enduser.example", ""),
    );
    let ticket = house.ticket("Rewritten");
    let id = id_of(&ticket["ticket"]);
    house.answer(&ticket, "the answer");
    let mail = house.arrives(USER, |mail| mail.text().contains("the answer"));
    let references = mail.header("References").expect("our mail has a thread");
    let root = references
        .split_whitespace()
        .next()
        .expect("with a root")
        .to_owned();
    let by_root = format!(
        "In-Reply-To: <0100-rewritten@ses.example>\r\nReferences: {root} <0100-rewritten@ses.example>\r\n"
    );
    house.user_writes(
        USER,
        &message(
            USER,
            SUPPORT,
            "Re: Rewritten",
            "r2@enduser.example",
            &by_root,
        ),
    );
    house.ticket_with(&id, 3);
    let token = root
        .trim_start_matches('<')
        .split('@')
        .next()
        .unwrap_or_default()
        .to_owned();
    let mut quoting = message(USER, SUPPORT, "Re: Rewritten", "r3@enduser.example", "");
    quoting.push_str(&format!("> [{token}]\r\n"));
    house.user_writes(USER, &quoting);
    house.ticket_with(&id, 4);
    assert_eq!(tickets(&house.relay, ACCOUNT).len(), 1);

    // In another account the same words lead nowhere, and reveal nothing.
    create_account(&house.relay, "other");
    let elsewhere = "support@other.desk.example";
    let stolen = quoting
        .replace("r3@", "r4@")
        .replace("Re: Rewritten", "Stolen");
    assert_eq!(by_mx(&house.relay, USER, elsewhere, &stolen).code, 250);
    let made = wait_for_ticket(&house.relay, "other", "Stolen");
    assert_eq!(made["comments"].as_array().map(Vec::len), Some(1), "{made}");
}

/// Reply-To is where answers go, not who somebody is: by a plain way in it counts for nothing,
/// and over the relay, where it names the requester (R39), it makes nobody an agent: ID-04.
#[test]
fn a_reply_to_makes_nobody_somebody_else() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let relay = &cottage.relay;
    relay.cli(&["token", "create", "-a", ACCOUNT, "--agent", AGENT]);
    let mallory = "mallory@evil.example";
    let results =
        "Authentication-Results: mail.acme.example; dmarc=pass header.from=evil.example\r\n";
    for (number, claimed, by_relay, requester) in [
        (0, USER, false, mallory),
        (1, AGENT, false, mallory),
        (2, USER, true, USER),
    ] {
        let subject = format!("As {number}");
        let extra = format!("{results}Reply-To: <{claimed}>\r\n");
        let text = message(
            mallory,
            SUPPORT,
            &subject,
            &format!("y{number}@evil.example"),
            &extra,
        );
        let code = match by_relay {
            true => {
                cottage
                    .session(&credential)
                    .submit(mallory, &[SUPPORT], &text)
                    .code
            }
            false => by_mx(relay, mallory, NATIVE, &text).code,
        };
        assert_eq!(code, 250, "{subject}");
        let shown = wait_for_ticket(relay, ACCOUNT, &subject);
        assert_eq!(
            shown["ticket"]["requester"], requester,
            "{subject}: {shown}"
        );
    }
    // The letter that once closed other people's tickets: from nobody we know, to be answered to
    // an agent, in an agent's words.
    cottage.hand_in(&credential, "Theirs", "theirs@enduser.example");
    let ticket = wait_for_ticket(relay, ACCOUNT, "Theirs");
    let id = id_of(&ticket["ticket"]);
    for (number, by_relay) in [(1, true), (2, false)] {
        let extra =
            format!("{results}Reply-To: <{AGENT}>\r\nIn-Reply-To: <theirs@enduser.example>\r\n");
        let text = message(
            mallory,
            SUPPORT,
            "Re: Theirs",
            &format!("z{number}@evil.example"),
            &extra,
        );
        let code = match by_relay {
            true => {
                cottage
                    .session(&credential)
                    .submit(mallory, &[SUPPORT], &text)
                    .code
            }
            false => by_mx(relay, mallory, NATIVE, &text).code,
        };
        assert_eq!(code, 250);
        let shown = comments(relay, &id, 1 + number);
        let added = &shown["comments"][number];
        assert_eq!(added["flagged"], true, "{added}");
        assert_eq!(
            shown["ticket"]["status"], ticket["ticket"]["status"],
            "{shown}"
        );
        assert_eq!(shown["ticket"]["requester"], USER, "{shown}");
    }
}

/// One row of the matrix.
#[derive(Debug)]
struct Row {
    author: &'static str,
    role: &'static str,
    authenticated: bool,
    /// What the customer's server says of the author.
    results: &'static str,
    flagged: bool,
    brings_copies: bool,
}

impl Row {
    const fn new(author: &'static str, role: &'static str, authenticated: bool) -> Self {
        Self {
            author,
            role,
            authenticated,
            results: "",
            flagged: true,
            brings_copies: false,
        }
    }

    const fn confirmed(self, brings_copies: bool) -> Self {
        Self {
            flagged: false,
            brings_copies,
            ..self
        }
    }

    fn friend(&self, number: usize) -> String {
        format!("friend{number}@enduser.example")
    }

    /// The display name is another than before: what is returned decides nothing (R38).
    fn message(&self, number: usize) -> String {
        let extra = format!(
            "{}Cc: {}\r\nIn-Reply-To: <m0@enduser.example>\r\n",
            self.results,
            self.friend(number)
        );
        let id = format!("m{number}@enduser.example");
        message(self.author, SUPPORT, "Re: Matrix", &id, &extra)
            .replace("From: Eve End", "From: Somebody Else")
    }
}

const MATRIX: [Row; 9] = [
    Row::new(USER, "requester", true).confirmed(true),
    Row::new(USER, "requester", false),
    Row::new(COPIED, "copied", true).confirmed(false),
    Row::new(COPIED, "copied", false),
    Row {
        results: "Authentication-Results: mail.acme.example; dmarc=pass header.from=staff.example\r\n",
        ..Row::new(AGENT, "agent", true).confirmed(true)
    },
    Row::new(AGENT, "agent", true),
    // Anybody can claim what no trusted server wrote.
    Row {
        results: "Authentication-Results: mail.acme.example; dmarc=pass header.from=staff.example\r\n",
        ..Row::new(AGENT, "agent", false)
    },
    Row::new("mallory@evil.example", "stranger", true),
    Row::new("mallory@evil.example", "known", false),
];

fn connect_with(cottage: &Cottage, option: &str) -> Credential {
    create_account(&cottage.relay, ACCOUNT);
    let added = cottage
        .relay
        .cli(&["domain", "add", "-a", ACCOUNT, DOMAIN, option]);
    cottage.add_address(ACCOUNT, SUPPORT);
    read_credential(&added)
}

/// Waits for so many comments on a ticket and shows it.
fn comments(relay: &Relaygate, id: &str, count: usize) -> Value {
    wait::until(&format!("{count} comments"), PATIENCE, || {
        let shown = relay.cli(&["ticket", "show", "-a", ACCOUNT, id]);
        (shown["comments"].as_array().map(Vec::len) == Some(count)).then_some(shown)
    })
}

/// An agent answers; the first delivery of the answer.
fn answered(relay: &Relaygate, id: &str) -> Value {
    relay.cli(&["token", "create", "-a", ACCOUNT, "--agent", AGENT]);
    let reply = relay.cli(&[
        "ticket",
        "reply",
        "-a",
        ACCOUNT,
        id,
        "--agent",
        AGENT,
        "--body",
        "our words",
    ]);
    wait::until("our answer to be on its way", PATIENCE, || {
        let shown = relay.cli(&["ticket", "show", "-a", ACCOUNT, id]);
        let comments = shown["comments"].as_array()?.clone();
        let ours = comments
            .iter()
            .find(|it| it["id"] == reply["comment"]["id"])?;
        ours["deliveries"].get(0).cloned()
    })
}

const COPIED: &str = "bob@enduser.example";
const NATIVE: &str = "support@acme.desk.example";
