//! A policy fuzzed by itself: how long, from what, with what kept, and what came of it.
//!
//! It needs no source and no program that serves. Messages are read here as the server
//! reads them, so what a policy is told of one is what it would be told of it in earnest.
//!
//! Not here: making inputs, judging answers (`policy::fuzz`); the files (`files`); what is
//! seen meanwhile (`show`).

mod files;
mod show;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mail::message::{HEADER_START_OCTETS, Headers};
use policy::fuzz::{Finding, FuzzError, Fuzzer, Invariant, Plan, Standing};
use policy::questions::Question;
use policy::{Facts, Limits};
use serde::Serialize;
use serde_json::Value;
use storage::Timestamp;

use super::sandbox::memory_octets;
use crate::cli::Failure;
use crate::facts::{CallFacts, Counters, MessageStart};
use files::Shelf;
use show::Show;

/// What to fuzz, and when to end.
#[derive(Debug, Default)]
pub struct Fuzz {
    /// The component.
    pub component: PathBuf,
    /// Ends after this; after a minute if neither it nor `executions` is said.
    pub time: Option<Duration>,
    /// Ends after so many inputs.
    pub executions: Option<u64>,
    /// Ends after so many findings.
    pub findings: Option<usize>,
    /// `interface.function`; all it answers if empty.
    pub questions: Vec<String>,
    /// All chance comes from it.
    pub seed: u64,
    /// JSON: its settings; such as its schema allows if absent.
    pub settings: Option<PathBuf>,
    /// CEL expressions that must hold of every answer.
    pub invariants: Vec<String>,
    /// Where inputs and findings are kept; beside the component if absent.
    pub corpus: Option<PathBuf>,
    /// Its time for one answer.
    pub deadline: Option<Duration>,
    /// Its memory in MiB; as when it is installed if absent.
    pub memory_mib: Option<u32>,
    /// Instead of a run: only this finding again, named by its files without their ends.
    pub replay: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The component.
    pub component: PathBuf,
    /// The seed of this run.
    pub seed: u64,
    /// What it was asked.
    pub questions: Vec<&'static str>,
    /// How the run stood at its end.
    pub end: Moment,
    /// Somebody ended it before its time.
    pub interrupted: bool,
    /// Edges of its code there was no counter left for: a large runtime.
    pub edges_left_out: u32,
    /// Where inputs are kept.
    pub corpus: PathBuf,
    /// What was found.
    pub findings: Vec<Found>,
    /// Invariants that could not be decided now and then.
    pub undecided: Vec<Undecided>,
    /// How it went.
    pub over_time: Vec<Moment>,
}

/// How a run stood at one moment.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Moment {
    /// Since it began.
    pub seconds: f64,
    /// Inputs tried.
    pub executions: u64,
    /// Edges of the policy's code passed by any of them.
    pub edges: u32,
    /// Edges there are.
    pub edges_all: u32,
    /// Inputs kept.
    pub inputs: usize,
    /// Problems found.
    pub findings: usize,
}

/// One finding, with its files.
#[derive(Debug, Serialize)]
pub struct Found {
    /// Of which kind: `trap`, `deadline`, `refused` ...
    pub kind: &'static str,
    /// What it was asked.
    pub question: &'static str,
    /// What happened.
    pub what: String,
    /// The message that shows it.
    pub mail: Option<PathBuf>,
    /// The facts that are not as usual.
    pub facts: PathBuf,
    /// Its settings, if any matter.
    pub settings: Option<PathBuf>,
    /// The command that shows it again.
    pub command: String,
}

/// An invariant that was neither true nor false.
#[derive(Debug, Serialize)]
pub struct Undecided {
    /// The expression.
    pub invariant: String,
    /// How often.
    pub times: u64,
    /// Why, the last time.
    pub why: String,
}

/// Without any end said.
const USUAL_TIME: Duration = Duration::from_secs(60);

/// Fuzzes, telling on standard error how it stands.
///
/// # Errors
/// [`Failure`], with the file and the mend. Findings are none.
pub fn fuzz(options: &Fuzz) -> Result<Report, Failure> {
    let component = files::octets_of(&options.component)?;
    let shelf = Shelf::open(options)?;
    let fuzzer = Fuzzer::new(&component, plan(options)?, Box::new(facts_of));
    let fuzzer = fuzzer.map_err(|error| refused(options, &error))?;
    let mut run = Run {
        options,
        shelf,
        fuzzer,
        findings: Vec::new(),
        began: Instant::now(),
    };
    let mut show = Show::start();
    let interrupted = match &options.replay {
        Some(stem) => run.replay(stem).map(|()| false),
        None => run.go(&mut show),
    }?;
    let end = run.moment();
    show.end(&end);
    Ok(run.report(end, interrupted, show.over_time()))
}

fn plan(options: &Fuzz) -> Result<Plan, Failure> {
    let usual = Limits::of_account();
    let settings = options.settings.as_deref().map(files::json_of);
    let invariants = options.invariants.iter().map(|it| Invariant::parse(it));
    let invariants = invariants.collect::<Result<_, _>>();
    Ok(Plan {
        questions: questions(&options.questions)?,
        seed: options.seed,
        settings: settings.transpose()?,
        invariants: invariants.map_err(|error| Failure::usage(error.to_string()))?,
        limits: Limits {
            deadline: options.deadline.unwrap_or(usual.deadline),
            memory_octets_max: memory_octets(options.memory_mib, &usual),
            ..usual
        },
        guided: true,
    })
}

