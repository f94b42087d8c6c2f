//! Settings such as the component's own schema allows them.
//!
//! Not here: finding the schema (`manifest`), flattening settings (`Settings`).

use jsonschema::Validator;
use serde_json::{Map, Value};

use super::chance::Chance;
use super::texts::{self, NUMBERS};
use super::vocabulary::Vocabulary;
use crate::manifest;

/// Makes settings that fit.
pub(super) struct Maker {
    schema: Value,
    validator: Validator,
}

/// Settings as chance makes them often do not fit.
const TRIES_MAX: usize = 8;

impl Maker {
    /// For a component that brings a schema we can read.
    pub(super) fn of(component: &[u8]) -> Option<Self> {
        let schema = manifest::settings_schema(component)?;
        let schema: Value = serde_json::from_str(schema).ok()?;
        let validator = jsonschema::validator_for(&schema).ok()?;
        Some(Self { schema, validator })
    }

    /// Changes one setting, to something that fits; nothing if chance finds none.
    pub(super) fn change(&self, settings: &mut Value, chance: &mut Chance, words: &Vocabulary) {
        let Some(Value::Object(known)) = self.schema.get("properties") else {
            return;
        };
        let names: Vec<&String> = known.keys().collect();
        let Some(name) = chance.pick(&names) else {
            return;
        };
        for _ in 0..TRIES_MAX {
            let mut changed = settings.clone();
            match chance.once_in(4) {
                true => {
                    if let Value::Object(members) = &mut changed {
                        members.remove(name.as_str());
                    }
                }
                false => changed[name.as_str()] = make(&known[name.as_str()], chance, words),
            }
            if self.validator.is_valid(&changed) {
                *settings = changed;
                return;
            }
        }
    }
}

/// Something of that type; whether it fits is seen afterwards.
fn make(schema: &Value, chance: &mut Chance, words: &Vocabulary) -> Value {
    if let Some(Value::Array(choices)) = schema.get("enum") {
        return chance.pick(choices).cloned().unwrap_or_default();
    }
    if let Some(usual) = schema.get("default").filter(|_| chance.once_in(4)) {
        return usual.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("boolean") => chance.once_in(2).into(),
        Some("integer" | "number") => number(schema, chance).into(),
        Some("array") => {
            let length = chance.below(4);
            let items = schema.get("items").unwrap_or(&Value::Null);
            (0..length).map(|_| make(items, chance, words)).collect()
        }
        Some("object") => object(schema, chance, words),
        _ => text(chance, words).into(),
    }
}

fn object(schema: &Value, chance: &mut Chance, words: &Vocabulary) -> Value {
    let Some(Value::Object(known)) = schema.get("properties") else {
        return Value::Object(Map::new());
    };
    let members = known.iter();
    let members = members.map(|(name, schema)| (name.clone(), make(schema, chance, words)));
    members.collect()
}

fn number(schema: &Value, chance: &mut Chance) -> i64 {
    let border = |name| schema.get(name).and_then(Value::as_i64);
    let (from, to) = (border("minimum"), border("maximum"));
    match (chance.below(3), from, to) {
        (0, Some(from), _) => from,
        (1, _, Some(to)) => to,
        _ => chance.one_of(NUMBERS).parse().unwrap_or_default(),
    }
}

/// Short ones above all: that is what schemas of settings ask for.
fn text(chance: &mut Chance, words: &Vocabulary) -> String {
    match chance.once_in(2) {
        true => texts::line(chance, words),
        false => chance
            .one_of(&["a", "exe", "0", "acme.example", "ann@home.example"])
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::built_in::TAGGING;
    use crate::manifest::with_settings_schema;

    #[test]
    fn settings_fit_the_components_schema() {
        let schema = json!({"type": "object", "additionalProperties": false, "properties": {
            "refuse": {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9]{1,16}$"}},
            "most": {"type": "integer", "minimum": 1, "maximum": 9}, "strict": {"type": "boolean"},
        }});
        let component = with_settings_schema(TAGGING.to_vec(), &schema.to_string());
        let maker = Maker::of(&component).expect("it has a schema");
        assert!(Maker::of(TAGGING).is_none());
        let (mut chance, words) = (Chance::new(5), Vocabulary::default());
        let mut settings = json!({});
        let mut seen = std::collections::HashSet::new();
        for _ in 0..200 {
            maker.change(&mut settings, &mut chance, &words);
            assert!(maker.validator.is_valid(&settings), "{settings}");
            seen.insert(settings.to_string());
        }
        assert!(seen.len() > 20, "{seen:?}");
    }
}
