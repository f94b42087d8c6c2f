//! Answers about the queue.

use serde_json::Value;

use super::layout::{done, pretty, table};
use crate::admin::QueueRequest;

/// The jobs that wait.
pub(super) fn words(request: &QueueRequest, answer: &Value) -> String {
    match request {
        QueueRequest::List(_) => table(&answer["jobs"], &COLUMNS),
        QueueRequest::Show { .. } => pretty(&answer["job"]),
        QueueRequest::Change { .. } => done(),
    }
}

const COLUMNS: [&str; 8] = [
    "id",
    "lane",
    "account",
    "state",
    "due",
    "attempts",
    "subject_kind",
    "last_reply",
];
