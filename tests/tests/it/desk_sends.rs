//! Somebody else's help desk sends through us: as a live support address of its
//! account, and as nobody else (FAULTS ID-01, ID-02). How mail reaches it is in
//! `foreign_desk`.

use relaygate_tests::house::{
    ACCOUNT, Cottage, DOMAIN, House, Plan, SUPPORT, USER, add_domain, create_account, message,
};
use relaygate_tests::relaygate::NATIVE_DOMAIN;
use relaygate_tests::smtp::Client;

use crate::foreign_desk::{Login, check_five_fields, issue_login, wait_for_event};
use crate::needs_postfix;

/// A desk sends as a live support address: our five fields, its own text, through
/// the customer's server with AUTH; R12, R34, ID-01, ID-02.
#[test]
fn a_desk_sends_as_a_live_support_address_and_as_nobody_else() {
    needs_postfix!();
    let (house, credential) = House::ready(&Plan::default());
    let login = issue_login(&house.relay);
    let mut desk = desk_session(&house, &login);
    for (name, header, word) in FOREIGN_AUTHORS {
        let text = format!("{header}To: <{USER}>\r\nSubject: {name}\r\n\r\nNo.\r\n");
        let reply = desk.submit(SUPPORT, &[USER], &text);
        assert_eq!(reply.code, 550, "{name}: {reply}");
        assert!(
            reply.lines[0].starts_with("5.7.1 ") && reply.lines[0].contains(word),
            "{name}: {reply}"
        );
    }
    let extra = "Auto-Submitted: auto-replied\r\nX-Mailer: Tracker 1\r\nX-Relaygate-Tags: x\r\nBcc: <boss@staff.example>\r\n";
    let text = message(
        SUPPORT,
        USER,
        "From the desk",
        "t1@desk.acme.example",
        extra,
    );
    assert_eq!(desk.submit(SUPPORT, &[USER], &text).code, 250);
    let mail = house.arrives(USER, |mail| {
        mail.header("Subject").as_deref() == Some("From the desk")
    });
    check_five_fields(&mail);
    assert_eq!(
        mail.header("Message-ID").as_deref(),
        Some("<t1@desk.acme.example>")
    );
    assert!(mail.header("Bcc").is_none() && mail.header("X-Relaygate-Tags").is_none());
    let hops = mail.headers("Received").join("\n");
    assert!(
        hops.contains("Authenticated sender: support@acme.example"),
        "{hops}"
    );
    let events = wait_for_event(&house.relay, "t1@desk.acme.example", "delivered");
    assert!(events.contains("smarthost"), "{events}");
    assert_eq!(
        house.mail().of(USER).len(),
        1,
        "of what was refused nothing left"
    );

    // Neither login does the other's work.
    let mut connector = house.relay.submission(&house.tls());
    connector.say("EHLO mail.acme.example");
    assert_eq!(
        connector
            .auth_plain(&credential.username, &credential.password)
            .code,
        235
    );
    connector.say(&format!("MAIL FROM:<{SUPPORT}>"));
    assert_eq!(connector.say(&format!("RCPT TO:<{USER}>")).code, 550);

    // Discarded, it ends open sessions and opens no new ones.
    house
        .relay
        .cli(&["account", "desk-login", ACCOUNT, "--discard", &login.id]);
    let reply = desk.say(&format!("MAIL FROM:<{SUPPORT}>"));
    assert!(
        reply.code == 421 || reply.code == 535 || reply.is_end(),
        "{reply}"
    );
    let mut again = house.relay.submission(&house.tls());
    again.say("EHLO desk.acme.example");
    assert_eq!(again.auth_plain(&login.username, &login.password).code, 535);
}

/// An address that is not verified both ways cannot be sent as; the hint says what to do.
#[test]
fn a_desk_cannot_send_as_an_unverified_address() {
    let cottage = Cottage::start("");
    cottage.connect(ACCOUNT, DOMAIN);
    let login = issue_login(&cottage.relay);
    let mut desk = cottage.relay.submission(&cottage.tls());
    desk.say("EHLO desk.acme.example");
    assert_eq!(desk.auth_plain(&login.username, &login.password).code, 235);
    let reply = desk.say(&format!("MAIL FROM:<{SUPPORT}>"));
    assert_eq!(reply.code, 550, "{reply}");
    assert!(reply.lines[0].contains("sender_not_verified"), "{reply}");
    let second = issue_login(&cottage.relay);
    assert_ne!(second.id, login.id);
    let refused = cottage
        .relay
        .cli_fails(&["account", "desk-login", ACCOUNT], "");
    assert_eq!(refused.error["code"], "desk_logins_max");
    for name in [
        ACCOUNT,
        &format!("{ACCOUNT}@{ACCOUNT}.{NATIVE_DOMAIN}"),
        "desk",
    ] {
        let mut stranger = cottage.relay.submission(&cottage.tls());
        stranger.say("EHLO desk.acme.example");
        let reply = stranger.auth_plain(name, &second.password);
        assert_eq!(reply.code, 535, "{name}: {reply}");
    }
}

