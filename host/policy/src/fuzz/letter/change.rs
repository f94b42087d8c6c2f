//! Changes to a message, each small and of a kind that has hurt readers of mail before:
//! fields missing, twice, empty, folded, endless; words in odd encodings; bodies long, in
//! parts, cut off.

use super::super::chance::Chance;
use super::super::texts::{self, LINES, NUMBERS};
use super::super::vocabulary::Vocabulary;
use super::values::value;
use super::{BODY_OCTETS_MAX, FIELD_OCTETS_MAX, Letter, LetterField, lines, mime};

/// Changes one thing.
pub(in super::super) fn change(letter: &mut Letter, chance: &mut Chance, words: &Vocabulary) {
    match chance.below(64) {
        0..32 => change_value(letter, chance, words),
        32..50 => change_fields(letter, chance, words),
        50..55 => mime::wrap(letter, chance, words),
        55..63 => change_body(letter, chance, words),
        _ => change_length(letter, chance),
    }
    letter.keep_bounds();
}

/// Takes fields or the body of another.
pub(in super::super) fn cross(letter: &mut Letter, other: &Letter, chance: &mut Chance) {
    if chance.once_in(3) {
        letter.body.clone_from(&other.body);
    }
    for _ in 0..=chance.below(3) {
        let at = chance.below(letter.fields.len() + 1);
        if let Some(field) = chance.pick(&other.fields) {
            letter.fields.insert(at, field.clone());
        }
    }
    letter.keep_bounds();
}

/// A field to change: one the policy asks for, if it is there.
fn some_field(letter: &Letter, chance: &mut Chance, words: &Vocabulary) -> Option<usize> {
    let wanted = chance.pick(words.asked()).filter(|_| !chance.once_in(3));
    let asked = wanted.and_then(|name| {
        let is = |field: &LetterField| field.name.eq_ignore_ascii_case(name);
        letter.fields.iter().position(is)
    });
    let any = chance.below(letter.fields.len());
    asked.or((!letter.fields.is_empty()).then_some(any))
}

fn change_fields(letter: &mut Letter, chance: &mut Chance, words: &Vocabulary) {
    let Some(at) = some_field(letter, chance, words) else {
        return add(letter, chance, words);
    };
    match chance.below(7) {
        0 => drop(letter.fields.remove(at)),
        1 => letter.fields.insert(at, letter.fields[at].clone()),
        2 => {
            let to = chance.below(letter.fields.len());
            letter.fields.swap(at, to);
        }
        3 => letter.fields[at].name = name(chance, words),
        4 => {
            let name = &mut letter.fields[at].name;
            *name = match chance.once_in(2) {
                true => name.to_ascii_uppercase(),
                false => name.to_ascii_lowercase(),
            };
        }
        _ => add(letter, chance, words),
    }
}

fn add(letter: &mut Letter, chance: &mut Chance, words: &Vocabulary) {
    let name = name(chance, words);
    let value = value(&name, chance, words);
    let at = chance.below(letter.fields.len() + 1);
    letter.fields.insert(at, LetterField { name, value });
}

fn name(chance: &mut Chance, words: &Vocabulary) -> String {
    texts::field_name(chance, words)
}

fn change_value(letter: &mut Letter, chance: &mut Chance, words: &Vocabulary) {
    let Some(at) = some_field(letter, chance, words) else {
        return add(letter, chance, words);
    };
    let field = &mut letter.fields[at];
    match chance.below(8) {
        0 => field.value = value(&field.name, chance, words),
        1 => field.value.clear(),
        2 => fold(&mut field.value, chance),
        3 => encode(&mut field.value, chance),
        _ => edit(&mut field.value, chance, words),
    }
}

/// Changes octets here and there.
fn edit(text: &mut Vec<u8>, chance: &mut Chance, words: &Vocabulary) {
    let at = match chance.once_in(3) {
        // What is read from its beginning is tried step by step at its end.
        true => text.len(),
        false => chance.below(text.len() + 1),
    };
    let to = (at + 1 + chance.below(8)).min(text.len());
    match chance.below(9) {
        0 => drop(text.drain(at.min(to)..to)),
        1 | 2 => text.insert(at, octet(chance, words)),
        3 if at < text.len() => text[at] = octet(chance, words),
        4 => {
            let again = text[at.min(to)..to].repeat(1 + chance.below(4));
            text.splice(at..at, again);
        }
        5 => text.truncate(at),
        6 => {
            let digits = digits(text, at);
            let number = match chance.once_in(2) {
                true => chance.one_of(NUMBERS).as_bytes().to_vec(),
                false => (digits.clone()).map(|_| *chance.one_of(&DIGITS)).collect(),
            };
            text.splice(digits, number);
        }
        _ => {
            let word = texts::line(chance, words).into_bytes();
            text.splice(at..at, word);
        }
    }
}

