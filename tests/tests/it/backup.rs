//! The machine is gone, and there is a backup: SEC-04.
//!
//! Mail flows while the backup is made; then the program is killed and its data taken away. What
//! is made out of the backup knows every message acknowledged before it was begun, and sends
//! nothing until somebody says so: what became of its queue afterwards is not in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use relaygate_tests::house::{ACCOUNT, Cottage, Credential, tickets};
use relaygate_tests::ledger::Ledger;
use relaygate_tests::smtp::Client;
use relaygate_tests::troublesome::Scene;
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

use crate::full_campaign;

/// The drill. `make campaign-restore` does it with 100,000 messages.
#[test]
fn a_restored_program_lost_nothing_and_sends_nothing_again() {
    let (mut scene, credential) = Scene::ready("[policy]\ndeadline_ms = 1000\n");
    let settled = settle_some(&scene, &credential);
    let (load, told) = Load::begin(&scene.cottage, &credential);
    for _ in 0..load_before_backup() {
        told.recv().expect("the clients go on until the kill");
    }
    // What was read as 250 up to here is in the backup.
    let before = load.acknowledged();
    let backup = scene.cottage.directory().join("backup");
    let path = backup.to_str().expect("the directory's name is UTF-8");
    let made = scene.cottage.relay.cli(&["backup", path]);
    assert_eq!(made["backup"]["damages"], Value::Array(vec![]), "{made}");
    assert!(made["key_file"].is_string(), "{made}");
    for _ in 0..LOAD_AFTER_BACKUP {
        told.recv().expect("the clients go on until the kill");
    }
    scene.cottage.relay.kill();
    load.end();
    // What was on its way to the customer's server when the program died has arrived by now.
    let delivered = deliveries_at_rest(&scene);

    restore(&mut scene, path);
    let relay = &scene.cottage.relay;
    let held = relay.cli(&["queue", "list", "--state", "restored"]);
    let held = held["jobs"].as_array().expect("a list");
    assert!(!held.is_empty(), "the load left something in the queue");
    assert!(
        held.iter().all(|job| job["why"]
            .as_str()
            .is_some_and(|why| why.contains("backup"))),
        "{held:?}"
    );
    // Whoever writes now is served, so the lanes run; and what is held stays.
    let mut fresh = Ledger::default();
    fresh.hand_in(&mut scene.cottage.session(&credential), "fresh", 500);
    wait::until("the answer to the new message", PATIENCE, || {
        deliveries(&scene).get("fresh@enduser.example").copied()
    });
    let mut after = deliveries(&scene);
    after.remove("fresh@enduser.example");
    assert_eq!(after, delivered, "nothing was sent again");

    relay.cli(&["queue", "release", "--restored", "--lane", "intake"]);
    relay.cli(&["queue", "release", "--restored"]);
    await_empty_queue(&scene);
    let (found, reached) = (subjects(&scene), deliveries(&scene));
    for (subject, author) in before.iter().chain(&settled) {
        assert_eq!(found.get(subject), Some(&1), "tickets about {subject}");
        assert!(reached.contains_key(author), "{author} was told");
    }
    assert!(found.values().all(|times| *times == 1), "a ticket twice");
    for author in settled.values() {
        assert_eq!(
            reached[author], 1,
            "{author} had been told before the backup"
        );
    }
}

/// A backup goes where nothing is, outside the data, and is restored where nothing is; a damaged
/// one is told, by `backup verify` and by `restore`.
#[test]
fn mistakes_are_refused_with_the_mend() {
    let mut cottage = Cottage::start("");
    let inside = cottage.relay.data().join("backup");
    let refused = cottage.relay.cli_fails(&["backup", &text(&inside)], "");
    assert_eq!(refused.error["code"], "backup_inside_data", "{refused:?}");
    let full = cottage.directory().to_owned();
    let refused = cottage.relay.cli_fails(&["backup", &text(&full)], "");
    assert_eq!(refused.error["code"], "not_empty", "{refused:?}");

    let backup = text(&cottage.directory().join("backup"));
    cottage.relay.cli(&["backup", &backup]);
    cottage.relay.cli(&["backup", "verify", &backup]);
    let refused = cottage.relay.cli_fails(&["restore", &backup], "");
    assert_eq!(refused.error["code"], "not_empty", "{refused:?}");
    cottage.relay.stop();
    let refused = cottage
        .relay
        .cli_fails(&["backup", &text(&full.join("second"))], "");
    assert_eq!(refused.error["code"], "unreachable", "{refused:?}");

    let journal = fs::read_dir(PathBuf::from(&backup).join("journal"));
    let segment = journal.expect("it is there").next().expect("it has one");
    let segment = segment.expect("it can be read").path();
    let octets = fs::read(&segment).expect("it can be read");
    fs::write(&segment, &octets[..octets.len() - 1]).expect("it can be written");
    let refused = cottage.relay.cli_fails(&["backup", "verify", &backup], "");
    // The report has gone before, so the error is no object of its own here.
    assert!(refused.stderr.contains("damaged"), "{refused:?}");
    fs::rename(cottage.relay.data(), full.join("lost")).expect("its own directory");
    let refused = cottage.relay.cli_fails(&["restore", &backup], "");
    assert_eq!(refused.error["code"], "backup_damaged", "{refused:?}");
    assert!(!cottage.relay.data().join("store").exists());
}

/// `journal compact` sums the journal up while the program runs.
#[test]
fn the_journal_is_compacted_while_mail_flows() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, "acme.example");
    let mut ledger = Ledger::default();
    let mut client = cottage.session(&credential);
    for part in 0..10 {
        ledger.hand_in(&mut client, &format!("compact-{part}"), 2_000);
    }
    let printed = cottage.relay.cli(&["journal", "compact"]);
    let journal = &printed["journal"];
    assert!(journal["segments"].as_u64() > Some(0), "{journal}");
    let verified = cottage.relay.cli(&["journal", "verify"]);
    assert!(
        verified["journal"]["snapshot"].as_u64() > Some(0),
        "{verified}"
    );
    ledger.check(&cottage.relay);
}

