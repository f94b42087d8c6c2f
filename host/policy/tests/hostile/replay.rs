//! WASM-12: the same input, the same decision, and the same fuel: at another time, on another
//! engine, on a busy machine, and in a program that was started again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use policy::asked::{Parameters, Told, sample};
use policy::questions::Question;
use policy::questions::lookup::{Person, SupportAddress};
use policy::questions::types::Mailbox;
use policy::{Chain, CodeCache, Component, Digest, Engine, Facts, built_in, compiler};
use serde_json::{Value, json};

use crate::ask::patient;
use crate::seed::Seed;
use crate::support::engine_settings;

#[test]
fn wasm_12_the_same_input_has_the_same_answer_and_the_same_fuel() {
    let chains = [fresh_engine(), fresh_engine(), started_again()];
    let stop = Arc::new(AtomicBool::new(false));
    let noise = busy(&stop);
    let (mut answers, mut asked) = (BTreeSet::new(), 0);
    for number in 0..crate::times(5_000, 100_000) {
        let mut seed = Seed(number as u64);
        let (parameters, facts) = input(&mut seed);
        let all = chains
            .each_ref()
            .map(|chain| said(&parameters.ask(chain, &facts)));
        assert!(
            all.iter().all(|said| *said == all[0]),
            "input {number}: {all:#?}"
        );
        asked += 1;
        answers.insert(all[0].clone());
    }
    stop.store(true, Ordering::Relaxed);
    noise.join().expect("it only counts");
    eprintln!(
        "{asked} inputs on three engines, {} different decisions",
        answers.len()
    );
    assert!(answers.len() > 100, "the inputs differ: {}", answers.len());
}

/// What has to be the same: the answer, and of each decision all but the time it took.
fn said(told: &Told) -> String {
    let answer = told.answer.as_ref().map_err(ToString::to_string);
    let decisions = told.decisions.iter().map(|decision| {
        let fuel = decision.fuel.expect("this engine meters");
        assert!(fuel > 0);
        format!(
            "{} {:?} {fuel} {} {:?}",
            decision.verdict, decision.code, decision.memory_octets, decision.log
        )
    });
    format!("{answer:?} {:?}", decisions.collect::<Vec<_>>())
}

fn fresh_engine() -> Chain {
    let engine = Engine::new(engine_settings()).expect("an engine");
    let components = built_in::components(&engine).expect("they compile");
    chain(&components)
}

/// Compiled by another process' rules, kept, and loaded by an engine that never saw the component.
fn started_again() -> Chain {
    let directory = tempfile::tempdir().expect("a directory");
    let cache = || CodeCache::open(directory.path().join("code"), &[7; 32]).expect("a cache");
    for (_, octets) in built_in::ALL {
        let code = compiler::compile(&engine_settings(), octets).expect("it compiles");
        cache().keep(Digest::of(octets), &code).expect("it is kept");
    }
    let engine = Engine::new(engine_settings()).expect("an engine");
    let loaded = |octets: &[u8]| -> Component {
        let found = cache().load(&engine, Digest::of(octets)).expect("a policy");
        found.expect("it is there")
    };
    let components = built_in::ALL.map(|(name, octets)| (name, loaded(octets)));
    chain(&components)
}