fn questions(named: &[String]) -> Result<Vec<Question>, Failure> {
    let known = |name: &String| {
        let found = Question::ALL.into_iter().find(|it| it.name() == name);
        found.ok_or_else(|| {
            let names = Question::ALL.map(Question::name).join(", ");
            Failure::usage(format!("there is no question {name}; there are {names}"))
        })
    };
    named.iter().map(known).collect()
}

fn refused(options: &Fuzz, error: &FuzzError) -> Failure {
    let file = options.component.display();
    match error {
        FuzzError::Invariant(_) => Failure::usage(error.to_string()),
        FuzzError::Settings(_) => Failure::new("settings", error.to_string()),
        _ => Failure::new("component", format!("{file}: {error}")),
    }
}

/// What a policy may ask about a message; none if reception would not let it in.
fn facts_of(octets: &[u8]) -> Option<Arc<dyn Facts>> {
    let start = &octets[..octets.len().min(HEADER_START_OCTETS)];
    let message = MessageStart {
        headers: Arc::new(Headers::parse(start).ok()?),
        octets: octets.len() as u64,
        start: start.into(),
    };
    let facts = CallFacts::new(None, Arc::new(Counters::default()), Timestamp(0));
    Some(facts.with_message(message).shared())
}

/// A run under way.
struct Run<'a> {
    options: &'a Fuzz,
    shelf: Shelf,
    fuzzer: Fuzzer,
    findings: Vec<Found>,
    began: Instant,
}

impl Run<'_> {
    /// What was kept before first, then what comes of it. Whether it was interrupted.
    fn go(&mut self, show: &mut Show) -> Result<bool, Failure> {
        let interrupted = interruption()?;
        for input in self.shelf.inputs(self.fuzzer.questions())? {
            let step = self.fuzzer.attempt(input);
            self.take(step.map_err(|error| refused(self.options, &error))?.finding)?;
        }
        while !self.is_over() {
            if interrupted.load(Ordering::Relaxed) {
                return Ok(true);
            }
            let step = self.fuzzer.step();
            let step = step.map_err(|error| refused(self.options, &error))?;
            if let Some(kept) = self.fuzzer.corpus().last().filter(|_| step.kept) {
                self.shelf.keep(kept)?;
            }
            let found = step.finding.is_some();
            self.take(step.finding)?;
            if let Some(found) = self.findings.last().filter(|_| found) {
                show.found(found);
            }
            show.stands(|| moment(self.began, &self.fuzzer.standing(), self.findings.len()));
        }
        Ok(false)
    }

    fn replay(&mut self, stem: &Path) -> Result<(), Failure> {
        let question = match self.fuzzer.questions() {
            [question] => *question,
            _ => return Err(Failure::usage("say which --question the finding is about")),
        };
        let input = files::read_input(stem, question)?;
        let step = self.fuzzer.attempt(input);
        let step = step.map_err(|error| refused(self.options, &error))?;
        let found = step.finding.map(|it| self.shelf.told(&it, stem));
        self.findings.extend(found);
        Ok(())
    }

    /// Makes a finding as small as it gets, and keeps it.
    fn take(&mut self, finding: Option<Finding>) -> Result<(), Failure> {
        let Some(finding) = finding else {
            return Ok(());
        };
        let least = self.fuzzer.minimise(finding);
        let least = least.map_err(|error| refused(self.options, &error))?;
        self.findings.push(self.shelf.keep_finding(&least)?);
        Ok(())
    }

    fn is_over(&self) -> bool {
        let (time, executions) = (self.options.time, self.options.executions);
        let usual = (time.is_none() && executions.is_none()).then_some(USUAL_TIME);
        let late = time.or(usual).is_some_and(|it| self.began.elapsed() >= it);
        let done = executions.is_some_and(|it| self.fuzzer.standing().executions >= it);
        let found = self
            .options
            .findings
            .is_some_and(|it| self.findings.len() >= it);
        late || done || found
    }

    fn moment(&self) -> Moment {
        moment(self.began, &self.fuzzer.standing(), self.findings.len())
    }

    fn report(self, end: Moment, interrupted: bool, over_time: Vec<Moment>) -> Report {
        let invariants = self.fuzzer.invariants().iter();
        let undecided = invariants.filter_map(|invariant| {
            let (times, why) = invariant.undecided()?;
            Some(Undecided {
                invariant: invariant.text().to_owned(),
                times,
                why: why.to_owned(),
            })
        });
        Report {
            undecided: undecided.collect(),
            component: self.options.component.clone(),
            seed: self.options.seed,
            questions: self.fuzzer.questions().iter().map(|it| it.name()).collect(),
            end,
            interrupted,
            edges_left_out: self.fuzzer.standing().edges_left_out,
            corpus: self.shelf.directory().to_path_buf(),
            findings: self.findings,
            over_time,
        }
    }
}

fn moment(began: Instant, standing: &Standing, findings: usize) -> Moment {
    Moment {
        seconds: began.elapsed().as_secs_f64(),
        executions: standing.executions,
        edges: standing.edges,
        edges_all: standing.edges_all,
        inputs: standing.corpus,
        findings,
    }
}

/// Turns true when somebody presses Ctrl-C.
fn interruption() -> Result<Arc<AtomicBool>, Failure> {
    let pressed = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&pressed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Failure::new("runtime", error.to_string()))?;
    let wait = move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            told.store(true, Ordering::Relaxed);
        }
    };
    let waiting = thread::Builder::new().name("interruption".into());
    let waiting = waiting.spawn(wait);
    waiting.map_err(|error| Failure::new("runtime", error.to_string()))?;
    Ok(pressed)
}

/// How it went, for people.
pub fn words(report: &Value) -> String {
    show::words(report)
}
