//! What must hold of every answer, in the Common Expression Language (CEL):
//! `!(session.tls == null && verdict == "accept")`.
//!
//! Names are the question's parameters (`facts`, `session`, `envelope` ...), their members
//! with `_` for `-`; `answer` and `verdict` are what the policy said; `question` what it was
//! asked. Of an answer that is one of several, the member named like it is there:
//! `has(answer.accept)`.

use cel::{Context, Program, Value as Cel};
use serde_json::{Map, Value};

use super::Input;
use crate::asked::sample;
use crate::questions::Question;

/// One expression, which is true or false.
pub struct Invariant {
    text: String,
    program: Program,
    /// The questions that have what it speaks of.
    about: Vec<Question>,
    /// How often it was neither, and why at last.
    undecided: Option<(u64, String)>,
}

/// Why an invariant cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvariantError {
    /// It is no CEL.
    #[error("`{text}` is no CEL expression: {problem}")]
    Malformed {
        /// The expression.
        text: String,
        /// What the parser says.
        problem: String,
    },
    /// It speaks of something that no question has.
    #[error("`{text}` names {name}, which no question asked here has")]
    Unknown {
        /// The expression.
        text: String,
        /// The name.
        name: String,
    },
}

/// What every question has.
const ALWAYS: [&str; 3] = ["answer", "question", "verdict"];

impl Invariant {
    /// Reads one.
    ///
    /// # Errors
    /// [`InvariantError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, InvariantError> {
        let program = Program::compile(text).map_err(|error| InvariantError::Malformed {
            text: text.to_owned(),
            problem: error.to_string(),
        })?;
        Ok(Self {
            text: text.to_owned(),
            about: questions(&names(&program)),
            program,
            undecided: None,
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How often it could not be decided (a member that is not there, a comparison of unlike
    /// things), and the reason the last time.
    pub fn undecided(&self) -> Option<(u64, &str)> {
        let (times, why) = self.undecided.as_ref()?;
        Some((*times, why))
    }

    /// Refuses one that speaks of none of these questions.
    ///
    /// # Errors
    /// [`InvariantError::Unknown`].
    pub(super) fn check(&self, questions: &[Question]) -> Result<(), InvariantError> {
        if questions.iter().any(|it| self.about.contains(it)) {
            return Ok(());
        }
        let names = names(&self.program);
        let name = names.into_iter().find(|name| is_param(name));
        Err(InvariantError::Unknown {
            text: self.text.clone(),
            name: name.unwrap_or_default(),
        })
    }

    /// Whether this answer is against it.
    pub(super) fn is_broken(&mut self, input: &Input, answer: &Value, verdict: &str) -> bool {
        if !self.about.contains(&input.question) {
            return false;
        }
        match self.value(input, answer, verdict) {
            Ok(holds) => !holds,
            Err(why) => {
                let (times, last) = self.undecided.get_or_insert_with(Default::default);
                *times += 1;
                *last = why;
                false
            }
        }
    }

    fn value(&self, input: &Input, answer: &Value, verdict: &str) -> Result<bool, String> {
        let mut context = Context::default();
        let mut add = |name: &str, value: Value| {
            let added = context.add_variable(name, value);
            added.map_err(|error| error.to_string())
        };
        if let Value::Object(params) = &input.facts {
            for (name, value) in params {
                add(name, named(value))?;
            }
        }
        add("answer", named(&as_member(answer)))?;
        add("verdict", verdict.into())?;
        add("question", input.question.name().into())?;
        match self.program.execute(&context) {
            Ok(Cel::Bool(holds)) => Ok(holds),
            Ok(other) => Err(format!("it is {other:?}, neither true nor false")),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn names(program: &Program) -> Vec<String> {
    let names = program.references();
    let names = names.variables().into_iter();
    let names = names.filter(|it| !ALWAYS.contains(it));
    names.map(str::to_owned).collect()
}

/// The questions that have all of these; names that no question has are bound within.
fn questions(names: &[String]) -> Vec<Question> {
    let has_all = |question: &Question| {
        let params = params(*question);
        let has = |name: &String| !is_param(name) || params.contains(name);
        names.iter().all(has)
    };
    Question::ALL.into_iter().filter(has_all).collect()
}

fn params(question: Question) -> Vec<String> {
    match sample(question) {
        Value::Object(params) => params.into_iter().map(|(name, _)| name).collect(),
        _ => Vec::new(),
    }
}

/// Whether some question has a parameter of that name.
fn is_param(name: &str) -> bool {
    let has = |question| params(question).iter().any(|it| it == name);
    Question::ALL.into_iter().any(has)
}

/// `"accept"` is `{"accept": null}`, as a case with something in it is `{"defer": ...}`.
fn as_member(answer: &Value) -> Value {
    match answer {
        Value::String(case) => Value::Object(Map::from_iter([(case.clone(), Value::Null)])),
        other => other.clone(),
    }
}

/// CEL's names have no `-`.
fn named(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, it)| (name.replace('-', "_"), named(it)));
            Value::Object(members.collect())
        }
        Value::Array(values) => values.iter().map(named).collect(),
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn broken(text: &str, question: Question, otherwise: Value, answer: Value) -> bool {
        let mut invariant = Invariant::parse(text).expect("it is CEL");
        let mut input = Input::sample(question, &json!({}));
        input.facts = crate::asked::sample_with(question, &otherwise);
        let verdict = answer.as_str().unwrap_or("other").to_owned();
        let broken = invariant.is_broken(&input, &answer, &verdict);
        assert_eq!(invariant.undecided(), None, "{text}");
        broken
    }

    #[test]
    fn facts_and_answers_are_spoken_of_by_name() {
        let clear = json!({"session": {"tls": null}});
        let rule = "!(session.tls == null && verdict == 'accept')";
        assert!(broken(
            rule,
            Question::Sender,
            clear.clone(),
            json!("accept")
        ));
        assert!(!broken(rule, Question::Sender, json!({}), json!("accept")));
        let refused = json!({"reject": {"kind": "loop", "code": "a", "hint": ""}});
        assert!(!broken(rule, Question::Sender, clear, refused.clone()));
        let rule = "!has(answer.reject) || answer.reject.code != 'a'";
        assert!(broken(rule, Question::Sender, json!({}), refused));
        let rule = "facts.relay_authenticated || size(answer.tags) == 0";
        let tagged = json!({"system": [], "tags": ["vip"]});
        let facts = json!({"facts": {"relay-authenticated": false}});
        assert!(broken(rule, Question::Tags, facts, tagged));
    }

    #[test]
    fn what_is_no_rule_is_told() {
        let malformed = Invariant::parse("1 +").err();
        assert!(matches!(malformed, Some(InvariantError::Malformed { .. })));
        let rule = Invariant::parse("arrival.brand == 1").expect("it is CEL");
        assert!(
            rule.check(&[Question::RouteInbound, Question::Tags])
                .is_ok()
        );
        assert!(rule.check(&[Question::Tags]).is_err());
        let mut rule = Invariant::parse("session.tls.size() > 3").expect("it is CEL");
        let mut input = Input::sample(Question::Sender, &json!({}));
        input.facts["session"]["tls"] = Value::Null;
        assert!(!rule.is_broken(&input, &json!("accept"), "accept"));
        assert_eq!(rule.undecided().map(|(times, _)| times), Some(1));
    }
}
