//! A DNS record that somebody has to make, and what stands there now.
//!
//! Name servers are asked here and now, never in an account's turn, and what was remembered of
//! the name is forgotten first: whoever asks may just have made it.
//!
//! Not here: which records these are (`names`, `dkim`), and how they are printed (`zone`).

use serde::{Serialize, Serializer};

use crate::resolver::ResolveError;
use crate::services::Services;

/// One record.
#[derive(Debug, Serialize)]
pub struct RecordView {
    /// Its name, without the last dot.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// What it has to say.
    pub value: String,
    /// What it is good for.
    pub purpose: &'static str,
    /// What is there.
    pub state: State,
    /// What stands there instead of the value.
    pub found: Option<String>,
}

/// The type of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An alias.
    Cname,
    /// Text.
    Txt,
}

/// How a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It says what it has to.
    Ok,
    /// There is none.
    Missing,
    /// It says something else.
    Different,
    /// The name servers gave no answer now.
    Unknown,
}

impl Kind {
    /// As zone files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cname => "CNAME",
            Self::Txt => "TXT",
        }
    }
}

impl State {
    /// As the command line and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::Different => "different",
            Self::Unknown => "unknown",
        }
    }

    /// The word of the public API, for several records that are needed together.
    pub(super) fn verified(states: impl IntoIterator<Item = Self>) -> &'static str {
        let states: Vec<_> = states.into_iter().collect();
        if states.iter().all(|state| *state == Self::Ok) {
            "verified"
        } else if states.contains(&Self::Unknown) {
            "unknown"
        } else {
            "failed"
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Looks whether an alias leads where it has to.
pub(super) async fn cname(
    services: &Services,
    name: String,
    target: String,
    purpose: &'static str,
) -> RecordView {
    services.resolver.forget(&name);
    let found = services.resolver.cname(&name).await;
    let same = |found: &String| found.eq_ignore_ascii_case(&target);
    let found = found.map(|found| found.into_iter().collect());
    let (state, found) = judged(found, |all| all.iter().any(same));
    RecordView {
        name,
        kind: Kind::Cname,
        value: target,
        purpose,
        state,
        found,
    }
}

/// Looks whether one of the texts of a name is this one.
pub(super) async fn text(
    services: &Services,
    name: String,
    value: String,
    purpose: &'static str,
) -> RecordView {
    let among = |all: &[String]| all.iter().any(|text| text.trim() == value);
    look_for_text(services, name, value.clone(), purpose, among).await
}

/// Looks whether a DKIM key is the one text of its name: with several, verifiers may take any
/// (RFC 6376 §3.6.2.2). White space between tags is the zone editor's.
pub(super) async fn key(
    services: &Services,
    name: String,
    value: String,
    purpose: &'static str,
) -> RecordView {
    let alone =
        |all: &[String]| matches!(all, [one] if without_space(one) == without_space(&value));
    look_for_text(services, name, value.clone(), purpose, alone).await
}

async fn look_for_text(
    services: &Services,
    name: String,
    value: String,
    purpose: &'static str,
    stands: impl FnOnce(&[String]) -> bool,
) -> RecordView {
    services.resolver.forget(&name);
    let (state, found) = judged(services.resolver.txt(&name).await, stands);
    RecordView {
        name,
        kind: Kind::Txt,
        value,
        purpose,
        state,
        found,
    }
}

fn judged(
    found: Result<Vec<String>, ResolveError>,
    stands: impl FnOnce(&[String]) -> bool,
) -> (State, Option<String>) {
    match found {
        Err(_) => (State::Unknown, None),
        Ok(all) if all.is_empty() => (State::Missing, None),
        Ok(all) if stands(&all) => (State::Ok, None),
        Ok(all) => (State::Different, Some(shown(&all))),
    }
}

/// What others have written, as much of it as helps.
fn shown(texts: &[String]) -> String {
    texts.join(" | ").chars().take(SHOWN_CHARS_MAX).collect()
}

fn without_space(text: &str) -> String {
    text.split_ascii_whitespace().collect()
}

/// Room for one DKIM key.
const SHOWN_CHARS_MAX: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_told_only_where_it_is_wrong() {
        let texts = |list: &[&str]| Ok(list.iter().map(|&text| text.to_owned()).collect());
        let wanted = |all: &[String]| all == ["a"];
        for (found, state, shown) in [
            (texts(&[]), State::Missing, None),
            (texts(&["a"]), State::Ok, None),
            (texts(&["b", "a"]), State::Different, Some("b | a")),
            (Err(ResolveError::Temporary), State::Unknown, None),
        ] {
            let expected = (state, shown.map(str::to_owned));
            assert_eq!(judged(found, wanted), expected);
        }
    }

    #[test]
    fn one_record_that_is_missing_fails_them_all() {
        use State::{Different, Missing, Ok, Unknown};
        for (states, word) in [
            (vec![Ok, Ok], "verified"),
            (vec![Ok, Missing], "failed"),
            (vec![Different, Ok], "failed"),
            (vec![Ok, Unknown], "unknown"),
        ] {
            assert_eq!(State::verified(states), word);
        }
    }
}
