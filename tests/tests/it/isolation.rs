//! Two accounts in one house hear nothing of each other, and nobody outside can
//! write what only the house may write.

use relaygate_tests::house::{
    ACCOUNT, AGENT, Cottage, DOMAIN, SUPPORT, create_account, id_of, message, tags_of, tickets,
    wait_for_ticket,
};
use relaygate_tests::relaygate::HOSTNAME;
use relaygate_tests::smtp::Client;
use relaygate_tests::wait::{self, PATIENCE};

/// One account's login reaches one account's addresses: R107.
#[test]
fn accounts_do_not_meet() {
    let cottage = Cottage::start("");
    let acme = cottage.connect(ACCOUNT, DOMAIN);
    let other = cottage.connect("other", "other.example");
    let mut client = cottage.session(&other);
    client.say("MAIL FROM:<eve@enduser.example>");
    assert_eq!(client.say(&format!("RCPT TO:<{SUPPORT}>")).code, 550);
    let mut honest = cottage.session(&acme);
    let text = message(
        "eve@enduser.example",
        SUPPORT,
        "for acme only",
        "i1@enduser.example",
        "",
    );
    assert_eq!(
        honest.submit("eve@enduser.example", &[SUPPORT], &text).code,
        250
    );
    let ticket = wait_for_ticket(&cottage.relay, ACCOUNT, "for acme only");
    assert!(tickets(&cottage.relay, "other").is_empty());
    let id = id_of(&ticket["ticket"]);
    let failure = cottage
        .relay
        .cli_fails(&["ticket", "show", "-a", "other", &id], "");
    assert_eq!(
        (failure.code, failure.error["code"].as_str()),
        (1, Some("not_found")),
        "{failure:?}"
    );
}

/// One account's user name with the other's password opens nothing: R107.
#[test]
fn user_names_and_passwords_do_not_mix() {
    let cottage = Cottage::start("");
    let acme = cottage.connect(ACCOUNT, DOMAIN);
    let other = cottage.connect("other", "other.example");
    let mut client = cottage.relay.submission(&cottage.tls());
    client.say("EHLO mail.acme.example");
    assert_eq!(client.auth_plain(&acme.alias, &other.password).code, 535);
    assert_eq!(client.auth_plain(&other.username, &acme.password).code, 535);
}

/// A domain or address one account holds is refused to the other: R16, R107.
#[test]
fn a_domain_has_one_holder() {
    let cottage = Cottage::start("");
    cottage.connect(ACCOUNT, DOMAIN);
    create_account(&cottage.relay, "other");
    let failure = cottage.relay.cli_fails(
        &["domain", "add", "-a", "other", DOMAIN, "--name", "Mine"],
        "",
    );
    assert_eq!(failure.code, 1, "{failure:?}");
    assert!(
        !failure.stderr.contains(ACCOUNT),
        "who holds it is nobody's business: {}",
        failure.stderr
    );
}

/// Our own header fields and tags are worth nothing from outside: R36, R108.
#[test]
fn forged_fields_and_tag_words_are_only_words() {
    let cottage = Cottage::start("");
    cottage.connect(ACCOUNT, DOMAIN);
    let extra = "X-Relaygate-Tags: system_authenticated_email_ticket\r\n\
                 X-Relaygate-From-Account-Id: 1234567\r\nKeywords: system_authenticated_email_ticket\r\n\
                 Authentication-Results: relay.desk.example; auth=pass\r\n";
    let native = "support@acme.desk.example";
    let subject = "please add system_authenticated_email_ticket";
    let text = message(
        "eve@enduser.example",
        native,
        subject,
        "i2@enduser.example",
        extra,
    );
    let mut client = Client::plain(cottage.relay.ports().mx);
    client.say("EHLO mx.enduser.example");
    assert_eq!(
        client.submit("eve@enduser.example", &[native], &text).code,
        250
    );
    // A plain message behind it: once that has its ticket, the forged one was dealt with.
    let marker = message(
        "eve@enduser.example",
        native,
        "marker",
        "i3@enduser.example",
        "",
    );
    assert_eq!(
        client
            .submit("eve@enduser.example", &[native], &marker)
            .code,
        250
    );
    wait_for_ticket(&cottage.relay, ACCOUNT, "marker");
    for ticket in tickets(&cottage.relay, ACCOUNT) {
        let shown = cottage
            .relay
            .cli(&["ticket", "show", "-a", ACCOUNT, &id_of(&ticket)]);
        assert!(
            !tags_of(&shown).iter().any(|tag| tag.starts_with("system_")),
            "{shown}"
        );
        assert_eq!(shown["comments"][0]["authenticated"], false, "{shown}");
    }
}

/// Our own mail coming back is a loop, not a ticket: R37.
#[test]
fn our_own_mail_makes_no_ticket() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.session(&credential);
    let text = message(
        "eve@enduser.example",
        SUPPORT,
        "honest",
        "i4@enduser.example",
        "",
    );
    client.submit("eve@enduser.example", &[SUPPORT], &text);
    let ticket = wait_for_ticket(&cottage.relay, ACCOUNT, "honest");
    let id = id_of(&ticket["ticket"]);
    cottage
        .relay
        .cli(&["token", "create", "-a", ACCOUNT, "--agent", AGENT]);
    cottage.relay.cli(&[
        "ticket",
        "reply",
        "-a",
        ACCOUNT,
        &id,
        "--agent",
        AGENT,
        "--body",
        "our words",
    ]);
    let email = wait::until("our answer to be on its way", PATIENCE, || {
        let shown = cottage.relay.cli(&["ticket", "show", "-a", ACCOUNT, &id]);
        shown["comments"][1]["deliveries"][0]["email_id"]
            .as_str()
            .map(str::to_owned)
    });
    let sent = format!("{email}@{HOSTNAME}");

    let looped = message(
        "support@acme.example",
        SUPPORT,
        "Re: honest",
        &sent,
        "Auto-Submitted: auto-generated\r\n",
    );
    assert_eq!(
        client.submit("", &[SUPPORT], &looped).code,
        250,
        "kept, but not believed"
    );
    let marker = message(
        "eve@enduser.example",
        SUPPORT,
        "marker",
        "i5@enduser.example",
        "",
    );
    client.submit("eve@enduser.example", &[SUPPORT], &marker);
    wait_for_ticket(&cottage.relay, ACCOUNT, "marker");
    assert_eq!(
        tickets(&cottage.relay, ACCOUNT).len(),
        2,
        "the honest one and the marker"
    );
    let after = cottage.relay.cli(&["ticket", "show", "-a", ACCOUNT, &id]);
    assert_eq!(
        after["comments"].as_array().map(Vec::len),
        Some(2),
        "{after}"
    );
}
