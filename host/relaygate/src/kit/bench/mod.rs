//! `relaygate policy bench`: what a decision costs in the sandbox, beside the same code
//! compiled for this machine.
//!
//! One message (30 header fields, some 8 KB) asks the four built-in policies one question
//! each. All figures are taken in turns in one run and each is the best of its rounds, since
//! a machine is never idle; read them against each other and not against another day's.
//!
//! | file | what |
//! |---|---|
//! | `case` | the message and the questions |
//! | `native` | the same policies without a sandbox |
//! | `rounds` | the clock |
//! | `component` | one component of the author's |
//! | `density` | how many policies fit |
//!
//! Not here: how the sandbox is asked (`policy`).

mod case;
mod component;
mod density;
#[cfg(feature = "bench-lua")]
mod lua;
mod native;
mod rounds;

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use policy::measure::Kept;
use policy::questions::Question;
use policy::{Chain, Engine, EngineSettings, Limits, Policy, Settings, asked, built_in};
use serde::Serialize;
use serde_json::json;

use crate::cli::Failure;
use case::Case;
use rounds::{Timed, micros};

pub use component::{OfComponent, component};
pub use density::{Density, density};

/// What a message's four decisions cost, and what stopping a policy does. Microseconds.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// The same code, compiled for this machine, called directly.
    pub native_us: f64,
    /// Four components, a fresh instance for each question: what every message gets.
    pub fresh_us: f64,
    /// The same with instances that stay, which no message gets.
    pub reused_us: f64,
    /// The same as `fresh_us` with fuel counted.
    pub metered_us: f64,
    /// `fresh_us` as a multiple of `native_us`.
    pub fresh_ratio: f64,
    /// `reused_us` as a multiple of `native_us`.
    pub reused_ratio: f64,
    /// Messages two threads decide in the time in which one decides one.
    pub scaling_2_threads: f64,
    /// The same decisions in LuaJIT, a state for each message as the sandbox has an instance;
    /// null where it was not built in.
    pub luajit_us: Option<f64>,
    /// The same in a state that stays, to be held against `reused_us`.
    pub luajit_reused_us: Option<f64>,
    /// An instance made and thrown away, one of the four on average.
    pub instantiate_us: f64,
    /// What a trap costs beyond a call that answers.
    pub trap_us: f64,
    /// How long after its deadline a loop was still running.
    pub overrun_us: f64,
    /// Fuel of each decision by the question; the same on every machine.
    pub fuel: Vec<(&'static str, u64)>,
    /// Size of each component in octets.
    pub octets: Vec<(&'static str, usize)>,
}

/// Takes the figures; `progress` hears what is being done.
///
/// # Errors
/// [`Failure`]: the sandbox cannot be set up, or a built-in policy fails.
pub fn built_in(progress: impl Fn(&str)) -> Result<Figures, Failure> {
    progress("compiling the built-in policies");
    let (plain, metered) = (Sandbox::new(false)?, Sandbox::new(true)?);
    let case = Case::new();
    let instantiate = instantiate(&plain, &case);
    progress("asking natively, in the sandbox, and with instances that stay");
    let [native, fresh, reused, metered_us] = decisions(&plain, &metered, &case)?;
    let fuel = fuel(&metered, &case)?;
    // Its clock would wake a thousand times a second beside those two; the program has one.
    drop(metered);
    progress("asking from two threads");
    let scaling = scaling(&plain);
    progress("trapping, looping");
    let trap = trap(&plain)?;
    let luajit = luajit(&case);
    Ok(Figures {
        native_us: native,
        fresh_us: fresh,
        reused_us: reused,
        metered_us,
        fresh_ratio: fresh / native,
        reused_ratio: reused / native,
        scaling_2_threads: scaling,
        luajit_us: luajit.map(|[fresh, _]| fresh),
        luajit_reused_us: luajit.map(|[_, kept]| kept),
        instantiate_us: instantiate,
        trap_us: trap,
        overrun_us: overrun(&plain)?,
        fuel,
        octets: built_in::ALL
            .map(|(name, octets)| (name, octets.len()))
            .into(),
    })
}

/// An engine with the built-in policies.
struct Sandbox {
    engine: Engine,
    policies: Vec<Policy>,
    chain: Chain,
}

impl Sandbox {
    fn new(metered: bool) -> Result<Self, Failure> {
        let engine = Engine::new(EngineSettings {
            metered,
            ..EngineSettings::default()
        });
        let engine = engine.map_err(|error| sandbox(&error))?;
        let components = built_in::components(&engine).map_err(|error| sandbox(&error))?;
        let policies = built_in::policies(&components, &case::settings(), &Limits::default());
        let policies = policies.map_err(|error| sandbox(&error))?;
        Ok(Self {
            engine,
            chain: Chain::new(policies.clone(), Vec::new()),
            policies,
        })
    }

    /// Decides about one message as the program does.
    fn decide(&self, case: &Case) {
        for parameters in &case.asked {
            black_box(parameters.ask(&self.chain, &case.facts));
        }
    }

    /// Mischief with that setting.
    fn mischief(&self, kind: &str, deadline: Duration) -> Result<Chain, Failure> {
        let component = self.engine.compile(built_in::MISCHIEF);
        let component = component.map_err(|error| sandbox(&error))?;
        let settings = Settings::from_json(&json!({ "do": kind }));
        let policy = Policy::new("mischief", &component)
            .with_settings(settings.map_err(|error| sandbox(&error))?)
            .with_limits(Limits {
                deadline,
                ..Limits::default()
            });
        Ok(Chain::new(vec![policy], Vec::new()))
    }
}

fn decisions(plain: &Sandbox, metered: &Sandbox, case: &Case) -> Result<[f64; 4], Failure> {
    let mut natively = || native::decide(case);
    let mut fresh = || plain.decide(case);
    let mut with_fuel = || metered.decide(case);
    let mut kept = KeptAll::new(&plain.policies, case)?;
    let mut reused = || kept.decide(case);
    let timed: [Timed<'_>; 4] = [&mut natively, &mut fresh, &mut reused, &mut with_fuel];
    Ok(micros(timed))
}

/// One instance of each policy, made anew now and then: a policy's memory only grows.
struct KeptAll<'a> {
    policies: Vec<(&'a Policy, Kept)>,
    messages: u32,
}

impl<'a> KeptAll<'a> {
    fn new(policies: &'a [Policy], case: &Case) -> Result<Self, Failure> {
        let kept = policies.iter().map(|policy| {
            let kept = Kept::of(policy, &case.facts).map_err(|error| sandbox(&error))?;
            Ok((policy, kept))
        });
        Ok(Self {
            policies: kept.collect::<Result<_, Failure>>()?,
            messages: 0,
        })
    }

    fn decide(&mut self, case: &Case) {
        self.messages += 1;
        if self.messages.is_multiple_of(MESSAGES_AN_INSTANCE) {
            for (policy, kept) in &mut self.policies {
                if let Ok(anew) = Kept::of(policy, &case.facts) {
                    *kept = anew;
                }
            }
        }
        for parameters in &case.asked {
            let question = parameters.question();
            let mut policies = self.policies.iter_mut();
            if let Some((_, kept)) = policies.find(|(policy, _)| policy.answers(question)) {
                black_box(kept.ask(parameters)).unwrap_or_default();
            }
        }
    }
}

/// One thread and two in turns, so that both meet the machine as it is; the median of all
/// turns.
fn scaling(sandbox: &Sandbox) -> f64 {
    decided(sandbox, 2);
    let turn = |_| decided(sandbox, 2) as f64 / decided(sandbox, 1).max(1) as f64;
    let mut ratios: Vec<f64> = (0..SCALING_TURNS).map(turn).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// Messages that so many threads decide in a turn, each about a message of its own.
fn decided(sandbox: &Sandbox, threads: usize) -> u64 {
    let begin = Barrier::new(threads);
    let decide = || {
        let case = Case::new();
        begin.wait();
        let (started, mut decided) = (Instant::now(), 0);
        while started.elapsed() < SCALING_TURN {
            sandbox.decide(&case);
            decided += 1;
        }
        decided
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(decide)).collect();
        threads.into_iter().filter_map(|it| it.join().ok()).sum()
    })
}

/// In slots that messages have used as mail does. After instances that stay it would be dearer:
/// a slot keeps what was ever written to it, and theirs is the memory of many messages.
fn instantiate(sandbox: &Sandbox, case: &Case) -> f64 {
    for _ in 0..MESSAGES_BEFORE {
        sandbox.decide(case);
    }
    let mut all = || {
        for policy in &sandbox.policies {
            drop(black_box(Kept::of(policy, &case.facts)));
        }
    };
    let [all] = micros([&mut all]);
    all / sandbox.policies.len() as f64
}

fn trap(sandbox: &Sandbox) -> Result<f64, Failure> {
    let parameters = case::sample(Question::Sender)?;
    let deadline = Limits::default().deadline;
    let (answers, traps) = (
        sandbox.mischief("nothing", deadline)?,
        sandbox.mischief("trap", deadline)?,
    );
    let mail = policy::NoFacts::shared();
    let mut answer = || drop(black_box(parameters.ask(&answers, &mail)));
    let mut trap = || drop(black_box(parameters.ask(&traps, &mail)));
    let [answer, trap] = micros([&mut answer, &mut trap]);
    Ok(trap - answer)
}

/// The shortest of a few: what the clock and the sandbox add, without what others compute.
fn overrun(sandbox: &Sandbox) -> Result<f64, Failure> {
    let deadline = Duration::from_millis(5);
    let chain = sandbox.mischief("loop", deadline)?;
    let parameters = case::sample(Question::Sender)?;
    let mail = policy::NoFacts::shared();
    let taken = (0..10).map(|_| {
        let started = Instant::now();
        drop(black_box(parameters.ask(&chain, &mail)));
        started.elapsed()
    });
    let shortest = taken.min().unwrap_or_default();
    Ok(shortest.saturating_sub(deadline).as_secs_f64() * 1e6)
}

fn fuel(metered: &Sandbox, case: &Case) -> Result<Vec<(&'static str, u64)>, Failure> {
    let of = |parameters: &asked::Parameters| {
        let told = parameters.ask(&metered.chain, &case.facts);
        let said = told.decisions.last().and_then(|it| it.fuel);
        let question = parameters.question().name();
        let nobody = || Failure::new("sandbox", format!("{question} was not metered"));
        Ok((question, said.ok_or_else(nobody)?))
    };
    case.asked.iter().map(of).collect()
}

#[cfg(feature = "bench-lua")]
fn luajit(case: &Case) -> Option<[f64; 2]> {
    lua::micros(case)
}

#[cfg(not(feature = "bench-lua"))]
fn luajit(_case: &Case) -> Option<[f64; 2]> {
    None
}

fn sandbox(error: &dyn std::error::Error) -> Failure {
    let reason = error.source().map(|source| format!(": {source}"));
    Failure::new("sandbox", format!("{error}{}", reason.unwrap_or_default()))
}

const MESSAGES_BEFORE: u32 = 1_000;
const SCALING_TURNS: u32 = 20;
const SCALING_TURN: Duration = Duration::from_millis(50);
/// An instance answers so many messages before its memory is full.
const MESSAGES_AN_INSTANCE: u32 = 64;
