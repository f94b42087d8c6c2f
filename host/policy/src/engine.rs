//! The sandbox: one wasmtime engine with its pool of instance slots and its clock.

use std::sync::Arc;

use crate::component::{CompileError, Component};

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
    /// Largest component that is compiled, in octets.
    pub component_octets_max: usize,
    /// Count fuel. Deterministic, so replay and fuzzing use it; half again as slow.
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
}

impl Engine {
    /// An engine with its pool and its clock thread, which ends with it.
    pub fn new(settings: EngineSettings) -> Result<Self, EngineError> {
        let _ = Inner { settings };
        todo!()
    }

    /// Compiles a component, some 30 ms for 30 KB, and finds out what it answers.
    ///
    /// Refused are: whatever is no component, is too large, imports anything
    /// besides our interfaces, answers no question, or cannot be started.
    pub fn compile(&self, bytes: &[u8]) -> Result<Component, CompileError> {
        let _ = (bytes, &self.inner.settings);
        todo!()
    }
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            product: Product::default(),
            instances_max: 128,
            memory_octets_max: 64 * 1024 * 1024,
            component_octets_max: 32 * 1024 * 1024,
            metered: false,
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
