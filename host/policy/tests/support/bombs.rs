//! Components made to keep a compiler busy, or to have it want all memory (WASM-08). Taken in
//! with `#[path]` by the tests of the compiler and by those of the process it runs in.

use wasm_encoder::{
    BlockType, CodeSection, Component, ComponentSectionId, ComponentTypeSection, ConstExpr,
    CustomSection, DataSection, ElementSection, Elements, Function, FunctionSection, Instruction,
    MemorySection, MemoryType, Module, ModuleSection, PrimitiveValType, RawSection, RefType,
    TableSection, TableType, TypeSection, ValType,
};

/// A component, and what has to become of it.
pub(crate) struct Bomb {
    /// What it is, for people.
    pub(crate) what: &'static str,
    /// It.
    pub(crate) octets: Vec<u8>,
    /// What becomes of it.
    pub(crate) end: End,
}

/// What becomes of a bomb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It is refused for being too much, with the place.
    Counted,
    /// It is just within the bounds, and compiled.
    Compiled,
    /// It is within the bounds, and more than a compiler can do in its time or memory, or not,
    /// as the machine is.
    Bounded,
}

/// All of them.
pub(crate) fn all() -> Vec<Bomb> {
    [counted(), compiled(), bounded()]
        .into_iter()
        .flatten()
        .collect()
}

/// Those that hold too much of something.
pub(crate) fn counted() -> Vec<Bomb> {
    let bomb = |what, octets| Bomb {
        what,
        octets,
        end: End::Counted,
    };
    vec![
        bomb("one function of 5 MB", component(&[nops(5_000_000)])),
        bomb(
            "a million locals",
            component(&[function(1_000_000, |_| {})]),
        ),
        bomb(
            "a hundred thousand functions",
            component(&vec![nops(0); 100_000]),
        ),
        bomb("a jump to a million places", component(&[jump(1_000_000)])),
        bomb("a hundred components in components", nested(100)),
        bomb("a section of 40 MB", section(40_000_000)),
        bomb("a million table entries", table_entries(1_000_000)),
        bomb(
            "a hundred thousand segments of data",
            data_segments(100_000),
        ),
        bomb("twenty thousand types", types(20_000)),
        bomb("a thousand types in types", types_in_types(1_000)),
    ]
}

/// Those that are just within the bounds.
pub(crate) fn compiled() -> Vec<Bomb> {
    let bomb = |what, functions: &[Function]| Bomb {
        what,
        octets: component(functions),
        end: End::Compiled,
    };
    vec![
        bomb("blocks in blocks", &[blocks(900)]),
        bomb(
            "as many locals as may be, each live at every branch",
            &[branches(4_900)],
        ),
        bomb("a body as long as may be", &[calls(150_000)]),
        bomb("a jump to as many places as may be", &[jump(60_000)]),
        bomb("as many functions as may be", &vec![nops(1); 60_000]),
        bomb("a sum of eighty thousand terms", &[sum(80_000)]),
    ]
}

/// Those whose size tells nothing.
pub(crate) fn bounded() -> Vec<Bomb> {
    let bomb = |what, functions: &[Function]| Bomb {
        what,
        octets: component(functions),
        end: End::Bounded,
    };
    vec![
        bomb("a hundred thousand blocks in blocks", &[blocks(100_000)]),
        bomb(
            "every local anew in each of a thousand loops",
            &[loops(1_000, 4_900)],
        ),
        bomb("sixty bodies as long as may be", &vec![calls(150_000); 60]),
        bomb(
            "many locals at every branch, twenty times",
            &vec![branches(4_900); 20],
        ),
    ]
}

/// A component around one module with these functions, all `() -> ()`.
fn component(functions: &[Function]) -> Vec<u8> {
    let mut code = CodeSection::new();
    let mut declared = FunctionSection::new();
    for function in functions {
        declared.function(0);
        code.function(function);
    }
    let mut module = Module::new();
    module
        .section(&plain_type())
        .section(&declared)
        .section(&code);
    around(&module)
}

fn plain_type() -> TypeSection {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types
}

fn around(module: &Module) -> Vec<u8> {
    let mut component = Component::new();
    component.section(&ModuleSection(module));
    component.finish()
}

fn function(locals: u32, body: impl FnOnce(&mut Function)) -> Function {
    let mut function = Function::new([(locals, ValType::I64)]);
    body(&mut function);
    function.instruction(&Instruction::End);
    function
}

