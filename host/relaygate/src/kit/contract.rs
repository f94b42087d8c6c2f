//! The contract as it is in this program, for projects to build against.
//!
//! A project in JavaScript or Python has a `wit/world.wit` with a world called `policy` that
//! includes `relaygate:policy/host` and exports the questions it answers. What that refers
//! to is written beside it at every build: it is never edited and belongs into no repository.
//!
//! Not here: the contract itself (`wit/` of our repository).

use std::path::Path;

use crate::cli::Failure;
use crate::config::io_reason;

/// Where a project's world stands.
pub const FOLDER: &str = "wit";
/// What it is called.
pub const WORLD: &str = "policy";

/// Writes what is not there or differs.
///
/// # Errors
/// There is no world, or the disk refuses.
pub fn write(directory: &Path) -> Result<(), Failure> {
    if !directory.join(FOLDER).join("world.wit").is_file() {
        let place = directory.display();
        let problem = format!("{place} has no {FOLDER}/world.wit with a world called {WORLD}");
        let mend = "`relaygate policy new` makes a directory that has";
        return Err(Failure::new("source", format!("{problem}; {mend}")));
    }
    write_into(&directory.join(FOLDER).join("deps/relaygate-policy"))
}

/// The same into any directory.
///
/// # Errors
/// The disk refuses.
pub fn write_into(directory: &Path) -> Result<(), Failure> {
    let trouble = |error: std::io::Error| {
        let problem = format!("{} cannot be written", directory.display());
        Failure::new("file", format!("{problem} ({})", io_reason(&error)))
    };
    std::fs::create_dir_all(directory).map_err(trouble)?;
    for (name, text) in FILES {
        let file = directory.join(name);
        let same = std::fs::read(&file).is_ok_and(|there| there == text.as_bytes());
        if !same {
            std::fs::write(file, text).map_err(trouble)?;
        }
    }
    Ok(())
}

/// Every file of `wit/`.
const FILES: [(&str, &str); 11] = [
    ("counters.wit", include_str!("../../../../wit/counters.wit")),
    ("headers.wit", include_str!("../../../../wit/headers.wit")),
    ("limits.wit", include_str!("../../../../wit/limits.wit")),
    ("log.wit", include_str!("../../../../wit/log.wit")),
    ("lookup.wit", include_str!("../../../../wit/lookup.wit")),
    ("mail.wit", include_str!("../../../../wit/mail.wit")),
    ("routes.wit", include_str!("../../../../wit/routes.wit")),
    ("settings.wit", include_str!("../../../../wit/settings.wit")),
    ("tags.wit", include_str!("../../../../wit/tags.wit")),
    ("types.wit", include_str!("../../../../wit/types.wit")),
    ("world.wit", include_str!("../../../../wit/world.wit")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_contract_is_handed_out() {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let ours = std::fs::read_dir(ours).expect("the contract").count();
        assert_eq!(ours, FILES.len());
    }

    #[test]
    fn what_is_not_in_step_is_written_anew() {
        let directory = tempfile::tempdir().expect("a directory");
        let refused = write(directory.path()).expect_err("no world");
        assert!(format!("{refused:?}").contains("wit/world.wit"));
        let folder = directory.path().join(FOLDER);
        std::fs::create_dir(&folder).expect("a directory of ours");
        std::fs::write(folder.join("world.wit"), "").expect("a file of ours");
        let tags = folder.join("deps/relaygate-policy/tags.wit");
        for before in [None, Some("of yesterday")] {
            if let Some(text) = before {
                std::fs::write(&tags, text).expect("a file of ours");
            }
            write(directory.path()).expect("written");
            let there = std::fs::read_to_string(&tags).expect("it is there");
            assert!(there.contains("interface tags"));
        }
    }
}
