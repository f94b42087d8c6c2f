//! Fuzzing finds what it is to find, by coverage and not by luck, and invents nothing.

mod support;

use std::collections::HashMap;
use std::sync::Arc;

use policy::fuzz::{Finding, Fuzzer, Invariant, Kind, Letter, Mailroom, Plan};
use policy::questions::Question;
use policy::{Facts, Limits, built_in};
use serde_json::{Value, json};

const MISCHIEF: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/mischief.wasm"));

/// A message whose fields are read as simply as can be.
struct Plain {
    fields: Vec<(String, String)>,
    octets: Vec<u8>,
}

impl Facts for Plain {
    fn headers(&self, name: &str) -> Vec<String> {
        let of_that_name = self
            .fields
            .iter()
            .filter(|it| it.0.eq_ignore_ascii_case(name));
        of_that_name.map(|it| it.1.clone()).collect()
    }

    fn header(&self, name: &str) -> Option<String> {
        self.headers(name).into_iter().next()
    }

    fn header_block(&self) -> Vec<u8> {
        let end = self.octets.windows(4).position(|it| it == b"\r\n\r\n");
        self.octets[..end.map_or(0, |end| end + 2)].to_vec()
    }

    fn octets(&self) -> u64 {
        self.octets.len() as u64
    }
}

fn mailroom() -> Box<Mailroom> {
    Box::new(|octets| {
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).trim().to_owned();
        let fields = Letter::read(octets).fields.into_iter();
        Some(Arc::new(Plain {
            fields: fields.map(|it| (it.name, text(&it.value))).collect(),
            octets: octets.to_vec(),
        }))
    })
}

fn plan(question: Question, settings: Value) -> Plan {
    Plan {
        questions: vec![question],
        seed: 1,
        settings: Some(settings),
        invariants: Vec::new(),
        limits: Limits::default(),
        guided: true,
    }
}

fn mischief(question: Question, kind: &str) -> Fuzzer {
    fuzzer(plan(question, json!({"do": kind})))
}

fn fuzzer(plan: Plan) -> Fuzzer {
    Fuzzer::new(MISCHIEF, plan, mailroom()).expect("it can be fuzzed")
}

/// The first finding within so many steps.
fn first(fuzzer: &mut Fuzzer, steps: u64) -> Option<Finding> {
    (0..steps).find_map(|_| fuzzer.step().expect("a step").finding)
}

/// A mistake behind a word nobody would guess: its letters are found one after the other,
/// since each leads to code that was not reached before. Without that it is not found in
/// as many steps.
#[test]
fn coverage_leads_to_what_chance_does_not_find() {
    let plan = || plan(Question::HeadersInbound, json!({"do": "magic"}));
    let mut guided = fuzzer(plan());
    let found = first(&mut guided, MAGIC_STEPS).expect("it is found with coverage");
    assert_eq!(found.problem.kind, Kind::Trap);
    let mut blind = fuzzer(Plan {
        guided: false,
        ..plan()
    });
    assert!(first(&mut blind, MAGIC_STEPS).is_none(), "luck is enough");
    let least = guided.minimise(found).expect("it shows again");
    // What stands in one field or in several is the same to the policy.
    let fields = least.input.letter.expect("a letter").fields;
    assert!(fields.iter().all(|field| field.name == "X-Route"));
    let told: Vec<u8> = fields.into_iter().flat_map(|field| field.value).collect();
    assert_eq!(told, b"v2:q!");
}

/// So many steps are more than enough with coverage.
const MAGIC_STEPS: u64 = 6_000;

/// The same seed, the same run: edges, corpus and findings.
#[test]
fn a_run_can_be_had_again() {
    let run = |seed: u64| {
        let mut fuzzer = fuzzer(Plan {
            seed,
            ..plan(Question::HeadersInbound, json!({"do": "magic"}))
        });
        for _ in 0..1_000 {
            fuzzer.step().expect("a step");
        }
        (fuzzer.standing(), fuzzer.corpus().to_vec())
    };
    let (standing, corpus) = run(7);
    assert!(
        standing.edges > 20 && standing.edges < standing.edges_all,
        "{standing:?}"
    );
    assert!(corpus.len() > 5, "{standing:?}");
    assert_eq!((standing, corpus), run(7));
    assert_ne!(run(8).1, run(7).1);
}

