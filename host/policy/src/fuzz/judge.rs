//! What is wrong about an answer.

use std::sync::Arc;

use serde_json::Value;

use super::invariant::Invariant;
use super::target::{Host, Seen, Target};
use super::{FuzzError, Input};
use crate::{Facts, Failure};

/// What kind of problem a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The policy trapped: a panic, an access out of bounds, a stack overflow.
    Trap,
    /// It was still busy when its time was up.
    Deadline,
    /// It wanted more memory than it may have.
    Memory,
    /// It called the host too often.
    HostCalls,
    /// It handed over too much at once.
    Transfer,
    /// It answered against the contract, and the host refused that: a protected field
    /// edited, a code that is no word.
    Refused,
    /// The host left out a part of its answer: a `system_` tag, a hint that is no line.
    Dropped,
    /// Asked the same again, it said something else.
    NonDeterminism,
    /// An invariant forbids what it said.
    Invariant,
    /// It is we who failed.
    Host,
}

/// What was found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Of which kind it is.
    pub kind: Kind,
    /// What happened, in a sentence.
    pub what: String,
    /// Two problems with the same are the same one.
    pub(super) mark: String,
}

/// An input that was asked.
pub(super) struct Examined {
    pub(super) seen: Seen,
    pub(super) problem: Option<Problem>,
    /// The header fields the policy asked for.
    pub(super) fields: Vec<String>,
}

impl Kind {
    /// One word, as it stands in file names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trap => "trap",
            Self::Deadline => "deadline",
            Self::Memory => "memory",
            Self::HostCalls => "host-calls",
            Self::Transfer => "transfer",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
            Self::NonDeterminism => "non-determinism",
            Self::Invariant => "invariant",
            Self::Host => "host",
        }
    }
}

impl Problem {
    pub(super) fn new(kind: Kind, what: impl Into<String>) -> Self {
        let what = what.into();
        let mark = format!("{} {what}", kind.word());
        Self { kind, what, mark }
    }

    /// The same, told apart from others of its kind by this.
    fn marked(mut self, mark: &str) -> Self {
        self.mark = format!("{} {mark}", self.kind.word());
        self
    }
}

/// Asks the policy as it is, as often as it takes to judge.
///
/// # Errors
/// The input is not of the contract.
pub(super) fn examine(
    target: &Target,
    input: &Input,
    message: &Arc<dyn Facts>,
    invariants: &mut [Invariant],
) -> Result<Examined, FuzzError> {
    let host = Host::new(message);
    let seen = target.ask(input, &host)?;
    let fields = host.fields();
    let problem = match &seen.answer {
        Err(failure @ Failure::Deadline(_)) => match is_far_off(target, input, message)? {
            true => Some(failed(failure, &seen)),
            false => None,
        },
        Err(failure) => Some(failed(failure, &seen)),
        Ok(answer) => match dropped(answer, &seen) {
            Some(problem) => Some(problem),
            None => unsteady(target, input, message, &seen, &host)?,
        },
    };
    let problem = problem.or_else(|| forbidden(input, &seen, invariants));
    Ok(Examined {
        seen,
        problem,
        fields,
    })
}

fn failed(failure: &Failure, seen: &Seen) -> Problem {
    let kind = match failure {
        Failure::Deadline(_) | Failure::Fuel => Kind::Deadline,
        Failure::Memory(_) => Kind::Memory,
        Failure::HostCalls(_) => Kind::HostCalls,
        Failure::Transfer(_) => Kind::Transfer,
        Failure::Output(_) => Kind::Refused,
        Failure::Busy | Failure::Missing | Failure::Unanswered => Kind::Host,
        // It was stopped in the middle.
        _ => Kind::Trap,
    };
    let problem = Problem::new(kind, failure.to_string());
    match kind {
        // Panics end in the same instruction; how they came there tells them apart.
        Kind::Trap => problem.marked(&place(seen, failure)),
        _ => problem,
    }
}

fn place(seen: &Seen, failure: &Failure) -> String {
    let text = failure.to_string();
    // A stack that overflows does so anywhere.
    match text.contains("stack exhausted") {
        true => text,
        false => format!("{text} {:?}", seen.glimpse.frames),
    }
}

/// Whether it is not done in a multiple of its time either. What is done by then may be late
/// on this machine at this moment only, and would not show again.
fn is_far_off(target: &Target, input: &Input, message: &Arc<dyn Facts>) -> Result<bool, FuzzError> {
    let again = target.ask_patiently(input, &Host::new(message))?;
    Ok(is_deadline(&again))
}

fn dropped(answer: &Value, seen: &Seen) -> Option<Problem> {
    let said = seen.glimpse.answer.as_ref()?;
    if said == answer {
        return None;
    }
    let what = format!("of its answer {said} the host keeps {answer} only");
    Some(Problem::new(Kind::Dropped, what).marked(""))
}

/// Asks the same again: with all the host says being the same, and then with its counters
/// gone on by one question, as they do where mail is tried again.
fn unsteady(
    target: &Target,
    input: &Input,
    message: &Arc<dyn Facts>,
    seen: &Seen,
    host: &Arc<Host>,
) -> Result<Option<Problem>, FuzzError> {
    let again = target.ask(input, &Host::new(message))?;
    if is_deadline(&again) {
        return Ok(None);
    }
    if again.answer != seen.answer || again.fuel != seen.fuel || again.log != seen.log {
        let what = format!(
            "asked the same twice, it said {} with {} units of fuel and {} with {}",
            told(seen),
            seen.fuel,
            told(&again),
            again.fuel
        );
        return Ok(Some(Problem::new(Kind::NonDeterminism, what).marked("")));
    }
    if !host.has_counted() {
        return Ok(None);
    }
    let later = target.ask(input, host)?;
    if is_deadline(&later) || later.answer == seen.answer {
        return Ok(None);
    }
    let what = format!(
        "asked the same once more, with nothing changed but its own counters, it said {} \
         instead of {}",
        told(&later),
        told(seen)
    );
    let problem = Problem::new(Kind::NonDeterminism, what);
    Ok(Some(problem.marked("counters")))
}

fn is_deadline(seen: &Seen) -> bool {
    matches!(seen.answer, Err(Failure::Deadline(_)))
}

fn told(seen: &Seen) -> String {
    match &seen.answer {
        Ok(answer) => answer.to_string(),
        Err(failure) => format!("nothing ({failure})"),
    }
}

fn forbidden(input: &Input, seen: &Seen, invariants: &mut [Invariant]) -> Option<Problem> {
    let answer = seen.answer.as_ref().ok()?;
    let mut about = invariants.iter_mut();
    let broken = about.find_map(|it| {
        let broken = it.is_broken(input, answer, seen.verdict);
        broken.then_some(it)
    })?;
    let what = format!("{} does not hold; it said {answer}", broken.text());
    let mark = broken.text().to_owned();
    Some(Problem::new(Kind::Invariant, what).marked(&mark))
}
