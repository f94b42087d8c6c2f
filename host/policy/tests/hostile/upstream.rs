//! WASM-09: what the component model's own tests, and those of the tools the runtime is made
//! with, call invalid or malformed (`upstream/`). Each is uploaded as it is; a core module once
//! more inside a component, where its own mistake is what is looked at.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs};

use policy::CompileError;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::{Wast, WastDirective};

use crate::support::engine;
use crate::uploads::{has_reason, raw_module};

/// The files, and how many directives each has.
const FILES: [(&str, usize); 2] = [("component-model.wast", 455), ("wasm-tools.wast", 1_375)];

/// Sound by the rules we go by, though wrong where the directive comes from: there a proposal
/// was switched off that we have (`missing-features`, `lime1`), or a hint was checked that has
/// no say in what a module does. They are no policies, and refused for that.
const SOUND_MAX: usize = 60;
/// So much of what is only text goes up.
const TEXT_OCTETS: usize = 1_000;

/// How far an upload got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// Text is no component.
    Text,
    /// Malformed, invalid or too much.
    Refused,
    /// A sound component, and no policy.
    NoPolicy,
}

/// One thing to upload.
struct Wrong {
    /// File and line.
    place: String,
    octets: Vec<u8>,
    /// What is wrong is the text: nothing in octets could say it, and it goes up as it is.
    is_text: bool,
}

#[test]
fn wasm_09_what_the_specification_calls_invalid_is_refused() {
    let mut ends = BTreeMap::<End, usize>::new();
    let mut sound = Vec::new();
    for (file, directives) in FILES {
        let wrong = wrong_in(file);
        assert_eq!(wrong.len(), directives, "{file}");
        for wrong in wrong {
            for octets in uploads(&wrong.octets) {
                let end = upload(&wrong.place, &octets);
                if end == End::NoPolicy {
                    sound.push(wrong.place.clone());
                }
                let end = if wrong.is_text { End::Text } else { end };
                *ends.entry(end).or_default() += 1;
            }
        }
    }
    eprintln!("{ends:?}");
    assert!(sound.len() <= SOUND_MAX, "{sound:#?}");
    assert!(ends[&End::Refused] > 10 * ends[&End::Text], "{ends:?}");
}

/// A component as it is; a core module also inside a component.
fn uploads(octets: &[u8]) -> Vec<Vec<u8>> {
    const MODULE: &[u8] = b"\0asm\x01\0\0\0";
    match octets.starts_with(MODULE) {
        true => vec![octets.to_vec(), raw_module(octets)],
        false => vec![octets.to_vec()],
    }
}

fn upload(what: &str, octets: &[u8]) -> End {
    let Err(error) = engine().compile(octets) else {
        panic!("{what}: taken");
    };
    has_reason(what, &error);
    match error {
        CompileError::Invalid(_) | CompileError::TooComplex(_) => End::Refused,
        _ => End::NoPolicy,
    }
}

/// Every module or component of a file's directives.
fn wrong_in(file: &str) -> Vec<Wrong> {
    let text = text_of(file);
    let mut lexer = Lexer::new(&text);
    // Some of the names are confusing on purpose.
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).expect("it can be read");
    let parsed = parser::parse::<Wast<'_>>(&buffer).unwrap_or_else(|error| panic!("{error}"));
    let wrong = |directive: WastDirective<'_>| {
        let (start, (line, _)) = (
            directive.span().offset(),
            directive.span().linecol_in(&text),
        );
        let place = format!("{file}:{}", line + 1);
        let (WastDirective::AssertInvalid { mut module, .. }
        | WastDirective::AssertMalformed { mut module, .. }) = directive
        else {
            panic!("{place}: neither invalid nor malformed");
        };
        let octets = module.encode();
        Wrong {
            place,
            is_text: octets.is_err(),
            octets: octets.unwrap_or_else(|_| text[start..].bytes().take(TEXT_OCTETS).collect()),
        }
    };
    parsed.directives.into_iter().map(wrong).collect()
}

/// Asked when we run: two checkouts may share what was built.
fn text_of(file: &str) -> String {
    let package = env::var_os("CARGO_MANIFEST_DIR").expect("cargo tells");
    let path = PathBuf::from(package)
        .join("tests/hostile/upstream")
        .join(file);
    fs::read_to_string(path).expect("it is in the checkout")
}
