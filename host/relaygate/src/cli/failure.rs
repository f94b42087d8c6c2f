//! How a command that failed says so.

use std::io::Write;
use std::process::ExitCode;

use serde_json::json;

use crate::admin::AskError;
use crate::config::ConfigError;
use crate::operations::{Detail, Refusal};

/// Why a command failed: one line on standard error, with `--json` also an
/// object on standard output.
#[derive(Debug)]
pub struct Failure {
    exit: u8,
    refusal: Refusal,
    /// What was printed tells all: no second object on standard output.
    printed: bool,
}

impl Failure {
    /// A failure with exit code 1.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            exit: EXIT_FAILED,
            refusal: Refusal::new(code, message),
            printed: false,
        }
    }

    /// The same after an answer was printed that tells of it.
    pub fn beside_answer(code: &str, message: impl Into<String>) -> Self {
        Self {
            printed: true,
            ..Self::new(code, message)
        }
    }

    /// The sentence for a human.
    pub fn message(&self) -> &str {
        &self.refusal.message
    }

    /// Something on the command line that only makes sense otherwise.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: EXIT_USAGE,
            refusal: Refusal::new("usage", message),
            printed: false,
        }
    }

    /// Says it and turns it into an exit code.
    pub fn report(&self, as_json: bool) -> ExitCode {
        // If nobody reads it, the exit code has to do.
        drop(writeln!(
            std::io::stderr(),
            "relaygate: {}",
            self.refusal.message
        ));
        if as_json && !self.printed {
            drop(writeln!(
                std::io::stdout(),
                "{}",
                json!({"error": self.refusal})
            ));
        }
        ExitCode::from(self.exit)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self {
            exit: EXIT_FAILED,
            refusal,
            printed: false,
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let detail = Detail {
            field: error.key.clone(),
            code: "configuration".to_owned(),
            hint: error.mend.clone(),
        };
        let details = vec![detail];
        let refusal = Refusal {
            details,
            ..Refusal::new("configuration", error.to_string())
        };
        Self {
            exit: EXIT_CONFIG,
            refusal,
            printed: false,
        }
    }
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Refused(refusal) => refusal.into(),
            AskError::Unreachable { .. } => Self::new("unreachable", error.to_string()),
            AskError::Broken(_) => Self::new("no_answer", error.to_string()),
        }
    }
}

const EXIT_FAILED: u8 = 1;
const EXIT_USAGE: u8 = 2;
/// `EX_CONFIG` of sysexits.h.
const EXIT_CONFIG: u8 = 78;
