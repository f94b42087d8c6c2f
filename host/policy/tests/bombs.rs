//! Components made to keep a compiler busy (WASM-08): refused by counting, with the place,
//! or done with in the time the process that compiles has.

use std::time::Duration;

use policy::compiler::{self, CPU_MAX};
use policy::{CompileError, EngineSettings};
use wasm_encoder::{
    BlockType, CodeSection, Component, CustomSection, Function, FunctionSection, Instruction,
    Module, ModuleSection, TypeSection, ValType,
};

/// A component around one module with these functions, all `() -> ()`.
fn component(functions: Vec<Function>) -> Vec<u8> {
    let (mut types, mut declared) = (TypeSection::new(), FunctionSection::new());
    types.ty().function([], []);
    let mut code = CodeSection::new();
    for function in &functions {
        declared.function(0);
        code.function(function);
    }
    let mut module = Module::new();
    module.section(&types).section(&declared).section(&code);
    let mut component = Component::new();
    component.section(&ModuleSection(&module));
    component.finish()
}

fn function(locals: u32, body: impl FnOnce(&mut Function)) -> Function {
    let mut function = Function::new([(locals, ValType::I64)]);
    body(&mut function);
    function.instruction(&Instruction::End);
    function
}

/// How it ended: refused for being too much, or compiled within the time there is.
fn refused(what: &str, component: &[u8]) -> bool {
    let started = computed();
    let outcome = compiler::compile(&EngineSettings::default(), component);
    let took = computed().saturating_sub(started);
    assert!(took < CPU_MAX / 2, "{what}: {took:?}");
    match outcome {
        Ok(_) => false,
        Err(CompileError::TooComplex(why)) => {
            assert!(why.to_string().contains("limit is"), "{what}: {why}");
            true
        }
        Err(other) => panic!("{what}: {other}"),
    }
}

/// What this process has computed: the bound is on that, whoever else is at work.
fn computed() -> Duration {
    let clock = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(clock).expect("it only goes forward")
}

fn nops(count: usize) -> Function {
    function(0, |body| {
        for _ in 0..count {
            body.instruction(&Instruction::Nop);
        }
    })
}

#[test]
fn what_is_too_much_is_refused_by_counting() {
    assert!(refused(
        "one function of 5 MB",
        &component(vec![nops(5_000_000)])
    ));
    assert!(refused(
        "a million locals",
        &component(vec![function(1_000_000, |_| {})])
    ));
    let many = vec![nops(0); 100_000];
    assert!(refused("a hundred thousand functions", &component(many)));
    let table = function(0, |body| {
        body.instruction(&Instruction::Block(BlockType::Empty));
        body.instruction(&Instruction::I32Const(0));
        body.instruction(&Instruction::BrTable(vec![0; 1_000_000].into(), 0));
        body.instruction(&Instruction::End);
    });
    assert!(refused(
        "a jump to a million places",
        &component(vec![table])
    ));
    let nested = (0..100).fold(component(vec![nops(1)]), |inner, _| {
        let mut outer = Component::new();
        outer.section(&wasm_encoder::RawSection {
            id: wasm_encoder::ComponentSectionId::Component.into(),
            data: &inner,
        });
        outer.finish()
    });
    assert!(refused("components in components", &nested));
    let mut large = Component::new();
    large.section(&CustomSection {
        name: "x".into(),
        data: vec![0; 40_000_000].into(),
    });
    assert!(refused("a section of 40 MB", &large.finish()));
}

/// What is just within the bounds is compiled in the time there is.
#[test]
fn what_is_allowed_is_compiled_in_time() {
    let blocks = function(0, |body| {
        const DEPTH: usize = 900;
        for _ in 0..DEPTH {
            body.instruction(&Instruction::Block(BlockType::Empty));
        }
        for _ in 0..DEPTH {
            body.instruction(&Instruction::End);
        }
    });
    assert!(!refused("deep blocks", &component(vec![blocks])));
    let branches = function(4_900, |body| {
        for local in 0..4_900 {
            body.instruction(&Instruction::LocalGet(local));
            body.instruction(&Instruction::I32WrapI64);
            body.instruction(&Instruction::If(BlockType::Empty));
            body.instruction(&Instruction::I64Const(1));
            body.instruction(&Instruction::LocalSet(local));
            body.instruction(&Instruction::End);
        }
    });
    assert!(!refused(
        "as many locals as may be, each live at every branch",
        &component(vec![branches])
    ));
    let calls = function(0, |body| {
        for _ in 0..150_000 {
            body.instruction(&Instruction::Call(0));
        }
    });
    assert!(!refused(
        "a body as long as may be",
        &component(vec![calls])
    ));
    let table = function(0, |body| {
        body.instruction(&Instruction::Block(BlockType::Empty));
        body.instruction(&Instruction::I32Const(0));
        body.instruction(&Instruction::BrTable(vec![0; 60_000].into(), 0));
        body.instruction(&Instruction::End);
    });
    assert!(!refused(
        "a jump to as many places as may be",
        &component(vec![table])
    ));
    assert!(!refused(
        "as many functions as may be",
        &component(vec![nops(1); 60_000])
    ));
}
