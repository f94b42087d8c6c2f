use serde_json::json;

use super::*;
use crate::asked::{self, sample};
use crate::questions::Question;
use crate::{Chain, Engine, EngineSettings, NoFacts, Policy, built_in};

/// With counters a component is still a valid one, answers as before, and has an outlet for
/// each module with code: two where its memory comes first, which tagging, told nothing, needs not.
#[test]
fn a_component_with_counters_answers_as_before() {
    let plain = Engine::new(EngineSettings::default()).expect("an engine");
    let roomy = Engine::with_memories(EngineSettings::default(), 3).expect("an engine");
    for (name, octets) in built_in::ALL {
        let counting = instrument(octets).expect("it is whole");
        let modules = if name == "tagging" { 1 } else { 2 };
        assert!(counting.edges > 50, "{name}");
        assert_eq!(counting.outlets, modules, "{name}");
        assert_eq!(counting.left_out, 0);
        let twins = [
            plain.compile(octets).expect("it compiles"),
            roomy
                .compile(&counting.component)
                .expect("it compiles with counters"),
        ];
        let chains = twins.map(|twin| Chain::new(vec![Policy::new(name, &twin)], vec![]));
        for question in Question::ALL {
            let told = chains.each_ref().map(|chain| {
                let told = asked::ask(chain, question, &NoFacts::shared(), &sample(question));
                told.expect("facts").answer.map_err(|failed| failed.failure)
            });
            assert_eq!(told[0], told[1], "{name}: {question}");
        }
    }
}

#[test]
fn what_is_no_component_is_not_touched() {
    assert!(instrument(b"no component").is_err());
    let (_, octets) = built_in::ALL[0];
    assert!(instrument(&octets[..octets.len() / 2]).is_err());
    let counts = json!([outlet_name(0), outlet_name(12)]);
    assert_eq!(counts, json!(["relaygate-edges0", "relaygate-edges12"]));
}

/// Compilers of some languages put all code into a component inside, which may name types of
/// the one around it.
#[test]
fn code_in_a_component_inside_is_counted() {
    let component = wat::parse_str(
        r#"(component
            (type $flag (enum "up" "down"))
            (component $inner
                (alias outer 1 $flag (type $flag))
                (export $named "flag" (type $flag))
                (core module $m
                    (memory 1)
                    (func (export "f") (result i32)
                        (if (result i32) (i32.const 1) (then (i32.const 0)) (else (i32.const 1)))))
                (core instance $i (instantiate $m))
                (func $f (result $named) (canon lift (core func $i "f")))
                (export "f" (func $f)))
            (instance $first (instantiate $inner))
            (export "first" (instance $first)))"#,
    );
    let component = component.expect("a component");
    let counting = instrument(&component).expect("it is whole");
    assert_eq!((counting.outlets, counting.left_out), (1, 0));
    assert!(counting.edges >= 4, "{}", counting.edges);
    let types = Validator::new().validate_all(&counting.component);
    let types = types.expect("it is valid with counters");
    let outlet = types.as_ref().component_item_for_export(&outlet_name(0));
    assert!(outlet.is_some(), "it hands on what the one inside counts");
}

/// Where there are more edges than counters, some of all code is counted.
#[test]
fn counters_that_are_few_are_spread() {
    let functions = "(func (if (i32.const 1) (then)))".repeat(100);
    let module = wat::parse_str(format!("(module (memory 1) {functions})")).expect("a module");
    let all = module::count_edges(&module, 1_000).expect("it is whole");
    let all = all.expect("it has a memory");
    assert_eq!((all.edges, all.left_out), (300, 0));
    let some = module::count_edges(&module, 60).expect("it is whole");
    let some = some.expect("it has a memory");
    assert_eq!((some.edges, some.left_out), (60, 240));
    assert!(
        module::count_edges(&module, 0)
            .expect("it is whole")
            .is_none()
    );
}
