//! Puts counters into a component, so that a run tells which edges of its code it passed.
//!
//! The counters of a core module stand in a memory of their own, which the guest does not
//! know of: its own memory, its globals and the indices of everything it has stay as they
//! were. An exported function per module hands them out as `list<u8>`, with that memory to
//! read them from. The rest of the component is copied octet by octet.
//!
//! What else was thought of: pages at the end of the guest's memory (its allocator would
//! hand them out), a global for each edge (nobody outside can reach them), an imported
//! function called at each edge (a call of the host costs more than most edges' code).
//!
//! Not here: what the counts are good for (`corpus`).

mod body;
mod module;

use std::ops::Range;

use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, ComponentAliasSection, ComponentExportKind,
    ComponentExportSection, ComponentTypeSection, ComponentValType, ExportKind, PrimitiveValType,
    RawSection,
};
use wasmparser::{
    BinaryReaderError, Instance, Parser, Payload, SectionLimited, Validator, WasmFeatures,
};

use module::Counted;

/// A component with counters in it.
#[derive(Debug)]
pub(super) struct Instrumented {
    /// The component.
    pub(super) component: Vec<u8>,
    /// How many of its modules count.
    pub(super) outlets: u32,
    /// Edges that are counted.
    pub(super) edges: u32,
    /// Edges there was no counter left for.
    pub(super) left_out: u32,
}

/// Edges of one component, whatever it holds: reading their counts must not take longer than
/// the run they were counted in. Language runtimes have more.
const EDGES_MAX: u32 = 48 * 1024;

/// The exported function that hands out what one module has counted.
pub(crate) fn outlet_name(outlet: u32) -> String {
    format!("relaygate-edges{outlet}")
}

/// The same component with counters.
///
/// # Errors
/// It is damaged; a component that compiles is not.
pub(super) fn instrument(component: &[u8]) -> Result<Instrumented, BinaryReaderError> {
    let layout = Layout::of(component)?;
    let mut whole = wasm_encoder::Component::new();
    let (mut counted, mut left_out, mut room) = (Vec::new(), 0, EDGES_MAX);
    for (id, range) in &layout.sections {
        let octets = &component[range.clone()];
        let module = layout.modules.iter().position(|module| module == range);
        let changed = match module.and_then(|index| layout.only_instance(index)) {
            Some(instance) => {
                let changed = module::count_edges(octets, room)?;
                changed.map(|changed| (instance, changed))
            }
            None => None,
        };
        let Some((instance, changed)) = changed else {
            whole.section(&RawSection {
                id: *id,
                data: octets,
            });
            continue;
        };
        left_out += changed.left_out;
        room -= changed.edges;
        whole.section(&RawSection {
            id: *id,
            data: &changed.octets,
        });
        counted.push((instance, changed));
    }
    add_outlets(&mut whole, component, &counted)?;
    Ok(Instrumented {
        component: whole.finish(),
        outlets: u32::try_from(counted.len()).unwrap_or(u32::MAX),
        edges: counted.iter().map(|(_, changed)| changed.edges).sum(),
        left_out,
    })
}

/// What stands where in a component.
#[derive(Default)]
struct Layout {
    /// Its sections, the custom ones left out: kind, and where its content is.
    sections: Vec<(u8, Range<usize>)>,
    /// Which of them are core modules, by index.
    modules: Vec<Range<usize>>,
    /// The module of each core instance; none where it is put together of other things.
    instances: Vec<Option<u32>>,
}

impl Layout {
    fn of(component: &[u8]) -> Result<Self, BinaryReaderError> {
        let mut layout = Self::default();
        let mut depth = 0_u32;
        for payload in Parser::new(0).parse_all(component) {
            let payload = payload?;
            if depth == 0 {
                layout.at(&payload)?;
            }
            match payload {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        Ok(layout)
    }

    fn at(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::CustomSection(_) => return Ok(()),
            Payload::ModuleSection {
                unchecked_range, ..
            } => self.modules.push(unchecked_range.clone()),
            Payload::InstanceSection(section) => self.instances_of(section.clone())?,
            _ => {}
        }
        self.sections.extend(payload.as_section());
        Ok(())
    }

    fn instances_of(
        &mut self,
        section: SectionLimited<'_, Instance<'_>>,
    ) -> Result<(), BinaryReaderError> {
        for instance in section {
            self.instances.push(match instance? {
                Instance::Instantiate { module_index, .. } => Some(module_index),
                Instance::FromExports(_) => None,
            });
        }
        Ok(())
    }

    /// The instance of a module, if it has just the one.
    fn only_instance(&self, module: usize) -> Option<u32> {
        let is_of = |of: &Option<u32>| of.is_some_and(|index| index as usize == module);
        let mut found = (0..).zip(&self.instances).filter(|(_, of)| is_of(of));
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Some(index),
            _ => None,
        }
    }
}

/// How much of each kind a component has: what is added gets the next numbers.
struct Counts {
    types: u32,
    functions: u32,
    core_functions: u32,
    core_memories: u32,
}

fn counts(component: &[u8]) -> Result<Counts, BinaryReaderError> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let types = validator.validate_all(component)?;
    let types = types.as_ref();
    Ok(Counts {
        types: types.component_type_count(),
        functions: types.component_function_count(),
        core_functions: types.function_count(),
        core_memories: types.memory_count(),
    })
}

/// Exports `func() -> list<u8>` for each module that counts.
fn add_outlets(
    whole: &mut wasm_encoder::Component,
    original: &[u8],
    counted: &[(u32, Counted)],
) -> Result<(), BinaryReaderError> {
    let have = counts(original)?;
    let mut types = ComponentTypeSection::new();
    types.defined_type().list(PrimitiveValType::U8);
    let list = ComponentValType::Type(have.types);
    let no_params: [(&str, ComponentValType); 0] = [];
    types.function().params(no_params).result(Some(list));
    let (mut aliases, mut lifted) = (
        ComponentAliasSection::new(),
        CanonicalFunctionSection::new(),
    );
    let mut exports = ComponentExportSection::new();
    for (outlet, (instance, _)) in (0..).zip(counted) {
        for (kind, name) in [
            (ExportKind::Func, module::OUTLET),
            (ExportKind::Memory, module::COUNTERS),
        ] {
            aliases.alias(Alias::CoreInstanceExport {
                instance: *instance,
                kind,
                name,
            });
        }
        let memory = CanonicalOption::Memory(have.core_memories + outlet);
        lifted.lift(have.core_functions + outlet, have.types + 1, [memory]);
        // An export is one more function of the component, after all that were lifted.
        let name = outlet_name(outlet);
        let function = have.functions + outlet;
        exports.export(name.as_str(), ComponentExportKind::Func, function, None);
    }
    whole.section(&types).section(&aliases);
    whole.section(&lifted).section(&exports);
    Ok(())
}

#[cfg(test)]
mod tests;
