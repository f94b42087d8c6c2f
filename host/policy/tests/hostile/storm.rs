//! WASM-04: a policy that traps whenever it is asked. What a trap costs, and that after a
//! row of them nobody pays any more.

use std::sync::Arc;
use std::time::Duration;

use policy::questions::Question;
use policy::questions::types::Verdict;
use policy::{Answered, Chain, Facts, NoFacts, Policy};
use serde_json::json;

use crate::ask::{self, computed};
use crate::suite::{self, Ends};
use crate::support::{built_in, engine, session, settings};

/// In a row, until an account's policy is not asked for a while.
const FAILURES_MAX: usize = 20;
/// What a trap may cost beyond an answer. It is a fault of the processor and a signal: a few
/// microseconds, some forty in a virtual machine whose host looks at every such fault first.
const DEARER_MAX: Duration = Duration::from_micros(100);

fn mischief(kind: &str) -> Policy {
    Policy::new("storm", &ask::mischief())
        .with_settings(settings(json!({ "do": kind })))
        .with_limits(ask::patient())
}

fn sender(chain: &Chain, facts: &Arc<dyn Facts>) -> Answered<Verdict> {
    chain.sender(facts, &session(), "ann@home.example", None)
}

/// What the thread computes for one call, the least of some rounds.
fn cost(chain: &Chain, rounds: usize) -> Duration {
    const CALLS: u32 = 200;
    let facts = NoFacts::shared();
    let round = |_| {
        let before = computed();
        for _ in 0..CALLS {
            let _ = sender(chain, &facts);
        }
        computed().saturating_sub(before) / CALLS
    };
    (0..rounds).map(round).min().expect("there are rounds")
}

/// As the operator's own it has no breaker, so every call is a real one.
#[test]
fn wasm_04_a_trap_costs_little_more_than_an_answer() {
    let normal = Chain::new(vec![mischief("")], vec![]);
    let trapping = Chain::new(vec![mischief("trap")], vec![]);
    let facts = NoFacts::shared();
    assert!(sender(&normal, &facts).answer.is_ok());
    assert_eq!(sender(&trapping, &facts).decisions[0].verdict, "trap");
    let rounds = crate::times(10, 100);
    let (answer, trap) = (cost(&normal, rounds), cost(&trapping, rounds));
    let ratio = trap.as_secs_f64() / answer.as_secs_f64();
    eprintln!("an answer costs {answer:?}, a trap {trap:?}: {ratio:.2} times");
    assert!(trap < answer + DEARER_MAX, "{trap:?} and {answer:?}");
}

/// No kind of failure gets an account's policy asked without end: after twenty in a row the
/// chain says so at once, and its component is not instantiated.
#[test]
fn wasm_04_a_storm_of_traps_ends_after_twenty() {
    let chain = Chain::new(built_in(json!({})), vec![mischief("trap")]);
    let facts = NoFacts::shared();
    let said = |chain: &Chain| {
        let answered = sender(chain, &facts);
        let own = answered.decisions.into_iter().find(|it| it.own);
        assert!(answered.answer.is_err());
        own.expect("the account's policy has its line")
    };
    for call in 0..FAILURES_MAX {
        let decision = said(&chain);
        assert_eq!(decision.verdict, "trap", "call {call}");
        assert!(decision.fuel.is_some_and(|fuel| fuel > 0));
    }
    let calls = crate::times(1_000, 10_000);
    let mut asked_again = 0;
    for _ in 0..calls {
        let decision = said(&chain);
        match decision.verdict {
            "tripped" => assert_eq!((decision.micros, decision.fuel), (0, None)),
            "trap" => asked_again += 1,
            other => panic!("{other}"),
        }
    }
    eprintln!("{calls} calls, {asked_again} of them tried again");
    assert!(asked_again <= 5, "one try after each pause: {asked_again}");
}

/// Decisions made again are asked about each time: what is said of one must not depend on
/// what came before it, nor on the time that passed.
#[test]
fn wasm_04_what_nobody_watches_never_trips() {
    let chain = Chain::new(built_in(json!({})), vec![mischief("trap")]).unwatched();
    for _ in 0..3 * FAILURES_MAX {
        let answered = sender(&chain, &NoFacts::shared());
        let own = answered.decisions.into_iter().find(|it| it.own);
        assert_eq!(own.expect("it was asked").verdict, "trap");
    }
}

/// What the whole storm costs the operator's thread, beside the same mail without it.
#[test]
fn wasm_04_a_tripped_policy_costs_next_to_nothing() {
    let without = Chain::new(built_in(json!({})), vec![]);
    let with = Chain::new(built_in(json!({})), vec![mischief("trap")]);
    for _ in 0..FAILURES_MAX {
        assert!(sender(&with, &NoFacts::shared()).answer.is_err());
    }
    let cheap = (0..10).any(|_| {
        let (without, with) = (cost(&without, 3), cost(&with, 3));
        eprintln!("{without:?} without, {with:?} with a policy that is tripped");
        with < without * 3 / 2
    });
    assert!(cheap);
}

/// Each way to fail counts, not only traps.
#[test]
fn wasm_04_every_kind_of_failure_trips() {
    for file in [
        "wasm-03-tag-with-nul.wat",
        "wasm-02-table-grow.wat",
        "wasm-05-log-flood.wat",
    ] {
        let hostile = suite::hostile(file);
        let Ends::Fails(word) = &hostile.ends else {
            panic!("{file} must fail");
        };
        let component = engine().compile(&hostile.octets).expect("it compiles");
        let own = Policy::new("own", &component).with_limits(ask::patient());
        let chain = Chain::new(built_in(json!({})), vec![own]);
        let own_word = |question: Question| {
            let facts = policy::asked::sample(question);
            let told = policy::asked::ask(&chain, question, &NoFacts::shared(), &facts);
            let told = told.expect("facts of the contract");
            told.decisions.last().expect("it was asked").verdict
        };
        for _ in 0..FAILURES_MAX {
            assert_eq!(own_word(hostile.question), word, "{file}");
        }
        assert_eq!(own_word(hostile.question), "tripped", "{file}");
    }
}
