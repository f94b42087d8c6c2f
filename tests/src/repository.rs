//! Where the checkout is, and what files it has.

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests crate lies one level below the root")
        .to_path_buf()
}

/// All files below the root which we wrote, relative to it, sorted.
///
/// Build output, version control and generated locks are left out.
pub fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    gather(&root(), &mut found);
    let root = root();
    let mut relative: Vec<PathBuf> = found
        .iter()
        .filter_map(|path| path.strip_prefix(&root).ok().map(Path::to_path_buf))
        .collect();
    relative.sort();
    relative
}

/// The text of a file given relative to the root; empty if it is not UTF-8.
pub fn read(relative: &Path) -> String {
    fs::read_to_string(root().join(relative)).unwrap_or_default()
}

fn gather(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let path = entry.path();
        if path.is_dir() {
            if !SKIPPED.iter().any(|skipped| name == *skipped) {
                gather(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}

/// Directories nobody wrote by hand.
const SKIPPED: [&str; 7] = [
    ".git",
    ".venv",
    "target",
    "node_modules",
    "__pycache__",
    "relaygate-data",
    "corpus",
];
