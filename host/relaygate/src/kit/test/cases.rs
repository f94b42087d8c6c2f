//! The files with the cases, as their author writes them.
//!
//! ```toml
//! question = "tags.delivery"      # what stands here holds for every case of the file
//!
//! [settings]
//! addresses = ["ann@home.example"]
//!
//! [[case]]
//! name = "Ann is known by her address"
//! mail = "from-ann.eml"           # beside this file
//! facts.author = "pass"           # laid over ordinary facts, in the words of `wit/`
//! expect.tags = ["vip"]
//! ```
//!
//! A case lays its settings and facts over those of the file, member by member. A word this
//! file does not know is an error, with its place: a misspelt expectation would never fail.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use policy::asked::{merge, only_parameter};
use serde::Deserialize;
use serde_json::Value;

use super::expect::Expect;
use crate::cli::Failure;
use crate::config::io_reason;

/// One case, ready to be asked.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) file: PathBuf,
    pub(super) name: String,
    pub(super) question: Option<String>,
    pub(super) mail: Option<PathBuf>,
    pub(super) facts: Value,
    pub(super) without: Vec<String>,
    pub(super) settings: Value,
    pub(super) people: BTreeMap<String, Value>,
    pub(super) support_addresses: BTreeMap<String, Value>,
    pub(super) times: NonZeroU32,
    pub(super) expect: Expect,
}

impl Case {
    /// What went wrong, with the place.
    pub(super) fn at(&self, failure: &Failure) -> Failure {
        let (file, name) = (self.file.display(), &self.name);
        Failure::new(
            "case",
            format!("{file}: case {name:?}: {}", failure.message()),
        )
    }
}

/// A file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    question: Option<String>,
    mail: Option<PathBuf>,
    #[serde(default = "nothing")]
    facts: Value,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default = "nothing")]
    settings: Value,
    #[serde(default)]
    case: Vec<WrittenCase>,
}

/// A case as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenCase {
    /// What it shows.
    name: String,
    /// `interface.function`; the first question the policy answers if nobody names one.
    question: Option<String>,
    /// The message, a file beside this one.
    mail: Option<PathBuf>,
    /// What is not as usual.
    #[serde(default = "nothing")]
    facts: Value,
    /// What is usually there and is absent: `session.connector`.
    #[serde(default)]
    without: Vec<String>,
    /// What the account set.
    #[serde(default = "nothing")]
    settings: Value,
    /// Whom the account knows, by address (`wit/lookup.wit`).
    #[serde(default)]
    people: BTreeMap<String, Value>,
    /// Its own addresses.
    #[serde(default)]
    support_addresses: BTreeMap<String, Value>,
    /// It is asked so often in a row, and the last answer counts.
    #[serde(default = "once")]
    times: NonZeroU32,
    expect: Expect,
}

/// Every case of every file in the folder.
pub(super) fn load(folder: &Path) -> Result<Vec<Case>, Failure> {
    let mut cases = Vec::new();
    for file in files(folder)? {
        let text = std::fs::read_to_string(&file).map_err(|error| trouble(&file, &error))?;
        let written: Written = toml::from_str(&text)
            .map_err(|error| Failure::new("case", format!("{}: {error}", file.display())))?;
        cases.extend(of_file(&file, written)?);
    }
    match cases.is_empty() {
        false => Ok(cases),
        true => {
            let problem = format!("there is no case in {}", folder.display());
            let mend = "write [[case]] into a .toml file there";
            Err(Failure::new("cases", format!("{problem}; {mend}")))
        }
    }
}

/// None if there is no such folder: then there is no case, either.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(trouble(folder, &error)),
    };
    let files = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = files
        .filter(|file| file.extension().is_some_and(|end| end == "toml"))
        .collect();
    files.sort();
    Ok(files)
}

