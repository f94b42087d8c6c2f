//! What a case expects, held against what was said.
//!
//! Only what is expected is compared. Of an answer that is named by some members the others
//! may be as they like; a list that is named has to be that list.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use similar::{ChangeTag, TextDiff};

use crate::kit::sandbox::Said;

/// What has to be said; each is optional, one at least is there.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Expect {
    /// The answer in a word: `accept`, `reject`, `suspend`; `trap` and other failures, too.
    verdict: Option<String>,
    /// The code beside it; empty if there has to be none.
    code: Option<String>,
    /// The answer in the words of the contract, or a part of it.
    answer: Option<Value>,
    /// Tags, in any order.
    tags: Option<Vec<String>>,
    /// Flags, in any order.
    flags: Option<Vec<String>>,
    /// Edits of the header, in their order.
    edits: Option<Vec<Value>>,
    /// What it may cost at most.
    fuel_max: Option<u64>,
}

impl Expect {
    /// Whether nothing is expected that could fail.
    pub(super) fn is_empty(&self) -> bool {
        let Self {
            verdict,
            code,
            answer,
            tags,
            flags,
            edits,
            fuel_max,
        } = self;
        let words = verdict.is_none() && code.is_none() && answer.is_none();
        let lists = tags.is_none() && flags.is_none() && edits.is_none();
        words && lists && fuel_max.is_none()
    }
}

/// The lines in which they differ, with those around them; none if they agree.
pub(super) fn differences(expect: &Expect, said: &Said) -> Vec<String> {
    let (expected, given) = compared(expect, said);
    let mut lines = match expected == given {
        true => Vec::new(),
        false => diff(&expected, &given),
    };
    if let Some(reason) = said.failure.as_ref().filter(|_| !lines.is_empty()) {
        lines.push(format!("  it failed: {reason}"));
    }
    lines.extend(too_dear(expect, said));
    lines
}

type Named = BTreeMap<&'static str, Value>;

/// What is expected and the same of what was said.
fn compared(expect: &Expect, said: &Said) -> (Named, Named) {
    let (mut expected, mut given) = (Named::new(), Named::new());
    let mut both = |name, wanted: Option<Value>, have: Value| {
        if let Some(wanted) = wanted {
            expected.insert(name, wanted);
            given.insert(name, have);
        }
    };
    let code = said.code.clone().unwrap_or_default();
    both("verdict", text(&expect.verdict), json!(said.verdict));
    both("code", text(&expect.code), json!(code));
    both(
        "tags",
        sorted(&expect.tags),
        in_any_order(part(said, "tags")),
    );
    both(
        "flags",
        sorted(&expect.flags),
        in_any_order(part(said, "flags")),
    );
    both(
        "edits",
        expect.edits.clone().map(Value::from),
        part(said, "edits"),
    );
    if let Some(wanted) = &expect.answer {
        both("answer", Some(wanted.clone()), named(&said.answer, wanted));
    }
    (expected, given)
}

fn text(wanted: &Option<String>) -> Option<Value> {
    wanted.clone().map(Value::from)
}

fn sorted(wanted: &Option<Vec<String>>) -> Option<Value> {
    wanted.clone().map(|list| in_any_order(json!(list)))
}

fn in_any_order(mut list: Value) -> Value {
    if let Value::Array(items) = &mut list {
        items.sort_by_key(Value::to_string);
    }
    list
}

/// A list of the answer: beside `accept` in `headers`, by itself in `tags`; the edits are the
/// whole of `accept` on the way out.
fn part(said: &Said, name: &str) -> Value {
    let accepted = &said.answer["accept"];
    match accepted.is_array() && name == "edits" {
        true => accepted.clone(),
        false => [&said.answer[name], &accepted[name]]
            .into_iter()
            .find(|list| list.is_array())
            .cloned()
            .unwrap_or_default(),
    }
}

/// As much of the answer as is named.
fn named(answer: &Value, wanted: &Value) -> Value {
    let (Value::Object(members), Value::Object(wanted)) = (answer, wanted) else {
        return answer.clone();
    };
    let kept = members
        .iter()
        .filter_map(|(name, value)| match wanted.get(name) {
            Some(wanted) => Some((name.clone(), named(value, wanted))),
            // Another word than the one that is wanted: it has to be seen.
            None if members.len() == 1 => Some((name.clone(), value.clone())),
            None => None,
        });
    Value::Object(kept.collect::<Map<_, _>>())
}

