//! Words a policy knows: what it compares with stands in its code and its constants, and
//! which header fields it looks at it says itself when it asks for them. Chance alone would
//! never spell them.
//!
//! Not here: where the words are put (`texts`, `letter`).

use std::collections::BTreeSet;

use wasmparser::{
    BinaryReaderError, ConstExpr, Data, DataKind, FunctionBody, Operator, Parser, Payload,
};

/// What is known of one policy's words.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    /// Texts of its constants, and of its code's numbers that are texts.
    words: Vec<String>,
    /// Single octets its code compares with, or might.
    octets: Vec<u8>,
    /// Names of header fields it asked for.
    asked: Vec<String>,
}

/// More words than this only hide each other.
const WORDS_MAX: usize = 2_000;
/// A language runtime has millions; a policy's own are among the first or not to be found.
const PAIRS_MAX: usize = 20_000;
const ASKED_MAX: usize = 64;
const WORD_OCTETS_MAX: usize = 64;

/// A text's address and its length stand close to each other in the code.
const CONSTANTS_APART_MAX: usize = 6;

impl Vocabulary {
    /// The words of a component, in the order of the alphabet.
    ///
    /// # Errors
    /// It is damaged; a component that compiles is not.
    pub(super) fn of(component: &[u8]) -> Result<Self, BinaryReaderError> {
        let (mut words, mut octets) = (BTreeSet::new(), BTreeSet::new());
        let (mut modules, mut module) = (Vec::new(), Module::default());
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                Payload::ModuleSection { .. } => modules.push(std::mem::take(&mut module)),
                Payload::CodeSectionEntry(body) => {
                    octets.extend(single_octets(&body)?);
                    module.read_code(&body, &mut words)?;
                }
                Payload::DataSection(section) => {
                    for data in section {
                        module.segments.extend(segment(&data?)?);
                    }
                }
                _ => {}
            }
        }
        modules.push(module);
        read_data(modules, &mut words);
        Ok(Self {
            words: words.into_iter().take(WORDS_MAX).collect(),
            octets: octets.into_iter().collect(),
            asked: Vec::new(),
        })
    }

    /// All of them.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// Letters its code compares with, as far as that can be seen.
    pub(super) fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Names of header fields it has asked for so far.
    pub(super) fn asked(&self) -> &[String] {
        &self.asked
    }

    /// It has asked for this header field; whether that is new.
    pub(super) fn heard(&mut self, name: &str) -> bool {
        let known = self.asked.iter().any(|it| it == name);
        let new = !known && self.asked.len() < ASKED_MAX;
        if new {
            self.asked.push(name.to_owned());
        }
        new
    }
}

/// Where data stands in memory, and it.
type Segment<'a> = (usize, &'a [u8]);

/// One core module. Code stands before data in a module, so what the code points at is looked
/// up at the end.
#[derive(Default)]
struct Module<'a> {
    segments: Vec<Segment<'a>>,
    /// Numbers close to each other that may be a text's place and length.
    pairs: Vec<(usize, usize)>,
}

impl Module<'_> {
    fn read_code(
        &mut self,
        body: &FunctionBody<'_>,
        words: &mut BTreeSet<String>,
    ) -> Result<(), BinaryReaderError> {
        let mut recent: Vec<usize> = Vec::new();
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            match operators.read()? {
                Operator::I32Const { value } => {
                    words.extend(spelled(&value.to_le_bytes()));
                    if self.pairs.len() >= PAIRS_MAX {
                        continue;
                    }
                    let number = value.cast_unsigned() as usize;
                    self.pairs.extend(pairs(&recent, number));
                    recent.push(number);
                    if recent.len() > CONSTANTS_APART_MAX {
                        recent.remove(0);
                    }
                }
                Operator::I64Const { value } => {
                    words.extend(spelled(&value.to_le_bytes()));
                    // Place and length are often stored as one number.
                    let (low, high) = (value as u32 as usize, (value >> 32) as u32 as usize);
                    if is_length(high) && self.pairs.len() < PAIRS_MAX {
                        self.pairs.push((low, high));
                    }
                }
                Operator::V128Const { value } => words.extend(spelled(value.bytes())),
                _ => {}
            }
        }
        Ok(())
    }
}