fn nops(count: usize) -> Function {
    function(0, |body| {
        for _ in 0..count {
            body.instruction(&Instruction::Nop);
        }
    })
}

fn calls(count: usize) -> Function {
    function(0, |body| {
        for _ in 0..count {
            body.instruction(&Instruction::Call(0));
        }
    })
}

fn blocks(depth: usize) -> Function {
    function(0, |body| {
        for _ in 0..depth {
            body.instruction(&Instruction::Block(BlockType::Empty));
        }
        for _ in 0..depth {
            body.instruction(&Instruction::End);
        }
    })
}

fn jump(places: usize) -> Function {
    function(0, |body| {
        body.instruction(&Instruction::Block(BlockType::Empty));
        body.instruction(&Instruction::I32Const(0));
        body.instruction(&Instruction::BrTable(vec![0; places].into(), 0));
        body.instruction(&Instruction::End);
    })
}

fn branches(locals: u32) -> Function {
    function(locals, |body| {
        for local in 0..locals {
            body.instruction(&Instruction::LocalGet(local));
            body.instruction(&Instruction::I32WrapI64);
            body.instruction(&Instruction::If(BlockType::Empty));
            body.instruction(&Instruction::I64Const(1));
            body.instruction(&Instruction::LocalSet(local));
            body.instruction(&Instruction::End);
        }
    })
}

/// Each loop may come back with another value of each local.
fn loops(depth: usize, locals: u32) -> Function {
    function(locals, |body| {
        for _ in 0..depth {
            body.instruction(&Instruction::Loop(BlockType::Empty));
        }
        for local in 0..locals {
            body.instruction(&Instruction::LocalGet(local));
            body.instruction(&Instruction::I64Const(1));
            body.instruction(&Instruction::I64Add);
            body.instruction(&Instruction::LocalSet(local));
        }
        for _ in 0..depth {
            body.instruction(&Instruction::LocalGet(0));
            body.instruction(&Instruction::I32WrapI64);
            body.instruction(&Instruction::BrIf(0));
            body.instruction(&Instruction::End);
        }
    })
}

fn sum(terms: usize) -> Function {
    function(1, |body| {
        body.instruction(&Instruction::LocalGet(0));
        for _ in 0..terms {
            body.instruction(&Instruction::LocalGet(0));
            body.instruction(&Instruction::I64Add);
        }
        body.instruction(&Instruction::LocalSet(0));
    })
}

fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(component(&[nops(1)]), |inner, _| {
        let mut outer = Component::new();
        outer.section(&RawSection {
            id: ComponentSectionId::Component.into(),
            data: &inner,
        });
        outer.finish()
    })
}

fn section(octets: usize) -> Vec<u8> {
    let mut component = Component::new();
    component.section(&CustomSection {
        name: "x".into(),
        data: vec![0; octets].into(),
    });
    component.finish()
}

fn table_entries(count: usize) -> Vec<u8> {
    let (mut tables, mut elements) = (TableSection::new(), ElementSection::new());
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        minimum: 10,
        maximum: None,
        table64: false,
        shared: false,
    });
    let entries = Elements::Functions(vec![0; count].into());
    elements.active(Some(0), &ConstExpr::i32_const(0), entries);
    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    functions.function(0);
    code.function(&nops(0));
    let mut module = Module::new();
    module
        .section(&plain_type())
        .section(&functions)
        .section(&tables);
    module.section(&elements).section(&code);
    around(&module)
}

fn data_segments(count: usize) -> Vec<u8> {
    let (mut memories, mut data) = (MemorySection::new(), DataSection::new());
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    for _ in 0..count {
        data.active(0, &ConstExpr::i32_const(0), [1]);
    }
    let mut module = Module::new();
    module.section(&memories).section(&data);
    around(&module)
}

fn types(count: usize) -> Vec<u8> {
    let mut section = ComponentTypeSection::new();
    for _ in 0..count {
        section.defined_type().list(PrimitiveValType::U8);
    }
    let mut component = Component::new();
    component.section(&section);
    component.finish()
}

/// An instance type that declares an instance type, and so on.
fn types_in_types(depth: usize) -> Vec<u8> {
    let mut data = vec![1];
    data.extend([0x42, 1, 1].repeat(depth));
    data.extend([0x42, 0]);
    let mut component = Component::new();
    component.section(&RawSection {
        id: ComponentSectionId::Type.into(),
        data: &data,
    });
    component.finish()
}
