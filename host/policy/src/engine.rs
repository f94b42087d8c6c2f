//! The sandbox: one wasmtime engine with its pool of instance slots and its clock.
//!
//! The figures are measured: a pool whose slots keep some memory and their tables resident
//! instantiates and drops a policy in about 5 µs instead of 14; the epoch costs a fifth and is
//! the price of a deadline, fuel another 4 %.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use wasmtime::component::{HasSelf, Linker};
use wasmtime::{
    Config, Enabled, EngineWeak, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
};

use crate::bindings::EveryQuestion;
use crate::component::{CompileError, Component};
use crate::imports::CallState;
use crate::inspect::Bounds;
use crate::limits::Limits;

/// What an engine is made with; the defaults serve a server of a few cores.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Names the policies may ask for as `product.*`, and whose header fields
    /// no policy may forge.
    pub product: Product,
    /// How many calls can be under way at once.
    pub instances_max: u32,
    /// The most memory any policy of this engine can be given, whatever its own
    /// [`crate::Limits`] say; guests that bring a language runtime need 64 MiB.
    pub memory_octets_max: usize,
    /// What a component may hold.
    pub bounds: Bounds,
    /// Count fuel: units of work that are the same on every machine. Costs 4 % where
    /// instances are fresh, which cost more than what they compute.
    pub metered: bool,
}

/// The product's own names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// In `X-Mailer: <name> Mailer`.
    pub name: String,
    /// In `X-<prefix>-Email-Id`.
    pub header_prefix: String,
    /// Our authserv-id (RFC 8601 §2.5).
    pub hostname: String,
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The machine lacks something, or the settings contradict each other.
    #[error("set up the sandbox")]
    Setup(#[source] wasmtime::Error),
    /// The thread that makes time pass could not be started.
    #[error("start the sandbox's clock")]
    Clock(#[source] std::io::Error),
}

/// Compiles components and holds what their calls share. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) settings: EngineSettings,
    pub(crate) wasm: wasmtime::Engine,
    pub(crate) linker: Linker<CallState>,
}

/// How finely a deadline is kept.
pub(crate) const TICK: Duration = Duration::from_millis(1);

/// Memory of a slot that is wiped in place instead of given back. All that calls before have
/// written counts, not only the last: so one large message would make every later call wipe
/// what it does not use. The header of ordinary mail, some 8 KB, needs a quarter of it.
const KEEP_RESIDENT_OCTETS: usize = 128 * 1024;

/// A policy's own stack; tokio's threads have 2 MiB.
const STACK_OCTETS_MAX: usize = 512 * 1024;

/// Cores, tables and memories of one component; language runtimes bring many: Python 38,
/// one for each part of its library written in C.
pub(crate) const CORES_PER_COMPONENT_MAX: u32 = 64;
const TABLES_PER_COMPONENT_MAX: u32 = 16;
/// Adapters bring empty ones. Calls are synchronous, so there are many more slots than threads
/// to fill them, and none is kept for these.
pub(crate) const MEMORIES_PER_COMPONENT_MAX: u32 = 4;
const TABLE_ELEMENTS_MAX: usize = 10_000;

impl Engine {
    /// An engine with its pool and its clock thread, which ends with it.
    pub fn new(settings: EngineSettings) -> Result<Self, EngineError> {
        Self::with_memories(settings, MEMORIES_PER_COMPONENT_MAX)
    }

    /// The same for components that may have that many memories each: those that fuzzing
    /// has put counters into.
    pub(crate) fn with_memories(
        settings: EngineSettings,
        memories: u32,
    ) -> Result<Self, EngineError> {
        let wasm = wasmtime::Engine::new(&config(&settings, memories));
        let wasm = wasm.map_err(EngineError::Setup)?;
        let mut linker = Linker::new(&wasm);
        EveryQuestion::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)
            .map_err(EngineError::Setup)?;
        start_clock(wasm.weak()).map_err(EngineError::Clock)?;
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                wasm,
                linker,
            }),
        })
    }

    /// Compiles a component, some 30 ms for 30 KB, and finds out what it answers.
    ///
    /// Refused are: whatever is no component, is too large, imports anything
    /// besides our interfaces, answers no question, or cannot be started.
    pub fn compile(&self, bytes: &[u8]) -> Result<Component, CompileError> {
        Component::compile(self, bytes)
    }
}

fn config(settings: &EngineSettings, memories: u32) -> Config {
    let mut config = code_config(settings);
    let pool = pool(settings, memories);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// What decides which code is made; the process that compiles has no more than that.
pub(crate) fn code_config(settings: &EngineSettings) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        .consume_fuel(settings.metered)
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_nan_canonicalization(true) // the same input, the same answer
        .wasm_relaxed_simd(false) // likewise
        .wasm_memory64(false)
        .wasm_backtrace_max_frames(None) // costs at every trap, and names what the guest likes
        .generate_address_map(false) // for backtraces only
        .native_unwind_info(false) // for debuggers; each load would enter it in a list of the process
        .max_wasm_stack(STACK_OCTETS_MAX);
    config
}

fn pool(settings: &EngineSettings, memories: u32) -> PoolingAllocationConfig {
    let slots = settings.instances_max;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(CORES_PER_COMPONENT_MAX))
        .max_core_instances_per_component(CORES_PER_COMPONENT_MAX)
        .total_tables(slots.saturating_mul(TABLES_PER_COMPONENT_MAX))
        .max_tables_per_component(TABLES_PER_COMPONENT_MAX)
        .table_elements(TABLE_ELEMENTS_MAX)
        .table_keep_resident(TABLE_ELEMENTS_MAX * size_of::<usize>())
        .total_memories(slots.max(memories))
        .max_memories_per_component(memories)
        .max_memories_per_module(memories)
        .max_memory_size(settings.memory_octets_max)
        .linear_memory_keep_resident(KEEP_RESIDENT_OCTETS)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Makes time pass for all calls of this engine, until it is dropped. A tick that
/// came late makes up for it, so that a busy machine does not stretch deadlines.
fn start_clock(engine: EngineWeak) -> std::io::Result<()> {
    let tick = move || {
        let mut last = Instant::now();
        loop {
            thread::sleep(TICK);
            let Some(engine) = engine.upgrade() else {
                return;
            };
            while last.elapsed() >= TICK {
                last += TICK;
                engine.increment_epoch();
            }
        }
    };
    let clock = thread::Builder::new().name("policy-clock".into());
    clock.spawn(tick).map(drop)
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            product: Product::default(),
            instances_max: 128,
            memory_octets_max: Limits::RUNTIME_MEMORY_OCTETS,
            bounds: Bounds::default(),
            metered: true,
        }
    }
}

impl Default for Product {
    fn default() -> Self {
        Self {
            name: "Relaygate".into(),
            header_prefix: "Relaygate".into(),
            hostname: "localhost".into(),
        }
    }
}
