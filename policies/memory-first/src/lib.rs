//! Rearranges a component so that its memory comes first: two core instances instead of three.
//!
//! A linker makes one core module of a policy, with code and memory. What that imports is given
//! to it when it is instantiated, and must be able to write into its memory, which is not there
//! yet. So `wit-component` instantiates a module of stubs before it, hands those over as imports,
//! and has a third module put the true functions into the stubs' table behind it:
//!
//! ```text
//! stubs -> policy (memory, code) -> filler          as linked
//! heap (memory) -> policy (code)                    rearranged
//! ```
//!
//! Here the memory, and the function that finds room in it, go into a module of their own that
//! comes first; then stubs and filler have nothing left to do. Every call makes a fresh instance
//! of the policy, and of those three the two cost a sixth of all it takes. What is imported is
//! also called without a detour.
//!
//! The function that finds room is copied with all it calls; the policy keeps its own. Both work
//! on what stands in the memory, so they must not use anything else: where they do (a global, a
//! table), and where a component is put together in another way, it stays as it is.
//!
//! Not here: how a policy is built (`host/policy/build.rs`, `relaygate policy build`).

mod module;
mod numbers;
mod shape;

use std::collections::BTreeMap;

use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, Component, ComponentAliasSection, ExportKind, InstanceSection,
    ModuleArg, RawSection,
};
use wasmparser::{
    CanonicalFunction, ComponentAlias, Export, ExternalKind, Instance, Validator, WasmFeatures,
};

use numbers::{NotSo, Numbers};
use shape::{Item, Roles};

/// The component rearranged; `None` if it is not of the kind that can be.
pub fn memory_first(component: &[u8]) -> Option<Vec<u8>> {
    let items = shape::items(component)?;
    let roles = Roles::of(&items)?;
    let rearranged = rearranged(&items, &roles).ok()?;
    is_valid(&rearranged).then_some(rearranged)
}

fn is_valid(component: &[u8]) -> bool {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    validator.validate_all(component).is_ok()
}

fn rearranged(items: &[Item<'_>], roles: &Roles<'_>) -> Result<Vec<u8>, Error<NotSo>> {
    let mut work = Work {
        roles,
        split: module::split(roles.policy, roles.realloc)?,
        numbers: Numbers::default(),
        realloc: None,
        stubs: BTreeMap::new(),
        held: Vec::new(),
        whole: Component::new(),
    };
    let (mut modules, mut instances) = (0, 0);
    for item in items {
        match item {
            Item::Other { id, data } => {
                work.whole.section(&RawSection { id: *id, data });
            }
            Item::Module(_) => {
                work.module(modules);
                modules += 1;
            }
            Item::Instance(instance) => {
                work.instance(instances, instance)?;
                instances += 1;
            }
            Item::Alias(alias) => work.alias(alias)?,
            Item::Canonical(function) => work.canonical(function)?,
        }
    }
    Ok(work.whole.finish())
}

/// A component under way from the old order to the new.
struct Work<'a> {
    roles: &'a Roles<'a>,
    split: module::Split,
    /// Of the core functions.
    numbers: Numbers,
    /// Number of the one that finds room.
    realloc: Option<u32>,
    /// The stubs by name, with their old numbers.
    stubs: BTreeMap<&'a str, u32>,
    /// What stood before the policy's instance, and it: to be written when the functions it
    /// imports are there.
    held: Vec<&'a Instance<'a>>,
    whole: Component,
}

impl<'a> Work<'a> {
    /// The heap takes the stubs' place, so that modules keep their numbers.
    fn module(&mut self, index: u32) {
        const CORE_MODULE: u8 = 1;
        let data = match index {
            _ if index == self.roles.stubs => &self.split.heap,
            _ if index == self.roles.filler => return,
            _ => &self.split.policy,
        };
        let id = CORE_MODULE;
        self.whole.section(&RawSection { id, data });
    }

