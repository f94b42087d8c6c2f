//! WASM-09: components that chance made (wasm-smith), from seeds: valid, odd, and nobody's
//! intention. As they are, and as the inside of a policy that can be asked.

use arbitrary::Unstructured;
use wasm_smith::{Component, Config, Module};

use crate::ask::honest_fuel;
use crate::seed::Seed;
use crate::suite;
use crate::uploads::refused_or_harmless;

#[test]
fn wasm_09_random_components_are_refused_or_harmless() {
    let honest = honest_fuel();
    let (mut made, mut taken) = (0, 0);
    for number in 0..crate::times(150, 20_000) {
        let octets = Seed(number as u64).octets(4_096);
        let Ok(component) = Component::new(Config::default(), &mut Unstructured::new(&octets))
        else {
            continue;
        };
        made += 1;
        let component = component.to_bytes();
        taken += usize::from(refused_or_harmless(
            &format!("component {number}"),
            &component,
        ));
    }
    eprintln!("{made} random components, {taken} taken");
    assert!(made > 0);
    assert_eq!(honest_fuel(), honest);
}

/// Any module that exports `answer` can be a policy, so the policy does anything at all:
/// computes, traps, never ends, grows, calls the host with whatever it has on its stack.
#[test]
fn wasm_09_random_policies_are_bounded() {
    let honest = honest_fuel();
    let (mut made, mut taken) = (0, 0);
    for number in 0..crate::times(150, 20_000) {
        let octets = Seed(number as u64).octets(8_192);
        let Ok(module) = Module::new(inside(), &mut Unstructured::new(&octets)) else {
            continue;
        };
        made += 1;
        let policy = policy_around(&module.to_bytes());
        taken += usize::from(refused_or_harmless(&format!("policy {number}"), &policy));
    }
    eprintln!("{made} random policies, {taken} taken");
    assert!(
        taken > made / 2,
        "most of them are policies: {taken} of {made}"
    );
    assert_eq!(honest_fuel(), honest);
}

/// A module that may want all a policy is given, and exports what is asked.
fn inside() -> Config {
    Config {
        available_imports: Some(text(WANTED)),
        exports: Some(text(EXPORTED)),
        gc_enabled: false,
        reference_types_enabled: false,
        exceptions_enabled: false,
        memory64_enabled: false,
        relaxed_simd_enabled: false,
        threads_enabled: false,
        shared_everything_threads_enabled: false,
        max_instructions: 400,
        max_memories: 2,
        ..Config::default()
    }
}

const EXPORTED: &str = r#"(module (func (export "answer") (result i32) unreachable))"#;
const WANTED: &str = r#"(module
  (import "env" "memory" (memory 1))
  (import "host" "log" (func (param i32 i32 i32)))
  (import "host" "count" (func (param i32 i32 i32) (result i64)))
  (import "host" "header-block" (func (param i32)))
  (import "host" "text" (func (param i32 i32 i32)))
  (import "host" "contains" (func (param i32 i32 i32 i32) (result i32))))"#;

fn text(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).expect("a module")
}

/// The wrap of the suite, with this module in the place of an empty one.
fn policy_around(module: &[u8]) -> Vec<u8> {
    let empty = r#"(core module $policy (func (export "answer") (result i32) unreachable))"#;
    let octets = text(&suite::wrapped("after-failure", empty));
    with_module(&octets, 1, module)
}

/// The component with another module in the place of its n-th.
fn with_module(component: &[u8], nth: usize, module: &[u8]) -> Vec<u8> {
    const PREAMBLE_OCTETS: usize = 8;
    const MODULE: u8 = 1;
    let (mut made, mut rest) = (
        component[..PREAMBLE_OCTETS].to_vec(),
        &component[PREAMBLE_OCTETS..],
    );
    let mut modules = 0;
    while let [id, after @ ..] = rest {
        let (length, octets) = length(after);
        let (content, next) = octets.split_at(length);
        let is_it = *id == MODULE && modules == nth;
        modules += usize::from(*id == MODULE);
        section(&mut made, *id, if is_it { module } else { content });
        rest = next;
    }
    made
}

fn section(into: &mut Vec<u8>, id: u8, content: &[u8]) {
    into.push(id);
    let mut left = content.len();
    loop {
        let seven = u8::try_from(left & 0x7f).expect("seven bits");
        left >>= 7;
        into.push(if left == 0 { seven } else { seven | 0x80 });
        if left == 0 {
            break;
        }
    }
    into.extend(content);
}

/// A number in LEB128, and what follows it.
fn length(octets: &[u8]) -> (usize, &[u8]) {
    let end = octets
        .iter()
        .position(|octet| octet & 0x80 == 0)
        .expect("it ends");
    let digits = octets[..=end].iter().enumerate();
    let number = digits
        .map(|(at, octet)| usize::from(octet & 0x7f) << (7 * at))
        .sum();
    (number, &octets[end + 1..])
}
