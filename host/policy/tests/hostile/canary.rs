//! WASM-11: two accounts use the same component. It puts what it learns of one wherever a
//! component can put anything, looks there first whenever it is asked, and tells.

use std::sync::Arc;
use std::thread;

use policy::asked::{ask, sample};
use policy::questions::Question;
use policy::{Chain, Component, NoFacts, Policy};
use serde_json::{Value, json};

use crate::ask::patient;
use crate::support::{engine, settings};

/// Answers `after(1)` if it finds nothing, and `after` of more if it finds anything.
const CANARY: &str = include_str!("canary.wat");

fn chain(component: &Component, secret: &str) -> Chain {
    let settings = settings(json!({ "secret": secret }));
    let policy = Policy::new("canary", component)
        .with_settings(settings)
        .with_limits(patient());
    Chain::new(vec![policy], vec![])
}

fn answer(chain: &Chain, facts: &Value) -> Value {
    let told = ask(chain, Question::AfterFailure, &NoFacts::shared(), facts);
    let told = told.expect("facts of the contract");
    told.answer.unwrap_or_else(|failed| panic!("{failed}"))
}

#[test]
fn wasm_11_nothing_gets_from_one_account_to_another() {
    let wat = crate::suite::wrapped("after-failure", CANARY);
    let octets = wat::parse_str(wat).expect("a component");
    let component = engine().compile(&octets).expect("it compiles");
    let accounts = Arc::new(
        ["the secret of acme", "what nobody else may know"].map(|secret| chain(&component, secret)),
    );
    let calls = crate::times(5_000, 50_000);
    let at_once = [0, 1].map(|_| {
        let accounts = Arc::clone(&accounts);
        thread::spawn(move || {
            let facts = sample(Question::AfterFailure);
            for call in 0..calls {
                let said = answer(&accounts[call % 2], &facts);
                assert_eq!(said, json!({"after": 1}), "call {call}");
            }
        })
    });
    for thread in at_once {
        thread.join().expect("nothing got through");
    }
}

/// The canary can tell: in one and the same instance it finds what it left.
#[test]
fn wasm_11_the_canary_sees_what_is_left() {
    let twice = CANARY.replace(
        "(call $look-and-leave)",
        "(drop (call $look-and-leave)) (call $look-and-leave)",
    );
    let octets =
        wat::parse_str(crate::suite::wrapped("after-failure", &twice)).expect("a component");
    let component = engine().compile(&octets).expect("it compiles");
    let said = answer(
        &chain(&component, "secret"),
        &sample(Question::AfterFailure),
    );
    let found = said["after"].as_u64().expect("a number");
    assert_eq!(
        found,
        1 + 0b111_1111,
        "every place, and only those: {found:b}"
    );
}
