//! Why something could not be done, for the program to act upon.

use storage::CommitError;

/// One thing that is wrong with what somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The input field: `subdomain`, `domain`, `address` …
    pub field: &'static str,
    /// Stable word for machines (R114).
    pub code: &'static str,
    /// What to do about it; for people.
    pub hint: String,
}

/// Why an operation on the desk failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was asked for cannot be; the most telling problem first.
    #[error("{}", .0.first().map_or("invalid input", |problem| problem.code))]
    Invalid(Vec<Problem>),
    /// The account has no such thing. Also said of other accounts' things (R107).
    #[error("no such {0}")]
    NotFound(&'static str),
    /// Somebody else was faster: gather the facts again, decide again.
    #[error("changed meanwhile")]
    Changed,
    /// A kept record does not decode.
    #[error("record in table {table} does not decode")]
    Corrupt {
        /// Its table.
        table: &'static str,
    },
    /// A sealed secret does not open: wrong key file, or the store was tampered with.
    #[error("secret does not open")]
    Sealed(#[from] crate::secrets::SealError),
    /// A password could not be hashed: the cost is impossible, or the process ends.
    #[error("password was not hashed")]
    Hash,
    /// A message could not be composed.
    #[error("compose message: {0}")]
    Compose(String),
    /// The store could not read.
    #[error("read")]
    Read(#[from] storage::Error),
    /// The store could not commit.
    #[error("commit")]
    Commit(#[source] CommitError),
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict { .. } => Self::Changed,
            other => Self::Commit(other),
        }
    }
}

impl Error {
    /// A single problem.
    pub(crate) fn invalid(
        field: &'static str,
        code: &'static str,
        hint: impl Into<String>,
    ) -> Self {
        Self::Invalid(vec![Problem {
            field,
            code,
            hint: hint.into(),
        }])
    }
}
