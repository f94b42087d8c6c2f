//! Makes an input as ordinary as it can be while the same problem shows: facts become those
//! of the sample again, fields and lines of the message go, what is left is shortened.

use serde_json::Value;

use super::Input;
use super::letter::{Letter, lines};
use crate::asked::sample;

/// Makes it smaller. `shows` tells whether the problem still shows; once it says nothing,
/// the time for that is over and what there is by then must do.
pub(super) fn minimise(mut input: Input, mut shows: impl FnMut(&Input) -> Option<bool>) -> Input {
    let mut before = None;
    while before.as_ref() != Some(&input) {
        before = Some(input.clone());
        try_settings(&mut input, &mut shows);
        try_facts(&mut input, &mut shows);
        try_letter(&mut input, &mut shows);
    }
    input
}

fn try_settings(input: &mut Input, shows: &mut impl FnMut(&Input) -> Option<bool>) {
    let Value::Object(members) = input.settings.clone() else {
        return;
    };
    for name in members.keys() {
        attempt(input, shows, |input| {
            if let Value::Object(members) = &mut input.settings {
                members.remove(name);
            }
        });
    }
}

/// Keeps a change if the problem still shows.
fn attempt(
    input: &mut Input,
    shows: &mut impl FnMut(&Input) -> Option<bool>,
    change: impl FnOnce(&mut Input),
) {
    let mut changed = input.clone();
    change(&mut changed);
    if changed != *input && shows(&changed) == Some(true) {
        *input = changed;
    }
}

fn try_facts(input: &mut Input, shows: &mut impl FnMut(&Input) -> Option<bool>) {
    let usual = sample(input.question);
    let mut pointers = Vec::new();
    pointers_into(&usual, "", &mut pointers);
    for pointer in pointers {
        let usual = usual.pointer(&pointer).cloned().unwrap_or_default();
        if input.facts.pointer(&pointer) == Some(&usual) {
            continue;
        }
        attempt(input, shows, |input| {
            put(&mut input.facts, &pointer, usual.clone())
        });
        if input.facts.pointer(&pointer) != Some(&usual) {
            shorten_list(input, &pointer, shows);
        }
    }
}

/// Every member, the outer before the inner: what goes at once need not go piece by piece.
fn pointers_into(value: &Value, at: &str, pointers: &mut Vec<String>) {
    if let Value::Object(members) = value {
        for (name, value) in members {
            let inside = format!("{at}/{name}");
            pointers.push(inside.clone());
            pointers_into(value, &inside, pointers);
        }
    }
}

fn put(facts: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = facts.pointer_mut(pointer) {
        *place = value;
    }
}

fn shorten_list(input: &mut Input, pointer: &str, shows: &mut impl FnMut(&Input) -> Option<bool>) {
    let Some(Value::Array(values)) = input.facts.pointer(pointer).cloned() else {
        return;
    };
    let whole = input.clone();
    let kept = fewest(values, |values| {
        let mut changed = whole.clone();
        put(&mut changed.facts, pointer, Value::Array(values.to_vec()));
        shows(&changed)
    });
    put(&mut input.facts, pointer, Value::Array(kept));
}

fn try_letter(input: &mut Input, shows: &mut impl FnMut(&Input) -> Option<bool>) {
    attempt(input, shows, |input| input.letter = None);
    attempt(input, shows, |input| {
        input.letter = input.letter.as_ref().map(|_| Letter::sample());
    });
    let Some(letter) = input.letter.clone() else {
        return;
    };
    let whole = input.clone();
    let mut with = |letter: Letter| {
        let changed = Input {
            letter: Some(letter),
            ..whole.clone()
        };
        shows(&changed)
    };
    let letter = fewer_fields(letter, &mut with);
    let letter = shorter_body(letter, &mut with);
    input.letter = Some(shorter_values(letter, &mut with));
}

fn fewer_fields(letter: Letter, shows: &mut impl FnMut(Letter) -> Option<bool>) -> Letter {
    let body = letter.body.clone();
    let with = |fields: &[_]| Letter {
        fields: fields.to_vec(),
        body: body.clone(),
    };
    let fields = fewest(letter.fields, |fields| shows(with(fields)));
    with(&fields)
}

