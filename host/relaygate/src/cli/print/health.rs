//! How the program is.

use serde_json::Value;

use super::layout::{pretty, table};

/// What it is, what readiness depends on, and what deserves a look.
pub(super) fn words(answer: &Value) -> String {
    let mut rest = answer.clone();
    let mut taken = |key: &str| rest.as_object_mut().and_then(|it| it.remove(key));
    let mut lists = String::new();
    for (key, columns) in LISTS {
        let list = taken(key).unwrap_or_default();
        if list.as_array().is_some_and(|list| !list.is_empty()) {
            lists.push_str(&format!("\n{}", table(&list, columns)));
        }
    }
    let store = taken("store").unwrap_or_default();
    format!("{}{}{lists}", pretty(&rest), pretty(&store))
}

const LISTS: [(&str, &[&str]); 3] = [
    ("parts", &["name", "fine"]),
    ("certificates", &["purpose", "expires_at", "ends_soon"]),
    ("circuits", &["host", "port", "failures", "probed_at"]),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_stand_behind_what_is_one() {
        let told = words(&json!({
            "ready": true, "version": "1.0.0",
            "parts": [{ "name": "journal", "fine": true }],
            "store": { "journal_octets": 7 },
            "circuits": [], "certificates": [],
        }));
        let expected =
            "ready    true\nversion  1.0.0\njournal_octets  7\n\nNAME     FINE\njournal  true\n";
        assert_eq!(told, expected);
    }
}
