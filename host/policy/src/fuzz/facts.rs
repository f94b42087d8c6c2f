//! Facts in JSON, changed a little at a time, never out of their shape.
//!
//! Not here: what a text may be (`texts`).

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::chance::Chance;
use super::shape::{Kind, Shape};
use super::texts::text;
use super::vocabulary::Vocabulary;

/// Changes one member somewhere in the facts.
pub(super) fn change(
    facts: &mut Value,
    shape: &Shape,
    chance: &mut Chance,
    vocabulary: &Vocabulary,
) {
    let at = chance.below(places(facts, shape));
    change_at(facts, shape, at, &mut Source { chance, vocabulary });
    reconcile(facts);
}

/// Whether no two facts contradict each other.
pub(super) fn agree(facts: &Value) -> bool {
    let mut reconciled = facts.clone();
    reconcile(&mut reconciled);
    reconciled == *facts
}

/// Nobody logs in at the mx listener, and a help desk's login is of no connector
/// (`wit/types.wit`): what else is said of such a session cannot be.
fn reconcile(facts: &mut Value) {
    let Value::Object(members) = facts else {
        return;
    };
    let mx = members.get("ingress").is_some_and(|it| it == "mx");
    let desk = !mx && members.get("desk") == Some(&Value::Bool(true));
    for (name, value) in members.iter_mut() {
        match name.as_str() {
            "relay-authenticated" | "desk" if mx => *value = false.into(),
            "connector" if mx || desk => *value = Value::Null,
            _ => reconcile(value),
        }
    }
}

/// What new values are made of.
struct Source<'a> {
    chance: &'a mut Chance,
    vocabulary: &'a Vocabulary,
}

/// In how many places there is something to change.
fn places(value: &Value, shape: &Shape) -> usize {
    match (shape, value) {
        (Shape::Record(members), _) => members
            .iter()
            .map(|(name, of)| places(&value[name], of))
            .sum(),
        (Shape::Maybe(inner), value) if !value.is_null() => 1 + places(value, inner),
        (Shape::List(inner, _), Value::Array(values)) => {
            1 + values
                .iter()
                .map(|value| places(value, inner))
                .sum::<usize>()
        }
        _ => 1,
    }
}

fn change_at(value: &mut Value, shape: &Shape, at: usize, source: &mut Source<'_>) {
    match (shape, value) {
        (Shape::Record(members), value) => {
            let mut before = 0;
            for (name, of) in members {
                let inside = places(&value[name], of);
                if at < before + inside {
                    return change_at(&mut value[name], of, at - before, source);
                }
                before += inside;
            }
        }
        (Shape::Maybe(inner), value) => match (at, value.is_null()) {
            (_, true) => *value = make(inner, source),
            (0, false) => *value = Value::Null,
            (_, false) => change_at(value, inner, at - 1, source),
        },
        (Shape::List(inner, _), Value::Array(values)) if at > 0 => {
            let mut before = 1;
            for value in values {
                let inside = places(value, inner);
                if at < before + inside {
                    return change_at(value, inner, at - before, source);
                }
                before += inside;
            }
        }
        (Shape::List(inner, max), Value::Array(values)) => {
            change_list(values, inner, source, *max);
        }
        (Shape::Number(from, to), value) => {
            let now = value.as_u64().unwrap_or(*from);
            *value = number(now, *from, *to, source.chance).into();
        }
        (Shape::Flag, value) => *value = (!value.as_bool().unwrap_or_default()).into(),
        (shape, value) => *value = make(shape, source),
    }
}

fn change_list(values: &mut Vec<Value>, inner: &Shape, source: &mut Source<'_>, max: usize) {
    let at = source.chance.below(values.len());
    match source.chance.below(6) {
        0 => values.clear(),
        1 if !values.is_empty() => drop(values.remove(at)),
        2 if !values.is_empty() => values.insert(at, values[at].clone()),
        3 if !values.is_empty() => values.rotate_left(at),
        4 => {
            let more = source.chance.below(max.saturating_sub(values.len()));
            values.extend((0..more).map(|_| make(inner, source)));
        }
        _ => values.push(make(inner, source)),
    }
    values.truncate(max);
    if *inner == Shape::Text(Kind::Code) {
        // What was remarked is remarked once.
        let mut seen = HashSet::new();
        values.retain(|value| seen.insert(value.clone()));
    }
}

/// Something new of that shape.
fn make(shape: &Shape, source: &mut Source<'_>) -> Value {
    match shape {
        Shape::Flag => source.chance.once_in(2).into(),
        Shape::Number(from, to) => number(*from, *from, *to, source.chance).into(),
        Shape::Text(kind) => text(*kind, source.chance, source.vocabulary).into(),
        Shape::Word(words) => source.chance.pick(words).cloned().into(),
        Shape::Maybe(inner) if source.chance.once_in(2) => make(inner, source),
        Shape::Maybe(_) => Value::Null,
        Shape::List(inner, _) => {
            let length = source.chance.below(3);
            (0..length).map(|_| make(inner, source)).collect()
        }
        Shape::Record(members) => {
            let members = members.iter();
            let members = members.map(|(name, of)| (name.clone(), make(of, source)));
            Value::Object(Map::from_iter(members))
        }
        Shape::Case(cases) => match source.chance.pick(cases) {
            Some((name, Some(of))) => {
                let inside = make(of, source);
                Value::Object(Map::from_iter([(name.clone(), inside)]))
            }
            Some((name, None)) => name.clone().into(),
            None => Value::Null,
        },
    }
}

/// At a border, a step away, or anywhere.
fn number(now: u64, from: u64, to: u64, chance: &mut Chance) -> u64 {
    let new = match chance.below(7) {
        0 => from,
        1 => to,
        2 => now.saturating_add(1),
        3 => now.saturating_sub(1),
        4 => 1_u64 << chance.below(64),
        5 => (1_u64 << chance.below(64)) - 1,
        _ => chance.between(from, to),
    };
    new.clamp(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asked::{self, sample};
    use crate::fuzz::shape;
    use crate::questions::Question;
    use crate::{Chain, Engine, EngineSettings, NoFacts, built_in};

    #[test]
    fn facts_do_not_contradict_each_other() {
        let mut facts = sample(Question::Sender);
        assert!(agree(&facts));
        facts["session"]["ingress"] = "mx".into();
        assert!(!agree(&facts), "a stranger who has logged in");
        reconcile(&mut facts);
        assert_eq!(facts["session"]["connector"], Value::Null);
        let mut facts = sample(Question::Tags);
        facts["facts"]["ingress"] = "mx".into();
        assert!(!agree(&facts));
    }

    /// Whatever is changed, however often: a host can still ask with it, and every member
    /// has been another at some time.
    #[test]
    fn changed_facts_are_still_those_of_their_question() {
        let engine = Engine::new(EngineSettings::default()).expect("an engine");
        let chain = Chain::built_in(&engine, &serde_json::json!({})).expect("a chain");
        let vocabulary = Vocabulary::default();
        let mut chance = Chance::new(7);
        for (_, octets) in built_in::ALL {
            let component = engine.compile(octets).expect("it compiles");
            for question in Question::ALL {
                let Some(shape) = shape::of(&component, question) else {
                    continue;
                };
                let mut facts = sample(question);
                for _ in 0..200 {
                    change(&mut facts, &shape, &mut chance, &vocabulary);
                }
                let told = asked::ask(&chain, question, &NoFacts::shared(), &facts);
                assert!(told.is_ok(), "{question}: {facts}: {told:?}");
                assert!(agree(&facts), "{question}: {facts}");
                assert_ne!(facts, sample(question));
            }
        }
    }
}
