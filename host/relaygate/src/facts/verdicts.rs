//! What is written down about the answers of policies.

use metrics::{counter, histogram};
use policy::{Answered, Decision, Failed};
use tracing::{debug, warn};

/// Notes who said what, and hands on the answer.
///
/// # Errors
/// A policy failed; the caller defers or suspends, and the log has the reason.
pub fn noted<T>(answered: Answered<T>) -> Result<T, Failed> {
    answered.decisions.iter().for_each(note);
    if let Err(failed) = &answered.answer {
        let (policy, question) = (&*failed.policy, failed.question.name());
        warn!(policy, question, digest = %failed.digest, failure = %failed.failure, "policy failed");
        counter!("relaygate_policy_failures_total", "failure" => failed.failure.word())
            .increment(1);
    }
    answered.answer
}

fn note(decision: &Decision) {
    let question = decision.question.name();
    debug!(
        policy = &*decision.policy,
        digest = %decision.digest,
        question,
        verdict = decision.verdict,
        code = decision.code.as_deref(),
        micros = decision.micros,
        "policy answered",
    );
    histogram!("relaygate_policy_seconds", "question" => question)
        .record(decision.micros as f64 / MICROS_PER_SECOND);
    for line in &decision.log {
        debug!(policy = &*decision.policy, level = ?line.level, text = line.text, "policy log");
    }
}

const MICROS_PER_SECOND: f64 = 1_000_000.0;
