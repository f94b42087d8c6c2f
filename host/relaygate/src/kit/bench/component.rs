//! One component of an author's: what each of its questions costs.

use std::hint::black_box;

use policy::Chain;
use policy::asked::{self, Parameters};
use policy::measure::Kept;
use policy::questions::Question;
use serde::Serialize;

use super::rounds::micros;
use crate::cli::Failure;
use crate::kit::run::{self, Run};
use crate::kit::sandbox::Subject;

/// What a component costs.
#[derive(Debug, Serialize)]
pub struct OfComponent {
    /// Its size in octets.
    pub octets: usize,
    /// An instance made and thrown away, in microseconds.
    pub instantiate_us: f64,
    /// Each question it answers.
    pub questions: Vec<OfQuestion>,
}

/// What one question to it costs.
#[derive(Debug, Serialize)]
pub struct OfQuestion {
    /// `interface.function` of the contract.
    pub question: &'static str,
    /// A fresh instance asked, in microseconds.
    pub fresh_us: f64,
    /// Work, in units that are the same on every machine.
    pub fuel: Option<u64>,
    /// Linear memory it had in the end, in octets.
    pub memory_octets: usize,
    /// Its answer in a word.
    pub verdict: &'static str,
}

/// Takes the figures of one component.
///
/// # Errors
/// [`Failure`]: a file cannot be read, or it is no component.
pub fn component(asked: &Run) -> Result<OfComponent, Failure> {
    let subject = Subject::open(&asked.component)?.with_memory(asked.memory_mib);
    let policy = subject.policy(&run::json_of(asked.settings.as_deref())?)?;
    let mail = run::mail_of(asked.mail.as_deref())?;
    let mut instantiate = || drop(black_box(Kept::of(&policy, &mail)));
    let [instantiate_us] = micros([&mut instantiate]);
    let questions = match &asked.question {
        Some(named) => vec![subject.question(Some(named))?],
        None => subject.questions(),
    };
    let chain = Chain::new(vec![policy], Vec::new());
    let of = |question| of_question(asked, question, &chain);
    Ok(OfComponent {
        octets: subject.octets(),
        instantiate_us,
        questions: questions.into_iter().map(of).collect::<Result<_, _>>()?,
    })
}

fn of_question(asked: &Run, question: Question, chain: &Chain) -> Result<OfQuestion, Failure> {
    let otherwise = run::json_of(asked.facts.as_deref())?;
    let parameters = Parameters::from_json(question, &asked::sample_with(question, &otherwise));
    let parameters =
        parameters.map_err(|error| Failure::new("facts", format!("{question}: {error}")))?;
    let mail = run::mail_of(asked.mail.as_deref())?;
    let mut fresh = || drop(black_box(parameters.ask(chain, &mail)));
    let [fresh_us] = micros([&mut fresh]);
    let said = parameters.ask(chain, &mail).decisions.pop();
    let said = said.ok_or_else(|| Failure::new("question", "nobody was asked"))?;
    Ok(OfQuestion {
        question: question.name(),
        fresh_us,
        fuel: said.fuel,
        memory_octets: said.memory_octets,
        verdict: said.verdict,
    })
}
