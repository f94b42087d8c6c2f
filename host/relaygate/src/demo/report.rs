//! What is told of the play: in words while it runs, or as one JSON object at its end.

use std::io::{self, Write as _};
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

use super::DemoError;

/// Everything that was observed.
#[derive(Debug)]
pub(super) struct Report {
    json: bool,
    began: Instant,
    facts: Facts,
}

/// The JSON object.
#[derive(Debug, Default, Serialize)]
pub(super) struct Facts {
    /// Every step was observed.
    ok: bool,
    /// What went wrong, if anything.
    error: Option<String>,
    steps: Vec<Step>,
    /// The ticket as `relaygate ticket show --json` gives it.
    pub ticket: Value,
    /// Its comments, oldest first.
    pub comments: Value,
    /// The id of the credential proved in, the user name proved out.
    pub credentials: Sides,
    /// `{version, cipher}` in and out.
    pub tls: Sides,
    /// The answer's header fields as the mailbox received them, top first.
    pub headers: Vec<(String, String)>,
}

/// Something of each direction.
#[derive(Debug, Default, Serialize)]
pub(super) struct Sides {
    /// From the customer's server to us.
    pub inbound: Value,
    /// From us to the customer's server.
    pub outbound: Value,
}

/// One step that was observed.
#[derive(Debug, Serialize)]
struct Step {
    name: &'static str,
    observed: Vec<String>,
    milliseconds: u64,
}

impl Report {
    pub(super) fn new(json: bool) -> Self {
        Self {
            json,
            began: Instant::now(),
            facts: Facts::default(),
        }
    }

    /// Notes one observed step.
    pub(super) fn step(&mut self, name: &'static str, observed: Vec<String>) {
        let number = self.facts.steps.len() + 1;
        self.say(&format!("\n{number:2}. {name}"));
        for line in &observed {
            self.say(&format!("    {line}"));
        }
        let milliseconds = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.facts.steps.push(Step {
            name,
            observed,
            milliseconds,
        });
    }

    /// What goes into the object beside the steps.
    pub(super) fn facts(&mut self) -> &mut Facts {
        &mut self.facts
    }

    /// A line for people; nothing with `--json`.
    pub(super) fn say(&self, line: &str) {
        if !self.json {
            print(line);
        }
    }

    /// The end: the object, or the error in words.
    pub(super) fn close(&mut self, error: Option<&DemoError>) {
        self.facts.ok = error.is_none();
        self.facts.error = error.map(ToString::to_string);
        match (self.json, error) {
            (true, _) => print(&serde_json::to_string(&self.facts).unwrap_or_default()),
            (false, None) => self.say("\nEvery step was observed."),
            (false, Some(error)) => eprintln!("relaygate: demo: {error}"),
        }
    }
}

/// A closed standard output is no reason to end in the middle of the play.
fn print(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
