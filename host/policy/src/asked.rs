//! A question whose facts are JSON in the words of the contract: for whoever tries a policy
//! out, and knows only at run time what to ask.
//!
//! The names of a question's members are those of its function's parameters in `wit/`.
//! Mail never comes this way.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::questions::Question;
use crate::words::{self, WordsError, from_json};
use crate::{Answered, Chain, Decision, Facts, Failed};

/// What came of it.
#[derive(Debug)]
pub struct Told {
    /// The answer in the words of the contract, or which policy failed.
    pub answer: Result<Value, Failed>,
    /// What each policy said on the way to it.
    pub decisions: Vec<Decision>,
}

/// Asks a chain.
///
/// # Errors
/// The facts are not those of the question.
pub fn ask(
    chain: &Chain,
    question: Question,
    mail: &Arc<dyn Facts>,
    facts: &Value,
) -> Result<Told, WordsError> {
    Ok(match question {
        Question::AddDomain => told(chain.add_domain(mail, &from_json(&facts["facts"])?)),
        Question::AddAddress => told(chain.add_address(mail, &from_json(&facts["facts"])?)),
        Question::Sender => told(chain.sender(
            mail,
            &from_json(&facts["session"])?,
            &from_json::<String>(&facts["sender"])?,
            from_json(&facts["octets"])?,
        )),
        Question::Recipient => told(chain.recipient(
            mail,
            &from_json(&facts["session"])?,
            &from_json(&facts["envelope"])?,
            &from_json(&facts["candidate"])?,
        )),
        Question::HeadersInbound => told(chain.inbound(mail, &from_json(&facts["facts"])?)),
        Question::HeadersOutbound => told(chain.outbound(mail, &from_json(&facts["facts"])?)),
        Question::HeadersReturned => told(chain.returned(mail, &from_json(&facts["facts"])?)),
        Question::Tags => told(chain.delivery(mail, &from_json(&facts["facts"])?)),
        Question::RouteInbound => told(chain.route_inbound(mail, &from_json(&facts["arrival"])?)),
        Question::RouteOutbound => {
            told(chain.route_outbound(mail, &from_json(&facts["departure"])?))
        }
        Question::AfterFailure => told(chain.after_failure(mail, &from_json(&facts["failure"])?)),
    })
}

fn told<T: Serialize>(answered: Answered<T>) -> Told {
    Told {
        answer: answered.answer.map(|answer| words::to_json(&answer)),
        decisions: answered.decisions,
    }
}

/// Ordinary facts of a question: what is not said otherwise is so.
pub fn sample(question: Question) -> Value {
    let samples: Value = serde_json::from_str(SAMPLES).expect("the file is JSON");
    samples[question.name()].clone()
}

/// The same with what is said otherwise, member by member.
pub fn sample_with(question: Question, otherwise: &Value) -> Value {
    let mut facts = sample(question);
    merge(&mut facts, otherwise);
    facts
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

const SAMPLES: &str = include_str!("asked/sample.json");

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Engine, EngineSettings, NoFacts};

    fn built_in() -> Chain {
        let engine = Engine::new(EngineSettings::default()).expect("an engine");
        Chain::built_in(&engine, &json!({})).expect("a chain")
    }

    /// Every sample is of its question's type, and every question has one.
    #[test]
    fn every_question_can_be_asked_with_its_sample() {
        let chain = built_in();
        for question in Question::ALL {
            let told = ask(&chain, question, &NoFacts::shared(), &sample(question));
            let told = told.unwrap_or_else(|error| panic!("{question}: {error}"));
            assert!(told.answer.is_ok(), "{question}: {:?}", told.answer);
            assert_eq!(told.decisions.len(), 1, "{question}");
        }
    }

    #[test]
    fn what_is_said_otherwise_holds() {
        let otherwise = json!({"facts": {"domains": 4}});
        let facts = sample_with(Question::AddDomain, &otherwise);
        assert_eq!(facts["facts"]["domain"], "acme.example");
        let told = ask(&built_in(), Question::AddDomain, &NoFacts::shared(), &facts);
        let answer = told.expect("facts").answer.expect("an answer");
        assert_eq!(answer["refused"][0]["code"], "limit_domains", "{answer}");
        let wrong = sample_with(Question::Tags, &json!({"facts": {"ingress": "smtp"}}));
        let refused = ask(&built_in(), Question::Tags, &NoFacts::shared(), &wrong);
        assert!(refused.is_err_and(|error| error.to_string().contains("ingress: smtp")));
    }
}
