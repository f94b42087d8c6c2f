//! The policy under test, twice: as it is, with its fuel counted, which is what is judged;
//! and with counters in its code, which only says where a run went. So whatever is reported
//! was done by the very component that would be installed, and nothing that the counters
//! cost (fuel, time, stack) can be mistaken for the policy's doing.
//!
//! Not here: what is wrong about an answer (`judge`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::instrument::instrument;
use super::{FuzzError, Input};
use crate::asked;
use crate::engine::MEMORIES_PER_COMPONENT_MAX;
use crate::inspect::Bounds;
use crate::probe::{Glimpse, Probe};
use crate::questions::lookup::{Person, SupportAddress};
use crate::questions::types::Mailbox;
use crate::{Chain, Component, Engine, EngineSettings, Facts, Failure, Limits, Policy, Settings};

/// What a host makes of a message's octets; none if it would not let it in.
pub type Mailroom = dyn Fn(&[u8]) -> Option<Arc<dyn Facts>>;

/// What came of one question.
#[derive(Debug)]
pub(super) struct Seen {
    /// The answer in the words of the contract, or why there is none.
    pub(super) answer: Result<Value, Failure>,
    /// The answer in a word.
    pub(super) verdict: &'static str,
    pub(super) fuel: u64,
    pub(super) log: Vec<String>,
    pub(super) glimpse: Glimpse,
}

/// The policy under test.
pub(super) struct Target {
    pub(super) component: Component,
    judged: Twin,
    patient: Twin,
    traced: Twin,
    /// Edges of its code that are counted.
    pub(super) edges: u32,
    /// Edges there was no counter left for.
    pub(super) left_out: u32,
}

struct Twin {
    policy: Policy,
    probe: Arc<Probe>,
}

/// One call at a time; the pool has room for those that end late.
const INSTANCES_MAX: u32 = 4;

/// The counters of one module.
const PAGE_OCTETS: usize = 64 * 1024;

/// A deadline that is missed counts if it is missed by that much.
const PATIENT_DEADLINE_FACTOR: u32 = 2;

/// Counters take time.
const TRACED_DEADLINE_FACTOR: u32 = 4;

impl Target {
    /// Compiles both.
    ///
    /// # Errors
    /// It is no component a policy could be.
    pub(super) fn new(octets: &[u8], limits: &Limits) -> Result<Self, FuzzError> {
        let engine = Engine::new(EngineSettings {
            metered: true,
            instances_max: INSTANCES_MAX,
            ..EngineSettings::default()
        })?;
        let component = engine.compile(octets)?;
        let counting = instrument(octets).map_err(FuzzError::Damaged)?;
        let engine = Engine::with_memories(
            EngineSettings {
                metered: false,
                instances_max: INSTANCES_MAX,
                bounds: bounds_with_counters(),
                ..EngineSettings::default()
            },
            MEMORIES_PER_COMPONENT_MAX + counting.outlets,
        )?;
        let traced = engine.compile(&counting.component)?;
        let patient_limits = Limits {
            deadline: limits.deadline * PATIENT_DEADLINE_FACTOR,
            ..limits.clone()
        };
        let traced_limits = Limits {
            deadline: limits.deadline * TRACED_DEADLINE_FACTOR,
            memory_octets_max: limits.memory_octets_max + counting.outlets as usize * PAGE_OCTETS,
            ..limits.clone()
        };
        Ok(Self {
            judged: Twin::new(&component, limits, 0),
            patient: Twin::new(&component, &patient_limits, 0),
            traced: Twin::new(&traced, &traced_limits, counting.outlets),
            edges: counting.edges,
            left_out: counting.left_out,
            component,
        })
    }

    /// Asks the policy as it is.
    ///
    /// # Errors
    /// The facts or settings are not those of the contract.
    pub(super) fn ask(&self, input: &Input, host: &Arc<Host>) -> Result<Seen, FuzzError> {
        self.judged.ask(input, host)
    }

    /// The same with more time.
    ///
    /// # Errors
    /// See [`Target::ask`].
    pub(super) fn ask_patiently(&self, input: &Input, host: &Arc<Host>) -> Result<Seen, FuzzError> {
        self.patient.ask(input, host)
    }