fn shorter_body(letter: Letter, shows: &mut impl FnMut(Letter) -> Option<bool>) -> Letter {
    let with = |body: Vec<u8>| Letter {
        fields: letter.fields.clone(),
        body,
    };
    let body: Vec<Vec<u8>> = lines(&letter.body).map(<[u8]>::to_vec).collect();
    let body = fewest(body, |lines| shows(with(lines.concat()))).concat();
    with(fewest(body, |body| match is_whole(body) {
        true => shows(with(body.to_vec())),
        false => Some(false),
    }))
}

fn shorter_values(mut letter: Letter, shows: &mut impl FnMut(Letter) -> Option<bool>) -> Letter {
    for at in 0..letter.fields.len() {
        let with = |value: &[u8]| {
            let mut changed = letter.clone();
            changed.fields[at].value = value.to_vec();
            changed
        };
        let value = letter.fields[at].value.clone();
        let value = fewest(value, |value| match is_whole(value) {
            true => shows(with(value)),
            false => Some(false),
        });
        letter.fields[at].value = value;
    }
    letter
}

/// No line end was cut in two, none made that would end the header.
fn is_whole(text: &[u8]) -> bool {
    let letter = Letter {
        fields: vec![super::LetterField {
            name: "X".to_owned(),
            value: text.to_vec(),
        }],
        body: Vec::new(),
    };
    let bare = |at: usize| match text[at] {
        b'\r' => text.get(at + 1) != Some(&b'\n'),
        b'\n' => at == 0 || text[at - 1] != b'\r',
        _ => false,
    };
    !(0..text.len()).any(bare)
        && (!text.contains(&b'\n') || Letter::read(&letter.octets()) == letter)
}

/// The fewest of them with which it still shows, as far as taking away ever smaller pieces
/// finds that (delta debugging) before the time is over.
fn fewest<T: Clone>(mut all: Vec<T>, mut shows: impl FnMut(&[T]) -> Option<bool>) -> Vec<T> {
    let mut piece = all.len();
    while piece > 0 {
        let mut at = 0;
        while at < all.len() {
            let end = (at + piece).min(all.len());
            let less = [&all[..at], &all[end..]].concat();
            match shows(&less) {
                Some(true) => all = less,
                Some(false) => at = end,
                None => return all,
            }
        }
        piece /= 2;
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fuzz::LetterField;
    use crate::questions::Question;

    #[test]
    fn what_has_no_part_in_a_problem_goes() {
        let mut input = Input::sample(Question::HeadersInbound, &json!({"a": 1, "b": 2}));
        input.facts["facts"]["ours"] = true.into();
        input.facts["facts"]["defects"] = json!(["x", "no_from", "y"]);
        let letter = input.letter.get_or_insert_default();
        letter
            .fields
            .push(LetterField::new("X-Bad", " some bad value"));
        letter.body = b"one\r\ntwo\r\nthree\r\n".to_vec();
        let shows = |input: &Input| {
            let octets = input
                .letter
                .as_ref()
                .map(Letter::octets)
                .unwrap_or_default();
            let text = String::from_utf8_lossy(&octets).into_owned();
            let defects = input.facts["facts"]["defects"].to_string();
            let shows = input.settings["b"] == 2
                && defects.contains("no_from")
                && text.contains("bad")
                && text.contains("two");
            Some(shows)
        };
        let least = minimise(input, shows);
        assert_eq!(least.settings, json!({"b": 2}));
        assert_eq!(
            least.unusual_facts(),
            json!({"facts": {"defects": ["no_from"]}})
        );
        let letter = least.letter.expect("a letter");
        assert_eq!(letter.octets(), b"X-Bad:bad\r\n\r\ntwo\r\n");
    }

    #[test]
    fn it_ends_when_the_time_is_over() {
        let mut asked = 0;
        let least = fewest((0..100_000).collect(), |_| {
            asked += 1;
            (asked < 10).then_some(false)
        });
        assert_eq!((least.len(), asked), (100_000, 10));
    }
}
