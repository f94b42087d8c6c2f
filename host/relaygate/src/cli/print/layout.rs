//! How values, objects and lists look on a terminal.

use serde_json::Value;

/// A secret, and what to do with it.
pub(super) fn once(secret: &str) -> String {
    format!("{secret}\nThis is shown once. Keep it where you keep passwords.\n")
}

/// What is said where there is nothing to show.
pub(super) fn done() -> String {
    "done\n".to_owned()
}

/// An object as `key: value` lines.
pub(in crate::cli) fn pretty(value: &Value) -> String {
    let Some(object) = value.as_object() else {
        return format!("{}\n", cell(value));
    };
    let width = object.keys().map(String::len).max().unwrap_or_default();
    object.keys().fold(String::new(), |text, key| {
        text + &format!("{key:width$}  {}\n", field(value, key))
    })
}

/// A list of objects, one column for each of these fields.
pub(super) fn table(list: &Value, columns: &[&str]) -> String {
    let row = |item: &Value| columns.iter().map(|column| field(item, column)).collect();
    aligned(
        columns,
        list.as_array().into_iter().flatten().map(row).collect(),
    )
}

/// Rows under their heads, as wide as the widest.
pub(super) fn aligned(columns: &[&str], rows: Vec<Vec<String>>) -> String {
    let head = columns.iter().map(|column| column.to_uppercase()).collect();
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let width = |index: usize| lines.iter().map(|line| line[index].chars().count()).max();
    let widths: Vec<_> = (0..columns.len())
        .map(|index| width(index).unwrap_or_default())
        .collect();
    lines.iter().fold(String::new(), |text, line| {
        let cells = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        text + cells.collect::<Vec<_>>().join("  ").trim_end() + "\n"
    })
}

/// One field of an object on one line; times as people read them.
pub(super) fn field(object: &Value, key: &str) -> String {
    let is_time = key == "at" || key == "due" || key.ends_with("_at");
    match object[key].as_u64().filter(|_| is_time) {
        Some(0) => "-".to_owned(),
        Some(at) => mail::message::timestamp(at),
        None => cell(&object[key]),
    }
}

/// One value on one line. What others wrote (subjects, replies) may hold
/// anything; a terminal gets no control characters from us.
pub(super) fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.iter().all(Value::is_string) => list
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(","),
        other => other.to_string(),
    };
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_for_people() {
        let answer = json!({"created_at": 1_767_225_600_000_u64, "checked_at": 0, "at": "x"});
        assert_eq!(field(&answer, "created_at"), "2026-01-01T00:00:00Z");
        assert_eq!(field(&answer, "checked_at"), "-");
        assert_eq!(field(&answer, "at"), "x");
    }

    #[test]
    fn a_table_is_aligned() {
        let list = json!([{"id": 1, "name": "Acme"}, {"id": 12, "name": null}]);
        assert_eq!(table(&list, &["id", "name"]), "ID  NAME\n1   Acme\n12  -\n");
    }

    #[test]
    fn a_subject_cannot_write_to_the_terminal() {
        assert_eq!(cell(&json!("a\u{1b}[2Jb")), "a\u{fffd}[2Jb");
    }
}
