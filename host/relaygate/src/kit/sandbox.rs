//! One policy in a sandbox of its own, asked alone, as an operator's would be, under the
//! limits of an account's. Fuel is counted: the same number on every machine.
//!
//! Not here: the sandbox itself (`policy`), where facts come from ([`super::run`],
//! [`super::test`]).

use std::path::Path;
use std::sync::Arc;

use mail::message::Headers;
use policy::questions::Question;
use policy::{Chain, Component, Engine, EngineSettings, Facts, Limits, Policy, Settings, asked};
use serde::Serialize;
use serde_json::Value;

use super::code;
use crate::cli::Failure;
use crate::config::io_reason;
use crate::facts::MessageStart;
use crate::operations::policy_changes::check_settings;

/// A policy that can be asked.
pub(super) struct Subject {
    component: Component,
    octets: Vec<u8>,
    limits: Limits,
}

/// What it said, and what that cost.
#[derive(Debug, Serialize)]
pub struct Said {
    /// The answer in the words of the contract; null if it failed.
    pub answer: Value,
    /// Why it failed.
    pub failure: Option<String>,
    /// The answer in a word.
    pub verdict: &'static str,
    /// The code beside it.
    pub code: Option<String>,
    /// Time of the call.
    pub micros: u64,
    /// Units of work; the same for the same input, everywhere.
    pub fuel: Option<u64>,
    /// What it wrote to the log.
    pub log: Vec<String>,
}

impl Subject {
    /// Compiles what is in that file.
    pub(super) fn open(file: &Path) -> Result<Self, Failure> {
        let settings = EngineSettings {
            instances_max: 4,
            ..EngineSettings::default()
        };
        let engine = Engine::new(settings.clone());
        let engine = engine.map_err(|error| Failure::new("sandbox", error.to_string()))?;
        let octets = octets_of(file)?;
        let component = code::component(&engine, &settings, &octets)
            .map_err(|error| Failure::new("component", format!("{}: {error}", file.display())))?;
        Ok(Self {
            component,
            octets,
            limits: Limits::of_account(),
        })
    }

    /// The same with so much memory, if that is said.
    pub(super) fn with_memory(mut self, mebibytes: Option<u32>) -> Self {
        self.limits.memory_octets_max = memory_octets(mebibytes, &self.limits);
        self
    }

    /// The question of that name; the first one it answers if none is named.
    pub(super) fn question(&self, named: Option<&str>) -> Result<Question, Failure> {
        let mut answered = Question::ALL
            .into_iter()
            .filter(|question| self.component.answers(*question));
        let known: Vec<&str> = answered.clone().map(Question::name).collect();
        let found = match named {
            Some(name) => answered.find(|question| question.name() == name),
            None => answered.next(),
        };
        found.ok_or_else(|| Failure::usage(format!("it answers {}", known.join(", "))))
    }

    /// The questions it answers; never none.
    pub(super) fn questions(&self) -> Vec<Question> {
        let answers = |question: &Question| self.component.answers(*question);
        Question::ALL.into_iter().filter(answers).collect()
    }

    /// Its size.
    pub(super) fn octets(&self) -> usize {
        self.octets.len()
    }

    /// The policy with these settings, which are held against its schema as when it is installed.
    pub(super) fn policy(&self, settings: &Value) -> Result<Policy, Failure> {
        check_settings(&self.octets, settings)?;
        let settings = Settings::from_json(settings);
        let settings = settings.map_err(|error| Failure::new("settings", error.to_string()))?;
        let policy = Policy::new("policy", &self.component).with_settings(settings);
        Ok(policy.with_limits(self.limits.clone()))
    }

    /// Asks it one question.
    pub(super) fn ask(
        &self,
        question: Question,
        settings: &Value,
        mail: &Arc<dyn Facts>,
        facts: &Value,
    ) -> Result<Said, Failure> {
        let chain = Chain::new(vec![self.policy(settings)?], Vec::new());
        let told = asked::ask(&chain, question, mail, facts);
        let mut told =
            told.map_err(|error| Failure::new("facts", format!("{question}: {error}")))?;
        let said = told.decisions.pop();
        let said = said.ok_or_else(|| Failure::new("question", "nobody was asked"))?;
        let (answer, failure) = match told.answer {
            Ok(answer) => (answer, None),
            Err(failed) => (Value::Null, Some(failed.failure.to_string())),
        };
        Ok(Said {
            answer,
            failure,
            verdict: said.verdict,
            code: said.code,
            micros: said.micros,
            fuel: said.fuel,
            log: said.log.into_iter().map(|line| line.text).collect(),
        })
    }
}

/// So many MiB in octets, or what is usual.
pub(super) fn memory_octets(mebibytes: Option<u32>, usual: &Limits) -> usize {
    let said = mebibytes.map(|mebibytes| (mebibytes as usize).saturating_mul(1 << 20));
    said.unwrap_or(usual.memory_octets_max)
}

/// A message from a file, as much of it as policies get to see.
pub(super) fn message(file: &Path) -> Result<MessageStart, Failure> {
    let octets = octets_of(file)?;
    let headers = Headers::parse(&octets).map_err(|error| {
        let problem = format!("{} is no message ({error})", file.display());
        Failure::new("mail", problem)
    })?;
    Ok(MessageStart {
        headers: Arc::new(headers),
        octets: octets.len() as u64,
        start: octets.into(),
    })
}

pub(super) fn octets_of(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| {
        let problem = format!("{} cannot be read ({})", file.display(), io_reason(&error));
        Failure::new("file", problem)
    })
}
