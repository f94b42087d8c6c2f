//! Why something was not done, in words for machines and for people.

use desk::Error;
use policy::questions::limits::Violation;
use serde::{Deserialize, Serialize};
use storage::CommitError;
use tracing::error;

/// Why an operation was refused (R114). Names no path, no secret, and nothing
/// of other accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Stable word for machines, for example `limit_domains`.
    pub code: String,
    /// One sentence for people.
    pub message: String,
    /// What stands in the way, the most telling first.
    pub details: Vec<Detail>,
}

/// One thing that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The input field.
    pub field: String,
    /// Stable word for machines.
    pub code: String,
    /// What to do about it.
    pub hint: String,
}

impl Refusal {
    /// A refusal that is about no single field.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// A refusal of one field.
    pub fn field(field: &str, code: &str, hint: &str) -> Self {
        Self::details(vec![Detail {
            field: field.to_owned(),
            code: code.to_owned(),
            hint: hint.to_owned(),
        }])
    }

    /// There is no such thing in this account, whoever else may have one (R107).
    pub fn not_found(what: &str, hint: &str) -> Self {
        Self::new(NOT_FOUND, format!("no such {what}; {hint}"))
    }

    /// What the policies held against it.
    pub fn violations(violations: Vec<Violation>) -> Self {
        let detail = |v: Violation| Detail {
            field: v.field,
            code: v.code,
            hint: v.hint,
        };
        Self::details(violations.into_iter().map(detail).collect())
    }

    /// Somebody else was faster; doing it again may work.
    pub fn is_conflict(&self) -> bool {
        self.code == CONFLICT
    }

    /// There is no such thing in this account.
    pub fn is_not_found(&self) -> bool {
        self.code == NOT_FOUND
    }

    /// A failure of ours: the operator finds the reason in the log, the caller
    /// gets none.
    pub(super) fn internal(reason: &dyn std::error::Error) -> Self {
        let source = reason.source().map(ToString::to_string);
        error!(%reason, source, "operation failed");
        Self::new("internal", "failed inside; the log says why")
    }

    fn details(details: Vec<Detail>) -> Self {
        let first = details.first().cloned();
        let first = first.unwrap_or(Detail {
            field: String::new(),
            code: "refused".to_owned(),
            hint: "refused without a reason".to_owned(),
        });
        Self {
            code: first.code,
            message: format!("{}: {}", first.field, first.hint),
            details,
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(problems) => {
                let detail = |p: desk::Problem| Detail {
                    field: p.field.to_owned(),
                    code: p.code.to_owned(),
                    hint: p.hint,
                };
                Self::details(problems.into_iter().map(detail).collect())
            }
            Error::NotFound(what) => Self::new(NOT_FOUND, format!("no such {what}")),
            Error::Changed => Self::new(CONFLICT, "changed meanwhile; try again"),
            Error::Commit(reason) => commit(&reason),
            other => Refusal::internal(&other),
        }
    }
}

impl From<CommitError> for Refusal {
    fn from(error: CommitError) -> Self {
        commit(&error)
    }
}

impl From<storage::Error> for Refusal {
    fn from(error: storage::Error) -> Self {
        Refusal::internal(&error)
    }
}

fn commit(error: &CommitError) -> Refusal {
    match error {
        CommitError::Conflict { .. } | CommitError::LeaseLost(_) => {
            Refusal::new(CONFLICT, "changed meanwhile; try again")
        }
        CommitError::NoSuchJob(_) => Refusal::new(NOT_FOUND, "no such job"),
        CommitError::Full => {
            Refusal::new("store_full", "the disk is full; make room and try again")
        }
        other => Refusal::internal(other),
    }
}

const NOT_FOUND: &str = "not_found";
const CONFLICT: &str = "conflict";
