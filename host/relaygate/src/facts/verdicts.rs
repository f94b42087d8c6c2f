//! What is written down about the answers of policies.

use desk::messages::Verdict;
use metrics::{counter, histogram};
use policy::{Answered, Decision, Failed};
use tracing::{debug, warn};

/// Notes who said what, adds it to what is to stand in the message's log (R4), and
/// hands on the answer.
///
/// # Errors
/// A policy failed; the caller defers or suspends, and the log has the reason.
pub fn noted<T>(answered: Answered<T>, verdicts: &mut Vec<Verdict>) -> Result<T, Failed> {
    for decision in &answered.decisions {
        note(decision);
        hear(verdicts, verdict(decision));
    }
    if let Err(failed) = &answered.answer {
        let (policy, question) = (&*failed.policy, failed.question.name());
        warn!(policy, question, digest = %failed.digest, failure = %failed.failure, "policy failed");
        let own = answered.decisions.last().is_some_and(|last| last.own);
        let labels = [
            ("policy", if own { "own" } else { policy }.to_owned()),
            ("failure", failed.failure.word().to_owned()),
        ];
        counter!("relaygate_policy_failures_total", &labels).increment(1);
    }
    answered.answer
}

/// Adds a verdict, once: a hundred recipients are accepted in the same words.
pub fn hear(verdicts: &mut Vec<Verdict>, verdict: Verdict) {
    if !verdicts.contains(&verdict) {
        verdicts.push(verdict);
    }
}

fn verdict(decision: &Decision) -> Verdict {
    Verdict {
        policy: decision.policy.to_string(),
        digest: *decision.digest.octets(),
        question: decision.question.name().to_owned(),
        verdict: decision.verdict.to_owned(),
        code: decision.code.clone(),
    }
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
    // An account calls its own as it likes; there may be thousands of names.
    let policy = || match decision.own {
        true => "own".to_owned(),
        false => decision.policy.to_string(),
    };
    histogram!("relaygate_policy_seconds", "policy" => policy(), "question" => question)
        .record(decision.micros as f64 / MICROS_PER_SECOND);
    let verdict = decision.verdict;
    counter!(
        "relaygate_policy_answers_total",
        "policy" => policy(), "question" => question, "verdict" => verdict
    )
    .increment(1);
    for line in &decision.log {
        debug!(policy = &*decision.policy, level = ?line.level, text = line.text, "policy log");
    }
}

const MICROS_PER_SECOND: f64 = 1_000_000.0;
