//! The settings of one policy, flattened to typed look-ups.
//!
//! A guest asks for `limits.domains` and gets a number; it never parses JSON.
//! Not here: the check against the component's own schema (when they are saved).

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

/// The settings of one policy in one account. Keys are paths with dots.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    entries: BTreeMap<String, Entry>,
}

/// Why settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The value as a whole is no object.
    #[error("settings must be an object")]
    NotAnObject,
    /// A value no look-up could return.
    #[error("setting {key}: {problem}")]
    Unusable {
        /// Path of the setting.
        key: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

#[derive(Debug, Clone, PartialEq)]
enum Entry {
    Text(String),
    Number(i64),
    Flag(bool),
    /// In the given order, and hashed without regard to ASCII case.
    Texts(Vec<String>, HashSet<String>),
}

impl Settings {
    /// No settings: every policy falls back to its defaults.
    pub fn none() -> Self {
        Self::default()
    }

    /// Flattens an object: `{"limits": {"domains": 4}}` answers `limits.domains`.
    /// `null` counts as absent. Lists may hold texts and whole numbers.
    pub fn from_json(value: &Value) -> Result<Self, SettingsError> {
        let Value::Object(fields) = value else {
            return Err(SettingsError::NotAnObject);
        };
        let mut settings = Self::none();
        for (name, value) in fields {
            settings.insert(name.clone(), value)?;
        }
        Ok(settings)
    }

    /// The same settings with this text.
    pub fn with_text(mut self, key: &str, text: &str) -> Self {
        self.entries
            .insert(key.to_owned(), Entry::Text(text.to_owned()));
        self
    }

    /// A text.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.entries.get(key)? {
            Entry::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number.
    pub fn number(&self, key: &str) -> Option<i64> {
        match self.entries.get(key)? {
            Entry::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A switch.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.entries.get(key)? {
            Entry::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The entries of a list; empty if there is none.
    pub fn texts(&self, key: &str) -> &[String] {
        match self.entries.get(key) {
            Some(Entry::Texts(texts, _)) => texts,
            _ => &[],
        }
    }

    /// Whether a list has that entry, without regard to ASCII case.
    pub fn contains(&self, key: &str, value: &str) -> bool {
        match self.entries.get(key) {
            Some(Entry::Texts(_, hashed)) => hashed.contains(&value.to_ascii_lowercase()),
            _ => false,
        }
    }

    fn insert(&mut self, key: String, value: &Value) -> Result<(), SettingsError> {
        let entry = match value {
            Value::Null => return Ok(()),
            Value::Object(fields) => {
                return fields
                    .iter()
                    .try_for_each(|(name, value)| self.insert(format!("{key}.{name}"), value));
            }
            Value::Bool(flag) => Entry::Flag(*flag),
            Value::String(text) => Entry::Text(text.clone()),
            Value::Number(_) => match value.as_i64() {
                Some(number) => Entry::Number(number),
                None => return unusable(key, "must be a whole number"),
            },
            Value::Array(values) => match values.iter().map(list_entry).collect::<Option<_>>() {
                Some(texts) => hashed_list(texts),
                None => return unusable(key, "a list may hold texts and whole numbers only"),
            },
        };
        self.entries.insert(key, entry);
        Ok(())
    }
}

fn list_entry(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) => value.as_i64().map(|number| number.to_string()),
        _ => None,
    }
}

fn hashed_list(texts: Vec<String>) -> Entry {
    let hashed = texts.iter().map(|text| text.to_ascii_lowercase()).collect();
    Entry::Texts(texts, hashed)
}

fn unusable<T>(key: String, problem: &'static str) -> Result<T, SettingsError> {
    Err(SettingsError::Unusable { key, problem })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_are_flattened() {
        let settings = Settings::from_json(&json!({
            "limits": {"domains": 4, "per": {"plan": "pro"}}, "strict": true, "nothing": null,
        }))
        .unwrap();
        assert_eq!(settings.number("limits.domains"), Some(4));
        assert_eq!(settings.text("limits.per.plan"), Some("pro"));
        assert_eq!(settings.flag("strict"), Some(true));
        assert_eq!(settings.text("nothing"), None);
        assert_eq!(settings.number("strict"), None);
    }

    #[test]
    fn lists_are_asked_without_regard_to_case() {
        let settings = Settings::from_json(&json!({"vip": ["Ann@Acme.example", 7]})).unwrap();
        assert!(settings.contains("vip", "ann@acme.EXAMPLE"));
        assert!(settings.contains("vip", "7"));
        assert!(!settings.contains("vip", "bob@acme.example"));
        assert_eq!(settings.texts("vip"), ["Ann@Acme.example", "7"]);
    }

    #[test]
    fn what_no_look_up_could_return_is_refused() {
        for (value, key) in [(json!({"a": 1.5}), "a"), (json!({"a": {"b": [[]]}}), "a.b")] {
            let error = Settings::from_json(&value).unwrap_err();
            assert!(matches!(error, SettingsError::Unusable { key: k, .. } if k == key));
        }
        assert_eq!(
            Settings::from_json(&json!([])),
            Err(SettingsError::NotAnObject)
        );
    }
}