fn chain(components: &[(&'static str, Component)]) -> Chain {
    let policies = built_in::policies(components, &json!({}), &patient());
    Chain::new(policies.expect("settings"), vec![])
}

/// Somebody else computes.
fn busy(stop: &Arc<AtomicBool>) -> JoinHandle<u64> {
    let stop = Arc::clone(stop);
    thread::spawn(move || {
        let mut count = 0_u64;
        while !stop.load(Ordering::Relaxed) {
            count = count.wrapping_mul(3).wrapping_add(1);
        }
        count
    })
}

/// A question with varied facts, and a message to go with it.
fn input(seed: &mut Seed) -> (Parameters, Arc<dyn Facts>) {
    let question = *seed.one_of(&Question::ALL);
    let mut facts = sample(question);
    vary("", &mut facts, seed);
    let parameters = Parameters::from_json(question, &facts);
    let parameters = parameters.unwrap_or_else(|error| panic!("{question}: {error}: {facts}"));
    (parameters, Arc::new(Message::new(seed)))
}

/// Changes each value for one of its kind, now and then.
fn vary(key: &str, value: &mut Value, seed: &mut Seed) {
    match value {
        Value::Object(members) => members
            .iter_mut()
            .for_each(|(key, value)| vary(key, value, seed)),
        Value::Array(entries) => entries.iter_mut().for_each(|value| vary(key, value, seed)),
        _ if seed.below(2) == 0 => {}
        Value::Bool(it) => *it = !*it,
        Value::Number(it) => *it = (seed.number() % 600).into(),
        Value::String(it) => *it = (*seed.one_of(words(key, it))).to_owned(),
        Value::Null => {}
    }
}

/// What may stand there: the contract's words where it has some, texts elsewhere.
fn words(key: &str, now: &str) -> &'static [&'static str] {
    match key {
        "kind" if now == "ordinary" => &["ordinary", "native", "public-suffix", "unusable"],
        "kind" => &[
            "support",
            "unknown-in-domain",
            "native",
            "forwarded",
            "foreign",
            "postmaster",
        ],
        "held-by" => &["nobody", "this-account", "sibling-account", "other-account"],
        "ingress" => &["submission", "mx"],
        "author" => &["none", "pass", "fail"],
        "author-role" => &[
            "agent",
            "requester",
            "copied",
            "follower",
            "known",
            "stranger",
        ],
        "origin" => &["person", "automatic", "vacation", "bulk", "bounce", "loop"],
        "carries" => &["nothing", "verification-token", "delivery-report"],
        "direction" => &["inbound", "outbound", "quoted"],
        "signature" => &["unsigned", "kept", "broken", "removed", "re-signed"],
        "domain-signature" => &["absent", "valid", "invalid", "unknown"],
        "notification" => &[
            "ticket",
            "inbound-verification",
            "outbound-verification",
            "security",
        ],
        "standing" => &[
            "gone",
            "native",
            "forwarded",
            "unverified",
            "verified",
            "disconnecting",
        ],
        _ => &[
            "",
            "help@acme.example",
            "ann@home.example",
            "acme.example",
            "4.7.1",
            "x",
            "\u{fc}@\u{fc}.example",
        ],
    }
}

/// A message made of lines that were picked from here.
struct Message(Vec<(&'static str, &'static str)>);

const FIELDS: [(&str, &str); 14] = [
    ("From", "Ann <ann@home.example>"),
    ("From", "ann@home.example, bob@home.example"),
    ("From", ""),
    ("Sender", "bob@home.example"),
    ("Reply-To", "ann@elsewhere.example"),
    ("To", "help@acme.example"),
    ("Subject", "=?utf-8?q?Gr=C3=BC=C3=9Fe?="),
    ("Auto-Submitted", "auto-replied"),
    ("Precedence", "bulk"),
    ("List-Id", "<news.home.example>"),
    ("X-Relaygate-Email-Id", "1"),
    (
        "Authentication-Results",
        "relay.acme.example; dmarc=pass header.from=home.example",
    ),
    (
        "Content-Type",
        "multipart/report; report-type=delivery-status",
    ),
    ("Message-ID", "<1@home.example>"),
];

impl Message {
    fn new(seed: &mut Seed) -> Self {
        let count = seed.below(12);
        Self((0..count).map(|_| *seed.one_of(&FIELDS)).collect())
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &'static str> {
        let is = |field: &&(&str, &str)| field.0.eq_ignore_ascii_case(name);
        self.0
            .iter()
            .filter(is)
            .map(|field| field.1)
            .collect::<Vec<_>>()
            .into_iter()
    }
}

impl Facts for Message {
    fn header(&self, name: &str) -> Option<String> {
        self.named(name).next().map(str::to_owned)
    }

    fn headers(&self, name: &str) -> Vec<String> {
        self.named(name).map(str::to_owned).collect()
    }

    fn mailboxes(&self, name: &str) -> Vec<Mailbox> {
        let addresses = self.named(name).flat_map(|value| value.split(", "));
        let mailbox = |address: &str| Mailbox {
            name: String::new(),
            address: address
                .trim_start_matches("Ann <")
                .trim_end_matches('>')
                .to_owned(),
        };
        addresses.map(mailbox).collect()
    }

    fn header_block(&self) -> Vec<u8> {
        let lines = self
            .0
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        lines.collect::<String>().into_bytes()
    }

    fn octets(&self) -> u64 {
        self.header_block().len() as u64
    }

    fn support_address(&self, address: &str) -> Option<SupportAddress> {
        address.starts_with("help@").then(|| SupportAddress {
            connector: Some("acme.example".into()),
            brand: 1,
            verified: self.0.len().is_multiple_of(2),
        })
    }

    fn person(&self, address: &str) -> Option<Person> {
        address.starts_with("ann@").then_some(Person {
            agent: self.0.len().is_multiple_of(3),
            vouched: true,
        })
    }
}
