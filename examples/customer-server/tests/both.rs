//! The Postfix and the small server do the same, seen from outside.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use customer::{Authority, Customer, Error, Maildir, Ports, Relay, Setup, postfix, process, small};

#[test]
fn postfix_takes_a_submission_and_delivers_it() -> Result<(), Error> {
    if let Some(why) = postfix::unavailable() {
        skip::skipped(why);
        return Ok(());
    }
    let place = tempfile::tempdir().expect("a temporary directory");
    let setup = setup(place.path())?;
    let customer = Customer::Postfix(Box::new(postfix::Customer::start(&setup)?));
    submits_and_delivers(&setup, &customer)
}

#[test]
fn the_small_server_takes_a_submission_and_delivers_it() -> Result<(), Error> {
    if let Some(why) = small::unavailable() {
        skip::skipped(why);
        return Ok(());
    }
    let place = tempfile::tempdir().expect("a temporary directory");
    let setup = setup(place.path())?;
    let customer = Customer::Small(small::Customer::start(&setup)?);
    submits_and_delivers(&setup, &customer)
}

fn setup(directory: &Path) -> Result<Setup, Error> {
    let authority = Authority::new(&directory.join("certs"))?;
    Ok(Setup {
        directory: directory.to_path_buf(),
        domain: "acme.example".into(),
        certificate: authority.issue("mail.acme.example", &["127.0.0.1"])?,
        ports: Ports::free()?,
        relay: Relay {
            port: customer::ports::free()?,
            implicit: false,
            authority: authority.file().to_path_buf(),
            name: None,
        },
    })
}

fn submits_and_delivers(setup: &Setup, customer: &Customer) -> Result<(), Error> {
    customer.add_login("support@acme.example", "open sesame")?;
    let authority = setup.relay.authority.display().to_string();
    assert!(submit(
        setup.ports.submission,
        false,
        "open sesame",
        &authority
    )?);
    assert!(submit(
        setup.ports.submissions,
        true,
        "open sesame",
        &authority
    )?);
    assert!(!submit(setup.ports.submission, false, "guess", &authority)?);
    let arrived = await_mail(&customer.mailbox(), "ann@user.example", 2);
    assert!(arrived, "{}", customer.log());
    Ok(())
}

/// A client that checks our certificate, logs in and sends one mail.
fn submit(port: u16, implicit: bool, password: &str, authority: &str) -> Result<bool, Error> {
    let script = "\
import smtplib, ssl, sys
port, implicit, password, authority = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
if implicit == 'true':
    client = smtplib.SMTP_SSL('127.0.0.1', int(port), context=context)
else:
    client = smtplib.SMTP('127.0.0.1', int(port))
    client.starttls(context=context)
client.login('support@acme.example', password)
client.sendmail('support@acme.example', ['ann@user.example'], 'Subject: hello\\n\\nhello\\n')
client.quit()
";
    let mut command = Command::new("python3");
    command.args([
        "-c",
        script,
        &port.to_string(),
        &implicit.to_string(),
        password,
        authority,
    ]);
    Ok(process::run(&mut command, b"")?.status.success())
}

fn await_mail(mailbox: &Maildir, address: &str, count: usize) -> bool {
    let asked = Instant::now();
    while asked.elapsed() < Duration::from_secs(30) {
        if mailbox.of(address).len() >= count {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}
