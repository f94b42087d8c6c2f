//! Answers about the sealing key.

use serde_json::Value;

use super::layout::pretty;

/// How it stands, and what is left to do.
pub(super) fn words(answer: &Value) -> String {
    let left = match answer["keys"].as_u64() {
        Some(0 | 1) => "",
        _ => {
            "\nThe old keys are still in the key file: backups made before need them. Keep a copy of\n\
             the file, then take them out with `relaygate secrets forget`.\n"
        }
    };
    pretty(answer) + left
}
