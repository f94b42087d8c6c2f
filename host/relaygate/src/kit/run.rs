//! One question to one policy, with a message from a file: what it says and what that cost.
//!
//! The policy is asked alone, as an operator's would be, with fuel counted: it is the same
//! number on every machine. What the facts file leaves out is an ordinary case
//! (`policy::asked::sample`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mail::message::Headers;
use policy::asked::Parameters;
use policy::questions::Question;
use policy::words::WordsError;
use policy::{Chain, Engine, EngineSettings, NoFacts, Policy, Settings, asked};
use serde::Serialize;
use serde_json::{Value, json};
use storage::Timestamp;

use crate::cli::Failure;
use crate::config::io_reason;
use crate::facts::{CallFacts, Counters, MessageStart};

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
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Ran {
    /// What was asked.
    pub question: &'static str,
    /// The facts it was asked with, in the words of the contract.
    pub facts: Value,
    /// The answer in the words of the contract; null if it failed.
    pub answer: Value,
    /// Why it failed.
    pub failure: Option<String>,
    /// The answer in a word.
    pub verdict: &'static str,
    /// The code beside it.
    pub code: Option<String>,
    /// Time of the call.
    pub micros: u64,
    /// Units of work; the same for the same input, everywhere.
    pub fuel: Option<u64>,
    /// What it wrote to the log.
    pub log: Vec<String>,
}

/// Asks.
///
/// # Errors
/// [`Failure`], with the file and the mend.
pub fn run(run: &Run) -> Result<Ran, Failure> {
    let policy = policy(run, true)?;
    let question = questions(run.question.as_deref(), &policy)?.swap_remove(0);
    let facts = facts(run, question)?;
    let parameters = parameters(run, question)?;
    let mail = mail_of(run.mail.as_deref())?;
    let chain = Chain::new(vec![policy], Vec::new());
    let mut told = parameters.ask(&chain, &mail);
    let said = told.decisions.pop();
    let said = said.ok_or_else(|| Failure::new("question", "nobody was asked".to_owned()))?;
    let (answer, failure) = match told.answer {
        Ok(answer) => (answer, None),
        Err(failed) => (Value::Null, Some(failed.failure.to_string())),
    };
    Ok(Ran {
        question: question.name(),
        facts,
        answer,
        failure,
        verdict: said.verdict,
        code: said.code,
        micros: said.micros,
        fuel: said.fuel,
        log: said.log.into_iter().map(|line| line.text).collect(),
    })
}

/// The policy to be asked.
pub(super) fn policy(run: &Run, metered: bool) -> Result<Policy, Failure> {
    let settings = EngineSettings {
        metered,
        instances_max: 4,
        ..EngineSettings::default()
    };
    let engine = Engine::new(settings);
    let engine = engine.map_err(|error| Failure::new("sandbox", error.to_string()))?;
    let component = engine
        .compile(&octets_of(&run.component)?)
        .map_err(|error| {
            Failure::new("component", format!("{}: {error}", run.component.display()))
        })?;
    let settings = Settings::from_json(&json_of(run.settings.as_deref())?);
    let settings = settings.map_err(|error| Failure::new("settings", error.to_string()))?;
    Ok(Policy::new("policy", &component).with_settings(settings))
}

/// The question of that name, or all it answers; never none.
pub(super) fn questions(named: Option<&str>, policy: &Policy) -> Result<Vec<Question>, Failure> {
    let answered = Question::ALL.into_iter().filter(|it| policy.answers(*it));
    let known: Vec<&str> = answered.clone().map(Question::name).collect();
    let is_meant = |question: &Question| named.is_none_or(|name| question.name() == name);
    let meant: Vec<Question> = answered.filter(is_meant).collect();
    match meant.is_empty() {
        true => Err(Failure::usage(format!("it answers {}", known.join(", ")))),
        false => Ok(meant),
    }
}

/// What it is asked with.
pub(super) fn parameters(run: &Run, question: Question) -> Result<Parameters, Failure> {
    let parameters = Parameters::from_json(question, &facts(run, question)?);
    parameters.map_err(|error| unfit(question, &error))
}

fn facts(run: &Run, question: Question) -> Result<Value, Failure> {
    let otherwise = json_of(run.facts.as_deref())?;
    Ok(asked::sample_with(question, &otherwise))
}

fn unfit(question: Question, error: &WordsError) -> Failure {
    Failure::new("facts", format!("{question}: {error}"))
}

/// The message, if there is one.
pub(super) fn mail_of(file: Option<&Path>) -> Result<Arc<dyn policy::Facts>, Failure> {
    let Some(file) = file else {
        return Ok(NoFacts::shared());
    };
    let octets = octets_of(file)?;
    let headers = Headers::parse(&octets).map_err(|error| {
        Failure::new(
            "mail",
            format!("{} is no message ({error})", file.display()),
        )
    })?;
    let start = MessageStart {
        headers: Arc::new(headers),
        octets: octets.len() as u64,
        start: octets.into(),
    };
    let facts = CallFacts::new(None, Arc::new(Counters::default()), Timestamp(0));
    Ok(facts.with_message(start).shared())
}

fn json_of(file: Option<&Path>) -> Result<Value, Failure> {
    let Some(file) = file else {
        return Ok(json!({}));
    };
    serde_json::from_slice(&octets_of(file)?)
        .map_err(|error| Failure::new("json", format!("{} is not JSON ({error})", file.display())))
}

/// What is in a file.
pub(super) fn octets_of(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| {
        let problem = format!("{} cannot be read ({})", file.display(), io_reason(&error));
        Failure::new("file", problem)
    })
}
