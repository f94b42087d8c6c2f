//! The program is replaced while mail flows, its socket kept open by the service manager: OPS-01.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use relaygate_tests::house::{ACCOUNT, Cottage, Credential, DOMAIN};
use relaygate_tests::ledger::Ledger;
use relaygate_tests::relaygate::HOSTNAME;
use relaygate_tests::smtp::Client;
use relaygate_tests::wait::{self, PATIENCE};

use crate::full_campaign;

/// SIGTERM under load, again and again: no connection is refused, what was acknowledged has one
/// ticket, what was not is sent again. `make campaign-handover` does 100 rounds.
#[test]
fn a_program_that_is_replaced_refuses_nobody() {
    let mut cottage = Cottage::start(PATIENT_POLICIES);
    // A session that is silent is told at once; one in the middle of a job has its time.
    for said in ["time is up", "jobs still in flight"] {
        cottage.relay.announce(said);
    }
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    cottage.relay.stop().expect("it ended");
    cottage.relay.keep_socket();
    cottage.relay.restart();

    let shared = Arc::new(Shared::default());
    let senders = senders(&cottage, &credential, &shared);
    let rounds = if full_campaign() { 100 } else { 3 };
    for _ in 0..rounds {
        let before = shared.acknowledged.load(Ordering::Acquire);
        wait::until("mail to flow", PATIENCE, || {
            let now = shared.acknowledged.load(Ordering::Acquire);
            (now >= before + ACKS_BETWEEN).then_some(())
        });
        let status = cottage.relay.stop().expect("it ended");
        assert!(status.success(), "{status}");
        cottage.relay.restart();
    }
    shared.stop.store(true, Ordering::Release);
    let mut all = Ledger::default();
    for sender in senders {
        all.join(sender.join().expect("a sender does not fail"));
    }
    assert_eq!(
        shared.refused.load(Ordering::Acquire),
        0,
        "connections refused"
    );
    assert!(all.acknowledged() > rounds * ACKS_BETWEEN);
    all.send_again(&mut cottage.session(&credential));
    all.check(&cottage.relay);
}

/// What the senders tell while they work.
#[derive(Default)]
struct Shared {
    acknowledged: AtomicUsize,
    refused: AtomicUsize,
    stop: AtomicBool,
}

fn senders(
    cottage: &Cottage,
    credential: &Credential,
    shared: &Arc<Shared>,
) -> Vec<JoinHandle<Ledger>> {
    let sender = |number| {
        let (port, tls) = (cottage.relay.ports().implicit, cottage.tls());
        let (credential, shared) = (credential.clone(), Arc::clone(shared));
        thread::spawn(move || {
            let mut ledger = Ledger::default();
            for part in 0.. {
                if shared.stop.load(Ordering::Acquire) {
                    break;
                }
                let name = format!("handover-{number}-{part}");
                match Client::try_implicit(port, &tls, HOSTNAME) {
                    Ok(client) => hand_in(client, &credential, &mut ledger, &name),
                    Err(error) => {
                        let refused = usize::from(error.kind() == ErrorKind::ConnectionRefused);
                        shared.refused.fetch_add(refused, Ordering::AcqRel);
                        ledger.note_unsent(&name, OCTETS);
                    }
                }
                let kept = ledger
                    .entries()
                    .last()
                    .is_some_and(|last| last.acknowledged);
                shared
                    .acknowledged
                    .fetch_add(usize::from(kept), Ordering::AcqRel);
            }
            ledger
        })
    };
    (0..SENDERS).map(sender).collect()
}

/// One message over a connection of its own, as far as it gets.
fn hand_in(mut client: Client, credential: &Credential, ledger: &mut Ledger, name: &str) {
    client.say("EHLO mail.acme.example");
    let reply = client.auth_plain(&credential.username, &credential.password);
    if reply.code == 235 {
        ledger.hand_in(&mut client, name, OCTETS);
    } else {
        ledger.note_unsent(name, OCTETS);
    }
}

/// A busy machine is no fault here.
const PATIENT_POLICIES: &str = "[policy]\ndeadline_ms = 1000\n";
const SENDERS: usize = 4;
const ACKS_BETWEEN: usize = 10;
const OCTETS: usize = 2_000;