/// Messages that are through, tickets and answers, before the backup. Their subjects and authors.
fn settle_some(scene: &Scene, credential: &Credential) -> BTreeMap<String, String> {
    let mut ledger = Ledger::default();
    let mut client = scene.cottage.session(credential);
    for part in 0..SETTLED {
        ledger.hand_in(&mut client, &format!("settled-{part}"), 500);
    }
    await_empty_queue(scene);
    names(&ledger)
}

/// Clients that hand in without a pause until they are cut off.
struct Load {
    clients: Vec<JoinHandle<()>>,
    known: Vec<Arc<std::sync::Mutex<Ledger>>>,
    stop: Arc<AtomicBool>,
}

impl Load {
    fn begin(cottage: &Cottage, credential: &Credential) -> (Self, std::sync::mpsc::Receiver<()>) {
        let (tell, told) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let mut load = Self {
            clients: Vec::new(),
            known: Vec::new(),
            stop: Arc::clone(&stop),
        };
        for number in 0..CLIENTS {
            let client = cottage.session(credential);
            let ledger = Arc::default();
            load.known.push(Arc::clone(&ledger));
            let (tell, stop) = (tell.clone(), Arc::clone(&stop));
            let hand_in = move || hand_in(client, number, &ledger, &tell, &stop);
            load.clients.push(thread::spawn(hand_in));
        }
        (load, told)
    }

    /// What has been acknowledged so far: subjects and authors.
    fn acknowledged(&self) -> BTreeMap<String, String> {
        let known = self.known.iter();
        known
            .flat_map(|ledger| names(&ledger.lock().expect("no client panics")))
            .collect()
    }

    fn end(self) {
        self.stop.store(true, Ordering::Release);
        for client in self.clients {
            client.join().expect("a client does not fail");
        }
    }
}

fn hand_in(
    mut client: Client,
    number: usize,
    ledger: &std::sync::Mutex<Ledger>,
    tell: &Sender<()>,
    stop: &AtomicBool,
) {
    for part in 0.. {
        // Some messages are too long for the journal and have a file of their own.
        let octets = if part % large_every() == 4 {
            300 * 1024
        } else {
            2_000
        };
        let mut one = Ledger::default();
        one.hand_in(&mut client, &format!("load-{number}-{part}"), octets);
        let kept = one.acknowledged() == 1;
        ledger.lock().expect("no client panics").join(one);
        if !kept || stop.load(Ordering::Acquire) {
            break;
        }
        // Nobody listens any more once the kill is under way.
        let _ = tell.send(());
    }
}

/// Takes the data away and makes it anew out of the backup; key and configuration are still there.
fn restore(scene: &mut Scene, backup: &str) {
    let relay = &mut scene.cottage.relay;
    relay.announce("jobs out of a backup are held");
    let lost = relay.directory().join("lost");
    fs::rename(relay.data(), lost).expect("its own directory");
    let restored = relay.cli(&["restore", backup]);
    assert!(
        restored["restored"]["held"].as_u64() > Some(0),
        "{restored}"
    );
    assert_eq!(restored["key_file_is_there"], true, "{restored}");
    relay.restart();
}

fn names(ledger: &Ledger) -> BTreeMap<String, String> {
    let kept = ledger.entries().iter().filter(|entry| entry.acknowledged);
    kept.map(|entry| (entry.subject.clone(), entry.author.clone()))
        .collect()
}

/// How often each end user was written to.
fn deliveries(scene: &Scene) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for letter in scene.customer.letters() {
        for recipient in letter.recipients {
            if recipient.ends_with("@enduser.example") {
                *found.entry(recipient).or_insert(0) += 1;
            }
        }
    }
    found
}

/// The same once the server has dealt with what had been sent to it: its count stands still.
fn deliveries_at_rest(scene: &Scene) -> BTreeMap<String, usize> {
    let (mut last, mut looks) = (BTreeMap::new(), 0);
    wait::until("deliveries to come to rest", PATIENCE, || {
        let now = deliveries(scene);
        looks = if now == last { looks + 1 } else { 0 };
        last = now;
        (looks == LOOKS_AT_REST).then(|| last.clone())
    })
}

fn await_empty_queue(scene: &Scene) {
    wait::until("an empty queue", wait::PATIENCE * patience(), || {
        let queue = scene.cottage.relay.cli(&["queue", "list", "--limit", "1"]);
        queue["jobs"]
            .as_array()
            .is_some_and(Vec::is_empty)
            .then_some(())
    });
}

/// How often each subject has a ticket.
fn subjects(scene: &Scene) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for ticket in tickets(&scene.cottage.relay, ACCOUNT) {
        let subject = ticket["subject"].as_str().unwrap_or_default().to_owned();
        *found.entry(subject).or_insert(0) += 1;
    }
    found
}

fn text(path: &std::path::Path) -> String {
    path.to_str()
        .expect("the directory's name is UTF-8")
        .to_owned()
}

fn load_before_backup() -> usize {
    if full_campaign() { 100_000 } else { 60 }
}

fn large_every() -> usize {
    if full_campaign() { 500 } else { 5 }
}

fn patience() -> u32 {
    if full_campaign() { 60 } else { 1 }
}

const SETTLED: usize = 5;
const LOOKS_AT_REST: u32 = 10;
const CLIENTS: usize = 4;
const LOAD_AFTER_BACKUP: usize = 20;
