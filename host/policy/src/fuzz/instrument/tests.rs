use serde_json::json;

use super::*;
use crate::asked::{self, sample};
use crate::questions::Question;
use crate::{Chain, Engine, EngineSettings, NoFacts, Policy, built_in};

/// With counters a component is still a valid one, answers as before, and has an outlet.
#[test]
fn a_component_with_counters_answers_as_before() {
    let plain = Engine::new(EngineSettings::default()).expect("an engine");
    let roomy = Engine::with_memories(EngineSettings::default(), 2).expect("an engine");
    for (name, octets) in built_in::ALL {
        let counting = instrument(octets).expect("it is whole");
        assert!(counting.edges > 50 && counting.outlets == 1, "{name}");
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
