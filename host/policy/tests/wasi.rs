//! Guests whose standard library insists on WASI: taken, and given nothing.

mod support;

use policy::questions::tags::Tagging;
use policy::{Answered, Chain, Failure, NoFacts, Policy};
use serde_json::json;
use support::{delivery, engine, settings};

const INSISTENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/insistent.wasm"));

fn asked(what: &str) -> Answered<Tagging> {
    let component = engine().compile(INSISTENT).expect("it may insist");
    let policy =
        Policy::new("insistent", &component).with_settings(settings(json!({ "do": what })));
    let chain = Chain::new(vec![policy], vec![]);
    chain.delivery(&NoFacts::shared(), &delivery(true))
}

fn said(what: &str) -> Vec<String> {
    asked(what).answer.expect("an answer").tags
}

fn failure(what: &str) -> Failure {
    asked(what).answer.expect_err("must fail").failure
}

/// What it imports and does not call costs nothing, and what it looks at is empty.
#[test]
fn what_a_library_looks_at_is_empty() {
    assert_eq!(said(""), Vec::<String>::new());
    assert_eq!(said("look"), ["0", "0", "0", "0"]);
}

#[test]
fn what_is_printed_is_swallowed() {
    assert_eq!(said("print"), ["printed"]);
}

/// Hash tables need a seed; the same input has to give the same answer.
#[test]
fn a_seed_is_the_same_always() {
    assert_eq!(said("seed"), said("seed"));
}

#[test]
fn what_would_give_something_ends_the_question_by_name() {
    // Which 0.2 release the names are of, the linker of the guest decides.
    for (what, interface, function) in [
        ("clock", "wasi:clocks/wall-clock@0.2.", ".now"),
        ("random", "wasi:random/random@0.2.", ".get-random-u64"),
        ("exit", "wasi:cli/exit@0.2.", ".exit"),
        (
            "zeroes",
            "wasi:io/streams@0.2.",
            ".[method]output-stream.write-zeroes",
        ),
    ] {
        let failure = failure(what);
        let Failure::Wasi(name) = &failure else {
            panic!("{what}: {failure}");
        };
        assert!(
            name.starts_with(interface) && name.ends_with(function),
            "{name}"
        );
        assert!(failure.to_string().contains(name.as_str()));
        assert_eq!(failure.word(), "wasi");
    }
}

/// WASM-06: handles are counted like any call of the host.
#[test]
fn handles_cannot_be_hoarded() {
    assert_eq!(failure("flood"), Failure::HostCalls(1_000));
}
