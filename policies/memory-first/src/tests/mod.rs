//! What becomes of a component, and which ones stay as they are. That rearranged policies
//! answer as before, the tests of the built-in ones show (`host/policy`): three of the four are.

use super::*;

const LINKED: &str = include_str!("linked.wat");

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("a component")
}

/// The module of each core instance that is made of one.
fn instantiated(component: &[u8]) -> Vec<u32> {
    let items = shape::items(component).expect("a component");
    let modules = items.iter().filter_map(|item| match item {
        Item::Instance(Instance::Instantiate { module_index, .. }) => Some(*module_index),
        _ => None,
    });
    modules.collect()
}

/// What it exports and imports, and of which types.
fn world(component: &[u8]) -> Vec<String> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let types = validator.validate_all(component).expect("valid");
    let types = types.as_ref();
    let count = types.component_function_count();
    let ty = |at: u32| format!("{:?}", types[types.component_function_at(at)]);
    (0..count).map(ty).collect()
}

#[test]
fn three_instances_become_two_and_the_world_stays() {
    let linked = component(LINKED);
    assert_eq!(instantiated(&linked).len(), 3);
    let rearranged = memory_first(&linked).expect("rearranged");
    let made = instantiated(&rearranged);
    assert_eq!(
        made,
        [1, 0],
        "the heap in the stubs' place, then the policy"
    );
    assert_eq!(world(&rearranged), world(&linked));
    assert!(memory_first(&rearranged).is_none(), "nothing is left to do");
}

/// The heap has the memory, what stands in it, and a copy of who finds room and of what that
/// calls; none of the policy's other code.
#[test]
fn the_heap_has_no_more_than_it_needs() {
    let linked = component(LINKED);
    let items = shape::items(&linked).expect("a component");
    let Some(Item::Module(policy)) = items.iter().find(|it| matches!(it, Item::Module(_))) else {
        panic!("no module")
    };
    let split = module::split(policy, Some("realloc")).expect("two modules");
    let sections = |module: &[u8]| {
        let payloads = wasmparser::Parser::new(0).parse_all(module);
        let counted = payloads.filter_map(|payload| match payload.expect("a module") {
            wasmparser::Payload::MemorySection(it) => Some(("memories", it.count())),
            wasmparser::Payload::FunctionSection(it) => Some(("functions", it.count())),
            wasmparser::Payload::DataSection(it) => Some(("data", it.count())),
            _ => None,
        });
        counted.collect::<Vec<_>>()
    };
    let heap = [("functions", 2), ("memories", 1), ("data", 1)];
    assert_eq!(sections(&split.heap), heap);
    assert_eq!(sections(&split.policy), [("functions", 3)]);
}

/// Each of these works in another way than the one we know; a wrong guess would change what
/// the policy does.
#[test]
fn what_is_put_together_in_another_way_stays() {
    let room = "(call $taken (local.get 3))";
    let in_realloc = |code: &str| LINKED.replace(room, &format!("{code} {room}"));
    let others = [
        (
            "room is found by a global",
            in_realloc("(global.set $stack (i32.const 0))"),
        ),
        (
            "and with what is imported",
            in_realloc("(call $name (i32.const 0))"),
        ),
        (
            "code names data",
            LINKED.replace("(data (i32", "(func (data.drop 0)) (data (i32"),
        ),
        (
            "the stubs do more",
            LINKED.replace("(table (export", "(memory 1) (table (export"),
        ),
        (
            "the filler does more",
            LINKED.replace("(elem (i32", "(func) (start 2) (elem (i32"),
        ),
        (
            "the memory comes from elsewhere",
            LINKED.replace(
                "(memory 1)\n    (export \"memory\" (memory 0))",
                "(memory 1) (memory 1)\n    (export \"memory\" (memory 0))",
            ),
        ),
    ];
    for (why, text) in others {
        assert_ne!(text, LINKED, "{why}");
        assert!(memory_first(&component(&text)).is_none(), "{why}");
    }
}

#[test]
fn what_is_no_component_stays() {
    assert!(memory_first(b"").is_none());
    assert!(memory_first(b"\0asm\x01\0\0\0").is_none());
    assert!(memory_first(&component("(component)")).is_none());
    let linked = component(LINKED);
    for octets in 0..linked.len() {
        let cut = memory_first(&linked[..octets]);
        assert!(cut.is_none_or(|it| is_valid(&it)), "the first {octets}");
    }
}
