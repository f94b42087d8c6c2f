//! WASM-07: types, components and blocks one inside another, up to a hundred thousand deep, for
//! a host that reads them by recursion. It reads on a stack of bounded size, so what is too deep
//! is refused, and nothing ever ends the process.
//!
//! Written octet by octet where a builder would copy the inner ones once for each outer one.

use std::thread;

use policy::compiler;
use wasm_encoder::{
    CanonicalFunctionSection, CanonicalOption, CodeSection, Component, ComponentAliasSection,
    ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection,
    ComponentSectionId, ComponentTypeRef, ComponentTypeSection, ComponentValType, ExportKind,
    ExportSection, Function, FunctionSection, InstanceSection, Instruction, Module, ModuleArg,
    ModuleSection, PrimitiveValType, RawSection, TypeSection,
};

use crate::seed::Seed;
use crate::support::engine_settings;
use crate::uploads::{has_reason, refused_or_harmless};

/// That of the process that compiles; what serves mail has less, and loads only what this took.
const STACK_OCTETS: usize = 8 * 1024 * 1024;
const DEPTHS: [usize; 7] = [1, 10, 50, 100, 1_000, 10_000, 100_000];
/// Items of one section; more are refused by counting.
const SECTION_ITEMS: usize = 5_000;

/// What is one inside another.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Each value type made of the one before.
    Values,
    /// The same, and a function that is lifted with it, so that its parts are counted.
    Lifted,
    /// The same, in a function that is imported.
    Imported,
    /// A component type in a component type.
    ComponentTypes,
    /// An instance type in an instance type.
    InstanceTypes,
    /// A core module type in a core module type.
    ModuleTypes,
    /// A component in a component.
    Components,
    /// An instance that exports the instance before.
    Instances,
    /// A block in a block.
    Blocks,
    /// A list of names in a custom section, none of them closed.
    Names,
}

const SHAPES: [Shape; 10] = [
    Shape::Values,
    Shape::Lifted,
    Shape::Imported,
    Shape::ComponentTypes,
    Shape::InstanceTypes,
    Shape::ModuleTypes,
    Shape::Components,
    Shape::Instances,
    Shape::Blocks,
    Shape::Names,
];

/// Every shape at every depth.
#[test]
fn wasm_07_whatever_is_nested_is_refused_or_compiled_on_a_bounded_stack() {
    let mut seed = Seed(7);
    for shape in SHAPES {
        for depth in DEPTHS {
            reads(
                &format!("{shape:?} {depth} deep"),
                made(shape, depth, &mut seed),
            );
        }
    }
}

/// Shapes, depths and the constructors of value types by chance.
#[test]
fn wasm_07_random_nesting_is_refused_or_harmless() {
    for number in 0..crate::times(40, 4_000) {
        let mut seed = Seed(number as u64);
        let shape = *seed.one_of(&SHAPES);
        let depth = *seed.one_of(&DEPTHS);
        let depth = depth + seed.below(depth);
        reads(
            &format!("{number}: {shape:?} {depth} deep"),
            made(shape, depth, &mut seed),
        );
    }
}

/// Compiled as the process does, and then taken by the engine that serves if it is a policy.
fn reads(what: &str, octets: Vec<u8>) {
    let name = what.to_owned();
    let reading = thread::Builder::new()
        .stack_size(STACK_OCTETS)
        .spawn(
            move || match compiler::compile(&engine_settings(), &octets) {
                Ok(_) => refused_or_harmless(&name, &octets),
                Err(error) => {
                    has_reason(&name, &error);
                    false
                }
            },
        );
    let taken = reading.expect("a thread").join();
    assert!(!taken.expect("it ends"), "{what}: it is no policy");
}

fn made(shape: Shape, depth: usize, seed: &mut Seed) -> Vec<u8> {
    match shape {
        Shape::Values => values(depth, seed).finish(),
        Shape::Lifted => lifted(depth, seed),
        Shape::Imported => imported(depth, seed),
        Shape::ComponentTypes => types(ComponentSectionId::Type, 0x41, depth),
        Shape::InstanceTypes => types(ComponentSectionId::Type, 0x42, depth),
        Shape::ModuleTypes => types(ComponentSectionId::CoreType, 0x50, depth),
        Shape::Components => components(depth),
        Shape::Instances => instances(depth),
        Shape::Blocks => blocks(depth),
        Shape::Names => names(depth),
    }
}

/// A chain of value types; the last has the index `depth`.
fn values(depth: usize, seed: &mut Seed) -> Component {
    let mut component = Component::new();
    let mut section = ComponentTypeSection::new();
    section.defined_type().list(PrimitiveValType::U8);
    for index in 0..depth {
        if section.len() as usize == SECTION_ITEMS {
            component.section(&section);
            section = ComponentTypeSection::new();
        }
        let inner = ComponentValType::Type(u32::try_from(index).expect("it fits"));
        let outer = section.defined_type();
        match seed.below(6) {
            0 => outer.list(inner),
            1 => outer.option(inner),
            2 => outer.tuple([inner]),
            3 => outer.record([("a", inner)]),
            4 => outer.variant([("a", Some(inner))]),
            _ => outer.result(Some(inner), None),
        }
    }
    component.section(&section);
    component
}

fn of_values(depth: usize) -> ComponentValType {
    ComponentValType::Type(u32::try_from(depth).expect("it fits"))
}

/// A function type over the last of a chain; its index is one more.
fn function_type(component: &mut Component, depth: usize) -> u32 {
    let mut section = ComponentTypeSection::new();
    section
        .function()
        .params([("a", of_values(depth))])
        .result(Some(of_values(depth)));
    component.section(&section);
    u32::try_from(depth).expect("it fits") + 1
}

