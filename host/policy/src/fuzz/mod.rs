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
//! | `corpus` | which are kept |
//! | `judge`, `invariant` | what is wrong about an answer |
//! | `minimise` | the least that still shows it |
//!
//! All chance comes from the seed, so a run of so many steps is the same run every time,
//! apart from deadlines, which are the machine's.
//!
//! Not here: files, the terminal, signals (`relaygate policy fuzz`).

mod chance;
mod corpus;
mod facts;
mod input;
mod instrument;
mod invariant;
mod judge;
mod letter;
mod minimise;
mod settings;
mod shape;
mod target;
mod texts;
mod vocabulary;

use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::questions::Question;
use crate::words::WordsError;
use crate::{CompileError, EngineError, Facts, Limits, NoFacts, SettingsError};
use chance::Chance;
use corpus::{Corpus, Novelty};
use judge::Examined;
use settings::Maker;
use shape::Shape;
use target::{Host, Target};
use vocabulary::Vocabulary;

pub use input::Input;
pub(crate) use instrument::outlet_name;
pub use invariant::{Invariant, InvariantError};
pub use judge::{Kind, Problem};
pub use letter::{Letter, LetterField};
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

/// A run.
pub struct Fuzzer {
    target: Target,
    plan: Plan,
    mailroom: Box<Mailroom>,
    shapes: HashMap<Question, Shape>,
    settings: Option<Maker>,
    vocabulary: Vocabulary,
    chance: Chance,
    corpus: Corpus,
    /// What is tried before anything else: the field of an input, with an octet at its end.
    ahead: VecDeque<(Arc<Input>, usize, u8)>,
    known: HashSet<String>,
    executions: u64,
}

/// Minimising one finding may take so many executions, and so long.
const MINIMISE_EXECUTIONS_MAX: u64 = 4_000;
const MINIMISE_TIME_MAX: Duration = Duration::from_secs(6);

/// Fields of one input that are tried with every octet behind them.
const AHEAD_FIELDS_MAX: usize = 2;
/// What waits for that at most.
const AHEAD_MAX: usize = 4_096;

/// One input is changed so often at most before it is tried.
const CHANGES_MAX: usize = 6;

impl Fuzzer {
    /// A run for this component. `mailroom` makes of octets what a host would: the facts a
    /// policy may ask for.
    ///
    /// # Errors
    /// [`FuzzError`].
    pub fn new(
        component: &[u8],
        mut plan: Plan,
        mailroom: Box<Mailroom>,
    ) -> Result<Self, FuzzError> {
        let target = Target::new(component, &plan.limits)?;
        let asked =
            |question: &Question| plan.questions.is_empty() || plan.questions.contains(question);
        let questions = Question::ALL.into_iter().filter(asked);
        let shapes: HashMap<Question, Shape> = questions
            .filter_map(|question| Some((question, shape::of(&target.component, question)?)))
            .collect();
        plan.questions = Question::ALL.into_iter().collect();
        plan.questions
            .retain(|question| shapes.contains_key(question));
        if plan.questions.is_empty() {
            return Err(FuzzError::NoQuestion);
        }
        for invariant in &plan.invariants {
            invariant.check(&plan.questions)?;
        }
        Ok(Self {
            settings: plan
                .settings
                .is_none()
                .then(|| Maker::of(component))
                .flatten(),
            vocabulary: Vocabulary::of(component).map_err(FuzzError::Damaged)?,
            chance: Chance::new(plan.seed),
            corpus: Corpus::default(),
            ahead: VecDeque::new(),
            known: HashSet::new(),
            executions: 0,
            target,
            plan,
            mailroom,
            shapes,
        })
    }

    /// Tries one input: the ordinary case of each question first, then what came of it.
    ///
    /// # Errors
    /// Only if what is made here is not of the contract, which is a mistake of ours.
    pub fn step(&mut self) -> Result<Step, FuzzError> {
        let input = self.next_input();
        self.attempt(input)
    }

    /// Tries this input, for example one that an earlier run has kept.
    ///
    /// # Errors
    /// It is not of the contract.
    pub fn attempt(&mut self, input: Input) -> Result<Step, FuzzError> {
        let Some(message) = self.message(&input) else {
            return Ok(Step::default());
        };
        self.executions += 1;
        let examined = self.examine(&input, &message)?;
        let kept = match &examined {
            Ok(examined) => self.follow(&input, &message, examined)?,
            Err(_) => false,
        };
        let problem = match examined {
            Ok(examined) => examined.problem,
            Err(panic) => Some(panic),
        };
        let problem = problem.filter(|it| self.known.insert(mark(&input, it)));
        let finding = problem.map(|problem| Finding { problem, input });
        Ok(Step { kept, finding })
    }

    /// The same finding with as little as it takes.
    ///
    /// # Errors
    /// See [`Fuzzer::step`].
    pub fn minimise(&mut self, finding: Finding) -> Result<Finding, FuzzError> {
        let (began, first) = (Instant::now(), self.executions);
        let wanted = mark(&finding.input, &finding.problem);
        let mut problem = finding.problem;
        let input = minimise::minimise(finding.input, |input| {
            let spent = self.executions - first >= MINIMISE_EXECUTIONS_MAX;
            if spent || began.elapsed() >= MINIMISE_TIME_MAX {
                return false;
            }
            match self.problem_of(input) {
                Some(found) if mark(input, &found) == wanted => {
                    problem = found;
                    true
                }
                _ => false,
            }
        });
        Ok(Finding { problem, input })
    }

