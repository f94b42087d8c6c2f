//! WASM-09: uploads that were damaged, on the way or on purpose. Each is refused with a
//! reason, or it is another policy, which answers within its limits; never a panic.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use policy::asked::{ask, sample};
use policy::questions::Question;
use policy::{CompileError, Component, Limits, NoFacts, built_in, inspect};
use wasm_encoder::{
    CodeSection, ComponentSectionId, CustomSection, Function, FunctionSection, Instruction, Module,
    ModuleSection, RawSection, StartSection, TypeSection,
};

use crate::ask::{self, computed, honest_fuel};
use crate::seed::Seed;
use crate::support::engine;

#[path = "../../../../tests/buggy-policies/building.rs"]
mod building;

/// Far beyond what any call of a small policy may take.
const CALL_MAX: Duration = Duration::from_millis(170);

/// Where only remarks at the end are cut off, it is the same policy without them.
#[test]
fn wasm_09_every_truncation_is_refused_with_a_reason() {
    let mut taken = 0;
    for (name, octets) in built_in::ALL {
        taken += taken_when_cut(name, octets, crate::times(7, 1));
    }
    eprintln!("{taken} cut between remarks at the end");
    assert!(taken <= 4 * built_in::ALL.len(), "{taken}");
}

/// Policies as their authors build them, with all a compiler leaves in them.
#[test]
fn wasm_09_every_truncation_of_ten_more_policies_is_refused_with_a_reason() {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo tells");
    let root = PathBuf::from(package).join("../..");
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("examples");
    let (mut policies, mut taken) = (0, 0);
    for entry in fs::read_dir(building::built(&root, &target)).expect("it was built") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // The same are there with a hash in their names.
        if name.ends_with(".wasm") && !name.contains('-') {
            let octets = fs::read(&path).expect("it was built");
            taken += taken_when_cut(&name, &octets, crate::times(97, 1));
            policies += 1;
        }
    }
    eprintln!("{policies} policies, {taken} cut between remarks at the end");
    assert!(
        policies >= 10 && taken <= 4 * policies,
        "{policies}, {taken}"
    );
}

/// How often it is still a policy.
fn taken_when_cut(name: &str, octets: &[u8], step: usize) -> usize {
    let ends = (0..octets.len()).step_by(step);
    let taken = ends.filter(|end| {
        let what = format!("{name} cut at {end}");
        refused_or_harmless(&what, &octets[..*end])
    });
    taken.count()
}

/// Cut and then filled up again to its length, so that the sizes of sections still fit.
#[test]
fn wasm_09_every_rest_overwritten_is_refused_or_harmless() {
    let honest = honest_fuel();
    let mut seed = Seed(9);
    for (name, octets) in built_in::ALL {
        for _ in 0..crate::times(10, 500) {
            let end = seed.below(octets.len());
            let mut damaged = octets[..end].to_vec();
            damaged.resize(octets.len(), 0);
            refused_or_harmless(&format!("{name}, zeroes from {end}"), &damaged);
        }
    }
    assert_eq!(honest_fuel(), honest);
}

#[test]
fn wasm_09_flipped_bits_are_refused_or_harmless() {
    let honest = honest_fuel();
    let mut seed = Seed(1);
    let (mut refused, mut taken) = (0, 0);
    for (name, octets) in built_in::ALL {
        for _ in 0..crate::times(25, 2_500) {
            let (at, bit) = (seed.below(octets.len()), seed.below(8));
            let mut damaged = octets.to_vec();
            damaged[at] ^= 1 << bit;
            match refused_or_harmless(&format!("{name}, bit {bit} of {at}"), &damaged) {
                true => taken += 1,
                false => refused += 1,
            }
        }
    }
    eprintln!("{refused} refused, {taken} taken and bounded");
    assert_eq!(honest_fuel(), honest);
}

/// Pieces of one policy in another: sections that are sound, in a file that is not.
#[test]
fn wasm_09_policies_cut_together_are_refused_or_harmless() {
    let mut seed = Seed(2);
    for _ in 0..crate::times(40, 4_000) {
        let (_, one) = *seed.one_of(&built_in::ALL);
        let (_, other) = *seed.one_of(&built_in::ALL);
        let (end, start) = (seed.below(one.len()), seed.below(other.len()));
        let both = [&one[..end], &other[start..]].concat();
        refused_or_harmless(&format!("{end} and {start}"), &both);
    }
}

