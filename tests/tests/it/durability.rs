//! 250 means kept: the program is killed, connections are cut, and still there
//! is exactly one ticket for each message.

use std::collections::BTreeMap;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use relaygate_tests::house::{
    ACCOUNT, Cottage, Credential, DOMAIN, SUPPORT, message, tickets, wait_for_ticket,
};
use relaygate_tests::ledger::Ledger;
use relaygate_tests::smtp::Client;
use relaygate_tests::wait::{self, PATIENCE};

use crate::full_campaign;

/// SIGKILL right after 250, several times over: R10, STO-01.
#[test]
fn a_kill_after_250_loses_nothing_and_doubles_nothing() {
    let mut cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    for round in 0..ROUNDS {
        let mut client = cottage.session(&credential);
        for part in 0..PER_ROUND {
            let name = format!("kept {round}-{part}");
            let text = message(
                "eve@enduser.example",
                SUPPORT,
                &name,
                &format!("{round}-{part}@enduser.example"),
                "",
            );
            let reply = client.submit("eve@enduser.example", &[SUPPORT], &text);
            assert_eq!(reply.code, 250, "{reply}");
        }
        cottage.relay.kill_and_restart();
    }
    let expected = usize::try_from(ROUNDS * PER_ROUND).expect("a small number");
    let count = wait::until("all tickets", PATIENCE, || {
        let subjects = subjects(&cottage);
        (subjects.len() >= expected).then_some(subjects)
    });
    assert_eq!(count.len(), expected, "{count:?}");
    assert!(count.values().all(|times| *times == 1), "{count:?}");
}

/// SIGKILL in the middle of the traffic of several clients, again and again on one store; they
/// send again what was not acknowledged: STO-01. `make campaign-kill` does 250 rounds.
#[test]
fn a_kill_under_load_loses_nothing_and_doubles_nothing() {
    let mut cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let rounds = if full_campaign() { 250 } else { 6 };
    let (mut all, mut slowest) = (Ledger::default(), Duration::ZERO);
    for round in 0..rounds {
        let mut ledger = storm(&mut cottage, &credential, round);
        cottage.relay.restart();
        slowest = slowest.max(cottage.relay.computing_time());
        ledger.send_again(&mut cottage.session(&credential));
        all.join(ledger);
        if round % ROUNDS_BETWEEN_LOOKS == 0 {
            all.check(&cottage.relay);
        }
    }
    all.check(&cottage.relay);
    eprintln!(
        "{rounds} kills, {} messages, slowest start {slowest:?} of computing",
        all.entries().len()
    );
    assert!(slowest < START_MAX, "{slowest:?}");
}

/// Clients hand in without a pause until the program is killed, some time after a number of
/// acknowledgements that differs from round to round. Gives what they know.
fn storm(cottage: &mut Cottage, credential: &Credential, round: usize) -> Ledger {
    let (tell, told) = channel();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let client = cottage.session(credential);
            let (name, tell) = (format!("storm-{round}-{number}"), tell.clone());
            thread::spawn(move || hand_in_until_cut(client, &name, &tell))
        })
        .collect();
    drop(tell);
    for _ in 0..1 + round * STRIDE % ACKS_MAX {
        told.recv()
            .expect("the clients go on until they are cut off");
    }
    cottage.relay.kill();
    let mut all = Ledger::default();
    for client in clients {
        all.join(client.join().expect("a client does not fail"));
    }
    all
}

fn hand_in_until_cut(mut client: Client, name: &str, tell: &Sender<()>) -> Ledger {
    let mut ledger = Ledger::default();
    for part in 0.. {
        // Every fifth message is too long for the journal and has a file of its own.
        let octets = if part % 5 == 4 { 300 * 1024 } else { 2_000 };
        ledger.hand_in(&mut client, &format!("{name}-{part}"), octets);
        if ledger.acknowledged() != ledger.entries().len() {
            break;
        }
        // Nobody listens any more once the kill is under way.
        let _ = tell.send(());
    }
    ledger
}

