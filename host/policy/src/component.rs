//! A compiled policy that can be asked at once.
//!
//! Everything that can be found out before the first mail is found out here: what
//! it imports, what it answers, whether the types fit, whether it starts at all.

use std::borrow::Cow;
use std::sync::{Arc, Weak};

use wasmtime::component::{ComponentExportIndex, InstancePre, Linker};

use crate::call;
use crate::code;
use crate::compiler;
use crate::engine::Engine;
use crate::failure::one_line;
use crate::imports::CallState;
use crate::inspect::Unfit;
use crate::questions::Question;
use crate::{Digest, Failure, Limits, NoFacts, Policy, wasi};

/// Why a component was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// It holds more than [`crate::EngineSettings::bounds`] allow.
    #[error("component is too complex: {0}")]
    TooComplex(Unfit),
    /// A core module, a text, or damaged.
    #[error("not a usable component: {0}")]
    Invalid(String),
    /// It wants something we never provide, or another version of ours.
    #[error("component imports {0}, which is not provided")]
    ForeignImport(String),
    /// The name is ours, its type is not.
    #[error("component does not fit the contract: {0}")]
    Mismatch(String),
    /// It exports none of the four questions.
    #[error("component answers no question")]
    NoQuestion,
    /// Its start function failed.
    #[error("component cannot be started: {0}")]
    Start(Failure),
}

/// A component, compiled and linked; cheap to clone, independent of accounts.
#[derive(Clone)]
pub struct Component {
    pub(crate) linked: Arc<Linked>,
}

pub(crate) struct Linked {
    pub(crate) digest: Digest,
    pub(crate) engine: Engine,
    pub(crate) instances: InstancePre<CallState>,
    exports: [Option<ComponentExportIndex>; Question::ALL.len()],
}

/// A component that goes when nobody uses it any more.
#[derive(Clone)]
pub struct WeakComponent(Weak<Linked>);

/// What a component may import of ours, name and version exact.
const PROVIDED: [&str; 6] = [
    "relaygate:policy/types@0.1.0",
    "relaygate:policy/mail@0.1.0",
    "relaygate:policy/settings@0.1.0",
    "relaygate:policy/lookup@0.1.0",
    "relaygate:policy/counters@0.1.0",
    "relaygate:policy/log@0.1.0",
];

impl Component {
    /// SHA-256 of its bytes.
    pub fn digest(&self) -> Digest {
        self.linked.digest
    }

    /// A hold on it that does not keep it.
    pub fn downgrade(&self) -> WeakComponent {
        WeakComponent(Arc::downgrade(&self.linked))
    }

    /// What it answers.
    pub fn answers(&self, question: Question) -> bool {
        self.linked.export(question).is_some()
    }

    pub(crate) fn compile(engine: &Engine, bytes: &[u8]) -> Result<Self, CompileError> {
        compiler::fit(bytes, &engine.inner.settings.bounds)?;
        // `from_binary` and not `new`: the latter would also read the text format.
        let code = compiler::heard_out(|| {
            wasmtime::component::Component::from_binary(&engine.inner.wasm, bytes)
        })?;
        let component = Self::link(engine, &code, Digest::of(bytes))?;
        component.try_out()?;
        Ok(component)
    }

    /// The same of code that was compiled before.
    pub(crate) fn link(
        engine: &Engine,
        code: &wasmtime::component::Component,
        digest: Digest,
    ) -> Result<Self, CompileError> {
        let linker = linker(engine, code)?;
        let exports = Question::ALL.map(|question| find_export(code, question));
        if exports.iter().all(Option::is_none) {
            return Err(CompileError::NoQuestion);
        }
        let instances = linker.instantiate_pre(code);
        let linked = Linked {
            digest,
            engine: engine.clone(),
            instances: instances
                .map_err(|error| CompileError::Mismatch(one_line(&format!("{error:#}"))))?,
            exports,
        };
        Ok(Self {
            linked: Arc::new(linked),
        })
    }

    /// The same once more, sharing nothing with this one that calls count.
    pub(crate) fn again(&self) -> Result<Self, CompileError> {
        let Linked { engine, digest, .. } = &*self.linked;
        let code = code::again(engine, self.linked.instances.component());
        let code = code.map_err(|error| CompileError::Invalid(one_line(&format!("{error:#}"))))?;
        Self::link(engine, &code, *digest)
    }

    /// One instance, to see that it starts and that its functions have our types.
    ///
    /// # Errors
    /// [`CompileError::Start`], [`CompileError::Mismatch`].
    pub fn try_out(&self) -> Result<(), CompileError> {
        let limits = Limits {
            memory_octets_max: self.linked.engine.inner.settings.memory_octets_max,
            ..Limits::default()
        };
        let policy = Policy::new("", self).with_limits(limits);
        let mut store = call::begun(policy.parts(), &NoFacts::shared());
        let instance = self.linked.instances.instantiate(&mut store);
        let instance = instance
            .map_err(|error| CompileError::Start(call::failure(&error, &policy.parts().limits)))?;
        for question in Question::ALL {
            if let Some(index) = self.linked.export(question) {
                call::check_type(question, &instance, &mut store, &index).map_err(|error| {
                    CompileError::Mismatch(one_line(&format!("{question}: {error:#}")))
                })?;
            }
        }
        Ok(())
    }
}

impl WeakComponent {
    /// The component, if somebody still uses it.
    pub fn upgrade(&self) -> Option<Component> {
        self.0.upgrade().map(|linked| Component { linked })
    }
}

impl Linked {
    pub(crate) fn export(&self, question: Question) -> Option<ComponentExportIndex> {
        self.exports[question as usize]
    }
}

/// What the component may import and nothing else: ours, shared by all, and a WASI that gives
/// nothing if it insists on one.
fn linker<'a>(
    engine: &'a Engine,
    component: &wasmtime::component::Component,
) -> Result<Cow<'a, Linker<CallState>>, CompileError> {
    let mut linker = Cow::Borrowed(&engine.inner.linker);
    let world = component.component_type();
    for (name, item) in world.imports(&engine.inner.wasm) {
        if wasi::is_known(name) {
            wasi::define(linker.to_mut(), &engine.inner.wasm, name, &item.ty)
                .map_err(|error| CompileError::Mismatch(one_line(&format!("{name}: {error:#}"))))?;
        } else if !PROVIDED.contains(&name) {
            return Err(CompileError::ForeignImport(one_line(name)));
        }
    }
    Ok(linker)
}

fn find_export(
    component: &wasmtime::component::Component,
    question: Question,
) -> Option<ComponentExportIndex> {
    let (interface, function) = question.name().split_once('.')?;
    let interface = format!("relaygate:policy/{interface}@0.1.0");
    let interface = component.get_export_index(None, interface.as_str())?;
    component.get_export_index(Some(&interface), function)
}
