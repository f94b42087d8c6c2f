//! What a policy has to say, case by case: `tests/*.toml` beside its source.
//!
//! | file | what |
//! |---|---|
//! | `cases` | what is asked: the files as their author writes them |
//! | `expect` | what has to be said, and how that differs from what was |
//!
//! The component is built first, unless one is named. Every case is asked in an instance of
//! its own, so cases share nothing, counters included; the order means nothing.

mod cases;
mod expect;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use policy::asked;
use policy::questions::Question;
use policy::words::from_json;
use serde::Serialize;
use storage::Timestamp;

use super::build;
use super::sandbox::{Said, Subject, message};
use crate::cli::Failure;
use crate::facts::{CallFacts, Counters};
use cases::Case;

/// What came of all cases.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The component that was asked.
    pub component: PathBuf,
    /// One for each case, file by file, in the order in which they are written.
    pub cases: Vec<Outcome>,
    /// How many said what they had to.
    pub passed: usize,
    /// How many did not.
    pub failed: usize,
}

/// What came of one case.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// The file it stands in.
    pub file: PathBuf,
    /// What it is called.
    pub name: String,
    /// What was asked.
    pub question: &'static str,
    /// It said what it had to.
    pub passed: bool,
    /// Units of work of the last call.
    pub fuel: Option<u64>,
    /// Lines of a diff: `-` was expected, `+` was said. Empty if it passed.
    pub differences: Vec<String>,
    /// What it wrote to the log in the last call.
    pub log: Vec<String>,
}

/// Asks every case of the directory's `tests`.
///
/// # Errors
/// [`Failure`]: there is no case, one is not written as cases are, or there is no component
/// to ask. That a policy says something else is none.
pub fn test(directory: &Path, component: Option<&Path>) -> Result<Report, Failure> {
    let cases = cases::load(&directory.join(FOLDER))?;
    let component = match component {
        Some(component) => component.to_path_buf(),
        None => build::fresh(directory)?,
    };
    let subject = Subject::open(&component)?;
    let outcomes: Result<Vec<Outcome>, Failure> =
        cases.iter().map(|case| outcome(&subject, case)).collect();
    let cases = outcomes?;
    let passed = cases.iter().filter(|case| case.passed).count();
    Ok(Report {
        failed: cases.len() - passed,
        passed,
        component,
        cases,
    })
}

fn outcome(subject: &Subject, case: &Case) -> Result<Outcome, Failure> {
    let question = subject
        .question(case.question.as_deref())
        .map_err(|failure| case.at(&failure))?;
    let said = asked(subject, question, case).map_err(|failure| case.at(&failure))?;
    let differences = expect::differences(&case.expect, &said);
    Ok(Outcome {
        file: case.file.clone(),
        name: case.name.clone(),
        question: question.name(),
        passed: differences.is_empty(),
        fuel: said.fuel,
        differences,
        log: said.log,
    })
}

/// Asks as often as the case wants; what was said last.
fn asked(subject: &Subject, question: Question, case: &Case) -> Result<Said, Failure> {
    let mut facts = asked::sample_with(question, &case.facts);
    cases::take_away(&mut facts, &case.without)?;
    let known = known(case)?;
    let ask = || subject.ask(question, &case.settings, &known, &facts);
    for _ in 1..case.times.get() {
        ask()?;
    }
    ask()
}

/// What the policy can ask in turn: the message, and whom the account knows.
fn known(case: &Case) -> Result<Arc<dyn policy::Facts>, Failure> {
    let unfit = |what: &str, problem: String| Failure::new("facts", format!("{what}: {problem}"));
    let mut facts = CallFacts::new(None, Arc::new(Counters::default()), Timestamp(0));
    if let Some(mail) = &case.mail {
        facts = facts.with_message(message(mail)?);
    }
    for (address, person) in &case.people {
        let person = from_json(person).map_err(|error| unfit(address, error.to_string()))?;
        facts = facts.with_person(address.clone(), person);
    }
    for (address, known) in &case.support_addresses {
        let known = from_json(known).map_err(|error| unfit(address, error.to_string()))?;
        facts = facts.with_support_address(address.clone(), known);
    }
    Ok(facts.shared())
}

/// Beside a policy's source.
const FOLDER: &str = "tests";
