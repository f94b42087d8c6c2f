//! Facts and answers as JSON in the words of the contract: `relay-authenticated`,
//! `reply-to`, as they stand in `wit/`, not as Rust spells them.
//!
//! Not here: which facts go with which question ([`crate::asked`]).

mod read;
mod write;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What was given is not what the contract has there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WordsError(String);

/// A value of the contract as JSON: records are objects, enums texts, variants objects of
/// one member, absent options `null`.
pub fn to_json<T: Serialize>(value: &T) -> Value {
    value.serialize(write::Writer).unwrap_or(Value::Null)
}

/// The value that JSON says.
///
/// # Errors
/// A member is missing or of another type, a word is not of the contract.
pub fn from_json<T: DeserializeOwned>(value: &Value) -> Result<T, WordsError> {
    T::deserialize(read::Reader(value))
}

/// `ReplyTo` and `reply_to` are `reply-to`.
fn word(rust: &str) -> String {
    let mut word = String::with_capacity(rust.len() + 4);
    for (at, letter) in rust.char_indices() {
        match letter {
            '_' => word.push('-'),
            upper if upper.is_ascii_uppercase() => {
                if at > 0 {
                    word.push('-');
                }
                word.push(upper.to_ascii_lowercase());
            }
            other => word.push(other),
        }
    }
    word
}

impl serde::ser::Error for WordsError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl serde::de::Error for WordsError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::questions::headers::{AuthorField, Edit, InboundAcceptance, InboundVerdict};
    use crate::questions::types::{
        AuthorAuthentication, Field, Ingress, Origin, Reason, Refusal, Session,
    };

    fn accepted() -> InboundVerdict {
        InboundVerdict::Accept(InboundAcceptance {
            edits: vec![
                Edit::RemoveValue(Field {
                    name: "X-A".into(),
                    value: "Snake_case stays".into(),
                }),
                Edit::Remove("X-B".into()),
            ],
            origin: Origin::Person,
            author: AuthorAuthentication::None,
            author_field: AuthorField::ReplyTo,
            flags: vec!["several_from".into()],
        })
    }

    #[test]
    fn words_are_those_of_the_contract() {
        let told = to_json(&accepted());
        assert_eq!(
            told,
            json!({"accept": {
                "edits": [{"remove-value": {"name": "X-A", "value": "Snake_case stays"}},
                    {"remove": "X-B"}],
                "origin": "person", "author": "none", "author-field": "reply-to",
                "flags": ["several_from"],
            }})
        );
        let reason = Reason {
            kind: Refusal::TooManyRecipients,
            code: "x_y".into(),
            hint: String::new(),
        };
        let refused = to_json(&InboundVerdict::Defer(reason));
        assert_eq!(refused["defer"]["kind"], "too-many-recipients");
    }

    #[test]
    fn what_was_written_is_read_again() {
        for verdict in [
            accepted(),
            InboundVerdict::Reject(Reason {
                kind: Refusal::Content,
                code: "c".into(),
                hint: "h".into(),
            }),
        ] {
            assert_eq!(from_json(&to_json(&verdict)), Ok(verdict));
        }
        let session = Session {
            ingress: Ingress::Mx,
            peer: "192.0.2.1".into(),
            helo: "a".into(),
            tls: None,
            connector: Some("acme.example".into()),
            desk: false,
        };
        let mut told = to_json(&session);
        assert_eq!(from_json(&told), Ok(session.clone()));
        told.as_object_mut().unwrap().remove("tls");
        assert_eq!(from_json(&told), Ok(session), "an absent option is none");
    }

    #[test]
    fn what_is_not_of_the_contract_is_named() {
        let read = |value: Value| from_json::<Session>(&value).unwrap_err().to_string();
        let whole = json!({"ingress": "mx", "peer": "", "helo": "", "desk": false});
        let with = |key: &str, value: Value| {
            let mut changed = whole.clone();
            changed[key] = value;
            read(changed)
        };
        assert!(with("ingress", json!("smtp")).contains("smtp"));
        assert!(with("desk", json!("no")).contains("desk"));
        assert!(with("relay", json!(1)).contains("relay"));
        assert!(read(json!({"ingress": "mx"})).contains("peer"));
    }
}
