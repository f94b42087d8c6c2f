//! One question to one policy, with a message from a file: what it says and what that cost.
//!
//! What the facts file leaves out is an ordinary case (`policy::asked::sample`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use policy::{NoFacts, asked};
use serde::Serialize;
use serde_json::{Value, json};
use storage::Timestamp;

use super::sandbox::{Said, Subject, message, octets_of};
use crate::cli::Failure;
use crate::facts::{CallFacts, Counters};

/// What to ask whom.
#[derive(Debug)]
pub struct Run {
    /// The component.
    pub component: PathBuf,
    /// `interface.function`; the first question it answers if absent.
    pub question: Option<String>,
    /// A message (RFC 5322); none if absent.
    pub mail: Option<PathBuf>,
    /// JSON: the facts that are not ordinary, as the question's parameters are called.
    pub facts: Option<PathBuf>,
    /// JSON: its settings.
    pub settings: Option<PathBuf>,
    /// Its memory in MiB; as when it is installed if absent.
    pub memory_mib: Option<u32>,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Ran {
    /// What was asked.
    pub question: &'static str,
    /// The facts it was asked with, in the words of the contract.
    pub facts: Value,
    /// What it said.
    #[serde(flatten)]
    pub said: Said,
}

/// Asks.
///
/// # Errors
/// [`Failure`], with the file and the mend.
pub fn run(run: &Run) -> Result<Ran, Failure> {
    let subject = Subject::open(&run.component)?.with_memory(run.memory_mib);
    let question = subject.question(run.question.as_deref())?;
    let facts = asked::sample_with(question, &json_of(run.facts.as_deref())?);
    let settings = json_of(run.settings.as_deref())?;
    let mail = mail_of(run.mail.as_deref())?;
    Ok(Ran {
        question: question.name(),
        said: subject.ask(question, &settings, &mail, &facts)?,
        facts,
    })
}

/// The message, if there is one.
pub(super) fn mail_of(file: Option<&Path>) -> Result<Arc<dyn policy::Facts>, Failure> {
    let Some(file) = file else {
        return Ok(NoFacts::shared());
    };
    let facts = CallFacts::new(None, Arc::new(Counters::default()), Timestamp(0));
    Ok(facts.with_message(message(file)?).shared())
}

/// What is in a file of JSON; an empty object if there is none.
pub(super) fn json_of(file: Option<&Path>) -> Result<Value, Failure> {
    let Some(file) = file else {
        return Ok(json!({}));
    };
    serde_json::from_slice(&octets_of(file)?)
        .map_err(|error| Failure::new("json", format!("{} is not JSON ({error})", file.display())))
}
