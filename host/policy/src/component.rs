//! A compiled policy that can be asked at once.

use crate::questions::Question;
use crate::{Digest, Failure};

/// Why a component was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// Larger than [`crate::EngineSettings::component_octets_max`].
    #[error("component has {octets} octets, the limit is {limit}")]
    TooLarge {
        /// Its size.
        octets: usize,
        /// The limit.
        limit: usize,
    },
    /// A core module, a text, or damaged.
    #[error("not a usable component: {0}")]
    Invalid(String),
    /// It wants something we never provide, or another version of ours.
    #[error("component imports {0}, which is not provided")]
    ForeignImport(String),
    /// The name is ours, its type is not.
    #[error("component does not fit the contract: {0}")]
    Mismatch(String),
    /// It exports none of the four questions.
    #[error("component answers no question")]
    NoQuestion,
    /// Its start function failed.
    #[error("component cannot be started: {0}")]
    Start(Failure),
}

/// A component, compiled and linked; cheap to clone, independent of accounts.
#[derive(Clone)]
pub struct Component {
    digest: Digest,
}

impl Component {
    /// SHA-256 of its bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What it answers.
    pub fn answers(&self, question: Question) -> bool {
        let _ = question;
        todo!()
    }
}
