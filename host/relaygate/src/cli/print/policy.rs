//! Who decides, and what was answered.

use serde_json::{Value, json};

use super::layout::{pretty, table};
use crate::admin::PolicyRequest;
use crate::kit::test::{Outcome, Report};

pub(super) fn words(request: &PolicyRequest, answer: &Value) -> String {
    match request {
        PolicyRequest::List { .. } => listed(answer),
        PolicyRequest::Check(_) | PolicyRequest::Promote(_) => pretty(answer),
        PolicyRequest::Shadow(_) => trial(answer),
        PolicyRequest::EndTrial { name, .. } => format!("the trial of {name} is ended\n"),
        PolicyRequest::Replay(_) => replayed(answer),
        PolicyRequest::Remove { name, .. } => format!("{name} is removed\n"),
        PolicyRequest::Install(_) | PolicyRequest::Show { .. } | PolicyRequest::Rollback { .. } => {
            let head = format!("{}\n", answer["name"].as_str().unwrap_or_default());
            let versions = table(&answer["versions"], &VERSION_COLUMNS);
            match &answer["trial"] {
                Value::Null => head + &versions,
                tried => format!("{head}{versions}\n{}", trial(tried)),
            }
        }
    }
}

/// A version on trial, and what was different.
fn trial(answer: &Value) -> String {
    let mut head = answer.clone();
    if let Some(head) = head.as_object_mut() {
        head.remove("differences");
    }
    let differences = table(
        &answer["differences"],
        &["at", "message_id", "question", "live", "candidate"],
    );
    format!("on trial\n{}{differences}", pretty(&head))
}

/// What is different first, who was left out, how much was asked last.
fn replayed(answer: &Value) -> String {
    let differences = table(
        &answer["differences"],
        &["account", "at", "message_id", "question", "from", "to"],
    );
    let changes = table(
        &answer["changes"],
        &["account", "question", "from", "to", "count"],
    );
    let left_out = table(&answer["not_ready"], &["account", "reason"]);
    let mut sums = answer.clone();
    if let Some(sums) = sums.as_object_mut() {
        sums.retain(|_, value| value.is_number());
    }
    format!("{differences}{changes}{left_out}{}", pretty(&sums))
}

/// The cases of each file, with what differs below those that failed.
pub(in crate::cli) fn tested(report: &Report) -> String {
    let mut text = String::new();
    for (at, case) in report.cases.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| &report.cases[at].file);
        if before != Some(&case.file) {
            text += &format!("{}\n", case.file.display());
        }
        text += &outcome(case);
    }
    let (passed, failed) = (report.passed, report.failed);
    text + &format!("{passed} passed, {failed} failed\n")
}

fn outcome(case: &Outcome) -> String {
    let word = if case.passed { "ok" } else { "WRONG" };
    let fuel = case.fuel.unwrap_or_default();
    let head = format!("  {word:<6}{} ({fuel} fuel)\n", case.name);
    let said = case.log.iter().map(|line| format!("log: {line}"));
    let lines = case.differences.iter().cloned().chain(said);
    match case.passed {
        true => head,
        false => lines.fold(head, |text, line| text + &format!("          {line}\n")),
    }
}

/// The policies, then each question with what each of them answered to it.
fn listed(answer: &Value) -> String {
    let policies = table(&answer["policies"], &POLICY_COLUMNS);
    let questions = answer["questions"].as_array().into_iter().flatten();
    let rows: Vec<Value> = questions.flat_map(rows).collect();
    format!(
        "{policies}\n{}",
        table(&Value::Array(rows), &ANSWER_COLUMNS)
    )
}

fn rows(question: &Value) -> Vec<Value> {
    let answers = question["answers"].as_array().into_iter().flatten();
    let row = |answers: &Value| {
        let shares = answers["verdicts"].as_array().into_iter().flatten();
        let shares: Vec<String> = shares.map(share).collect();
        let mut row = answers.clone();
        row["question"] = question["question"].clone();
        row["verdicts"] = json!(shares);
        row
    };
    answers.map(row).collect()
}

/// `accept 98.5 %`
fn share(share: &Value) -> String {
    let permille = share["permille"].as_u64().unwrap_or_default();
    let verdict = share["verdict"].as_str().unwrap_or_default();
    format!("{verdict} {}.{} %", permille / 10, permille % 10)
}

const VERSION_COLUMNS: [&str; 5] = ["digest", "live", "installed_at", "interfaces", "settings"];
const POLICY_COLUMNS: [&str; 7] = [
    "name",
    "owner",
    "version",
    "digest",
    "calls",
    "failures",
    "micros_mean",
];
const ANSWER_COLUMNS: [&str; 6] = [
    "question",
    "policy",
    "calls",
    "failures",
    "micros_mean",
    "verdicts",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_stands_with_its_answers() {
        let answer = json!({
            "policies": [],
            "questions": [{
                "question": "routes.inbound",
                "answers": [{
                    "policy": "routing", "calls": 3, "failures": 0, "micros_mean": 21,
                    "verdicts": [{ "verdict": "ticket", "count": 2, "permille": 667 },
                        { "verdict": "suspend", "count": 1, "permille": 333 }],
                }],
            }],
        });
        let told = listed(&answer);
        assert!(
            told.contains("routing  3      0         21           ticket 66.7 %,suspend 33.3 %"),
            "{told}"
        );
    }
}
