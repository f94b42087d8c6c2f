//! Guests whose standard library insists on WASI: taken, and given nothing.

mod support;

use std::sync::OnceLock;

use policy::questions::log::Level;
use policy::questions::tags::Tagging;
use policy::{Answered, Chain, CompileError, Component, Failure, NoFacts, Policy};
use serde_json::json;
use support::{delivery, engine, settings};
use wasm_encoder::{InstanceSection, Module, ModuleArg, ModuleSection};

const INSISTENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/insistent.wasm"));

fn asked(what: &str) -> Answered<Tagging> {
    static COMPONENT: OnceLock<Component> = OnceLock::new();
    let compile = || engine().compile(INSISTENT).expect("it may insist");
    let component = COMPONENT.get_or_init(compile);
    let policy = Policy::new("insistent", component).with_settings(settings(json!({ "do": what })));
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

/// Mostly it is why a guest is about to trap.
#[test]
fn what_is_printed_goes_to_the_log() {
    let answered = asked("print");
    let lines = answered.decisions[0].log.iter();
    let lines: Vec<(Level, &str)> = lines.map(|line| (line.level, line.text.as_str())).collect();
    let hello = (Level::Debug, "hello");
    let world = (Level::Debug, "world");
    assert_eq!(lines, [hello, world, hello, world]);
    assert_eq!(answered.answer.expect("an answer").tags, ["printed"]);
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

/// Handles are counted like any call of the host, and a million of them leave nothing
/// behind: WASM-06.
#[test]
fn handles_cannot_be_hoarded() {
    assert_eq!(failure("flood"), Failure::HostCalls(1_000));
    let round = |_| {
        let before = resident_octets();
        (0..200).for_each(|_| drop(failure("flood")));
        resident_octets().saturating_sub(before)
    };
    // Other tests of this process need memory, too, but not in every round; eight octets a
    // handle would be 1.6 MB in each.
    let calmest = (0..5).map(round).min().expect("there are rounds");
    assert!(calmest < 512 * 1024, "{calmest} octets are left behind");
}

/// A component has so many instances in it and no more: WASM-06.
#[test]
fn instances_in_a_component_are_bounded() {
    let with = |count: u32| {
        let mut instances = InstanceSection::new();
        for _ in 0..count {
            instances.instantiate(0, Vec::<(&str, ModuleArg)>::new());
        }
        let mut component = wasm_encoder::Component::new();
        component.section(&ModuleSection(&Module::new()));
        component.section(&instances);
        engine().compile(&component.finish()).map(|_| ())
    };
    assert!(matches!(with(64), Err(CompileError::NoQuestion)));
    for flood in [65, 10_000] {
        assert!(
            matches!(with(flood), Err(CompileError::Invalid(_))),
            "{flood}"
        );
    }
    assert!(matches!(with(10_001), Err(CompileError::TooComplex(_))));
}

/// Of this process (`proc(5)`).
fn resident_octets() -> usize {
    let told = std::fs::read_to_string("/proc/self/statm").expect("Linux tells");
    let pages = told.split(' ').nth(1).expect("the second number");
    pages.parse::<usize>().expect("a number") * PAGE_OCTETS
}

/// On every machine we build for.
const PAGE_OCTETS: usize = 4096;
