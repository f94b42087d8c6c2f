//! A run: which input is next, what becomes of it, what is known.

use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::ahead::Ahead;
use super::chance::Chance;
use super::corpus::{Corpus, Novelty};
use super::judge::{self, Examined};
use super::settings::Maker;
use super::shape::{self, Shape};
use super::target::{Host, Target};
use super::vocabulary::Vocabulary;
use super::{
    Finding, FuzzError, Input, Invariant, Kind, Letter, LetterField, Mailroom, Plan, Problem,
    Standing, Step, facts, letter, minimise,
};
use crate::questions::Question;
use crate::{Facts, NoFacts};

/// A run; see the module's first lines.
pub struct Fuzzer {
    target: Target,
    plan: Plan,
    mailroom: Box<Mailroom>,
    shapes: HashMap<Question, Shape>,
    settings: Option<Maker>,
    vocabulary: Vocabulary,
    chance: Chance,
    corpus: Corpus,
    /// Questions whose ordinary case was not tried yet.
    untried: VecDeque<Question>,
    ahead: Ahead,
    known: HashSet<String>,
    executions: u64,
}

/// What became of an input.
enum Judged {
    /// A host would not have let the message in.
    NotTaken,
    Asked(Arc<dyn Facts>, Box<Examined>),
    /// It is we who failed.
    Panicked(Problem),
}

/// Minimising one finding may take so many executions, and so long.
const MINIMISE_EXECUTIONS_MAX: u64 = 4_000;
const MINIMISE_TIME_MAX: Duration = Duration::from_secs(6);

/// So often a run begins afresh.
const ORDINARY_EVERY: usize = 16;

/// Fields of one input that are tried with other letters.
const AHEAD_FIELDS_MAX: usize = 2;

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
            untried: plan.questions.iter().copied().collect(),
            ahead: Ahead::default(),
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
        let (input, of) = self.next_input();
        self.attempt_made_of(&of, input)
    }

    /// Tries this input, for example one that an earlier run has kept.
    ///
    /// # Errors
    /// It is not of the contract.
    pub fn attempt(&mut self, input: Input) -> Result<Step, FuzzError> {
        self.attempt_made_of(&Letter::sample().fields, input)
    }

    /// The same for one that was made of a message with these fields.
    fn attempt_made_of(&mut self, of: &[LetterField], input: Input) -> Result<Step, FuzzError> {
        self.executions += 1;
        let (kept, problem) = match self.examine(&input)? {
            Judged::NotTaken => (false, None),
            Judged::Panicked(problem) => (false, Some(problem)),
            Judged::Asked(message, examined) => {
                let kept = self.follow(of, &input, &message, &examined)?;
                (kept, examined.problem)
            }
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
                return None;
            }
            if !facts::agree(&input.facts) {
                return Some(false);
            }
            match self.problem_of(input) {
                Some(found) if mark(input, &found) == wanted => {
                    problem = found;
                    Some(true)
                }
                _ => Some(false),
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
        self.executions += 1;
        match self.examine(input).ok()? {
            Judged::NotTaken => None,
            Judged::Panicked(problem) => Some(problem),
            Judged::Asked(_, examined) => examined.problem,
        }
    }

    /// Judges one input; a panic of ours is a problem like others.
    fn examine(&mut self, input: &Input) -> Result<Judged, FuzzError> {
        let (target, mailroom) = (&self.target, &self.mailroom);
        let invariants = &mut self.plan.invariants;
        let examine = AssertUnwindSafe(|| {
            let message = match &input.letter {
                None => Some(NoFacts::shared()),
                Some(letter) => mailroom(&letter.octets()),
            };
            let Some(message) = message else {
                return Ok(Judged::NotTaken);
            };
            let examined = judge::examine(target, input, &message, invariants)?;
            Ok(Judged::Asked(message, Box::new(examined)))
        });
        catch_unwind(examine).unwrap_or_else(|panic| {
            let problem = Problem::new(Kind::Host, panic_text(&*panic));
            Ok(Judged::Panicked(problem))
        })
    }

    /// Sees where an input went, and keeps it if that is new.
    fn follow(
        &mut self,
        of: &[LetterField],
        input: &Input,
        message: &Arc<dyn Facts>,
        examined: &Examined,
    ) -> Result<bool, FuzzError> {
        for field in &examined.fields {
            if self.vocabulary.heard(field) && self.plan.guided {
                self.look_at(input, field);
            }
        }
        if !self.plan.guided || examined.seen.answer.is_err() {
            return Ok(false);
        }
        let traced = self.target.trace(input, &Host::new(message))?;
        let edges = &traced.glimpse.edges;
        let novelty = self.corpus.consider(input, edges, &examined.seen);
        if novelty == Novelty::Way {
            self.look_ahead(of, input);
        }
        Ok(novelty != Novelty::None)
    }

    /// Tries to go on in the fields that the policy asked for and that are new here.
    fn look_ahead(&mut self, of: &[LetterField], input: &Input) {
        let Some(letter) = &input.letter else {
            return;
        };
        let asked = |field: &LetterField| {
            let mut asked = self.vocabulary.asked().iter();
            asked.any(|name| field.name.eq_ignore_ascii_case(name)) && !of.contains(field)
        };
        let fields = letter.fields.iter().enumerate();
        let fields = fields
            .filter(|(_, field)| asked(field))
            .take(AHEAD_FIELDS_MAX);
        let input = Arc::new(input.clone());
        for (field, _) in fields {
            self.ahead.add(&input, field, self.vocabulary.octets());
        }
    }

    /// A field that is asked for the first time is tried from its first letter on.
    fn look_at(&mut self, input: &Input, name: &str) {
        let mut input = input.clone();
        if let Some(letter) = &mut input.letter {
            letter.fields.insert(0, LetterField::new(name, " "));
            self.ahead
                .add(&Arc::new(input), 0, self.vocabulary.octets());
        }
    }

    /// What is tried next, and the fields of what it was made of.
    fn next_input(&mut self) -> (Input, Vec<LetterField>) {
        if let Some(question) = self.untried.pop_front() {
            return (self.ordinary(question), Vec::new());
        }
        // Every other time, so that neither keeps the other waiting.
        if self.executions.is_multiple_of(2)
            && let Some((ahead, field)) = self.ahead.next()
        {
            let mut of = fields_of(&ahead);
            of.remove(field);
            return (ahead, of);
        }
        let mut input = self.start();
        let of = fields_of(&input);
        for _ in 0..=self.chance.below(CHANGES_MAX) {
            self.change(&mut input);
        }
        (input, of)
    }

    /// What is changed next: what was kept, or now and then an ordinary case, since that of
    /// one of the questions may have failed and never been kept.
    fn start(&mut self) -> Input {
        let kept = match self.chance.once_in(ORDINARY_EVERY) {
            true => None,
            false => self.corpus.pick(&mut self.chance),
        };
        match kept {
            Some(input) => input.clone(),
            None => {
                let question = self.chance.pick(&self.plan.questions).copied();
                self.ordinary(question.unwrap_or(Question::HeadersInbound))
            }
        }
    }

    fn ordinary(&self, question: Question) -> Input {
        let none = Value::Object(Map::new());
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

fn fields_of(input: &Input) -> Vec<LetterField> {
    let letter = input.letter.as_ref();
    letter.map(|it| it.fields.clone()).unwrap_or_default()
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