const DIGITS: [&u8; 10] = [
    &b'0', &b'1', &b'2', &b'3', &b'4', &b'5', &b'6', &b'7', &b'8', &b'9',
];

/// The digits at a place, or the place itself.
fn digits(text: &[u8], at: usize) -> std::ops::Range<usize> {
    let from = text[at..].iter().position(u8::is_ascii_digit);
    let from = at + from.unwrap_or_default();
    let more = text[from..].iter().take_while(|it| it.is_ascii_digit());
    from..from + more.count()
}

/// Mostly what the policy's code has numbers for, or mail is written in; now and then anything.
fn octet(chance: &mut Chance, words: &Vocabulary) -> u8 {
    if chance.once_in(2)
        && let Some(octet) = chance.pick(words.octets())
    {
        return *octet;
    }
    match chance.below(8) {
        0 => *chance.one_of(&[&b'\t', &b' ', &0x7f, &0x80, &0xff, &0xc3]),
        1 => *chance.one_of(&[&b'=', &b'?', &b'"', &b'<', &b';', &b':', &b'@', &b'[']),
        _ => u8::try_from(chance.between(b'!'.into(), b'~'.into())).unwrap_or(b'a'),
    }
}

fn fold(text: &mut Vec<u8>, chance: &mut Chance) {
    for _ in 0..=chance.below(3) {
        let at = chance.below(text.len() + 1);
        let blank = chance.one_of(&["\r\n ", "\r\n\t", "\r\n  \t"]);
        text.splice(at..at, blank.bytes());
    }
}

/// Says the same in an encoded word (RFC 2047), or nearly.
fn encode(text: &mut Vec<u8>, chance: &mut Chance) {
    let said: String = text.escape_ascii().to_string().replace(['\\', ' '], "_");
    let charset = chance.one_of(&["utf-8", "iso-8859-1", "x-unknown", ""]);
    let form = chance.one_of(&["q", "Q", "b", "B", "x", ""]);
    let end = chance.one_of(&["?=", "?=", "?", ""]);
    *text = format!(" =?{charset}?{form}?{said}{end}").into_bytes();
}

fn change_body(letter: &mut Letter, chance: &mut Chance, words: &Vocabulary) {
    match chance.below(6) {
        0 => letter.body.clear(),
        1 => mime::attach(letter, chance, words),
        2 => {
            let line = format!("{}\r\n", texts::line(chance, words));
            letter.body.extend(line.into_bytes());
        }
        3 => {
            let mut kept: Vec<&[u8]> = lines(&letter.body).collect();
            if !kept.is_empty() {
                kept.remove(chance.below(kept.len()));
            }
            letter.body = kept.concat();
        }
        _ => edit(&mut letter.body, chance, words),
    }
}

/// Makes something much longer: what costs more than it grows shows itself.
fn change_length(letter: &mut Letter, chance: &mut Chance) {
    let factor = *chance.one_of(&[&2, &8, &64, &1_000]);
    let at = chance.below(letter.fields.len());
    match (chance.below(5), letter.fields.get_mut(at)) {
        (0, Some(field)) => {
            let field = field.clone();
            let copies = std::iter::repeat_n(field, factor);
            letter.fields.splice(at..at, copies);
        }
        (1, Some(field)) => lengthen(&mut field.value, factor, FIELD_OCTETS_MAX),
        (2, Some(_)) => {
            let again = letter.fields.clone();
            for _ in 0..factor.min(128) {
                letter.fields.extend(again.iter().cloned());
            }
        }
        (3, _) => {
            let line = format!("{}\r\n", chance.one_of(LINES));
            letter.body.extend(line.repeat(factor).into_bytes());
        }
        _ => lengthen(&mut letter.body, factor, BODY_OCTETS_MAX),
    }
}

fn lengthen(text: &mut Vec<u8>, factor: usize, octets_max: usize) {
    if text.is_empty() {
        text.push(b'a');
    }
    let factor = factor.min(octets_max.div_ceil(text.len()));
    *text = text.repeat(factor);
}
