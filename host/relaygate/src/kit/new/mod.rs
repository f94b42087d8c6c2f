//! A directory to begin a policy in: it builds, and its first case passes.
//!
//! The templates stand beside this file as they are written, by language; `{name}` and
//! `{question}` are filled in. What a policy is written against comes out of this program: the
//! contract for JavaScript and Python (with the first build), for Rust the SDK with it, which
//! is in no registry.
//!
//! Not here: building ([`super::build`]), testing ([`super::test`]).

mod templates;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use super::contract;
use crate::cli::Failure;
use crate::config::io_reason;

/// What a policy is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Small and fast: some 30 KB, some microseconds a call.
    Rust,
    /// JavaScript: 1.6 MB, and some tenths of a millisecond a call.
    Js,
    /// 18 MB, and some milliseconds a call.
    Python,
}

/// What a policy is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Interface {
    /// May this be added? May this be addressed?
    Limits,
    /// Are the headers sound, and what do they tell?
    Headers,
    /// Which tags does a ticket get?
    Tags,
    /// Which way does it go?
    Routes,
}

/// What was begun.
#[derive(Debug, Serialize)]
pub struct Begun {
    /// The directory.
    pub directory: PathBuf,
    /// What to type next.
    pub next: Vec<String>,
}

/// A file of the new directory.
struct File {
    path: String,
    text: String,
}

/// Makes the directory.
///
/// # Errors
/// [`Failure`]: the name is none, there is something in the directory, the disk refuses.
pub fn new(directory: &Path, language: Language, interface: Interface) -> Result<Begun, Failure> {
    let name = name(directory)?;
    demand_empty(directory)?;
    for file in templates::files(language, interface, name) {
        write(directory, &file)?;
    }
    if language == Language::Rust {
        contract::write_into(&directory.join("sdk/wit"))?;
    }
    let steps = templates::steps(language, name);
    let first = format!("cd {}", directory.display());
    Ok(Begun {
        directory: directory.to_path_buf(),
        next: std::iter::once(first).chain(steps).collect(),
    })
}

/// The last part of the path, if cargo, npm and an account would all take it as a name.
fn name(directory: &Path) -> Result<&str, Failure> {
    let name = directory.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default();
    let letters = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-';
    let begins = name
        .bytes()
        .next()
        .is_some_and(|it| it.is_ascii_lowercase());
    let fits = begins && name.len() <= NAME_OCTETS_MAX && name.bytes().all(letters);
    match fits && !name.ends_with('-') {
        true => Ok(name),
        false => Err(Failure::usage(format!(
            "{name:?} is no name for a policy: use a-z, 0-9 and -, beginning with a letter"
        ))),
    }
}

fn demand_empty(directory: &Path) -> Result<(), Failure> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    if entries.count() == 0 {
        return Ok(());
    }
    let problem = format!("there is something in {}", directory.display());
    let mend = "name another directory";
    Err(Failure::new("not_empty", format!("{problem}; {mend}")))
}

fn write(directory: &Path, file: &File) -> Result<(), Failure> {
    let path = directory.join(&file.path);
    let folder = path.parent().unwrap_or(directory);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, &file.text));
    written.map_err(|error| {
        let problem = format!("{} cannot be written", path.display());
        Failure::new("file", format!("{problem} ({})", io_reason(&error)))
    })
}

/// Of a policy's name, as accounts have it.
const NAME_OCTETS_MAX: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_begun_once() {
        let above = tempfile::tempdir().expect("a directory");
        let directory = above.path().join("my-policy");
        for (language, has) in [
            (Language::Rust, "sdk/wit/tags.wit"),
            (Language::Js, "package.json"),
            (Language::Python, "policy.py"),
        ] {
            new(&directory, language, Interface::Tags).expect("begun");
            assert!(directory.join(has).is_file(), "{has}");
            assert!(directory.join("tests/first.toml").is_file());
            let again = new(&directory, language, Interface::Tags).unwrap_err();
            assert!(again.message().starts_with("there is something"));
            std::fs::remove_dir_all(&directory).expect("it is ours");
        }
    }

    #[test]
    fn a_name_is_one_everywhere() {
        for fine in ["a", "/x/vip-tagging", "p2"] {
            assert!(name(Path::new(fine)).is_ok(), "{fine}");
        }
        for wrong in [
            "",
            "..",
            "/",
            "2p",
            "Vip",
            "a_b",
            "a-",
            "a.b",
            &"a".repeat(41),
        ] {
            assert!(name(Path::new(wrong)).is_err(), "{wrong}");
        }
    }
}