/// The connection breaks before 250 is read, and the peer sends again: R111.
#[test]
fn a_resent_message_makes_one_ticket() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let text = message(
        "eve@enduser.example",
        SUPPORT,
        "sent twice",
        "twice@enduser.example",
        "",
    );
    let mut first = cottage.session(&credential);
    first.say("MAIL FROM:<eve@enduser.example>");
    first.say(&format!("RCPT TO:<{SUPPORT}>"));
    assert_eq!(first.say("DATA").code, 354);
    first.send(format!("{text}\r\n.\r\n").as_bytes());
    drop(first);
    wait_for_ticket(&cottage.relay, ACCOUNT, "sent twice");

    let mut again = cottage.session(&credential);
    assert_eq!(
        again.submit("eve@enduser.example", &[SUPPORT], &text).code,
        250
    );
    // A later message is through the same queue; once it is there, the earlier one was dealt with.
    let marker = message(
        "eve@enduser.example",
        SUPPORT,
        "afterwards",
        "after@enduser.example",
        "",
    );
    assert_eq!(
        again
            .submit("eve@enduser.example", &[SUPPORT], &marker)
            .code,
        250
    );
    wait_for_ticket(&cottage.relay, ACCOUNT, "afterwards");
    let shown = wait_for_ticket(&cottage.relay, ACCOUNT, "sent twice");
    assert_eq!(
        shown["comments"].as_array().map(Vec::len),
        Some(1),
        "{shown}"
    );
    assert_eq!(tickets(&cottage.relay, ACCOUNT).len(), 2);
}

/// A message cut off before its end was never ours: nothing is made of it.
#[test]
fn half_a_message_makes_no_ticket() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut broken = cottage.session(&credential);
    broken.say("MAIL FROM:<eve@enduser.example>");
    broken.say(&format!("RCPT TO:<{SUPPORT}>"));
    assert_eq!(broken.say("DATA").code, 354);
    broken.send(b"Subject: half\r\n\r\nno end\r\n");
    drop(broken);
    let mut whole = cottage.session(&credential);
    let text = message(
        "eve@enduser.example",
        SUPPORT,
        "whole",
        "whole@enduser.example",
        "",
    );
    assert_eq!(
        whole.submit("eve@enduser.example", &[SUPPORT], &text).code,
        250
    );
    wait_for_ticket(&cottage.relay, ACCOUNT, "whole");
    assert_eq!(tickets(&cottage.relay, ACCOUNT).len(), 1);
}

/// SIGTERM is a polite end: sessions are told, the exit code is 0, mail is kept: OPS-01.
#[test]
fn a_stop_keeps_what_was_taken() {
    let mut cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.hand_in(&credential, "before the stop", "stop@enduser.example");
    let status = cottage.relay.stop().expect("it ended");
    assert!(status.success(), "{status}");
    let reply = client.reply();
    assert!(reply.code == 421 || reply.is_end(), "{reply}");
    cottage.relay.restart();
    wait_for_ticket(&cottage.relay, ACCOUNT, "before the stop");
}

/// How often each subject has a ticket.
fn subjects(cottage: &Cottage) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    for ticket in tickets(&cottage.relay, ACCOUNT) {
        *found.entry(ticket["subject"].to_string()).or_insert(0) += 1;
    }
    found
}

const ROUNDS: u32 = 5;
const PER_ROUND: u32 = 3;
const CLIENTS: usize = 4;
/// The most acknowledgements a storm waits for, and the step from round to round; without a
/// common divisor, so that every number comes.
const ACKS_MAX: usize = 40;
const STRIDE: usize = 17;
const ROUNDS_BETWEEN_LOOKS: usize = 25;
/// What a start may compute, the view of everything so far built anew.
const START_MAX: Duration = Duration::from_secs(5);