/// Each kind of failure is told as what it is.
#[test]
fn every_kind_of_failure_has_its_name() {
    let cases: HashMap<&str, (Question, Kind)> = HashMap::from([
        ("trap", (Question::Sender, Kind::Trap)),
        ("recurse", (Question::Sender, Kind::Trap)),
        ("loop", (Question::Sender, Kind::Deadline)),
        ("memory", (Question::Sender, Kind::Memory)),
        ("call", (Question::Sender, Kind::HostCalls)),
        ("transfer", (Question::Sender, Kind::Transfer)),
        ("code", (Question::Sender, Kind::Refused)),
        ("hint", (Question::Sender, Kind::Dropped)),
        ("protected", (Question::HeadersInbound, Kind::Refused)),
        ("", (Question::Tags, Kind::Dropped)),
    ]);
    for (name, (question, kind)) in cases {
        let found = first(&mut mischief(question, name), 1);
        let found = found.unwrap_or_else(|| panic!("{name}: nothing"));
        assert_eq!(found.problem.kind, kind, "{name}: {:?}", found.problem);
    }
}

/// An invariant finds the answer it forbids, and only that.
#[test]
fn an_invariant_is_held_against_every_answer() {
    let invariant = |text: &str| Invariant::parse(text).expect("it is CEL");
    let with = |text: &str| {
        fuzzer(Plan {
            invariants: vec![invariant(text)],
            ..plan(Question::Sender, json!({}))
        })
    };
    let mut strict = with("session.tls != null || verdict != 'accept'");
    let found = first(&mut strict, 500).expect("it accepts in clear text");
    assert_eq!(found.problem.kind, Kind::Invariant);
    assert_eq!(found.input.facts["session"]["tls"], Value::Null);
    let least = strict.minimise(found).expect("it shows again");
    assert_eq!(
        least.input.unusual_facts(),
        json!({"session": {"tls": null}})
    );
    assert!(first(&mut with("verdict == 'accept'"), 500).is_none());
    let unknown = Plan {
        invariants: vec![invariant("arrival.brand == 1")],
        ..plan(Question::Sender, json!({}))
    };
    assert!(Fuzzer::new(MISCHIEF, unknown, mailroom()).is_err());
}

/// A host that says something else each time makes a policy look unsteady; with a host that
/// does not, the built-in policies are steady to the last unit of fuel, though they are
/// traced, cached and asked in any order.
#[test]
fn what_is_not_the_same_twice_is_found_and_nothing_else() {
    struct Fickle(std::sync::atomic::AtomicU64);
    impl Facts for Fickle {
        fn headers(&self, _name: &str) -> Vec<String> {
            let times = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            vec!["x".repeat(usize::try_from(times).expect("few"))]
        }
    }
    let fickle: Box<Mailroom> = Box::new(|_| Some(Arc::new(Fickle(0.into()))));
    let plan_of = |kind: &str| plan(Question::HeadersInbound, json!({"do": kind}));
    let mut fuzzer = Fuzzer::new(MISCHIEF, plan_of("magic"), fickle).expect("a run");
    let found = first(&mut fuzzer, 1).expect("its fuel is not the same");
    assert_eq!(
        found.problem.kind,
        Kind::NonDeterminism,
        "{:?}",
        found.problem
    );
}

/// A panic of ours ends no run and is no secret; the next input is tried as ever.
#[test]
fn a_panic_of_the_host_is_a_finding() {
    struct Panics;
    impl Facts for Panics {
        fn headers(&self, _name: &str) -> Vec<String> {
            panic!("a mistake of the host");
        }
    }
    let panics: Box<Mailroom> = Box::new(|_| Some(Arc::new(Panics)));
    let plan = plan(Question::HeadersInbound, json!({"do": "magic"}));
    let mut fuzzer = Fuzzer::new(MISCHIEF, plan, panics).expect("a run");
    let found = first(&mut fuzzer, 1).expect("it is told");
    assert_eq!(found.problem.kind, Kind::Host);
    assert!(found.problem.what.contains("a mistake of the host"));
    assert!(first(&mut fuzzer, 10).is_none(), "it is known");
    assert_eq!(fuzzer.standing().executions, 11);
}

/// The four policies of the house have no mistake that some thousands of odd messages show.
#[test]
fn the_built_in_policies_bear_it() {
    for (name, octets) in built_in::ALL {
        let plan = Plan {
            questions: Vec::new(),
            seed: 1,
            settings: None,
            invariants: Vec::new(),
            // Our code is not optimised here, and a host's time is the policy's.
            limits: Limits {
                deadline: Limits::default().deadline * 20,
                ..Limits::default()
            },
            guided: true,
        };
        let mut fuzzer = Fuzzer::new(octets, plan, mailroom()).expect("a run");
        let found = first(&mut fuzzer, 2_000);
        let standing = fuzzer.standing();
        assert!(found.is_none(), "{name}: {found:?}");
        assert!(
            standing.edges * 4 > standing.edges_all,
            "{name}: {standing:?}"
        );
    }
}
