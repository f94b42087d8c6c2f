//! What a component is made of, and which of its parts is which.

use wasmparser::{CanonicalFunction, ComponentAlias, ExternalKind, Instance, Parser, Payload};

/// A part of a component that may have to change, or a section that stays.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    Module(&'a [u8]),
    Instance(Instance<'a>),
    Alias(ComponentAlias<'a>),
    Canonical(CanonicalFunction),
    Other { id: u8, data: &'a [u8] },
}

/// The parts of a component that can be rearranged. Instances stand in this order: the stubs,
/// what the policy imports, the policy, what fills the stubs, and who does it.
#[derive(Debug)]
pub(crate) struct Roles<'a> {
    /// Module of the stubs.
    pub(crate) stubs: u32,
    /// Module of what fills them.
    pub(crate) filler: u32,
    /// The policy's module.
    pub(crate) policy: &'a [u8],
    pub(crate) policy_instance: u32,
    /// What the policy calls the function that finds room in its memory, if that is wanted.
    pub(crate) realloc: Option<&'a str>,
}

/// A component's parts in order; `None` if it is damaged. The names of its parts go: they name
/// numbers that change.
pub(crate) fn items(component: &[u8]) -> Option<Vec<Item<'_>>> {
    let (mut items, mut depth) = (Vec::new(), 0_u32);
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.ok()?;
        if depth == 0 {
            add(&mut items, component, &payload)?;
        }
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Some(items)
}

fn add<'a>(items: &mut Vec<Item<'a>>, component: &'a [u8], payload: &Payload<'a>) -> Option<()> {
    match payload {
        Payload::CustomSection(section) if section.name() == "component-name" => {}
        Payload::ModuleSection {
            unchecked_range, ..
        } => items.push(Item::Module(component.get(unchecked_range.clone())?)),
        Payload::InstanceSection(section) => {
            for instance in section.clone() {
                items.push(Item::Instance(instance.ok()?));
            }
        }
        Payload::ComponentAliasSection(section) => {
            for alias in section.clone() {
                items.push(Item::Alias(alias.ok()?));
            }
        }
        Payload::ComponentCanonicalSection(section) => {
            for function in section.clone() {
                items.push(Item::Canonical(function.ok()?));
            }
        }
        other => {
            if let Some((id, range)) = other.as_section() {
                let data = component.get(range)?;
                items.push(Item::Other { id, data });
            }
        }
    }
    Some(())
}

impl<'a> Roles<'a> {
    pub(crate) fn of(items: &[Item<'a>]) -> Option<Self> {
        let modules = items.iter().filter_map(|item| match item {
            Item::Module(module) => Some(*module),
            _ => None,
        });
        let modules: Vec<&[u8]> = modules.collect();
        let instances = items.iter().filter_map(|item| match item {
            Item::Instance(instance) => Some(instance),
            _ => None,
        });
        let instances: Vec<&Instance<'_>> = instances.collect();
        let [stubs, imported @ .., policy, filling, filler] = instances.as_slice() else {
            return None;
        };
        let together = |it: &&Instance<'_>| matches!(it, Instance::FromExports(_));
        if !imported.iter().all(together) || !together(filling) || modules.len() != 3 {
            return None;
        }
        let [stubs, policy, filler] = [module_of(stubs)?, module_of(policy)?, module_of(filler)?];
        let module = |index: u32| modules.get(index as usize).copied();
        let roles = Self {
            stubs,
            filler,
            policy: module(policy)?,
            policy_instance: u32::try_from(instances.len() - 3).ok()?,
            realloc: None,
        };
        // The filler goes, and the others keep their numbers.
        let numbered = stubs != policy && stubs < 2 && policy < 2 && filler == 2;
        let alike =
            numbered && has_only(module(stubs)?, STUBS) && has_only(module(filler)?, FILLER);
        alike.then_some(())?;
        roles.with_realloc(items)
    }

    /// What is asked of the policy's instance before the stubs are filled: its memory, and one
    /// function at most.
    fn with_realloc(mut self, items: &[Item<'a>]) -> Option<Self> {
        let mut instances = 0;
        for item in items {
            match item {
                Item::Instance(_) => instances += 1,
                Item::Alias(ComponentAlias::CoreInstanceExport {
                    kind,
                    instance_index,
                    name,
                }) if *instance_index == self.policy_instance
                    && instances < self.policy_instance + 3 =>
                {
                    let other = self.realloc.is_some_and(|known| known != *name);
                    match kind {
                        ExternalKind::Func if !other => self.realloc = Some(*name),
                        ExternalKind::Memory => {}
                        _ => return None,
                    }
                }
                _ => {}
            }
        }
        Some(self)
    }
}

fn module_of(instance: &Instance<'_>) -> Option<u32> {
    match instance {
        Instance::Instantiate { module_index, .. } => Some(*module_index),
        Instance::FromExports(_) => None,
    }
}

/// Types, functions, a table, their exports, code.
const STUBS: &[u8] = &[1, 3, 4, 7, 10];
/// Types, imports, what is put into a table.
const FILLER: &[u8] = &[1, 2, 9];

/// Whether a module has sections of these kinds only, besides custom ones.
fn has_only(module: &[u8], kinds: &[u8]) -> bool {
    let mut payloads = Parser::new(0).parse_all(module);
    payloads.all(|payload| match payload {
        Ok(Payload::CustomSection(_)) => true,
        Ok(payload) => payload
            .as_section()
            .is_none_or(|(id, _)| kinds.contains(&id)),
        Err(_) => false,
    })
}
