//! A message as fuzzing sees it: fields one below the other, and a body. Whatever is done
//! to it, it stays such as our reception lets in: CRLF ends lines, there is no NUL, and the
//! header keeps its bounds.
//!
//! Not here: what a message means (the host reads it), how it is changed (`change`).

mod change;
mod mime;
mod values;

use std::fmt;

pub(super) use change::{change, cross};

/// One message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// Its header, top first.
    pub fields: Vec<LetterField>,
    /// What stands behind the empty line.
    pub body: Vec<u8>,
}

/// One field of it.
#[derive(Clone, PartialEq, Eq)]
pub struct LetterField {
    /// Without the colon.
    pub name: String,
    /// As it stands behind the colon, folds included, without the line break at its end.
    pub value: Vec<u8>,
}

/// Octets of a header the host takes in.
const HEADER_OCTETS_MAX: usize = 256 * 1024;
const FIELD_OCTETS_MAX: usize = 64 * 1024;
const FIELDS_MAX: usize = 1_000;
/// Policies see the first 256 KiB of a message; what is longer tells them nothing more.
const BODY_OCTETS_MAX: usize = 300 * 1024;

impl Letter {
    /// An ordinary one.
    pub fn sample() -> Self {
        let fields = [
            ("From", "Ann <ann@home.example>"),
            ("To", "help@acme.example"),
            ("Subject", "Where is my order?"),
            ("Date", "Mon, 5 Jan 2026 10:00:00 +0100"),
            ("Message-ID", "<1@home.example>"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
        ];
        Self {
            fields: fields
                .map(|(name, value)| LetterField::new(name, &format!(" {value}")))
                .into(),
            body: b"Hello,\r\n\r\nit has not come yet.\r\n\r\nAnn\r\n".to_vec(),
        }
    }

    /// Reads one. Lines of the header that are no field are fields without a name.
    pub fn read(octets: &[u8]) -> Self {
        let (header, body) = parted(octets);
        Self {
            fields: fields(header),
            body: body.to_vec(),
        }
    }

    /// As it goes over the wire.
    pub fn octets(&self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(self.body.len() + 64 * self.fields.len());
        for field in &self.fields {
            octets.extend(field.name.as_bytes());
            if !field.name.is_empty() {
                octets.push(b':');
            }
            octets.extend(&field.value);
            octets.extend(b"\r\n");
        }
        octets.extend(b"\r\n");
        octets.extend(&self.body);
        octets
    }

    /// How large it is, about.
    pub(super) fn size(&self) -> usize {
        let field = |field: &LetterField| field.name.len() + field.value.len() + 3;
        self.body.len() + self.fields.iter().map(field).sum::<usize>()
    }

    /// Takes off what the host would not let in.
    fn keep_bounds(&mut self) {
        self.fields.truncate(FIELDS_MAX);
        let mut room = HEADER_OCTETS_MAX;
        self.fields.retain_mut(|field| {
            field.name.truncate(field.name.floor_char_boundary(100));
            tidy(&mut field.value, FIELD_OCTETS_MAX - 200, true);
            let octets = field.name.len() + field.value.len() + 3;
            let fits = octets <= room;
            room = room.saturating_sub(octets);
            fits
        });
        tidy(&mut self.body, BODY_OCTETS_MAX, false);
    }
}

impl LetterField {
    /// A field with the value as it is to stand behind the colon.
    pub fn new(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: value.as_bytes().to_vec(),
        }
    }
}

impl fmt::Debug for LetterField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.value.escape_ascii())
    }
}

fn parted(octets: &[u8]) -> (&[u8], &[u8]) {
    if let Some(body) = octets.strip_prefix(b"\r\n") {
        return (&[], body);
    }
    match memchr::memmem::find(octets, b"\r\n\r\n") {
        Some(end) => (&octets[..end + 2], &octets[end + 4..]),
        None => (octets, &[]),
    }
}

fn fields(header: &[u8]) -> Vec<LetterField> {
    let mut fields: Vec<LetterField> = Vec::new();
    for line in lines(header) {
        let text = line.strip_suffix(b"\r\n").unwrap_or(line);
        let folded = matches!(text.first(), Some(b' ' | b'\t'));
        match fields.last_mut().filter(|_| folded) {
            Some(field) => {
                field.value.extend(b"\r\n");
                field.value.extend(text);
            }
            None => fields.push(field(text)),
        }
    }
    fields
}

fn field(line: &[u8]) -> LetterField {
    let colon = line.iter().position(|octet| *octet == b':');
    let name = colon.and_then(|colon| str::from_utf8(&line[..colon]).ok());
    let value = match (name, colon) {
        (Some(_), Some(colon)) => &line[colon + 1..],
        _ => line,
    };
    LetterField {
        name: name.unwrap_or_default().to_owned(),
        value: value.to_vec(),
    }
}

/// Lines with their ends.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut from = 0;
    let ends = memchr::memchr_iter(b'\n', text).map(|at| at + 1);
    ends.chain([text.len()]).filter_map(move |end| {
        let line = &text[from..end];
        from = end;
        (!line.is_empty()).then_some(line)
    })
}

/// No NUL, no line end but CRLF; in a header every line after the first begins with a blank
/// and holds something, so that the field stays one.
fn tidy(text: &mut Vec<u8>, octets_max: usize, header: bool) {
    text.truncate(octets_max);
    if is_tidy(text, header) {
        return;
    }
    let mut clean = Vec::with_capacity(text.len() + 16);
    for line in lines(text) {
        let ended = line.ends_with(b"\n");
        let said = line.iter().filter(|it| !matches!(it, 0 | b'\r' | b'\n'));
        clean.extend(said);
        if ended {
            clean.extend(if header { &b"\r\n "[..] } else { b"\r\n" });
        }
    }
    *text = clean;
}

fn is_tidy(text: &[u8], header: bool) -> bool {
    memchr::memchr3_iter(0, b'\r', b'\n', text).all(|at| match text[at] {
        b'\r' => {
            let next = text.get(at + 2);
            let goes_on = !header || matches!(next, Some(b' ' | b'\t'));
            text.get(at + 1) == Some(&b'\n') && goes_on
        }
        b'\n' => at > 0 && text[at - 1] == b'\r',
        _ => false,
    })
}

#[cfg(test)]
mod tests;
