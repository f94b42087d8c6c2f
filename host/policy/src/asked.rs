//! A question whose facts are JSON in the words of the contract: for whoever tries a policy
//! out, and knows only at run time what to ask.
//!
//! The names of a question's members are those of its function's parameters in `wit/`.
//! Mail never comes this way.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::questions::Question;
use crate::questions::headers::{InboundFacts, OutboundFacts, ReturnedFacts};
use crate::questions::limits::{AddressFacts, DomainFacts, RecipientFacts};
use crate::questions::routes::{Arrival, Departure, Failure};
use crate::questions::tags::DeliveryFacts;
use crate::questions::types::{Envelope, Session};
use crate::words::{self, WordsError, from_json};
use crate::{Answered, Chain, Decision, Facts, Failed};

/// What came of it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The answer in the words of the contract, or which policy failed.
    pub answer: Result<Value, Failed>,
    /// What each policy said on the way to it.
    pub decisions: Vec<Decision>,
}

/// The parameters of a question, whichever it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "one for each question; `wit/` says what they are"
)]
pub enum Parameters {
    AddDomain(DomainFacts),
    AddAddress(AddressFacts),
    Sender(Session, String, Option<u64>),
    Recipient(Session, Envelope, RecipientFacts),
    HeadersInbound(InboundFacts),
    HeadersOutbound(OutboundFacts),
    HeadersReturned(ReturnedFacts),
    Tags(DeliveryFacts),
    RouteInbound(Arrival),
    RouteOutbound(Departure),
    AfterFailure(Failure),
}

impl Parameters {
    /// Those of a question as JSON says them.
    ///
    /// # Errors
    /// The facts are not those of the question.
    pub fn from_json(question: Question, facts: &Value) -> Result<Self, WordsError> {
        Ok(match question {
            Question::AddDomain => Self::AddDomain(from_json(&facts["facts"])?),
            Question::AddAddress => Self::AddAddress(from_json(&facts["facts"])?),
            Question::Sender => Self::Sender(
                from_json(&facts["session"])?,
                from_json(&facts["sender"])?,
                from_json(&facts["octets"])?,
            ),
            Question::Recipient => Self::Recipient(
                from_json(&facts["session"])?,
                from_json(&facts["envelope"])?,
                from_json(&facts["candidate"])?,
            ),
            Question::HeadersInbound => Self::HeadersInbound(from_json(&facts["facts"])?),
            Question::HeadersOutbound => Self::HeadersOutbound(from_json(&facts["facts"])?),
            Question::HeadersReturned => Self::HeadersReturned(from_json(&facts["facts"])?),
            Question::Tags => Self::Tags(from_json(&facts["facts"])?),
            Question::RouteInbound => Self::RouteInbound(from_json(&facts["arrival"])?),
            Question::RouteOutbound => Self::RouteOutbound(from_json(&facts["departure"])?),
            Question::AfterFailure => Self::AfterFailure(from_json(&facts["failure"])?),
        })
    }

    /// What they are parameters of.
    pub fn question(&self) -> Question {
        match self {
            Self::AddDomain(_) => Question::AddDomain,
            Self::AddAddress(_) => Question::AddAddress,
            Self::Sender(..) => Question::Sender,
            Self::Recipient(..) => Question::Recipient,
            Self::HeadersInbound(_) => Question::HeadersInbound,
            Self::HeadersOutbound(_) => Question::HeadersOutbound,
            Self::HeadersReturned(_) => Question::HeadersReturned,
            Self::Tags(_) => Question::Tags,
            Self::RouteInbound(_) => Question::RouteInbound,
            Self::RouteOutbound(_) => Question::RouteOutbound,
            Self::AfterFailure(_) => Question::AfterFailure,
        }
    }

    /// Asks a chain.
    pub fn ask(&self, chain: &Chain, mail: &Arc<dyn Facts>) -> Told {
        match self {
            Self::AddDomain(facts) => told(chain.add_domain(mail, facts)),
            Self::AddAddress(facts) => told(chain.add_address(mail, facts)),
            Self::Sender(session, sender, octets) => {
                told(chain.sender(mail, session, sender, *octets))
            }
            Self::Recipient(session, envelope, candidate) => {
                told(chain.recipient(mail, session, envelope, candidate))
            }
            Self::HeadersInbound(facts) => told(chain.inbound(mail, facts)),
            Self::HeadersOutbound(facts) => told(chain.outbound(mail, facts)),
            Self::HeadersReturned(facts) => told(chain.returned(mail, facts)),
            Self::Tags(facts) => told(chain.delivery(mail, facts)),
            Self::RouteInbound(arrival) => told(chain.route_inbound(mail, arrival)),
            Self::RouteOutbound(departure) => told(chain.route_outbound(mail, departure)),
            Self::AfterFailure(failure) => told(chain.after_failure(mail, failure)),
        }
    }
}

/// Asks a chain what JSON says.
///
/// # Errors
/// The facts are not those of the question.
pub fn ask(
    chain: &Chain,
    question: Question,
    mail: &Arc<dyn Facts>,
    facts: &Value,
) -> Result<Told, WordsError> {
    Ok(Parameters::from_json(question, facts)?.ask(chain, mail))
}

fn told<T: Serialize>(answered: Answered<T>) -> Told {
    Told::of(&answered)
}

impl Told {
    /// The same of any answer.
    pub(crate) fn of<T: Serialize>(answered: &Answered<T>) -> Self {
        let answer = answered.answer.as_ref().map(words::to_json);
        Self {
            answer: answer.map_err(Clone::clone),
            decisions: answered.decisions.clone(),
        }
    }
}

/// Ordinary facts of a question: what is not said otherwise is so.
pub fn sample(question: Question) -> Value {
    let samples: Value = serde_json::from_str(SAMPLES).expect("the file is JSON");
    samples[question.name()].clone()
}

/// The same with what is said otherwise, member by member. A question of one parameter may
/// be told the members of that alone.
pub fn sample_with(question: Question, otherwise: &Value) -> Value {
    let mut facts = sample(question);
    match only_parameter(&facts) {
        Some(name) if otherwise.get(&name).is_none() => merge(&mut facts[name], otherwise),
        _ => merge(&mut facts, otherwise),
    }
    facts
}

/// The name of a question's parameter, if it has one.
pub fn only_parameter(facts: &Value) -> Option<String> {
    let mut names = facts.as_object()?.keys();
    let only = names.next()?.clone();
    names.next().is_none().then_some(only)
}

/// Lays one value over another, member by member.
pub fn merge(into: &mut Value, from: &Value) {
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
        let short = sample_with(Question::AddDomain, &json!({"domains": 4}));
        assert_eq!(short, facts, "the only parameter need not be named");
        let two = sample_with(
            Question::Sender,
            &json!({"sender": "", "session": {"helo": "x"}}),
        );
        assert_eq!(two["session"]["helo"], "x");
        let wrong = sample_with(Question::Tags, &json!({"facts": {"ingress": "smtp"}}));
        let refused = ask(&built_in(), Question::Tags, &NoFacts::shared(), &wrong);
        assert!(refused.is_err_and(|error| error.to_string().contains("ingress: smtp")));
    }
}
