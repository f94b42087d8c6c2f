//! Answers about backups.

use serde_json::Value;

use super::layout::pretty;

/// What was made, and what was not.
pub(super) fn words(answer: &Value) -> String {
    let key = answer["key_file"].as_str().unwrap_or_default();
    pretty(&answer["backup"])
        + &format!(
            "\nNOT IN IT: THE SEALING KEY, {key}.\n\
             Without that file nothing opens the passwords and DKIM keys in the backup.\n\
             Keep a copy of it, and not beside the backup.\n"
        )
}
