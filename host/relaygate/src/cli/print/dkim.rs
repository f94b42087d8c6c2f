//! Answers about the installation's DKIM keys.

use serde_json::Value;

use super::layout::{cell, table};

/// The keys, and their records as they are pasted.
pub(super) fn words(answer: &Value) -> String {
    let columns = [
        "selector",
        "id",
        "stage",
        "created_at",
        "since_at",
        "until_at",
    ];
    table(&answer["keys"], &columns) + "\n" + &cell(&answer["zone"])
}
