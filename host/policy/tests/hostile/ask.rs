//! Asking a component once, and what that cost the thread that asked.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use policy::asked::{Told, ask, sample};
use policy::questions::Question;
use policy::{
    Chain, CompileError, Component, Decision, Facts, Failure, Limits, NoFacts, Policy, built_in,
};
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;

use crate::support::engine;

/// A message as large as policies ever see.
pub(crate) struct Mail;

impl Facts for Mail {
    fn header(&self, name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    fn header_block(&self) -> Vec<u8> {
        static BLOCK: LazyLock<Vec<u8>> =
            LazyLock::new(|| b"X-Note: word\r\n".repeat(Limits::HEADER_BLOCK_OCTETS_MAX / 14));
        BLOCK.clone()
    }

    fn body(&self, _offset: u64, length: u32) -> Vec<u8> {
        vec![b'x'; length as usize]
    }
}

/// What came of a question.
pub(crate) struct Outcome {
    /// The answer in a word, or the failure's.
    pub(crate) word: &'static str,
    /// The failure for people, or nothing.
    pub(crate) failure: String,
    /// What was written down.
    pub(crate) decision: Decision,
    /// What the thread computed meanwhile, from the question to the very end.
    pub(crate) computed: Duration,
}

/// The usual limits for who is not asked about time: machines that test stand still now and
/// then, for longer than a policy may be silent.
pub(crate) fn patient() -> Limits {
    Limits {
        deadline: Duration::from_secs(2),
        ..Limits::default()
    }
}

/// Compiled, and again if the machine stood still while it was tried out.
pub(crate) fn compile(octets: &[u8]) -> Result<Component, CompileError> {
    const TRIES: usize = 3;
    let mut compiled = engine().compile(octets);
    for _ in 1..TRIES {
        if !matches!(compiled, Err(CompileError::Start(Failure::Deadline(_)))) {
            break;
        }
        compiled = engine().compile(octets);
    }
    compiled
}

/// A component as the only policy of its chain, under these limits.
pub(crate) fn chain(component: &Component, limits: Limits) -> Chain {
    let policy = Policy::new("hostile", component).with_limits(limits);
    Chain::new(vec![policy], vec![])
}

/// Asks with the usual facts.
pub(crate) fn usual(chain: &Chain, question: Question) -> Outcome {
    let (mail, facts): (Arc<dyn Facts>, Value) = (Arc::new(Mail), sample(question));
    let before = computed();
    let told = ask(chain, question, &mail, &facts).expect("facts of the contract");
    outcome(told, computed().saturating_sub(before))
}

fn outcome(told: Told, computed: Duration) -> Outcome {
    let [decision] = <[Decision; 1]>::try_from(told.decisions).expect("one policy was asked");
    let failure = told.answer.as_ref().err().map(ToString::to_string);
    Outcome {
        word: decision.verdict,
        failure: failure.unwrap_or_default(),
        decision,
        computed,
    }
}

/// What this thread has computed so far.
pub(crate) fn computed() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("time is positive")
}

/// The fuel an honest policy of the same engine uses, which nothing hostile may change.
pub(crate) fn honest_fuel() -> u64 {
    let policies = crate::support::built_in(serde_json::json!({}));
    let policies = policies.into_iter().map(|it| it.with_limits(patient()));
    let honest = Chain::new(policies.collect(), vec![]);
    let question = Question::Tags;
    let told = ask(&honest, question, &NoFacts::shared(), &sample(question));
    let told = told.expect("facts of the contract");
    assert!(told.answer.is_ok(), "{:?}", told.answer);
    told.decisions[0].fuel.expect("this engine meters")
}

/// The component of the tests that does wrong as its settings say.
pub(crate) fn mischief() -> Component {
    engine().compile(built_in::MISCHIEF).expect("it compiles")
}
