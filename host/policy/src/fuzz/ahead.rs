//! One letter at a time: what reads a text so goes a step further with the right letter
//! behind what it has understood. Chance finds that letter late, trying each at once.
//!
//! Not here: which fields are worth it (`run`).

use std::collections::VecDeque;
use std::sync::Arc;

use super::Input;

/// What is to be tried: a field of an input, with one octet of it another.
#[derive(Default)]
pub(super) struct Ahead {
    waiting: VecDeque<Trial>,
    taken: u64,
}

struct Trial {
    input: Arc<Input>,
    field: usize,
    /// Where in its value; behind it for one octet more.
    at: usize,
    octet: u8,
}

/// More than that is not worth waiting for.
const WAITING_MAX: usize = 4_096;

/// So often the oldest is taken.
const OLDEST_EVERY: u64 = 4;

/// Digits among the last of a value are tried as others: tables are read by them.
const DIGITS_AMONG: usize = 8;

impl Ahead {
    /// Each of these octets behind the value of that field, and every other digit in the
    /// place of those near its end.
    pub(super) fn add(&mut self, input: &Arc<Input>, field: usize, octets: &[u8]) {
        let letter = input.letter.as_ref();
        let Some(value) = letter
            .and_then(|it| it.fields.get(field))
            .map(|it| &it.value)
        else {
            return;
        };
        let mut wait = |at, octet| {
            self.waiting.push_back(Trial {
                input: Arc::clone(input),
                field,
                at,
                octet,
            });
        };
        for octet in octets {
            wait(value.len(), *octet);
        }
        let near = value.len().saturating_sub(DIGITS_AMONG);
        for (at, old) in value.iter().enumerate().skip(near) {
            if old.is_ascii_digit() {
                let others = (b'0'..=b'9').filter(|digit| digit != old);
                others.for_each(|digit| wait(at, digit));
            }
        }
        let too_many = self.waiting.len().saturating_sub(WAITING_MAX);
        self.waiting.drain(..too_many);
    }

    /// The newest first, so that a step taken is followed at once by the next; now and then
    /// the oldest, so that it has its turn. Which field is another, too.
    pub(super) fn next(&mut self) -> Option<(Input, usize)> {
        self.taken += 1;
        let trial = match self.taken.is_multiple_of(OLDEST_EVERY) {
            true => self.waiting.pop_front()?,
            false => self.waiting.pop_back()?,
        };
        let mut input = Arc::unwrap_or_clone(trial.input);
        let field = input.letter.as_mut()?.fields.get_mut(trial.field)?;
        match field.value.get_mut(trial.at) {
            Some(octet) => *octet = trial.octet,
            None => field.value.push(trial.octet),
        }
        Some((input, trial.field))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fuzz::{Letter, LetterField};
    use crate::questions::Question;

    #[test]
    fn each_letter_is_tried_behind_and_each_digit_in_place() {
        let mut input = Input::sample(Question::HeadersInbound, &json!({}));
        input.letter = Some(Letter {
            fields: vec![LetterField::new("X", "a1")],
            body: Vec::new(),
        });
        let mut ahead = Ahead::default();
        ahead.add(&Arc::new(input), 0, b"bc");
        let value = |(input, _): (Input, usize)| {
            let letter = input.letter.expect("a letter");
            String::from_utf8_lossy(&letter.fields[0].value).into_owned()
        };
        let mut tried: Vec<String> = std::iter::from_fn(|| ahead.next()).map(value).collect();
        tried.sort();
        let digits = ["a0", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9"];
        let mut wanted: Vec<&str> = digits.into_iter().chain(["a1b", "a1c"]).collect();
        wanted.sort_unstable();
        assert_eq!(tried, wanted);
    }
}
