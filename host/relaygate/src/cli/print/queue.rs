//! Answers about the queue.

use std::collections::BTreeSet;

use serde_json::Value;

use super::layout::{done, pretty, table};
use crate::admin::QueueRequest;

/// The jobs that wait.
pub(super) fn words(request: &QueueRequest, answer: &Value) -> String {
    match request {
        QueueRequest::List(_) => table(&answer["jobs"], &COLUMNS) + &held(&answer["jobs"]),
        QueueRequest::Count => count(answer),
        QueueRequest::ReleaseRestored(_) => format!("{} jobs go on\n", answer["released"]),
        QueueRequest::Show { .. } => pretty(&answer["job"]),
        QueueRequest::Change { .. } => done(),
    }
}

fn count(answer: &Value) -> String {
    let parts = table(&answer["parts"], &["lane", "state", "jobs", "oldest_at"]);
    let destinations = table(&answer["destinations"], &["domain", "jobs", "last_reply"]);
    format!("{parts}\n{destinations}")
}

/// Why nobody works on some of them, each reason once.
fn held(jobs: &Value) -> String {
    let jobs = jobs.as_array().into_iter().flatten();
    let reasons: BTreeSet<(&str, &str)> = jobs
        .filter_map(|job| Some((job["state"].as_str()?, job["why"].as_str()?)))
        .collect();
    let lines = reasons
        .iter()
        .map(|(state, why)| format!("{state}: {why}\n"));
    lines.collect()
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
