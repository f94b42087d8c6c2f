//! Looks for inputs a policy cannot bear, without its source.
//!
//! A run asks the policy over and over. Each input comes from one that went somewhere new
//! before, changed a little within what a host could state; what shows something new is
//! kept. [`Fuzzer::step`] asks once; who calls it decides how long and keeps the files.
//!
//! | file | what |
//! |---|---|
//! | `instrument` | counters at the edges of a component's code |
//! | `target` | the policy as it is, and its twin with counters |
//! | `shape`, `facts`, `texts`, `letter`, `settings`, `vocabulary` | inputs, made and changed |
//! | `ahead` | a letter more, tried one by one |
//! | `corpus` | which are kept |
//! | `judge`, `invariant` | what is wrong about an answer |
//! | `minimise` | the least that still shows it |
//! | `run` | one step after the other |
//!
//! All chance comes from the seed, so a run of so many steps is the same run every time,
//! apart from deadlines, which are the machine's.
//!
//! Not here: files, the terminal, signals (`relaygate policy fuzz`).

mod ahead;
mod chance;
mod corpus;
mod facts;
mod input;
mod instrument;
mod invariant;
mod judge;
mod letter;
mod minimise;
mod run;
mod settings;
mod shape;
mod target;
mod texts;
mod vocabulary;

use serde_json::Value;

use crate::questions::Question;
use crate::words::WordsError;
use crate::{CompileError, EngineError, Limits, SettingsError};

pub use input::Input;
pub(crate) use instrument::outlet_name;
pub use invariant::{Invariant, InvariantError};
pub use judge::{Kind, Problem};
pub use letter::{Letter, LetterField};
pub use run::Fuzzer;
pub use target::Mailroom;

/// What to look for, and how.
pub struct Plan {
    /// What the policy is asked; all it answers if empty.
    pub questions: Vec<Question>,
    /// All chance comes from it.
    pub seed: u64,
    /// Its settings, an object; such as its schema allows if absent.
    pub settings: Option<Value>,
    /// What must hold of every answer.
    pub invariants: Vec<Invariant>,
    /// What it may use for one answer.
    pub limits: Limits,
    /// Go on from inputs that went somewhere new. Without it every input is an ordinary one,
    /// changed; that only shows what coverage is good for.
    pub guided: bool,
}

/// Why a policy cannot be fuzzed.
#[derive(Debug, thiserror::Error)]
pub enum FuzzError {
    /// There is no sandbox.
    #[error("set up the sandbox")]
    Engine(#[from] EngineError),
    /// It is no component a policy could be.
    #[error("{0}")]
    Compile(#[from] CompileError),
    /// Its code cannot be read.
    #[error("the component's code cannot be read")]
    Damaged(#[source] wasmparser::BinaryReaderError),
    /// It answers none of the questions it was to be asked.
    #[error("it answers none of these questions")]
    NoQuestion,
    /// An input's facts are not those of its question.
    #[error("facts: {0}")]
    Facts(#[from] WordsError),
    /// Its settings cannot be used.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// An invariant cannot be used.
    #[error("{0}")]
    Invariant(#[from] InvariantError),
}

/// Something wrong, with the input that shows it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What is wrong.
    pub problem: Problem,
    /// What the policy was asked.
    pub input: Input,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Inputs tried, those for minimising included.
    pub executions: u64,
    /// Edges passed so far.
    pub edges: u32,
    /// Edges that are counted.
    pub edges_all: u32,
    /// Edges there was no counter left for.
    pub edges_left_out: u32,
    /// Inputs kept.
    pub corpus: usize,
}

/// What one step did.
#[derive(Debug, Default)]
pub struct Step {
    /// The input was kept: it stands at the end of [`Fuzzer::corpus`].
    pub kept: bool,
    /// A problem that was not known yet.
    pub finding: Option<Finding>,
}
