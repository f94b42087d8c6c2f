//! What is seen of a call that a [`crate::Decision`] does not tell: which edges of its
//! code a policy passed, how much memory it had, what it answered before the host looked
//! at that, and where it trapped. Only for fuzzing ([`crate::fuzz`]).
//!
//! Not here: how the edges come to be counted (`fuzz::instrument`).

use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;
use wasmtime::component::Instance;
use wasmtime::{Store, WasmBacktrace};

use crate::fuzz::outlet_name;
use crate::imports::CallState;
use crate::words;

/// Hangs on a policy while it is fuzzed; keeps what was seen of its last call.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    /// How many modules of its component count edges.
    outlets: u32,
    seen: Mutex<Glimpse>,
}

/// One call from inside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Glimpse {
    /// How often each edge was passed, 255 for more; empty if it failed.
    pub(crate) edges: Vec<u8>,
    /// The most memory it had, in octets.
    pub(crate) memory_octets: usize,
    /// Calls of imported functions.
    pub(crate) host_calls: u32,
    /// What it answered, before the host took anything out.
    pub(crate) answer: Option<Value>,
    /// Where it trapped, innermost first: function and offset.
    pub(crate) frames: Vec<(u32, usize)>,
}

/// Enough to tell two traps from each other.
const FRAMES_MAX: usize = 8;

impl Probe {
    /// For a component with so many modules that count.
    pub(crate) fn new(outlets: u32) -> Self {
        Self {
            outlets,
            seen: Mutex::default(),
        }
    }

    /// What was seen since it was asked last.
    pub(crate) fn take(&self) -> Glimpse {
        std::mem::take(&mut self.seen())
    }

    pub(crate) fn saw_edges(
        &self,
        store: &mut Store<CallState>,
        instance: &Instance,
    ) -> wasmtime::Result<()> {
        let mut edges = Vec::new();
        for outlet in 0..self.outlets {
            let name = outlet_name(outlet);
            let read = instance.get_typed_func::<(), (Vec<u8>,)>(&mut *store, name.as_str())?;
            let (counted,) = read.call(&mut *store, ())?;
            edges.extend(counted);
        }
        self.seen().edges = edges;
        Ok(())
    }

    pub(crate) fn saw_cost(&self, state: &CallState, error: Option<&wasmtime::Error>) {
        let mut seen = self.seen();
        seen.memory_octets = state.memory_octets;
        seen.host_calls = state.host_calls;
        let trace = error.and_then(|error| error.downcast_ref::<WasmBacktrace>());
        let frames = trace.map_or(&[][..], WasmBacktrace::frames);
        let frames = frames.iter().take(FRAMES_MAX);
        seen.frames = frames
            .map(|frame| (frame.func_index(), frame.func_offset().unwrap_or_default()))
            .collect();
    }

    pub(crate) fn saw_answer<T: Serialize>(&self, answer: &T) {
        self.seen().answer = Some(words::to_json(answer));
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Glimpse> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