fn of_file(file: &Path, written: Written) -> Result<Vec<Case>, Failure> {
    let beside = |mail: PathBuf| file.with_file_name(mail);
    let over = |file: &Value, case: &Value| {
        let mut both = file.clone();
        merge(&mut both, case);
        both
    };
    let cases = written.case.into_iter().map(|case| Case {
        file: file.to_path_buf(),
        question: case.question.or_else(|| written.question.clone()),
        mail: case.mail.or_else(|| written.mail.clone()).map(beside),
        facts: over(&written.facts, &case.facts),
        without: [written.without.clone(), case.without].concat(),
        settings: over(&written.settings, &case.settings),
        people: case.people,
        support_addresses: case.support_addresses,
        times: case.times,
        name: case.name,
        expect: case.expect,
    });
    cases
        .map(|case| match case.expect.is_empty() {
            true => Err(case.at(&Failure::new("case", "it expects nothing"))),
            false => Ok(case),
        })
        .collect()
}

/// Makes the members at these paths absent, which TOML has no word for.
pub(super) fn take_away(facts: &mut Value, paths: &[String]) -> Result<(), Failure> {
    for path in paths {
        let missing = || Failure::new("facts", format!("without: there is no {path}"));
        let mut at = match only_parameter(facts) {
            Some(name) if !path.starts_with(&format!("{name}.")) => &mut facts[name],
            _ => &mut *facts,
        };
        for name in path.split('.') {
            at = at.get_mut(name).ok_or_else(missing)?;
        }
        *at = Value::Null;
    }
    Ok(())
}

fn trouble(file: &Path, error: &std::io::Error) -> Failure {
    let problem = format!("{} cannot be read ({})", file.display(), io_reason(error));
    Failure::new("file", problem)
}

fn nothing() -> Value {
    Value::Object(serde_json::Map::new())
}

fn once() -> NonZeroU32 {
    NonZeroU32::MIN
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(text: &str) -> Result<Vec<Case>, String> {
        let written = toml::from_str(text).map_err(|error: toml::de::Error| error.to_string())?;
        let cases = of_file(Path::new("tests/a.toml"), written);
        cases.map_err(|failure| failure.message().to_owned())
    }

    #[test]
    fn a_case_is_laid_over_its_file() {
        let cases = written(
            r#"
            question = "tags.delivery"
            mail = "a.eml"
            facts = { origin = "bulk", brand = 1 }
            settings = { words = ["a"], limit = 3 }

            [[case]]
            name = "as the file says"
            expect.verdict = "none"

            [[case]]
            name = "otherwise"
            mail = "b.eml"
            facts.brand = 2
            settings.words = []
            times = 4
            expect.tags = ["x"]
            "#,
        );
        let [plain, other] = &cases.expect("cases")[..] else {
            panic!("two cases");
        };
        assert_eq!(plain.mail.as_deref(), Some(Path::new("tests/a.eml")));
        assert_eq!(plain.facts, json!({"origin": "bulk", "brand": 1}));
        assert_eq!(plain.times.get(), 1);
        assert_eq!(other.mail.as_deref(), Some(Path::new("tests/b.eml")));
        assert_eq!(other.question.as_deref(), Some("tags.delivery"));
        assert_eq!(other.facts, json!({"origin": "bulk", "brand": 2}));
        assert_eq!(other.settings, json!({"words": [], "limit": 3}));
        assert_eq!(other.times.get(), 4);
    }

    #[test]
    fn what_is_not_known_is_told_with_its_place() {
        let told = written("[[case]]\nname = \"a\"\nexpect.tag = [\"x\"]\n").unwrap_err();
        assert!(told.contains("line 3") && told.contains("tag"), "{told}");
        let told = written("[[cases]]\nname = \"a\"\n").unwrap_err();
        assert!(told.contains("line 1") && told.contains("cases"), "{told}");
        let told = written("[[case]]\nname = \"a\"\n[case.expect]\n").unwrap_err();
        assert_eq!(told, "tests/a.toml: case \"a\": it expects nothing");
    }

    #[test]
    fn what_is_absent_is_taken_away() {
        let mut facts = json!({"facts": {"session": {"tls": "TLSv1.3"}, "brand": 1}});
        let paths = ["session.tls".to_owned(), "facts.brand".to_owned()];
        take_away(&mut facts, &paths).expect("both are there");
        assert_eq!(
            facts,
            json!({"facts": {"session": {"tls": null}, "brand": null}})
        );
        let wrong = take_away(&mut facts, &["session.tsl".to_owned()]).unwrap_err();
        assert_eq!(wrong.message(), "without: there is no session.tsl");
    }
}
