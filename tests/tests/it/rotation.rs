//! Credentials change while mail flows, and the admins learn of every act.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use relaygate_tests::house::{
    ACCOUNT, ADMIN, Cottage, Credential, DOMAIN, House, Plan, SUPPORT, USER, message,
    read_credential, tickets,
};
use relaygate_tests::mailbox::Message;
use relaygate_tests::smtp::Client;
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

use crate::needs_postfix;

/// E4: a real Postfix and a client of its own hand in without a pause while the password is
/// switched and the old one discarded; nobody is told 535, nothing is lost: R90, R91.
#[test]
fn a_rotation_under_load_refuses_no_login() {
    needs_postfix!();
    let house = House::start(&Plan::default());
    let old = house.connect_domain();
    house.add_address();
    let load = Load::new(&old);
    let subjects = thread::scope(|scope| {
        let direct = scope.spawn(|| load.hand_in_directly(&house));
        let relayed = scope.spawn(|| load.write_by_postfix(&house));
        load.await_more();
        let new = read_credential(
            &house
                .relay
                .cli(&["domain", "rotate", "-a", ACCOUNT, DOMAIN]),
        );
        load.await_more();
        *load.credential.lock().expect("no client fails") = new.clone();
        house
            .customer
            .set_relay_credentials(&new.username, &new.password)
            .expect("the customer's server takes the credentials");
        load.await_more();
        await_tickets(&house, &["switched over"], |subject| {
            house.user_writes(USER, &letter(subject));
        });
        house
            .relay
            .cli(&["domain", "discard", "-a", ACCOUNT, DOMAIN, &old.id]);
        load.await_more();
        load.over.store(true, Ordering::SeqCst);
        let mut subjects = direct.join().expect("the direct client");
        subjects.extend(relayed.join().expect("the writer"));
        subjects
    });
    house.customer.instance().flush();
    wait_for_all(&house, &subjects);
    assert!(!house.logs().contains("535 5.7.8"), "{}", house.logs());
    let found = tickets(&house.relay, ACCOUNT);
    assert_eq!(found.len(), subjects.len() + 1, "each exactly once");
}

/// Three sets are one too many; the last one goes only if that is meant, and the connector says
/// so: R90, R93. Each act is noted with the set it is about: R97.
#[test]
fn sets_are_counted_and_acts_are_noted() {
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    let first = cottage.connect(ACCOUNT, DOMAIN);
    let rotate = ["domain", "rotate", "-a", ACCOUNT, DOMAIN];
    let second = read_credential(&relay.cli(&rotate));
    let refusal = relay.cli_fails(&rotate, "").error;
    assert_eq!(refusal["code"], "credential_sets_max", "{refusal}");

    relay.cli(&["domain", "discard", "-a", ACCOUNT, DOMAIN, &first.id]);
    let last = ["domain", "discard", "-a", ACCOUNT, DOMAIN, &second.id];
    let refusal = relay.cli_fails(&last, "").error;
    assert_eq!(refusal["code"], "credential_last", "{refusal}");
    let shown = relay.cli(&[&last[..], &["--last"]].concat());
    assert_eq!(shown["status"], "no_credentials", "{shown}");
    read_credential(&relay.cli(&rotate));

    let audit = relay.cli(&["audit", "list", "-a", ACCOUNT]);
    let acts: Vec<_> = audit["audit"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|act| !act["credential"].is_null())
        .map(|act| (act["act"].as_str(), act["credential"].as_str()))
        .collect();
    let (one, two) = (Some(first.id.as_str()), Some(second.id.as_str()));
    let (issued, discarded) = (Some("credential_issued"), Some("credential_discarded"));
    let expected = [
        (issued, one),
        (issued, two),
        (discarded, one),
        (discarded, two),
    ];
    assert_eq!(acts[..4], expected, "{audit}");
    assert_eq!(acts.len(), 5, "{audit}");
}