    fn instance(&mut self, index: u32, instance: &'a Instance<'a>) -> Result<(), Error<NotSo>> {
        let policy = self.roles.policy_instance;
        match (index, instance) {
            (0, _) => self.heap(),
            _ if index <= policy => self.held.push(instance),
            (_, Instance::FromExports(exports)) => self.fill(exports)?,
            (_, Instance::Instantiate { .. }) => self.release()?,
        }
        Ok(())
    }

    /// The memory and who finds room in it, before all that wants them.
    fn heap(&mut self) {
        let mut instances = InstanceSection::new();
        let none: [(&str, ModuleArg); 0] = [];
        instances.instantiate(self.roles.stubs, none);
        self.whole.section(&instances);
        self.alias_of_heap(ExportKind::Memory, module::MEMORY);
        if self.roles.realloc.is_some() {
            self.alias_of_heap(ExportKind::Func, module::REALLOC);
            self.realloc = Some(self.numbers.new_one());
        }
    }

    fn alias_of_heap(&mut self, kind: ExportKind, name: &str) {
        let mut aliases = ComponentAliasSection::new();
        let instance = 0;
        aliases.alias(Alias::CoreInstanceExport {
            instance,
            kind,
            name,
        });
        self.whole.section(&aliases);
    }

    /// What would have been put into the stubs' table: each stub is that from now on.
    fn fill(&mut self, exports: &[Export<'_>]) -> Result<(), Error<NotSo>> {
        for export in exports.iter().filter(|it| it.kind == ExternalKind::Func) {
            let stub = self.stubs.get(export.name);
            let stub = *stub.ok_or(Error::UserError(NotSo))?;
            let function = self.numbers.function_index(export.index)?;
            self.numbers.is_now(stub, function);
        }
        Ok(())
    }

    /// Writes what was held back.
    fn release(&mut self) -> Result<(), Error<NotSo>> {
        for instance in std::mem::take(&mut self.held) {
            let mut instances = InstanceSection::new();
            match instance {
                Instance::FromExports(_) => {
                    self.numbers
                        .parse_instance(&mut instances, instance.clone())?;
                }
                Instance::Instantiate { module_index, args } => {
                    let args = args.iter().map(|arg| (arg.name, arg.index));
                    let args = args.chain([(module::HEAP, 0)]);
                    let args = args.map(|(name, index)| (name, ModuleArg::Instance(index)));
                    instances.instantiate(*module_index, args.collect::<Vec<_>>());
                }
            }
            self.whole.section(&instances);
        }
        Ok(())
    }

    fn alias(&mut self, alias: &ComponentAlias<'a>) -> Result<(), Error<NotSo>> {
        let stays = match alias {
            ComponentAlias::CoreInstanceExport {
                kind: ExternalKind::Func,
                instance_index,
                name,
            } => self.function(*instance_index, name),
            // The stubs' table; the memory, which is known by then.
            ComponentAlias::CoreInstanceExport { instance_index, .. } => {
                *instance_index != 0 && self.held.is_empty()
            }
            _ => true,
        };
        if stays {
            let mut aliases = ComponentAliasSection::new();
            aliases.alias(self.numbers.component_alias(alias.clone())?);
            self.whole.section(&aliases);
        }
        Ok(())
    }

    /// Numbers a function that is taken from an instance; whether it still has to be. Of the
    /// policy, before the stubs are filled, that is only the one that finds room.
    fn function(&mut self, instance: u32, name: &'a str) -> bool {
        match self.realloc {
            _ if instance == 0 => {
                self.stubs.insert(name, self.numbers.gone());
                false
            }
            Some(realloc) if !self.held.is_empty() => {
                let old = self.numbers.gone();
                self.numbers.is_now(old, realloc);
                false
            }
            _ => {
                self.numbers.kept();
                true
            }
        }
    }

    fn canonical(&mut self, function: &CanonicalFunction) -> Result<(), Error<NotSo>> {
        let mut functions = CanonicalFunctionSection::new();
        self.numbers
            .parse_component_canonical(&mut functions, function.clone())?;
        self.whole.section(&functions);
        if !matches!(function, CanonicalFunction::Lift { .. }) {
            self.numbers.kept();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
