//! The files in `components/`, and the components they describe.
//!
//! The first lines of a file are remarks that count:
//!
//! ```text
//! ;; WASM-03: a tag with a NUL
//! ;; asked: delivery              which wrap; `whole` if it needs none
//! ;; lift: string-encoding=utf16  further options of the lifted function
//! ;; give $policy: (with ...)     further imports of that module
//! ;; repeat PAGES 20: (memory 1)  what PAGES stands for; {n} counts from 0, {n1} from 1
//! ;; ends: output                 a failure's word (or `one/other`), `ok WORD`, `refused TEXT`
//! ```
//!
//! What stands above a line `;; ---` comes before the imports: the module `$libc` with the
//! memory and the allocator, if it is not to be the usual one.

use std::fs;
use std::path::PathBuf;

use policy::questions::Question;

/// One hostile component.
pub(crate) struct Hostile {
    /// The file.
    pub(crate) name: String,
    /// Its row of the fault catalogue.
    pub(crate) row: String,
    /// What it is asked, if it gets that far.
    pub(crate) question: Question,
    /// How that ends.
    pub(crate) ends: Ends,
    /// The component.
    pub(crate) octets: Vec<u8>,
}

/// How it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ends {
    /// It is not taken, for a reason with this in it.
    Refused(String),
    /// It is taken and fails, in one of these words.
    Fails(String),
    /// It is taken and answers, in this word.
    Answers(String),
}

/// All files of a row, in order of their names.
pub(crate) fn row(row: &str) -> Vec<Hostile> {
    let prefix = format!("{}-", row.to_ascii_lowercase());
    let names = names().into_iter().filter(|name| name.starts_with(&prefix));
    let found: Vec<Hostile> = names.map(|name| hostile(&name)).collect();
    assert!(!found.is_empty(), "{row} has no file");
    assert!(found.iter().all(|hostile| hostile.row == row), "{row}");
    found
}

/// The names of all files.
pub(crate) fn names() -> Vec<String> {
    let entries = fs::read_dir(directory().join("components")).expect("a directory");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string())
        .collect::<Result<_, _>>()
        .expect("names");
    names.sort();
    names
}

/// The component of a file.
pub(crate) fn hostile(name: &str) -> Hostile {
    let text = read(&format!("components/{name}"));
    let said = |key: &str| remark(&text, key).unwrap_or_else(|| panic!("{name}: no `{key}`"));
    let asked = said("asked: ");
    let row = text.get(3..10).expect("a row").to_owned();
    let wat = wrapped(asked, &text);
    Hostile {
        row,
        question: question(asked),
        ends: ends(said("ends: ")),
        octets: wat::parse_str(&wat).unwrap_or_else(|error| panic!("{name}: {error}")),
        name: name.to_owned(),
    }
}

/// A component around the text of a policy's module.
pub(crate) fn wrapped(asked: &str, text: &str) -> String {
    let mut wat = match asked {
        "whole" => text.to_owned(),
        wrap => around(wrap, text),
    };
    for repeat in remarks(text, "repeat ") {
        let (what, with) = repeat.split_once(": ").expect("what it stands for");
        let (name, count) = what.split_once(' ').expect("how often");
        let count: usize = count.parse().expect("a number");
        wat = replaced(&wat, name, &repeated(with, count));
    }
    wat
}

fn around(wrap: &str, text: &str) -> String {
    let (before, policy) = match text.split_once("\n;; ---\n") {
        Some((libc, policy)) => (libc.to_owned(), policy),
        None => (read("wrap/libc.wat"), text),
    };
    let mut wat = read(&format!("wrap/{wrap}.wat"))
        .replace(";; IMPORTS", &read("wrap/imports.wat"))
        .replace(";; LIBC", &before)
        .replace(";; POLICY", policy)
        .replace(";; LIFT", remark(text, "lift: ").unwrap_or_default());
    for module in ["$libc", "$policy"] {
        let given = remark(text, &format!("give {module}: ")).unwrap_or_default();
        wat = wat.replace(&format!(";; GIVE {module}"), given);
    }
    wat
}

/// Puts it where the name stands, but in the remarks.
fn replaced(wat: &str, name: &str, with: &str) -> String {
    let line = |line: &str| match line.starts_with(";;") {
        true => String::new(),
        false => line.replace(name, with),
    };
    wat.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn repeated(what: &str, count: usize) -> String {
    if !what.contains('{') {
        return format!("{what}{}", separator(what)).repeat(count);
    }
    let numbered = |n: usize| {
        let text = what.replace("{n}", &n.to_string());
        text.replace("{n1}", &(n + 1).to_string()) + "\n"
    };
    (0..count).map(numbered).collect()
}

/// Letters of a string follow one another at once.
fn separator(what: &str) -> &'static str {
    let letters = what.bytes().all(|octet| octet.is_ascii_alphabetic());
    let keyword = matches!(what, "block" | "end");
    if letters && !keyword { "" } else { "\n" }
}

fn question(asked: &str) -> Question {
    match asked {
        "after-failure" | "whole" => Question::AfterFailure,
        "delivery" => Question::Tags,
        "inbound" => Question::HeadersInbound,
        other => panic!("nobody asks {other}"),
    }
}

fn ends(said: &str) -> Ends {
    let (word, rest) = said.split_once(' ').unwrap_or((said, ""));
    match word {
        "refused" => Ends::Refused(rest.to_owned()),
        "ok" => Ends::Answers(rest.to_owned()),
        word => Ends::Fails(word.to_owned()),
    }
}

fn remark<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    remarks(text, key).next()
}

fn remarks<'a>(text: &'a str, key: &str) -> impl Iterator<Item = &'a str> {
    let head = text.lines().take_while(|line| line.starts_with(";; "));
    head.filter_map(move |line| line[3..].strip_prefix(key))
}

fn read(file: &str) -> String {
    let path = directory().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Asked when we run: two checkouts may share what was built.
fn directory() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo tells");
    PathBuf::from(package).join("tests/hostile")
}
