//! Any mail program that knows RFC 5321, 4954 and 3207 can hand mail in.

use std::process::Output;

use relaygate_tests::clients::{self, Submission};
use relaygate_tests::house::{
    ACCOUNT, Cottage, Credential, DOMAIN, SUPPORT, message, tags_of, wait_for_ticket,
};
use relaygate_tests::process;

/// swaks, on both ports: R1.
#[test]
fn swaks_hands_mail_in() {
    let (cottage, credential) = connected("swaks");
    for implicit in [true, false] {
        let subject = format!("by swaks {implicit}");
        check(&clients::swaks(
            &submission(&cottage, &credential, implicit),
            &subject,
        ));
        check_ticket(&cottage, &subject);
    }
}

/// msmtp, on both ports: R1.
#[test]
fn msmtp_hands_mail_in() {
    let (cottage, credential) = connected("msmtp");
    for implicit in [true, false] {
        let subject = format!("by msmtp {implicit}");
        let text = text(&subject);
        check(&clients::msmtp(
            cottage.directory(),
            &submission(&cottage, &credential, implicit),
            &text,
        ));
        check_ticket(&cottage, &subject);
    }
}

/// Python's smtplib, on both ports: R1.
#[test]
fn smtplib_hands_mail_in() {
    let (cottage, credential) = connected("python3");
    for implicit in [true, false] {
        let subject = format!("by smtplib {implicit}");
        check(&clients::smtplib(
            &submission(&cottage, &credential, implicit),
            &text(&subject),
        ));
        check_ticket(&cottage, &subject);
    }
}

fn connected(program: &str) -> (Cottage, Credential) {
    assert!(
        process::installed(program),
        "{program} is not installed (make setup)"
    );
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    (cottage, credential)
}

fn submission<'a>(
    cottage: &'a Cottage,
    credential: &'a Credential,
    implicit: bool,
) -> Submission<'a> {
    let ports = cottage.relay.ports();
    Submission {
        port: if implicit {
            ports.implicit
        } else {
            ports.starttls
        },
        implicit,
        authority: cottage.authority.file(),
        login: (&credential.username, &credential.password),
        from: "eve@enduser.example",
        to: SUPPORT,
    }
}

fn text(subject: &str) -> String {
    let id = format!("{}@enduser.example", subject.replace(' ', "-"));
    message("eve@enduser.example", SUPPORT, subject, &id, "")
}

fn check(output: &Output) {
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{said}");
}

fn check_ticket(cottage: &Cottage, subject: &str) {
    let ticket = wait_for_ticket(&cottage.relay, ACCOUNT, subject);
    assert!(
        tags_of(&ticket).contains(&"system_authenticated_email_ticket".to_owned()),
        "{ticket}"
    );
}