#[test]
fn wasm_09_noise_is_refused_with_a_reason() {
    let mut seed = Seed(3);
    for header in [
        &b""[..],
        b"\0asm",
        b"\0asm\x0d\0\x01\0",
        b"\0asm\x01\0\0\0",
        b"#!/bin/sh\n",
        b"MZ",
    ] {
        for _ in 0..crate::times(200, 20_000) {
            let length = seed.below(400) + 1;
            let noise = [header, &seed.octets(length)].concat();
            assert_refused("noise", &noise);
        }
    }
}

/// What the text format cannot say.
#[test]
fn wasm_09_sections_in_disorder_are_refused() {
    let (mut types, mut functions, mut code) = (
        TypeSection::new(),
        FunctionSection::new(),
        CodeSection::new(),
    );
    types.ty().function([], []);
    functions.function(0);
    let mut body = Function::new([]);
    body.instruction(&Instruction::End);
    code.function(&body);
    let start = StartSection { function_index: 0 };

    let mut two_starts = Module::new();
    two_starts
        .section(&types)
        .section(&functions)
        .section(&start)
        .section(&start)
        .section(&code);
    assert_refused("two start sections", &around(&two_starts));

    let mut code_first = Module::new();
    code_first
        .section(&code)
        .section(&types)
        .section(&functions);
    assert_refused("code before its types", &around(&code_first));

    let mut no_code = Module::new();
    no_code.section(&types).section(&functions);
    assert_refused("functions without code", &around(&no_code));

    let mut unknown = wasm_encoder::Component::new();
    unknown.section(&RawSection {
        id: 200,
        data: b"x",
    });
    assert_refused("a section nobody knows", &unknown.finish());

    let mut lying = around(&two_starts);
    lying[9] = 0xff;
    assert_refused("a section longer than the file", &lying);

    let mut name_only = wasm_encoder::Component::new();
    name_only.section(&CustomSection {
        name: "x".into(),
        data: vec![0; 4 << 20].into(),
    });
    assert_refused(
        "nothing but a remark of four megabytes",
        &name_only.finish(),
    );
}

fn around(module: &Module) -> Vec<u8> {
    let mut component = wasm_encoder::Component::new();
    component.section(&ModuleSection(module));
    component.finish()
}

/// A component around what is said to be a core module.
pub(crate) fn raw_module(module: &[u8]) -> Vec<u8> {
    let mut component = wasm_encoder::Component::new();
    component.section(&RawSection {
        id: ComponentSectionId::CoreModule.into(),
        data: module,
    });
    component.finish()
}

fn assert_refused(what: &str, octets: &[u8]) {
    match engine().compile(octets) {
        Ok(_) => panic!("{what}: taken"),
        Err(error) => has_reason(what, &error),
    }
}

pub(crate) fn has_reason(what: &str, error: &CompileError) {
    let text = error.to_string();
    let readable = (10..4_096).contains(&text.len()) && !text.contains(char::is_control);
    assert!(readable, "{what}: {text:?}");
}

/// Whether it was taken.
pub(crate) fn refused_or_harmless(what: &str, octets: &[u8]) -> bool {
    // What the process that compiles would do with it, without its time being ours.
    let fits = inspect::check(octets, &inspect::Bounds::default()).is_ok();
    match ask::compile(octets) {
        Ok(component) => {
            assert!(fits, "{what}");
            answers_or_fails(what, &component);
            true
        }
        Err(error) => {
            has_reason(what, &error);
            false
        }
    }
}

/// Asked everything it answers: whatever it says, it says it in time.
fn answers_or_fails(what: &str, component: &Component) {
    let chain = ask::chain(component, Limits::default());
    for question in Question::ALL {
        if !component.answers(question) {
            continue;
        }
        let before = computed();
        let told = ask(&chain, question, &NoFacts::shared(), &sample(question));
        let took = computed().saturating_sub(before);
        assert!(took < CALL_MAX, "{what}: {question} took {took:?}");
        let told = told.expect("facts of the contract");
        assert_eq!(told.decisions.len(), 1, "{what}: {question}");
    }
}

#[test]
fn wasm_09_a_component_inside_itself_is_refused() {
    let inside = raw_module(built_in::TAGGING);
    assert_refused("a component where a module should be", &inside);
}
