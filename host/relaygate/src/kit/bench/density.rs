//! How many policies fit: so many distinct components, each from a file of its own as after
//! a start of the program, all ready to be asked.
//!
//! Their code is that of one built-in policy, compiled once: compiling ten thousand would
//! take minutes, and what is measured is loading.

use std::num::NonZero;
use std::thread;
use std::time::Instant;

use policy::questions::Question;
use policy::{
    Chain, CodeCache, Component, Digest, Engine, EngineSettings, NoFacts, Policy, built_in,
    compiler,
};
use serde::Serialize;

use super::{case, sandbox};
use crate::cli::Failure;

/// What it takes to have so many.
#[derive(Debug, Serialize)]
pub struct Density {
    /// How many.
    pub policies: u32,
    /// Milliseconds to load all of them from the disk, on all cores, as the program does when
    /// mail for them comes.
    pub load_ms: f64,
    /// Memory of this process beside what is mapped from files, in octets.
    pub anonymous_octets: u64,
    /// The same for each policy.
    pub anonymous_octets_each: u64,
    /// Octets of compiled code, mapped from one file for each.
    pub code_octets_each: usize,
    /// Microseconds of the first call of each, on average: its code is not in memory yet.
    pub first_call_us: f64,
}

/// Loads so many.
///
/// # Errors
/// [`Failure`]: no room on the disk, or the system allows too few memory maps.
pub fn density(policies: u32, progress: impl Fn(&str)) -> Result<Density, Failure> {
    let settings = EngineSettings::default();
    let engine = Engine::new(settings.clone()).map_err(|error| sandbox(&error))?;
    let code = compiler::compile(&settings, built_in::TAGGING).map_err(|error| sandbox(&error))?;
    let directory = tempfile::tempdir().map_err(|error| sandbox(&error))?;
    let cache = CodeCache::open(directory.path().join("code"), &[7; 32]);
    let cache = cache.map_err(|error| sandbox(&error))?;
    progress("writing their code");
    let digests: Vec<Digest> = (0..policies)
        .map(|n| Digest::of(&n.to_le_bytes()))
        .collect();
    for digest in &digests {
        cache
            .keep(*digest, &code)
            .map_err(|error| sandbox(&error))?;
    }
    progress("loading");
    let before = anonymous_octets()?;
    let started = Instant::now();
    let loaded = load_all(&cache, &engine, &digests)?;
    let load_ms = started.elapsed().as_secs_f64() * 1e3;
    progress("asking each once");
    let first_call_us = first_calls(&loaded)?;
    let anonymous = anonymous_octets()?;
    Ok(Density {
        policies,
        load_ms,
        anonymous_octets: anonymous,
        anonymous_octets_each: anonymous.saturating_sub(before) / u64::from(policies.max(1)),
        code_octets_each: code.len(),
        first_call_us,
    })
}

fn load_all(
    cache: &CodeCache,
    engine: &Engine,
    digests: &[Digest],
) -> Result<Vec<Component>, Failure> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let each = digests.len().div_ceil(threads).max(1);
    let load_part = |part: &[Digest]| -> Result<Vec<Component>, Failure> {
        let loaded = part.iter().map(|digest| load(cache, engine, *digest));
        loaded.collect()
    };
    thread::scope(|scope| {
        let parts = digests.chunks(each);
        let parts: Vec<_> = parts
            .map(|part| scope.spawn(move || load_part(part)))
            .collect();
        let mut loaded = Vec::with_capacity(digests.len());
        for part in parts {
            let ended = |_| Failure::new("sandbox", "a thread that loads ended early");
            loaded.extend(part.join().map_err(ended)??);
        }
        Ok(loaded)
    })
}

fn load(cache: &CodeCache, engine: &Engine, digest: Digest) -> Result<Component, Failure> {
    let found = cache
        .load(engine, digest)
        .map_err(|error| sandbox(&error))?;
    found.ok_or_else(|| {
        let problem = "compiled code could not be mapped; raise vm.max_map_count (sysctl)";
        Failure::new("sandbox", problem)
    })
}

fn first_calls(loaded: &[Component]) -> Result<f64, Failure> {
    let (parameters, facts) = (case::sample(Question::Tags)?, NoFacts::shared());
    let chains = loaded.iter().map(|component| {
        let policy = Policy::new("tagging", component);
        Chain::new(vec![policy], Vec::new())
    });
    let chains: Vec<Chain> = chains.collect();
    let started = Instant::now();
    for chain in &chains {
        let told = parameters.ask(chain, &facts);
        told.answer.map_err(|failed| sandbox(&failed))?;
    }
    Ok(started.elapsed().as_secs_f64() * 1e6 / chains.len().max(1) as f64)
}

/// Of this process (`/proc/self/smaps_rollup`).
fn anonymous_octets() -> Result<u64, Failure> {
    let file = "/proc/self/smaps_rollup";
    let told = std::fs::read_to_string(file).map_err(|error| sandbox(&error))?;
    let line = told
        .lines()
        .find_map(|line| line.strip_prefix("Anonymous:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kibibytes: Option<u64> = number.and_then(|number| number.parse().ok());
    let unreadable = || Failure::new("sandbox", format!("{file} tells no Anonymous"));
    Ok(kibibytes.ok_or_else(unreadable)? * 1_024)
}
