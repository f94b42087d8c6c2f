//! Compiling in a process of its own: a component can keep a compiler busy for hours
//! and make it want all memory there is, so whoever compiles what a stranger made must
//! be somebody who can be killed.
//!
//! The process reads the component from its standard input and writes the code to its
//! standard output, or what speaks against it to its standard error. Its memory and its
//! time are bounded by itself before it reads; the parent kills it when it is late.
//!
//! Not here: starting it (the program), keeping what it made ([`crate::CodeCache`]).

use std::io::{self, Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::engine;
use crate::failure::one_line;
use crate::inspect::{self, Bounds, Unfit};
use crate::{CompileError, EngineSettings};

/// Computing time of one compilation. A language runtime of 18 MB needs some 20 s.
pub const CPU_MAX: Duration = Duration::from_secs(60);
/// By the wall clock; the parent keeps it.
pub const WALL_MAX: Duration = Duration::from_secs(120);
/// Address space of the process.
const MEMORY_OCTETS_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// What is told of a component the compiler panics over.
const GAVE_UP: &str = "the compiler gave up on it";
/// What the process says instead of code is cut after this.
pub const REASON_OCTETS_MAX: usize = 4096;

/// Why the process made no code.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// Its own limits could not be set.
    #[error("limit this process")]
    Limit(#[source] io::Error),
    /// Standard input or output broke.
    #[error("talk to whoever asked")]
    Pipe(#[source] io::Error),
    /// The component is refused.
    #[error(transparent)]
    Refused(#[from] CompileError),
}

/// The whole life of the process.
///
/// # Errors
/// [`WorkError`]; its text is what the parent is told.
pub fn work(settings: &EngineSettings) -> Result<(), WorkError> {
    limit().map_err(WorkError::Limit)?;
    // Standard error is for the reason alone.
    set_hook(Box::new(|_| ()));
    let bound = settings.bounds.octets as u64 + 1;
    let mut component = Vec::new();
    let mut input = io::stdin().lock().take(bound);
    input.read_to_end(&mut component).map_err(WorkError::Pipe)?;
    let code = compile(settings, &component)?;
    io::stdout().write_all(&code).map_err(WorkError::Pipe)
}

/// Code that an engine with the same settings can load.
///
/// # Errors
/// [`CompileError`].
pub fn compile(settings: &EngineSettings, component: &[u8]) -> Result<Vec<u8>, CompileError> {
    fit(component, &settings.bounds)?;
    heard_out(|| {
        let engine = wasmtime::Engine::new(&engine::code_config(settings))?;
        engine.precompile_component(component)
    })
}

/// What the compiler says against a component, be it by panicking: its validator asserts some
/// things it takes for granted, and a stranger's file need not grant them (an instance that
/// exports the one before, 127 times over, in wasmparser 0.254.2).
pub(crate) fn heard_out<T>(
    compile: impl FnOnce() -> wasmtime::Result<T>,
) -> Result<T, CompileError> {
    match catch_unwind(AssertUnwindSafe(compile)) {
        Ok(Ok(made)) => Ok(made),
        Ok(Err(error)) => Err(CompileError::Invalid(one_line(&format!("{error:#}")))),
        Err(_) => Err(CompileError::Invalid(GAVE_UP.to_owned())),
    }
}

pub(crate) fn fit(component: &[u8], bounds: &Bounds) -> Result<(), CompileError> {
    inspect::check(component, bounds).map_err(|unfit| match unfit {
        Unfit::TooMuch { .. } => CompileError::TooComplex(unfit),
        unfit => CompileError::Invalid(one_line(&unfit.to_string())),
    })
}

fn limit() -> io::Result<()> {
    let cap = |resource, at: u64| {
        let limit = Rlimit {
            current: Some(at),
            maximum: Some(at),
        };
        setrlimit(resource, limit).map_err(io::Error::from)
    };
    cap(Resource::As, MEMORY_OCTETS_MAX)?;
    cap(Resource::Cpu, CPU_MAX.as_secs())?;
    cap(Resource::Fsize, 0)?;
    cap(Resource::Core, 0)?;
    cap(Resource::Nproc, 0).or(Ok(()))
}
