//! What a policy is asked with: everything an answer hangs on.

use serde_json::{Map, Value, json};

use super::letter::Letter;
use crate::Digest;
use crate::asked::sample;
use crate::questions::Question;

/// One question with all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// What is asked.
    pub question: Question,
    /// Its facts, all of them, in the words of the contract.
    pub facts: Value,
    /// The message it is about; none before its text has arrived.
    pub letter: Option<Letter>,
    /// The policy's settings, an object.
    pub settings: Value,
}

impl Input {
    /// An ordinary case.
    pub fn sample(question: Question, settings: &Value) -> Self {
        Self {
            question,
            facts: sample(question),
            letter: has_message(question).then(Letter::sample),
            settings: settings.clone(),
        }
    }

    /// The facts that are not as usual: what `policy run --facts` wants.
    pub fn unusual_facts(&self) -> Value {
        differing(&sample(self.question), &self.facts).unwrap_or_else(|| json!({}))
    }

    /// How large it is, about.
    pub(super) fn size(&self) -> usize {
        self.letter.as_ref().map_or(0, Letter::size)
    }

    /// SHA-256 of it.
    pub fn digest(&self) -> Digest {
        let letter = self.letter.as_ref().map(Letter::octets);
        let mut octets = self.question.name().as_bytes().to_vec();
        octets.extend(self.facts.to_string().into_bytes());
        octets.extend(self.settings.to_string().into_bytes());
        octets.extend(letter.unwrap_or_default());
        Digest::of(&octets)
    }
}

/// Whether a message has arrived when this is asked.
pub(super) fn has_message(question: Question) -> bool {
    matches!(
        question,
        Question::HeadersInbound
            | Question::HeadersOutbound
            | Question::HeadersReturned
            | Question::Tags
            | Question::RouteInbound
    )
}

/// The members that are not as there; none if all are.
fn differing(usual: &Value, facts: &Value) -> Option<Value> {
    let (Value::Object(usual), Value::Object(members)) = (usual, facts) else {
        return (usual != facts).then(|| facts.clone());
    };
    let members = members.iter().filter_map(|(name, value)| {
        let usual = usual.get(name).unwrap_or(&Value::Null);
        differing(usual, value).map(|value| (name.clone(), value))
    });
    let members: Map<String, Value> = members.collect();
    (!members.is_empty()).then_some(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asked::sample_with;

    #[test]
    fn what_is_unusual_makes_the_facts_again() {
        let mut input = Input::sample(Question::RouteInbound, &json!({}));
        assert_eq!(input.unusual_facts(), json!({}));
        input.facts["arrival"]["thread"] = json!({"ticket": 1, "closed": true});
        input.facts["arrival"]["flags"] = json!(["several_from"]);
        let unusual = input.unusual_facts();
        assert_eq!(unusual["arrival"].as_object().map(Map::len), Some(2));
        assert_eq!(sample_with(input.question, &unusual), input.facts);
    }
}
