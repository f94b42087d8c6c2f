//! The peers by themselves: the customer's Postfix and the mailbox end do what
//! the scenarios rely on. If these fail, the fault is not the program's.

use std::path::Path;

use relaygate_tests::certs::{self, Authority};
use relaygate_tests::clients;
use relaygate_tests::dns::{Dns, Record};
use relaygate_tests::mailbox;
use relaygate_tests::postfix::{self, Customer};
use relaygate_tests::process;
use relaygate_tests::smtp::Client;
use relaygate_tests::wait::PATIENCE;

use crate::needs_postfix;

/// Submission needs TLS and a login, and then reaches the mailbox.
#[test]
fn the_customers_server_submits_to_the_mailbox() {
    needs_postfix!();
    let directory = tempfile::tempdir().expect("a temporary directory");
    let authority = certs::authority(&directory.path().join("certs"));
    let customer = customer(directory.path(), &authority);
    customer
        .add_login("support@acme.example", "secret")
        .expect("it takes a login");

    let mut stranger = Client::starttls(
        customer.ports().submission,
        &certs::client(&authority),
        "mail.acme.example",
    );
    stranger.say("EHLO client.example");
    let refused = stranger.submit(
        "support@acme.example",
        &["eve@enduser.example"],
        "Subject: x\r\n\r\nx",
    );
    assert_eq!(refused.code, 554, "{refused}");

    let mut client = Client::implicit(
        customer.ports().submissions,
        &certs::client(&authority),
        "mail.acme.example",
    );
    client.say("EHLO client.example");
    assert_eq!(
        client.auth_plain("support@acme.example", "secret").code,
        235
    );
    let taken = client.submit(
        "support@acme.example",
        &["eve@enduser.example"],
        "Subject: x\r\n\r\nx",
    );
    assert_eq!(taken.code, 250, "{taken}");
    mailbox::arrives(
        &customer.mailbox(),
        "eve@enduser.example",
        PATIENCE,
        |message| message.header("Subject").as_deref() == Some("x"),
    );
}

/// Mail for the customer's domain waits until the relay credentials are there.
#[test]
fn mail_for_the_customer_waits_for_the_relay() {
    needs_postfix!();
    let directory = tempfile::tempdir().expect("a temporary directory");
    let authority = certs::authority(&directory.path().join("certs"));
    let customer = customer(directory.path(), &authority);
    let mut client = Client::plain(customer.ports().mx);
    client.say("EHLO mx.enduser.example");
    assert_eq!(
        client
            .submit(
                "eve@enduser.example",
                &["support@acme.example"],
                "Subject: x\r\n\r\nx"
            )
            .code,
        250
    );
    let foreign = client.say("MAIL FROM:<eve@enduser.example>").code;
    assert_eq!(
        (foreign, client.say("RCPT TO:<a@elsewhere.example>").code),
        (250, 554)
    );
    relaygate_tests::wait::until("a deferral in the log", PATIENCE, || {
        customer
            .instance()
            .log()
            .contains("status=deferred")
            .then_some(())
    });
}

/// Aliases and long texts are answered, unknown names are refused.
#[test]
fn the_name_server_answers_from_its_list() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let alias = Record::Cname(
        "a._domainkey.acme.example".into(),
        "a._domainkey.desk.example".into(),
    );
    let mut dns = Dns::start(directory.path(), vec![alias]);
    dns.add([Record::Txt(
        "a._domainkey.desk.example".into(),
        "v=DKIM1; p=".to_owned() + &"A".repeat(400),
    )]);
    let program = format!(
        "import dns.resolver as r; q = r.Resolver(configure=False); q.nameservers = ['127.0.0.1']; q.port = {}\n\
         print(len(b''.join(q.resolve('a._domainkey.acme.example', 'TXT')[0].strings)))\n\
         print(q.resolve('a._domainkey.acme.example', 'CNAME')[0].target)",
        dns.address().port()
    );
    let output = process::run(
        std::process::Command::new("python3").arg("-c").arg(program),
        b"",
    );
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        said,
        "411\na._domainkey.desk.example.\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The verifier of signatures refuses what is not signed.
#[test]
fn dkimpy_finds_no_signature_in_plain_mail() {
    assert!(
        clients::has_dkimpy(),
        "dkimpy is not installed (make setup)"
    );
    let directory = tempfile::tempdir().expect("a temporary directory");
    let verdict = clients::dkimpy(directory.path(), b"From: a@b.example\r\n\r\nx\r\n", &[]);
    assert!(verdict.is_err_and(|said| said.contains("no signature")));
}

fn customer(directory: &Path, authority: &Authority) -> Customer {
    let setup = postfix::setup(directory, authority, relaygate_tests::free_port());
    Customer::start(&setup).expect("the customer's Postfix starts")
}