/// R96: the admins are written to from the native address, by our own path, without a secret.
#[test]
fn admins_are_told_of_each_act_by_our_own_path() {
    needs_postfix!();
    let house = House::start(&Plan::default());
    let first = house.connect_domain();
    let second = read_credential(
        &house
            .relay
            .cli(&["domain", "rotate", "-a", ACCOUNT, DOMAIN]),
    );
    house
        .relay
        .cli(&["domain", "discard", "-a", ACCOUNT, DOMAIN, &first.id]);
    house
        .customer
        .set_relay_credentials(&second.username, &second.password)
        .expect("the customer's server takes the credentials");
    house.add_address();
    house.user_writes(USER, &letter("first use"));
    house.ticket("first use");
    for (subject, id) in [
        ("acme.example was connected", &first.id),
        ("New credentials for acme.example", &second.id),
        ("Credentials of acme.example were discarded", &first.id),
        (
            "Credentials of acme.example were used from a new address",
            &second.id,
        ),
    ] {
        let notice = house.arrives(ADMIN, |mail| mail.text().contains(subject));
        assert!(notice.text().contains(id.as_str()), "{}", notice.text());
        check_notice(&notice, &[&first, &second]);
    }
    house
        .relay
        .cli(&["domain", "disconnect", "-a", ACCOUNT, DOMAIN, "--wait"]);
    for subject in [
        "acme.example is being disconnected",
        "acme.example was disconnected",
    ] {
        check_notice(
            &house.arrives(ADMIN, |mail| mail.text().contains(subject)),
            &[&second],
        );
    }
    let again = house.mail().of(ADMIN);
    let uses = again
        .iter()
        .filter(|mail| mail.text().contains("from a new address"));
    assert_eq!(uses.count(), 1, "the same address is new once");
}

/// From the native address, straight to the admin's server, no password in it.
fn check_notice(notice: &Message, credentials: &[&Credential]) {
    let text = notice.text();
    let from = notice.header("From").unwrap_or_default();
    assert!(from.contains("@acme.desk.example"), "{text}");
    let hops = notice.headers("Received").len();
    assert_eq!(hops, 1, "not over the customer's server: {text}");
    for credential in credentials {
        assert!(!text.contains(&credential.password), "a secret: {text}");
    }
}

/// Two writers and what they share.
struct Load {
    credential: Mutex<Credential>,
    written: AtomicUsize,
    over: AtomicBool,
}

impl Load {
    fn new(credential: &Credential) -> Self {
        Self {
            credential: Mutex::new(credential.clone()),
            written: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        }
    }

    /// A session for each message, with whatever credentials hold at that moment. Gives the
    /// subjects that were acknowledged.
    fn hand_in_directly(&self, house: &House) -> Vec<String> {
        self.repeat("direct", |subject| {
            let credential = self.credential.lock().expect("no client fails").clone();
            let mut client = house.relay.submission(&house.tls());
            client.say("EHLO client.acme.example");
            let reply = client.auth_plain(&credential.username, &credential.password);
            assert_eq!(reply.code, 235, "{reply}");
            let reply = client.submit(USER, &[SUPPORT], &letter(subject));
            // A set that was discarded between login and MAIL ends the session; the rest is 250.
            assert!(reply.code == 250 || reply.code == 421, "{reply}");
            reply.code == 250
        })
    }

    /// Mail of an end user, which the customer's Postfix relays.
    fn write_by_postfix(&self, house: &House) -> Vec<String> {
        let mx = house.customer.ports().mx;
        self.repeat("relayed", |subject| {
            let mut client = Client::plain(mx);
            client.say("EHLO mx.enduser.example");
            client.submit(USER, &[SUPPORT], &letter(subject)).code == 250
        })
    }

    fn repeat(&self, name: &str, write: impl Fn(&str) -> bool) -> Vec<String> {
        let mut subjects = Vec::new();
        let mut number = 0;
        while !self.over.load(Ordering::SeqCst) {
            let subject = format!("{name} {number}");
            number += 1;
            if write(&subject) {
                subjects.push(subject);
                self.written.fetch_add(1, Ordering::SeqCst);
            }
        }
        subjects
    }

    /// Until some more messages have been written.
    fn await_more(&self) {
        let enough = self.written.load(Ordering::SeqCst) + MORE;
        wait::until("more messages", PATIENCE, || {
            (self.written.load(Ordering::SeqCst) >= enough).then_some(())
        });
    }
}

fn letter(subject: &str) -> String {
    let id = format!("{}@enduser.example", subject.replace(' ', "-"));
    message(USER, SUPPORT, subject, &id, "")
}

/// Writes and waits until it has come all the way through.
fn await_tickets(house: &House, subjects: &[&str], write: impl Fn(&str)) {
    for subject in subjects {
        write(subject);
        house.ticket(subject);
    }
}

fn wait_for_all(house: &House, subjects: &[String]) {
    wait::until("a ticket for each", PATIENCE, || {
        let found = tickets(&house.relay, ACCOUNT);
        let is_there = |subject: &String| {
            let is_it = |ticket: &Value| ticket["subject"] == **subject;
            found.iter().any(is_it)
        };
        subjects.iter().all(is_there).then_some(())
    });
}

const MORE: usize = 8;
