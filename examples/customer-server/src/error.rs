//! What can keep a customer's server from running.

use std::io;
use std::path::{Path, PathBuf};

/// Why the customer's side does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or directory of ours.
    #[error("{}", .path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("start {name}")]
    Start {
        /// Which one.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// A program ended with an error, or did not come up; here are its words.
    #[error("{name} does not run: {words}")]
    Failed {
        /// Which one.
        name: String,
        /// The end of its log.
        words: String,
    },
    /// No certificate could be made.
    #[error("make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// Every port of the range is taken.
    #[error("no free port on 127.0.0.1")]
    NoPort,
}

impl Error {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_path_buf(),
            source,
        }
    }

    pub(crate) fn failed(name: &str, words: &str) -> Self {
        let from = words.len().saturating_sub(WORDS_OCTETS_MAX);
        let from = (from..words.len())
            .find(|at| words.is_char_boundary(*at))
            .unwrap_or(0);
        Self::Failed {
            name: name.to_owned(),
            words: words[from..].to_owned(),
        }
    }
}

/// So much of a log is told.
const WORDS_OCTETS_MAX: usize = 2_000;