fn diff(expected: &Named, given: &Named) -> Vec<String> {
    let (expected, given) = (lines(expected), lines(given));
    let diff = TextDiff::from_lines(&expected, &given);
    let line = |change: similar::Change<&str>| {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        format!("{sign} {}", change.value().trim_end())
    };
    let all = diff.iter_all_changes().map(line);
    all.collect()
}

/// One line for each thing expected, long answers over several.
fn lines(all: &Named) -> String {
    let line = |(name, value): (&&str, &Value)| match value.is_object() {
        true => format!("{name} = {value:#}\n"),
        false => format!("{name} = {value}\n"),
    };
    all.iter().map(line).collect()
}

fn too_dear(expect: &Expect, said: &Said) -> Option<String> {
    let (allowed, used) = (expect.fuel_max?, said.fuel?);
    (used > allowed).then(|| format!("+ {used} units of fuel were used, {allowed} are allowed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(verdict: &'static str, code: Option<&str>, answer: Value) -> Said {
        Said {
            answer,
            failure: None,
            verdict,
            code: code.map(str::to_owned),
            micros: 10,
            fuel: Some(1_000),
            log: Vec::new(),
        }
    }

    fn expected(text: &str) -> Expect {
        toml::from_str(text).expect("an expectation")
    }

    fn differ(text: &str, said: &Said) -> Vec<String> {
        differences(&expected(text), said)
    }

    #[test]
    fn only_what_is_expected_is_compared() {
        let reason = json!({"kind": "content", "code": "attachment_type", "hint": "zip it"});
        let refused = said(
            "reject",
            Some("attachment_type"),
            json!({ "reject": reason }),
        );
        for held in [
            "verdict = \"reject\"",
            "code = \"attachment_type\"\nfuel_max = 1000",
            "answer.reject.kind = \"content\"",
        ] {
            assert_eq!(differ(held, &refused), Vec::<String>::new(), "{held}");
        }
        let lines = differ("verdict = \"accept\"\ncode = \"attachment_type\"", &refused);
        let wanted = [
            "  code = \"attachment_type\"",
            "- verdict = \"accept\"",
            "+ verdict = \"reject\"",
        ];
        assert_eq!(lines, wanted);
        let lines = differ("answer.reject.hint = \"tar it\"", &refused).concat();
        assert!(
            lines.contains("tar it") && lines.contains("zip it"),
            "{lines}"
        );
        assert!(!lines.contains("kind"), "it was not asked for: {lines}");
        let lines = differ("answer.accept.flags = []", &refused).concat();
        assert!(
            lines.contains("reject"),
            "what was said instead is shown: {lines}"
        );
    }

    #[test]
    fn lists_are_whole_and_some_have_no_order() {
        let tagged = said("tags", None, json!({"system": [], "tags": ["b", "a"]}));
        assert_eq!(
            differ("tags = [\"a\", \"b\"]\ncode = \"\"", &tagged),
            Vec::<String>::new()
        );
        assert!(!differ("tags = [\"a\"]", &tagged).is_empty());
        let edits = json!([{"remove": "X-B"}, {"add": {"name": "X-A", "value": "1"}}]);
        let edited = said("accept", None, json!({ "accept": edits }));
        let whole = "edits = [{ remove = \"X-B\" }, { add = { name = \"X-A\", value = \"1\" } }]";
        assert_eq!(differ(whole, &edited), Vec::<String>::new());
        assert!(!differ("edits = [{ remove = \"X-B\" }]", &edited).is_empty());
        let flagged = said(
            "accept",
            None,
            json!({"accept": {"flags": ["x"], "edits": []}}),
        );
        assert_eq!(
            differ("flags = [\"x\"]\nedits = []", &flagged),
            Vec::<String>::new()
        );
        assert!(
            !differ("tags = []", &flagged).is_empty(),
            "it has none to compare"
        );
    }

    #[test]
    fn a_failure_is_expected_by_its_word_or_told_with_its_reason() {
        let mut failed = said("trap", Some("component_error"), Value::Null);
        failed.failure = Some("trapped: unreachable".to_owned());
        assert_eq!(differ("verdict = \"trap\"", &failed), Vec::<String>::new());
        let lines = differ("verdict = \"accept\"", &failed);
        assert!(lines.concat().contains("it failed: trapped"), "{lines:?}");
    }

    #[test]
    fn what_costs_too_much_fails() {
        let dear = said("accept", None, json!("accept"));
        let lines = differ("fuel_max = 999", &dear);
        assert_eq!(lines, ["+ 1000 units of fuel were used, 999 are allowed"]);
    }
}