fn imported(depth: usize, seed: &mut Seed) -> Vec<u8> {
    let mut component = values(depth, seed);
    let function = function_type(&mut component, depth);
    let mut imports = ComponentImportSection::new();
    imports.import("f", ComponentTypeRef::Func(function));
    component.section(&imports);
    component.finish()
}

/// `(i32, i32) -> i32`, as many lists and strings are lowered to.
fn lifted(depth: usize, seed: &mut Seed) -> Vec<u8> {
    let mut component = values(depth, seed);
    let function = function_type(&mut component, depth);
    component.section(&ModuleSection(&core()));
    let mut instances = InstanceSection::new();
    instances.instantiate(0, std::iter::empty::<(&str, ModuleArg)>());
    component.section(&instances);
    let mut aliases = ComponentAliasSection::new();
    for (name, kind) in [
        ("f", ExportKind::Func),
        ("realloc", ExportKind::Func),
        ("memory", ExportKind::Memory),
    ] {
        aliases.alias(wasm_encoder::Alias::CoreInstanceExport {
            instance: 0,
            kind,
            name,
        });
    }
    component.section(&aliases);
    let mut lift = CanonicalFunctionSection::new();
    lift.lift(
        0,
        function,
        [CanonicalOption::Memory(0), CanonicalOption::Realloc(1)],
    );
    component.section(&lift);
    let mut exports = ComponentExportSection::new();
    exports.export("f", ComponentExportKind::Func, 0, None);
    component.section(&exports);
    component.finish()
}

fn core() -> Module {
    use wasm_encoder::{MemorySection, MemoryType, ValType};
    let (mut types, mut functions, mut code) = (
        TypeSection::new(),
        FunctionSection::new(),
        CodeSection::new(),
    );
    types.ty().function([ValType::I32; 2], [ValType::I32]);
    types.ty().function([ValType::I32; 4], [ValType::I32]);
    for index in [0, 1] {
        functions.function(index);
        let mut body = Function::new([]);
        body.instruction(&Instruction::I32Const(0));
        body.instruction(&Instruction::End);
        code.function(&body);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, 0);
    exports.export("realloc", ExportKind::Func, 1);
    exports.export("memory", ExportKind::Memory, 0);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&functions)
        .section(&memories);
    module.section(&exports).section(&code);
    module
}

/// A type of one declaration, which is a type of one declaration, and so on.
fn types(section: ComponentSectionId, constructor: u8, depth: usize) -> Vec<u8> {
    let declares_a_type = [constructor, 1, 1];
    let mut data = vec![1];
    data.extend(declares_a_type.repeat(depth));
    data.extend([constructor, 0]);
    let mut component = Component::new();
    component.section(&RawSection {
        id: section.into(),
        data: &data,
    });
    component.finish()
}

/// From the inside: how long each is; from the outside: where each begins.
fn components(depth: usize) -> Vec<u8> {
    const HEAD: &[u8] = b"\0asm\x0d\0\x01\0";
    let mut lengths = vec![HEAD.len()];
    for at in 0..depth {
        let inner = lengths[at];
        lengths.push(HEAD.len() + 1 + leb128(inner).len() + inner);
    }
    let mut octets = HEAD.to_vec();
    for length in lengths.iter().rev().skip(1) {
        octets.push(ComponentSectionId::Component.into());
        octets.extend(leb128(*length));
        octets.extend(HEAD);
    }
    octets
}

fn leb128(mut number: usize) -> Vec<u8> {
    let mut octets = Vec::new();
    loop {
        let seven = u8::try_from(number & 0x7f).expect("seven bits");
        number >>= 7;
        octets.push(if number == 0 { seven } else { seven | 0x80 });
        if number == 0 {
            return octets;
        }
    }
}

fn instances(depth: usize) -> Vec<u8> {
    let mut component = Component::new();
    let mut section = ComponentInstanceSection::new();
    section.export_items(std::iter::empty::<(&str, ComponentExportKind, u32)>());
    for index in 0..depth {
        if section.len() as usize == SECTION_ITEMS {
            component.section(&section);
            section = ComponentInstanceSection::new();
        }
        let inner = u32::try_from(index).expect("it fits");
        section.export_items([("a", ComponentExportKind::Instance, inner)]);
    }
    component.section(&section);
    let mut exports = ComponentExportSection::new();
    let last = u32::try_from(depth).expect("it fits");
    exports.export("a", ComponentExportKind::Instance, last, None);
    component.section(&exports);
    component.finish()
}

/// More of them only take longer, and that is for the bombs (`bombs.rs`).
fn blocks(depth: usize) -> Vec<u8> {
    let depth = depth.min(5_000);
    const BLOCK: [u8; 2] = [0x02, 0x40];
    let (mut types, mut functions, mut code) = (
        TypeSection::new(),
        FunctionSection::new(),
        CodeSection::new(),
    );
    types.ty().function([], []);
    functions.function(0);
    let mut body = Function::new([]);
    body.raw(BLOCK.repeat(depth)).raw(vec![0x0b; depth + 1]);
    code.function(&body);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&code);
    let mut component = Component::new();
    component.section(&ModuleSection(&module));
    component.finish()
}

fn names(depth: usize) -> Vec<u8> {
    let mut data = b"\x0ecomponent-name".to_vec();
    // Subsection 1: names of a sort, of one entry, which begins with another subsection.
    data.extend([1, 0x7f, 0, 1].repeat(depth));
    let mut component = Component::new();
    component.section(&RawSection { id: 0, data: &data });
    component.finish()
}
