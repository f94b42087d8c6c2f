//! One component of an author's: what each of its questions costs.

use std::hint::black_box;

use policy::measure::Kept;
use policy::questions::Question;
use policy::{Chain, Policy};
use serde::Serialize;

use super::rounds::micros;
use crate::cli::Failure;
use crate::kit::run::{self, Run};

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
    let (plain, metered) = (run::policy(asked, false)?, run::policy(asked, true)?);
    let mail = run::mail_of(asked.mail.as_deref())?;
    let mut instantiate = || drop(black_box(Kept::of(&plain, &mail)));
    let [instantiate_us] = micros([&mut instantiate]);
    let questions = run::questions(asked.question.as_deref(), &plain)?;
    let of = |question| of_question(asked, question, &plain, &metered);
    Ok(OfComponent {
        octets: run::octets_of(&asked.component)?.len(),
        instantiate_us,
        questions: questions.into_iter().map(of).collect::<Result<_, _>>()?,
    })
}

fn of_question(
    asked: &Run,
    question: Question,
    plain: &Policy,
    metered: &Policy,
) -> Result<OfQuestion, Failure> {
    let parameters = run::parameters(asked, question)?;
    let mail = run::mail_of(asked.mail.as_deref())?;
    let chain = |policy: &Policy| Chain::new(vec![policy.clone()], Vec::new());
    let (plain_chain, metered) = (chain(plain), chain(metered));
    let mut fresh = || drop(black_box(parameters.ask(&plain_chain, &mail)));
    let [fresh_us] = micros([&mut fresh]);
    let said = parameters.ask(&metered, &mail).decisions.pop();
    let nobody = || Failure::new("question", format!("{question} was not answered"));
    let said = said.ok_or_else(nobody)?;
    Ok(OfQuestion {
        question: question.name(),
        fresh_us,
        fuel: said.fuel,
        memory_octets: said.memory_octets,
        verdict: said.verdict,
    })
}
