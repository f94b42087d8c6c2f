//! Who is let in, and what the others are told: the replies of the
//! requirements' section 12, from a peer that says exactly what it means to.

use std::process::Command;

use relaygate_tests::house::{
    ACCOUNT, Cottage, DOMAIN, SUPPORT, USER, add_domain, id_of, message, read_credential,
};
use relaygate_tests::process;
use relaygate_tests::relaygate::{HOSTNAME, binary};
use relaygate_tests::smtp::{Client, Reply, plain_response};
use relaygate_tests::wait;

/// AUTH waits for TLS: R2, AUTH-01.
#[test]
fn auth_before_tls_is_refused() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = Client::plain(cottage.relay.ports().starttls);
    let hello = client.say("EHLO mail.acme.example");
    assert!(
        hello.announces("STARTTLS") && !hello.announces("AUTH"),
        "{hello}"
    );
    expect(
        &client.auth_plain(&credential.username, &credential.password),
        538,
        "5.7.11",
    );
    expect(&client.say("MAIL FROM:<eve@enduser.example>"), 530, "5.7.0");
    let log = cottage.relay.log();
    for secret in [
        credential.password.clone(),
        plain_response(&credential.username, &credential.password),
    ] {
        assert!(
            !log.contains(&secret),
            "the password of a refused AUTH is in the log"
        );
    }
}

/// MAIL waits for AUTH: R2.
#[test]
fn mail_before_auth_is_refused() {
    let cottage = Cottage::start("");
    let mut client = cottage.relay.submission(&cottage.tls());
    client.say("EHLO mail.acme.example");
    expect(&client.say("MAIL FROM:<eve@enduser.example>"), 530, "5.7.0");
}

/// What is offered after TLS, and nothing older: R50, AUTH-02, SMG-03.
#[test]
fn only_what_is_built_is_announced() {
    let cottage = Cottage::start("");
    let mut client = Client::starttls(cottage.relay.ports().starttls, &cottage.tls(), HOSTNAME);
    let hello = client.say("EHLO mail.acme.example");
    for keyword in [
        "PIPELINING",
        "SIZE",
        "8BITMIME",
        "SMTPUTF8",
        "ENHANCEDSTATUSCODES",
    ] {
        assert!(hello.announces(keyword), "{keyword} is missing: {hello}");
    }
    for keyword in ["STARTTLS", "CHUNKING", "DSN", "VRFY"] {
        assert!(
            !hello.announces(keyword),
            "{keyword} should not be there: {hello}"
        );
    }
    let auth = hello
        .lines
        .iter()
        .find(|line| line.starts_with("AUTH "))
        .expect("AUTH is announced");
    assert!(
        auth.split(' ')
            .skip(1)
            .all(|name| ["PLAIN", "LOGIN"].contains(&name)),
        "{auth}"
    );
    assert_eq!(client.say("BDAT 10 LAST").code, 502);
}

/// What an old or meddled-with client asks for instead is not there, and not in the program:
/// AUTH-02.
#[test]
fn legacy_mechanisms_are_refused() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let (starttls, tls) = (cottage.relay.ports().starttls, cottage.tls());
    for mechanism in [
        "CRAM-MD5",
        "DIGEST-MD5",
        "NTLM",
        "GSSAPI",
        "KERBEROS_V4",
        "SCRAM-SHA-1",
        "XOAUTH2",
        "EXTERNAL",
        "ANONYMOUS",
        "LOGIN",
        "PLAIN-CLIENTTOKEN",
    ] {
        for mut client in [
            cottage.relay.submission(&tls),
            Client::starttls(starttls, &tls, HOSTNAME),
        ] {
            client.say("EHLO mail.acme.example");
            expect(&client.say(&format!("AUTH {mechanism}")), 504, "5.5.4");
            let initial = format!("AUTH {mechanism} {}", plain_response("acme", "secret"));
            expect(&client.say(&initial), 504, "5.5.4");
            let reply = client.auth_plain(&credential.username, &credential.password);
            assert_eq!(reply.code, 235, "after {mechanism}: {reply}");
        }
    }
    let words = ["CRAM-MD5", "DIGEST-MD5", "NTLMSSP"].map(|word| ["-e", word]);
    let mut grep = Command::new("grep");
    grep.arg("-qaF").args(words.concat()).arg(binary());
    let found = process::run(&mut grep, b"").status;
    assert_eq!(found.code(), Some(1), "none of them is compiled in");
}

/// A wrong password and an unknown user read the same: R114, AUTH-06.
#[test]
fn refused_logins_tell_nothing() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.relay.submission(&cottage.tls());
    client.say("EHLO mail.acme.example");
    let wrong = client.auth_plain(&credential.username, "wrong.password");
    let unknown = client.auth_plain("nobody", &credential.password);
    expect(&wrong, 535, "5.7.8");
    assert_eq!(wrong, unknown);
}

/// A login opens one domain's door: R5, R9.
#[test]
fn foreign_recipients_are_refused() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    add_domain(&cottage.relay, ACCOUNT, "other.example");
    cottage.add_address(ACCOUNT, "support@other.example");
    let mut client = cottage.session(&credential);
    assert_eq!(client.say("MAIL FROM:<eve@enduser.example>").code, 250);
    expect(
        &client.say("RCPT TO:<victim@elsewhere.example>"),
        550,
        "5.7.1",
    );
    expect(&client.say("RCPT TO:<support@other.example>"), 550, "5.7.1");
    expect(
        &client.say("RCPT TO:<support@sub.acme.example>"),
        550,
        "5.7.1",
    );
    assert_eq!(client.say(&format!("RCPT TO:<{SUPPORT}>")).code, 250);
}