/// Four hundred spellings of senders: other tenants' and strangers' domains, native
/// ones, subdomains, percent hacks, quoted parts, literals, look-alikes; ID-01.
#[test]
fn no_spelling_of_another_sender_is_let_pass() {
    needs_postfix!();
    let (house, _) = House::ready(&Plan::default());
    create_account(&house.relay, "rival");
    add_domain(&house.relay, "rival", "other.example");
    let login = issue_login(&house.relay);
    let mut desk = desk_session(&house, &login);
    let (mut tried, mut taken) = (0, Vec::new());
    for local in LOCAL_PARTS {
        for domain in DOMAINS {
            // A session with many errors is slowed down and ended; ours are short.
            if tried % PER_SESSION == 0 {
                desk = desk_session(&house, &login);
            }
            let sender = format!("{local}@{domain}");
            let reply = desk.say(&format!("MAIL FROM:<{sender}>"));
            tried += 1;
            match reply.code {
                250 => {
                    desk.say("RSET");
                    taken.push((local, domain));
                }
                code => assert!((500..600).contains(&code), "{sender}: {reply}"),
            }
        }
    }
    assert!(tried >= 400, "{tried}");
    let same = |&(local, domain): &(&str, &str)| {
        OUR_LOCAL_PARTS.contains(&local) && OUR_DOMAINS.contains(&domain)
    };
    let foreign: Vec<_> = taken.iter().filter(|sender| !same(sender)).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    assert!(taken.contains(&("support", DOMAIN)), "our own is taken");
    let mut desk = desk_session(&house, &login);
    for (line, word) in [
        ("MAIL FROM:<>", "sender_missing"),
        ("MAIL FROM:<ceo@bank.example>", "sender_not_support_address"),
        (
            "MAIL FROM:<@bank.example,@b.example:ceo@other.example>",
            "sender_not_support_address",
        ),
    ] {
        let reply = desk.say(line);
        assert_eq!(reply.code, 550, "{line}: {reply}");
        assert!(reply.lines[0].starts_with("5.7.1 "), "{line}: {reply}");
        assert!(reply.lines[0].contains(word), "{line}: {reply}");
    }
}

fn desk_session(house: &House, login: &Login) -> Client {
    let mut client = house.relay.submission(&house.tls());
    client.say("EHLO desk.acme.example");
    let reply = client.auth_plain(&login.username, &login.password);
    assert_eq!(reply.code, 235, "AUTH: {reply}");
    client
}

/// Senders tried in one session.
const PER_SESSION: usize = 4;
/// Spellings of `support`, and of others.
const LOCAL_PARTS: [&str; 21] = [
    "support",
    "SUPPORT",
    "\"support\"",
    "\"sup\\port\"",
    "support+x",
    "support.x",
    ".support",
    "support.",
    "ceo",
    "postmaster",
    "support%acme.example",
    "bank.example!support",
    "\"support@acme.example\"",
    "\"support\"@acme.example",
    "s\u{fc}pport",
    "support\u{200b}",
    "supp0rt",
    "\"support \"",
    "(x)support",
    "support(x)",
    "lllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll",
];
/// Spellings of `acme.example`, and of others.
const DOMAINS: [&str; 20] = [
    "acme.example",
    "ACME.Example",
    "acme.example.",
    "sub.acme.example",
    "acme.example.bank.example",
    "bank.example",
    "other.example",
    "acme.desk.example",
    "rival.desk.example",
    "desk.example",
    "relay.desk.example",
    "[127.0.0.1]",
    "[IPv6:::1]",
    "xn--acme-1na.example",
    "\u{430}cme.example",
    "acme\u{3002}example",
    "acme..example",
    "acme",
    "acme.example@bank.example",
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd.example",
];
/// Those that are the same mailbox to everybody (RFC 5321 §2.4, §4.1.2), and to us.
const OUR_LOCAL_PARTS: [&str; 4] = ["support", "SUPPORT", "\"support\"", "\"sup\\port\""];
const OUR_DOMAINS: [&str; 4] = [
    "acme.example",
    "ACME.Example",
    "acme.example.",
    "acme\u{3002}example",
];

/// Headers a desk of `acme` must not send as `support@acme.example`.
const FOREIGN_AUTHORS: [(&str, &str, &str); 12] = [
    ("no From", "", "from_count"),
    (
        "two From fields",
        "From: support@acme.example\r\nFrom: ceo@bank.example\r\n",
        "from_count",
    ),
    (
        "a hidden second field",
        "From: support@acme.example\r\nFrom : ceo@bank.example\r\n",
        "from_count",
    ),
    (
        "two mailboxes",
        "From: support@acme.example, ceo@bank.example\r\n",
        "from_mailboxes",
    ),
    ("foreign", "From: ceo@bank.example\r\n", "from_not_sender"),
    (
        "native",
        "From: support@acme.desk.example\r\n",
        "from_not_sender",
    ),
    (
        "group",
        "From: Us: support@acme.example;\r\n",
        "from_ambiguous",
    ),
    (
        "comment",
        "From: (ceo@bank.example) support@acme.example\r\n",
        "from_ambiguous",
    ),
    (
        "name that is an address",
        "From: \"ceo@bank.example\" <support@acme.example>\r\n",
        "from_name_misleads",
    ),
    (
        "encoded name",
        "From: =?utf-8?Q?ceo=40bank.example?= <support@acme.example>\r\n",
        "from_name_misleads",
    ),
    (
        "Sender",
        "From: support@acme.example\r\nSender: ceo@bank.example\r\n",
        "sender_field_not_sender",
    ),
    (
        "Resent-From",
        "From: support@acme.example\r\nResent-From: ceo@bank.example\r\n",
        "resent_field",
    ),
];