    /// How the run stands.
    pub fn standing(&self) -> Standing {
        Standing {
            executions: self.executions,
            edges: self.corpus.edges(),
            edges_all: self.target.edges,
            edges_left_out: self.target.left_out,
            corpus: self.corpus.entries().len(),
        }
    }

    /// The inputs that were kept, oldest first.
    pub fn corpus(&self) -> &[Input] {
        self.corpus.entries()
    }

    /// The invariants, with what could not be decided about them.
    pub fn invariants(&self) -> &[Invariant] {
        &self.plan.invariants
    }

    /// What it is asked.
    pub fn questions(&self) -> &[Question] {
        &self.plan.questions
    }

    fn problem_of(&mut self, input: &Input) -> Option<Problem> {
        let message = self.message(input)?;
        self.executions += 1;
        match self.examine(input, &message).ok()? {
            Ok(examined) => examined.problem,
            Err(panic) => Some(panic),
        }
    }

    fn message(&self, input: &Input) -> Option<Arc<dyn Facts>> {
        match &input.letter {
            None => Some(NoFacts::shared()),
            Some(letter) => (self.mailroom)(&letter.octets()),
        }
    }

    /// Judges one input; a panic of ours is a problem like others.
    fn examine(
        &mut self,
        input: &Input,
        message: &Arc<dyn Facts>,
    ) -> Result<Result<Examined, Problem>, FuzzError> {
        let (target, invariants) = (&self.target, &mut self.plan.invariants);
        let examine = AssertUnwindSafe(|| judge::examine(target, input, message, invariants));
        match catch_unwind(examine) {
            Ok(examined) => examined.map(Ok),
            Err(panic) => Ok(Err(Problem::new(Kind::Host, panic_text(&*panic)))),
        }
    }

    /// Sees where an input went, and keeps it if that is new.
    fn follow(
        &mut self,
        input: &Input,
        message: &Arc<dyn Facts>,
        examined: &Examined,
    ) -> Result<bool, FuzzError> {
        for field in &examined.fields {
            self.vocabulary.heard(field.clone());
        }
        if !self.plan.guided || examined.seen.answer.is_err() {
            return Ok(false);
        }
        let traced = self.target.trace(input, &Host::new(message))?;
        let edges = &traced.glimpse.edges;
        let novelty = self.corpus.consider(input, edges, &examined.seen);
        if novelty == Novelty::Way {
            self.look_ahead(input);
        }
        Ok(novelty != Novelty::None)
    }

    /// What reads a text a letter at a time goes a step further with the right one behind
    /// it. So an input that went somewhere new is tried with each, in the fields that
    /// the policy asked for and that are not as usual.
    fn look_ahead(&mut self, input: &Input) {
        let Some(letter) = &input.letter else {
            return;
        };
        let usual = Letter::sample().fields;
        let asked = |field: &LetterField| {
            let mut asked = self.vocabulary.asked().iter();
            asked.any(|name| field.name.eq_ignore_ascii_case(name)) && !usual.contains(field)
        };
        let fields = letter.fields.iter().enumerate();
        let fields = fields
            .filter(|(_, field)| asked(field))
            .take(AHEAD_FIELDS_MAX);
        let input = Arc::new(input.clone());
        for (at, _) in fields {
            let octets = self.vocabulary.octets().iter();
            let each = octets.map(|octet| (Arc::clone(&input), at, *octet));
            self.ahead.extend(each);
        }
        self.ahead.truncate(AHEAD_MAX);
    }

    fn next_ahead(&mut self) -> Option<Input> {
        let (input, at, octet) = self.ahead.pop_front()?;
        let mut input = Arc::unwrap_or_clone(input);
        let letter = input.letter.as_mut()?;
        letter.fields.get_mut(at)?.value.push(octet);
        Some(input)
    }

    fn next_input(&mut self) -> Input {
        let executed = usize::try_from(self.executions).unwrap_or(usize::MAX);
        if let Some(question) = self.plan.questions.get(executed) {
            return self.ordinary(*question);
        }
        // Every other time, so that neither keeps the other waiting.
        if executed % 2 == 0
            && let Some(input) = self.next_ahead()
        {
            return input;
        }
        let mut input = match self.corpus.pick(&mut self.chance) {
            Some(input) => input.clone(),
            None => {
                let question = self.chance.pick(&self.plan.questions).copied();
                self.ordinary(question.unwrap_or(Question::HeadersInbound))
            }
        };
        for _ in 0..=self.chance.below(CHANGES_MAX) {
            self.change(&mut input);
        }
        input
    }

    fn ordinary(&self, question: Question) -> Input {
        let none = Value::Object(serde_json::Map::new());
        Input::sample(question, self.plan.settings.as_ref().unwrap_or(&none))
    }

    fn change(&mut self, input: &mut Input) {
        let (chance, vocabulary) = (&mut self.chance, &self.vocabulary);
        if let Some(maker) = self.settings.as_ref().filter(|_| chance.once_in(8)) {
            return maker.change(&mut input.settings, chance, vocabulary);
        }
        match &mut input.letter {
            Some(letter) if !chance.once_in(4) => {
                let other = chance.pick(self.corpus.entries());
                match other.and_then(|it| it.letter.as_ref()) {
                    Some(other) if chance.once_in(12) => letter::cross(letter, other, chance),
                    _ => letter::change(letter, chance, vocabulary),
                }
            }
            _ => {
                if let Some(shape) = self.shapes.get(&input.question) {
                    facts::change(&mut input.facts, shape, chance, vocabulary);
                }
            }
        }
    }
}

/// Two findings of one question with the same mark are one.
fn mark(input: &Input, problem: &Problem) -> String {
    format!("{} {}", input.question, problem.mark)
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("our own program panicked: {}", text.unwrap_or_default())
}
