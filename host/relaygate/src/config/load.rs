//! From a file to a [`Config`], or to one clear line.

use std::fmt;
use std::path::{Path, PathBuf};

use schemars::schema_for;
use serde_json::Value;

use super::Config;

/// Why the program cannot start as configured: one line that names file, key,
/// what is wrong and the mend. The program exits with 78 (`EX_CONFIG`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The configuration file.
    pub file: PathBuf,
    /// The line in it, where known.
    pub line: Option<usize>,
    /// The key, for example `listener[0].bind`; empty if it is about the file.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub mend: String,
}

impl ConfigError {
    /// An error about one key, or about the whole file if `key` is empty.
    pub fn new(key: &str, problem: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            file: PathBuf::new(),
            line: None,
            key: key.to_owned(),
            problem: problem.into(),
            mend: mend.into(),
        }
    }

    /// The same error, said of this file.
    pub fn in_file(mut self, file: &Path) -> Self {
        self.file = file.to_owned();
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, " line {line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}; {}", self.problem, self.mend)
    }
}

impl std::error::Error for ConfigError {}

/// Reads and judges the file; what it names (certificates, keys) is looked at,
/// nothing is changed.
pub fn load(file: &Path) -> Result<Config, ConfigError> {
    let config = read(file)?;
    super::check(&config).map_err(|error| error.in_file(file))?;
    Ok(config)
}

/// Reads the file without judging its values, for commands that only want to
/// know where something is.
pub fn read(file: &Path) -> Result<Config, ConfigError> {
    let text = std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
    parse(&text).map_err(|error| error.in_file(file))
}

/// The manual: every key with its comment, as a JSON schema.
pub fn schema() -> Value {
    schema_for!(Config).to_value()
}

/// Reads the text of a configuration file; the shape is judged, not the values.
pub fn parse(text: &str) -> Result<Config, ConfigError> {
    let source = toml::Deserializer::parse(text).map_err(|error| syntax(text, &error))?;
    serde_path_to_error::deserialize(source).map_err(|error| {
        let path = error.path().to_string();
        shape(text, &path, error.inner())
    })
}

fn unreadable(file: &Path, error: &std::io::Error) -> ConfigError {
    ConfigError::new(
        "",
        format!("cannot be read ({})", io_reason(error)),
        "name a readable file with --config or RELAYGATE_CONFIG",
    )
    .in_file(file)
}

/// The reason of an I/O error without its number.
pub(crate) fn io_reason(error: &std::io::Error) -> String {
    let text = error.to_string().to_lowercase();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

fn syntax(text: &str, error: &toml::de::Error) -> ConfigError {
    ConfigError {
        line: line_of(text, error),
        ..ConfigError::new(
            "",
            format!("not TOML ({})", one_line(error.message())),
            "mend the syntax, see https://toml.io",
        )
    }
}

/// The file is TOML, but not ours: an unknown key, a missing one, a wrong value.
fn shape(text: &str, path: &str, error: &toml::de::Error) -> ConfigError {
    let message = one_line(error.message());
    let (key, problem, mend) = match quoted_after(&message, "missing field ") {
        Some(field) => missing(path, field),
        None if message.starts_with("unknown field") => unknown(path, &message),
        None => (path.to_owned(), message, expected(path)),
    };
    ConfigError {
        line: line_of(text, error),
        ..ConfigError::new(&key, problem, mend)
    }
}

fn missing(path: &str, field: &str) -> (String, String, String) {
    let key = match path {
        "." => field.to_owned(),
        section => format!("{section}.{field}"),
    };
    let mend = expected(&key);
    (key, "missing".to_owned(), mend)
}

fn unknown(path: &str, message: &str) -> (String, String, String) {
    let known = message.split_once(", expected ").map(|(_, list)| list);
    let known = known.unwrap_or("no key at all").replace('`', "");
    let known = known.trim_start_matches("one of ").replace(" or ", ", ");
    let mend = format!("remove it or use one of: {known}");
    (path.to_owned(), "unknown key".to_owned(), mend)
}

/// The mend for a wrong or missing value: what the manual says of the key.
fn expected(path: &str) -> String {
    match describe(&schema(), path) {
        Some(text) => format!("expected: {text}"),
        None => "see `relaygate config-schema`".to_owned(),
    }
}

/// The description of the key at `path` in a JSON schema.
fn describe(schema: &Value, path: &str) -> Option<String> {
    let mut place = schema;
    let mut text = None;
    for step in path.split('.') {
        let name = step.split('[').next()?;
        place = resolve(schema, place)?.get("properties")?.get(name)?;
        text = place.get("description").and_then(Value::as_str);
        if step.contains('[') {
            place = place.get("items").unwrap_or(place);
        }
    }
    let text = text?;
    let paragraph = text.split("\n\n").next()?;
    Some(one_line(paragraph).trim_end_matches('.').to_owned())
}

/// Follows `$ref`, also through the `anyOf` of an optional section.
fn resolve<'a>(schema: &'a Value, place: &'a Value) -> Option<&'a Value> {
    let reference = |value: &'a Value| value.get("$ref").and_then(Value::as_str);
    let alternatives = place.get("anyOf").and_then(Value::as_array);
    let target = reference(place)
        .or_else(|| alternatives?.iter().find_map(reference))
        .and_then(|target| schema.pointer(target.trim_start_matches('#')));
    Some(target.unwrap_or(place))
}

fn quoted_after<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.split('`').nth(1)
}

fn line_of(text: &str, error: &toml::de::Error) -> Option<usize> {
    let start = error.span()?.start;
    Some(text.get(..start)?.matches('\n').count() + 1)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
