//! Bodies in parts: boundaries, attachments, parts within parts.

use super::super::chance::Chance;
use super::super::vocabulary::Vocabulary;
use super::values::disposition;
use super::{Letter, LetterField};

/// Parts within parts; no reader of ours goes deeper than a few dozen.
const DEPTH_MAX: usize = 60;

/// Makes the body a part of a new one, once or many times.
pub(super) fn wrap(letter: &mut Letter, chance: &mut Chance, vocabulary: &Vocabulary) {
    let times = match chance.once_in(4) {
        true => 1 + chance.below(DEPTH_MAX),
        false => 1,
    };
    for _ in 0..times {
        wrap_once(letter, chance);
    }
    if chance.once_in(2) {
        attach(letter, chance, vocabulary);
    }
}

fn wrap_once(letter: &mut Letter, chance: &mut Chance) {
    let boundary = chance.one_of(BOUNDARIES);
    let (content, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut letter.fields)
        .into_iter()
        .partition(|field| field.name.to_ascii_lowercase().starts_with("content-"));
    letter.fields = rest;
    let kind = chance.one_of(&["mixed", "alternative", "related", "report", "x"]);
    let value = format!(" multipart/{kind}; boundary=\"{boundary}\"");
    letter.fields.push(LetterField::new("Content-Type", &value));
    let part = Letter {
        fields: content,
        body: std::mem::take(&mut letter.body),
    };
    let mut body = format!("--{boundary}\r\n").into_bytes();
    body.extend(part.octets());
    let end = chance.one_of(&["--\r\n", "--\r\n", "\r\n", ""]);
    body.extend(format!("\r\n--{boundary}{end}").into_bytes());
    letter.body = body;
}

/// Puts an attachment before what stands there, behind the first boundary if there is one.
pub(super) fn attach(letter: &mut Letter, chance: &mut Chance, vocabulary: &Vocabulary) {
    let disposition = disposition(chance, vocabulary);
    let encoding = chance.one_of(&["base64", "base64", "7bit", "quoted-printable"]);
    let content = chance.one_of(&["TVqQAAMAAAAEAAAA//8AALg=", "", "====", "=3D=", "a"]);
    let part = format!(
        "Content-Type: application/octet-stream\r\nContent-Disposition: {disposition}\r\n\
         Content-Transfer-Encoding: {encoding}\r\n\r\n{content}\r\n"
    );
    let first = letter.body.iter().position(|octet| *octet == b'\n');
    let line = first.map(|end| letter.body[..=end].to_vec());
    match line.filter(|line| line.starts_with(b"--")) {
        Some(line) => {
            let part = [&line, part.as_bytes()].concat();
            letter.body.splice(..0, part);
        }
        None => letter.body.splice(..0, part.into_bytes()).for_each(drop),
    }
}

const BOUNDARIES: &[&str] = &[
    "a",
    "b",
    "ab",
    "=_x",
    "",
    "-",
    "a b",
    "0123456789012345678901",
];
