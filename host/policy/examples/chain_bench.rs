//! What isolation costs: the built-in policies as components, fresh for every
//! question, beside the same decisions called natively.
//!
//! `cargo run --release -p relaygate-policy --example chain_bench`
//!
//! The native figure is the header check alone, which is nearly all of the work,
//! so the ratio is on the strict side. Read figures of one run against each other.

#![allow(clippy::print_stdout)] // printing is what it is for

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use policy::questions::{headers, limits, routes, tags, types};
use policy::{Chain, Engine, EngineSettings, Facts};

const ROUNDS: u32 = 2_000;

/// 30 fields, about 8 KB.
struct Message {
    block: Vec<u8>,
}

impl Message {
    fn new() -> Self {
        let mut block = String::from(
            "Authentication-Results: mx.acme.example; dmarc=pass header.from=home.example\r\n\
             From: Ann <ann@home.example>\r\nTo: help@acme.example\r\nSubject: printer on fire\r\n",
        );
        for hop in 0..26 {
            let filler = "by relay.example with ESMTPS; ".repeat(10);
            block.push_str(&format!("X-Hop-{hop}: {}\r\n", filler.trim_end()));
        }
        Self {
            block: block.into_bytes(),
        }
    }
}

impl Facts for Message {
    fn header_block(&self) -> Vec<u8> {
        self.block.clone()
    }

    fn mailboxes(&self, _name: &str) -> Vec<types::Mailbox> {
        vec![types::Mailbox {
            name: "Ann".into(),
            address: "ann@home.example".into(),
        }]
    }
}

struct Questions {
    session: types::Session,
    envelope: types::Envelope,
    candidate: limits::RecipientFacts,
    inbound: headers::InboundFacts,
    delivery: tags::DeliveryFacts,
    arrival: routes::Arrival,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new(EngineSettings::default())?;
    let settings = serde_json::json!({});
    let started = Instant::now();
    let chain = Chain::built_in(&engine, &settings)?;
    println!(
        "four components compiled in {:.1} ms",
        started.elapsed().as_secs_f64() * 1e3
    );
    let (facts, questions) = (facts(), questions());
    for (name, ask) in each() {
        println!(
            "{name:>18}: {:6.1} us fresh",
            micros(|| ask(&chain, &facts, &questions))
        );
    }
    let message = || {
        each()
            .iter()
            .for_each(|(_, ask)| ask(&chain, &facts, &questions))
    };
    let fresh = micros(message);
    println!(
        "{:>18}: {fresh:6.1} us fresh, {:.0} chains/s",
        "chain of four",
        1e6 / fresh
    );
    let native = native();
    println!(
        "{:>18}: {native:6.1} us native, ratio {:.1}",
        "chain of four",
        fresh / native
    );
    let two = thread::scope(|scope| {
        let workers = [(), ()].map(|()| scope.spawn(|| micros(message)));
        workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .map(|us| 1e6 / us)
            .sum::<f64>()
    });
    println!(
        "{:>18}: {two:.0} chains/s, {:.2} times one",
        "two threads",
        two * fresh / 1e6
    );
    Ok(())
}

/// The quickest of some rounds, per call: the machine is never idle.
fn micros(call: impl Fn()) -> f64 {
    const SAMPLES: u32 = 7;
    let sample = || {
        let started = Instant::now();
        (0..ROUNDS / SAMPLES).for_each(|_| call());
        started.elapsed() / (ROUNDS / SAMPLES)
    };
    let best = (0..SAMPLES)
        .map(|_| sample())
        .min()
        .unwrap_or(Duration::ZERO);
    best.as_secs_f64() * 1e6
}

type Ask = fn(&Chain, &Arc<dyn Facts>, &Questions);

fn each() -> [(&'static str, Ask); 4] {
    [
        ("limits.recipient", |chain, facts, q| {
            let answered = chain.recipient(facts, &q.session, &q.envelope, &q.candidate);
            answered.answer.map(drop).expect("an answer");
        }),
        ("headers.inbound", |chain, facts, q| {
            chain
                .inbound(facts, &q.inbound)
                .answer
                .map(drop)
                .expect("an answer");
        }),
        ("tags.delivery", |chain, facts, q| {
            chain
                .delivery(facts, &q.delivery)
                .answer
                .map(drop)
                .expect("an answer");
        }),
        ("routes.inbound", |chain, facts, q| {
            chain
                .route_inbound(facts, &q.arrival)
                .answer
                .map(drop)
                .expect("an answer");
        }),
    ]
}

fn facts() -> Arc<dyn Facts> {
    Arc::new(Message::new())
}

fn questions() -> Questions {
    let session = types::Session {
        ingress: types::Ingress::Submission,
        peer: "192.0.2.1".into(),
        helo: "mail.acme.example".into(),
        tls: Some("TLSv1.3".into()),
        connector: Some("acme.example".into()),
        desk: false,
    };
    let envelope = types::Envelope {
        sender: "ann@home.example".into(),
        recipients: (0..4).map(|n| format!("help{n}@acme.example")).collect(),
    };
    Questions {
        candidate: limits::RecipientFacts {
            address: "help@acme.example".into(),
            kind: limits::RecipientKind::Support,
            catch_all: false,
            disconnecting: false,
            unproved: false,
            require_authenticated: false,
        },
        inbound: headers::InboundFacts {
            session: session.clone(),
            envelope: envelope.clone(),
            defects: vec![],
            ours: false,
            trusted_authserv: Some(String::new()),
        },
        delivery: tags::DeliveryFacts {
            ingress: types::Ingress::Submission,
            relay_authenticated: true,
            author: types::AuthorAuthentication::Pass,
            author_role: types::Role::Requester,
            origin: types::Origin::Person,
            recipient: "help@acme.example".into(),
            brand: 7,
            update: None,
        },
        arrival: routes::Arrival {
            ingress: types::Ingress::Submission,
            relay_authenticated: true,
            author: types::AuthorAuthentication::Pass,
            author_address: Some("ann@home.example".into()),
            author_is_ours: false,
            author_messages: 1,
            author_role: types::Role::Requester,
            origin: types::Origin::Person,
            carries: routes::Carried::Nothing,
            recipient: "help@acme.example".into(),
            brand: 7,
            thread: None,
            flags: vec![],
            require_authenticated: false,
        },
        session,
        envelope,
    }
}

/// The header check is nearly all of it: the others compare a handful of words.
fn native() -> f64 {
    use header_check::inbound::{Rules, verdict};
    let facts = sdk::headers::InboundFacts {
        session: sdk::types::Session {
            ingress: sdk::types::Ingress::Submission,
            peer: "192.0.2.1".into(),
            helo: "mail.acme.example".into(),
            tls: None,
            connector: Some("acme.example".into()),
            desk: false,
        },
        envelope: sdk::types::Envelope {
            sender: "ann@home.example".into(),
            recipients: vec![],
        },
        defects: vec![],
        ours: false,
        trusted_authserv: Some(String::new()),
    };
    let rules = Rules {
        header_prefix: "Relaygate".into(),
        ..Rules::default()
    };
    let source = Message::new();
    let mailbox = || sdk::types::Mailbox {
        name: "Ann".into(),
        address: "ann@home.example".into(),
    };
    micros(|| {
        let block = source.block.clone();
        let message = header_check::Message {
            fields: sdk::fields::fields(&block).collect(),
            from: vec![mailbox()],
            reply_to: vec![],
        };
        std::hint::black_box(verdict(&rules, &facts, &message, |_| false));
    })
}