/// An address nobody added does not exist: R59.
#[test]
fn unknown_addresses_are_refused() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.session(&credential);
    client.say("MAIL FROM:<eve@enduser.example>");
    expect(&client.say("RCPT TO:<nobody@acme.example>"), 550, "5.1.1");
    assert_eq!(client.say("RCPT TO:<SUPPORT@Acme.Example>").code, 250);
}

/// A first mail from an unknown address is taken at once: R110.
#[test]
fn authenticated_mail_is_never_greylisted() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.session(&credential);
    let reply = client.submit("new@enduser.example", &[SUPPORT], "Subject: first\r\n\r\nx");
    assert_eq!(reply.code, 250, "{reply}");
}

/// The plain listener is no open relay, and wants no AUTH for native addresses: R5, R6.
#[test]
fn the_mx_takes_native_mail_only() {
    let cottage = Cottage::start("");
    cottage.connect(ACCOUNT, DOMAIN);
    let mut client = Client::plain(cottage.relay.ports().mx);
    client.say("EHLO mx.enduser.example");
    client.say("MAIL FROM:<eve@enduser.example>");
    assert_eq!(client.say("RCPT TO:<victim@elsewhere.example>").code, 550);
    assert_eq!(
        client.say("RCPT TO:<support@nobody.desk.example>").code,
        550
    );
    assert_eq!(client.say("RCPT TO:<support@acme.desk.example>").code, 250);
}

/// The declared size is judged at MAIL: RES-08.
#[test]
fn a_message_declared_too_large_is_refused() {
    let cottage = Cottage::start("[limits]\nmessage_octets_max = 100000\n");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.session(&credential);
    expect(
        &client.say("MAIL FROM:<eve@enduser.example> SIZE=100001"),
        552,
        "5.3.4",
    );
    let long = format!(
        "Subject: long\r\n\r\n{}",
        "0123456789012345678\r\n".repeat(5_000)
    );
    expect(
        &client.submit("eve@enduser.example", &[SUPPORT], &long),
        552,
        "5.3.4",
    );
}

/// Every refusal has an enhanced status whose class agrees with the code: R114.
#[test]
fn refusals_carry_an_enhanced_status() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.session(&credential);
    for line in [
        "NONSENSE",
        "MAIL FROM:eve",
        "RCPT TO:<a@b.example>",
        "DATA",
        "AUTH PLAIN",
        "VRFY root",
    ] {
        let reply = client.say(line);
        let class = (reply.code / 100).to_string();
        assert!(
            reply.code >= 252 && reply.lines[0].starts_with(&format!("{class}.")),
            "{line}: {reply}"
        );
    }
}

/// Credentials that are discarded under an open session end it at its next command: R93, AUTH-10.
#[test]
fn discarded_credentials_end_the_session() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut open = cottage.session(&credential);
    let fresh = cottage
        .relay
        .cli(&["domain", "rotate", "-a", ACCOUNT, DOMAIN]);
    let discard = ["domain", "discard", "-a", ACCOUNT, DOMAIN, &credential.id];
    cottage.relay.cli(&discard);
    expect(&open.say("MAIL FROM:<eve@enduser.example>"), 421, "4.3.2");
    assert!(open.is_closed());
    let mut late = cottage.relay.submission(&cottage.tls());
    late.say("EHLO mail.acme.example");
    expect(
        &late.auth_plain(&credential.username, &credential.password),
        535,
        "5.7.8",
    );
    cottage.session(&read_credential(&fresh));
}

fn expect(reply: &Reply, code: u16, status: &str) {
    assert!(
        reply.code == code && reply.lines[0].starts_with(&format!("{status} ")),
        "wanted {code} {status}: {reply}"
    );
}

/// A message beyond what is kept in memory is judged like any other, at its end: forged marks
/// go, our own field stands on top, the rest is byte for byte what was sent. R36, R10.
#[test]
fn a_large_message_is_judged_and_kept_whole() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.session(&credential);
    let body = "0123456789 and so on to the end of a line\r\n".repeat(20_000);
    let forged = "X-Relaygate-From-Account-Id: 0000001\r\nPrecedence: bulk\r\nAuto-Submitted: auto-replied\r\n";
    let text = format!(
        "{}{body}",
        message(USER, SUPPORT, "large", "large@enduser.example", forged)
    );
    assert_eq!(client.submit(USER, &[SUPPORT], text.trim_end()).code, 250);
    let kept = wait::until(
        "the large message among the suspended",
        wait::PATIENCE,
        || {
            let listed = cottage.relay.cli(&["suspended", "list", "-a", ACCOUNT]);
            listed["suspended"].as_array()?.first().map(id_of)
        },
    );
    let shown = cottage
        .relay
        .cli(&["suspended", "show", "-a", ACCOUNT, &kept]);
    let source = shown["source"].as_str().unwrap_or_default();
    assert!(source.starts_with("Received: from"), "{}", &source[..200]);
    assert!(
        !source.contains("X-Relaygate-From-Account-Id"),
        "{}",
        &source[..2_000]
    );
    assert!(source.ends_with(&body), "the body as it was sent");
}