/// What the code of each module points at. Where its memory comes from another one, the data
/// stands there.
fn read_data(modules: Vec<Module<'_>>, words: &mut BTreeSet<String>) {
    let all: Vec<Segment<'_>> = modules
        .iter()
        .flat_map(|it| &it.segments)
        .copied()
        .collect();
    for mut module in modules {
        for (_, octets) in &module.segments {
            let runs = octets.split(|octet| !octet.is_ascii_graphic() && *octet != b' ');
            words.extend(runs.filter_map(text).take(WORDS_MAX));
            let numbers = octets.chunks_exact(4).map(number);
            let next = octets.chunks_exact(4).map(number).skip(1);
            let pairs = numbers.zip(next).filter(|(_, length)| is_length(*length));
            module.pairs.extend(pairs.take(PAIRS_MAX));
        }
        let segments = match module.segments.is_empty() {
            true => &all,
            false => &module.segments,
        };
        for (place, length) in module.pairs.iter().take(PAIRS_MAX) {
            words.extend(pointed_at(segments, *place, *length));
        }
    }
}

fn pointed_at(segments: &[Segment<'_>], place: usize, length: usize) -> Option<String> {
    segments.iter().find_map(|(start, octets)| {
        let from = place.checked_sub(*start)?;
        text(octets.get(from..from.checked_add(length)?)?)
    })
}

/// Letters the code compares something with: equal to a number, or from one on.
fn single_octets(body: &FunctionBody<'_>) -> Result<BTreeSet<u8>, BinaryReaderError> {
    let mut octets = BTreeSet::new();
    let mut number = None;
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let operator = operators.read()?;
        let letter = match (&operator, number) {
            (Operator::I32Eq | Operator::I32Ne | Operator::I32Xor | Operator::I32Sub, it) => it,
            (Operator::I32Add, Some(it)) => i32::checked_neg(it),
            _ => None,
        };
        let letter = letter.and_then(|it| u8::try_from(it).ok());
        octets.extend(letter.filter(u8::is_ascii_graphic));
        number = match operator {
            Operator::I32Const { value } => Some(value),
            _ => None,
        };
    }
    Ok(octets)
}

fn pairs(recent: &[usize], number: usize) -> Vec<(usize, usize)> {
    let pair = |other: &usize| match (is_length(number), is_length(*other)) {
        (true, false) => Some((*other, number)),
        (false, true) => Some((number, *other)),
        _ => None,
    };
    recent.iter().filter_map(pair).collect()
}

fn is_length(number: usize) -> bool {
    (2..=WORD_OCTETS_MAX).contains(&number)
}

fn number(octets: &[u8]) -> usize {
    let octets = octets.first_chunk().copied().unwrap_or_default();
    u32::from_le_bytes(octets) as usize
}

/// A segment with a fixed place.
fn segment<'a>(data: &Data<'a>) -> Result<Option<Segment<'a>>, BinaryReaderError> {
    match &data.kind {
        DataKind::Active { offset_expr, .. } => {
            Ok(place(offset_expr)?.map(|place| (place, data.data)))
        }
        DataKind::Passive => Ok(None),
    }
}

fn place(expression: &ConstExpr<'_>) -> Result<Option<usize>, BinaryReaderError> {
    match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(Some(value.cast_unsigned() as usize)),
        _ => Ok(None),
    }
}

/// The octets as a word, if they can be one.
fn text(octets: &[u8]) -> Option<String> {
    let fits = (2..=WORD_OCTETS_MAX).contains(&octets.len());
    let readable = octets.iter().all(|it| it.is_ascii_graphic() || *it == b' ');
    let word = str::from_utf8(octets).ok()?.trim();
    (fits && readable && word.len() > 1).then(|| word.to_owned())
}

/// A number that spells a word, as compilers make of short comparisons: all of it, or all
/// but zeros at its end.
fn spelled(octets: &[u8]) -> Option<String> {
    let end = octets.iter().rposition(|octet| *octet != 0)?;
    text(octets.get(..=end)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::built_in;

    #[test]
    fn a_policys_words_are_found() {
        let vocabulary = Vocabulary::of(built_in::ADDRESS_LIMITS).expect("it is whole");
        let words = vocabulary.words();
        for word in ["limit_domains", "domain"] {
            assert!(words.contains(&word.to_owned()), "{word}: {words:?}");
        }
        assert!(words.len() < WORDS_MAX, "{}", words.len());
        let octets = vocabulary.octets();
        assert!(octets.contains(&b'@') && octets.len() < 60, "{octets:?}");
    }
}
