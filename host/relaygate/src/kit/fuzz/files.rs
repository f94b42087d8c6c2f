//! The files of a run: inputs worth going on from, by question, and findings, each as a
//! message and JSON that `relaygate policy run` takes as they are.
//!
//! ```text
//! <component>.corpus/
//!   headers.inbound/1f0c2d3e.eml .json .settings.json
//!   findings/trap-4b5a6978.eml .json .settings.json .txt
//! ```
//!
//! Not here: what is worth keeping (`policy::fuzz`).

use std::fs;
use std::path::{Path, PathBuf};

use policy::asked;
use policy::fuzz::{Finding, Input, Kind, Letter};
use policy::questions::Question;
use serde_json::{Value, json};

use super::{Found, Fuzz};
use crate::cli::Failure;
use crate::config::io_reason;

/// Where a run keeps things.
pub(super) struct Shelf {
    directory: PathBuf,
    component: PathBuf,
    memory_mib: Option<u32>,
}

const FINDINGS: &str = "findings";

impl Shelf {
    /// The one of these options; its directory is made if there is none.
    pub(super) fn open(options: &Fuzz) -> Result<Self, Failure> {
        let beside = || options.component.with_extension("corpus");
        let directory = options.corpus.clone().unwrap_or_else(beside);
        made(&directory.join(FINDINGS))?;
        Ok(Self {
            directory,
            component: options.component.clone(),
            memory_mib: options.memory_mib,
        })
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// What earlier runs have kept about these questions, in the order of their names.
    pub(super) fn inputs(&self, questions: &[Question]) -> Result<Vec<Input>, Failure> {
        let mut inputs = Vec::new();
        for question in questions {
            for stem in stems(&self.directory.join(question.name())) {
                inputs.push(read_input(&stem, *question)?);
            }
        }
        Ok(inputs)
    }

    /// Keeps an input for later runs.
    pub(super) fn keep(&self, input: &Input) -> Result<(), Failure> {
        let directory = self.directory.join(input.question.name());
        made(&directory)?;
        write_input(&directory.join(short(input)), input)
    }

    /// Keeps a finding; what it is and how it is shown again stands beside it.
    pub(super) fn keep_finding(&self, finding: &Finding) -> Result<Found, Failure> {
        let kind = finding.problem.kind.word();
        let name = format!("{kind}-{}", short(&finding.input));
        let stem = self.directory.join(FINDINGS).join(name);
        write_input(&stem, &finding.input)?;
        let found = self.told(finding, &stem);
        let text = format!(
            "{kind} at {}: {}\n\n{}\n",
            found.question, found.what, found.command
        );
        write(&with_end(&stem, "txt"), text.as_bytes())?;
        Ok(found)
    }

    /// A finding whose files are there.
    pub(super) fn told(&self, finding: &Finding, stem: &Path) -> Found {
        let input = &finding.input;
        let file = |end: &str| with_end(stem, end);
        let settings = has_settings(input).then(|| file(SETTINGS));
        Found {
            kind: finding.problem.kind.word(),
            question: input.question.name(),
            what: finding.problem.what.clone(),
            mail: input.letter.as_ref().map(|_| file("eml")),
            facts: file("json"),
            command: match finding.problem.kind {
                // One answer does not show it.
                Kind::NonDeterminism | Kind::Dropped => self.fuzz_command(input, stem),
                _ => self.run_command(input, stem),
            },
            settings,
        }
    }

    fn run_command(&self, input: &Input, stem: &Path) -> String {
        let mut command = format!("relaygate policy run {}", shown(&self.component));
        if input.letter.is_some() {
            command += &format!(" {}", shown(&with_end(stem, "eml")));
        }
        command += &format!(" --question {}", input.question.name());
        command += &format!(" --facts {}", shown(&with_end(stem, "json")));
        if has_settings(input) {
            command += &format!(" --settings {}", shown(&with_end(stem, SETTINGS)));
        }
        if let Some(mebibytes) = self.memory_mib {
            command += &format!(" --memory-mib {mebibytes}");
        }
        command
    }

    fn fuzz_command(&self, input: &Input, stem: &Path) -> String {
        let (component, stem) = (shown(&self.component), shown(stem));
        let question = input.question.name();
        format!("relaygate policy fuzz {component} --question {question} --replay {stem}")
    }
}

const SETTINGS: &str = "settings.json";

/// The input whose files begin like that.
pub(super) fn read_input(stem: &Path, question: Question) -> Result<Input, Failure> {
    let optional = |end: &str| {
        let file = with_end(stem, end);
        file.exists().then_some(file)
    };
    let letter = optional("eml").map(|file| octets_of(&file)).transpose()?;
    let settings = optional(SETTINGS).map(|file| json_of(&file)).transpose()?;
    let facts = json_of(&with_end(stem, "json"))?;
    Ok(Input {
        question,
        facts: asked::sample_with(question, &facts),
        letter: letter.map(|octets| Letter::read(&octets)),
        settings: settings.unwrap_or_else(|| json!({})),
    })
}

fn write_input(stem: &Path, input: &Input) -> Result<(), Failure> {
    if let Some(letter) = &input.letter {
        write(&with_end(stem, "eml"), &letter.octets())?;
    }
    let facts = format!("{:#}\n", input.unusual_facts());
    write(&with_end(stem, "json"), facts.as_bytes())?;
    if has_settings(input) {
        let settings = format!("{:#}\n", input.settings);
        write(&with_end(stem, SETTINGS), settings.as_bytes())?;
    }
    Ok(())
}

fn has_settings(input: &Input) -> bool {
    input.settings.as_object().is_some_and(|it| !it.is_empty())
}

/// Eight digits tell the inputs of a corpus apart.
fn short(input: &Input) -> String {
    format!("{:.8}", input.digest().to_string())
}

fn with_end(stem: &Path, end: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(".");
    name.push(end);
    name.into()
}

/// The inputs of a directory, without their ends.
fn stems(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let stem = |path: PathBuf| {
        let name = path.file_name()?.to_str()?;
        let facts = name.ends_with(".json") && !name.ends_with(SETTINGS);
        facts.then(|| path.with_extension(""))
    };
    let mut stems: Vec<PathBuf> = entries.filter_map(|it| stem(it.path())).collect();
    stems.sort();
    stems
}

fn shown(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// As a shell wants it.
fn quoted(word: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "/._-+=:".contains(it);
    match word.chars().all(plain) && !word.is_empty() {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

pub(super) fn json_of(file: &Path) -> Result<Value, Failure> {
    serde_json::from_slice(&octets_of(file)?)
        .map_err(|error| Failure::new("json", format!("{} is not JSON ({error})", file.display())))
}

pub(super) fn octets_of(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| trouble("read", file, &error))
}

fn write(file: &Path, octets: &[u8]) -> Result<(), Failure> {
    fs::write(file, octets).map_err(|error| trouble("written", file, &error))
}

fn made(directory: &Path) -> Result<(), Failure> {
    fs::create_dir_all(directory).map_err(|error| trouble("made", directory, &error))
}

fn trouble(what: &str, file: &Path, error: &std::io::Error) -> Failure {
    let problem = format!("{} cannot be {what} ({})", file.display(), io_reason(error));
    Failure::new("file", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_read_as_it_was_kept() {
        let directory = tempfile::tempdir().expect("a directory");
        let shelf = Shelf::open(&Fuzz {
            corpus: Some(directory.path().to_path_buf()),
            ..Fuzz::default()
        });
        let shelf = shelf.expect("a shelf");
        let question = Question::HeadersInbound;
        let mut input = Input::sample(question, &json!({"strict": true}));
        input.facts["facts"]["ours"] = true.into();
        shelf.keep(&input).expect("it is kept");
        let plain = Input::sample(Question::Sender, &json!({}));
        shelf.keep(&plain).expect("it is kept");
        let read = |questions: &[Question]| shelf.inputs(questions).expect("they are read");
        assert_eq!(read(&[question]), [input]);
        assert_eq!(read(&[Question::Sender]), [plain]);
        assert_eq!(read(&[Question::Tags]), []);
    }

    #[test]
    fn a_command_can_be_pasted() {
        assert_eq!(quoted("a/b-1.wasm"), "a/b-1.wasm");
        assert_eq!(quoted("it's 1"), "'it'\\''s 1'");
    }
}