    /// Asks the one with counters.
    ///
    /// # Errors
    /// See [`Target::ask`].
    pub(super) fn trace(&self, input: &Input, host: &Arc<Host>) -> Result<Seen, FuzzError> {
        self.traced.ask(input, host)
    }
}

impl Twin {
    fn new(component: &Component, limits: &Limits, outlets: u32) -> Self {
        let probe = Arc::new(Probe::new(outlets));
        let policy = Policy::new("policy", component)
            .with_limits(limits.clone())
            .with_probe(&probe);
        Self { policy, probe }
    }

    fn ask(&self, input: &Input, host: &Arc<Host>) -> Result<Seen, FuzzError> {
        let settings = Settings::from_json(&input.settings)?;
        let policy = self.policy.clone().with_settings(settings);
        let chain = Chain::new(vec![policy], Vec::new());
        self.probe.take();
        let facts: Arc<dyn Facts> = Arc::clone(host) as _;
        let mut told = asked::ask(&chain, input.question, &facts, &input.facts)?;
        let decision = told.decisions.pop();
        let log = decision.iter().flat_map(|it| &it.log);
        Ok(Seen {
            answer: told.answer.map_err(|failed| failed.failure),
            verdict: decision.as_ref().map_or("unanswered", |it| it.verdict),
            fuel: decision.as_ref().and_then(|it| it.fuel).unwrap_or_default(),
            log: log.map(|line| line.text.clone()).collect(),
            glimpse: self.probe.take(),
        })
    }
}

/// Counters make a function some times longer.
fn bounds_with_counters() -> Bounds {
    let usual = Bounds::default();
    Bounds {
        octets: usual.octets * 16,
        functions: usual.functions * 2,
        body_octets: usual.body_octets * 16,
        ..usual
    }
}

/// The host a policy asks back: it answers from the message, counts from one, and notes
/// what it was asked for.
pub(super) struct Host {
    message: Arc<dyn Facts>,
    noted: Mutex<Noted>,
}

/// What the policy asked for.
#[derive(Debug, Default)]
struct Noted {
    fields: Vec<String>,
    counters: HashMap<(String, u32), u64>,
}

impl Host {
    pub(super) fn new(message: &Arc<dyn Facts>) -> Arc<Self> {
        Arc::new(Self {
            message: Arc::clone(message),
            noted: Mutex::default(),
        })
    }

    /// The header fields it asked for by name.
    pub(super) fn fields(&self) -> Vec<String> {
        self.noted().fields.clone()
    }

    /// Whether it counted anything.
    pub(super) fn has_counted(&self) -> bool {
        !self.noted().counters.is_empty()
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, name: &str) {
        let mut noted = self.noted();
        if noted.fields.len() < 64 && !noted.fields.iter().any(|it| it == name) {
            noted.fields.push(name.to_owned());
        }
    }
}

impl Facts for Host {
    fn header(&self, name: &str) -> Option<String> {
        self.note(name);
        self.message.header(name)
    }

    fn headers(&self, name: &str) -> Vec<String> {
        self.note(name);
        self.message.headers(name)
    }

    fn mailboxes(&self, name: &str) -> Vec<Mailbox> {
        self.note(name);
        self.message.mailboxes(name)
    }

    fn header_block(&self) -> Vec<u8> {
        self.message.header_block()
    }

    fn body(&self, offset: u64, length: u32) -> Vec<u8> {
        self.message.body(offset, length)
    }

    fn octets(&self) -> u64 {
        self.message.octets()
    }

    fn support_address(&self, address: &str) -> Option<SupportAddress> {
        self.message.support_address(address)
    }

    fn person(&self, address: &str) -> Option<Person> {
        self.message.person(address)
    }

    fn count(&self, _policy: &str, key: &str, window_seconds: u32) -> u64 {
        let mut noted = self.noted();
        let count = noted.counters.entry((key.to_owned(), window_seconds));
        let count = count.or_default();
        *count += 1;
        *count
    }
}
