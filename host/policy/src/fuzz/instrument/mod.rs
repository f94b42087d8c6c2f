//! Puts counters into a component, so that a run tells which edges of its code it passed.
//!
//! The counters of a core module stand in a memory of their own, which the guest does not
//! know of: its own memory, its globals and the indices of everything it has stay as they
//! were. An exported function per module hands them out as `list<u8>`, with that memory to
//! read them from. The rest of the component is copied octet by octet. A component inside it,
//! where compilers of some languages put all the code, is treated likewise, and its outlets are
//! handed on.
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
    BinaryReaderError, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, Instance, Parser, Payload, ValidPayload, Validator, WasmFeatures,
};

/// A component with counters in it.
#[derive(Debug, Default)]
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
    with_counters(component, None, EDGES_MAX)
}

/// A component with so many counters at most: the whole file, or one inside it, where that
/// stands.
fn with_counters(
    file: &[u8],
    inner: Option<Range<usize>>,
    mut room: u32,
) -> Result<Instrumented, BinaryReaderError> {
    let component = inner.clone().map_or(file, |range| &file[range]);
    let begins = inner.as_ref().map_or(0, |range| range.start);
    let layout = Layout::of(component)?;
    let mut made = Instrumented::default();
    let (mut whole, mut outlets) = (wasm_encoder::Component::new(), Vec::new());
    for (id, range) in &layout.sections {
        let changed = match layout.what(range) {
            Section::Module(instance) => {
                let changed = module::count_edges(&component[range.clone()], room)?;
                changed.map(|it| (it.octets, it.edges, it.left_out, Outlet::Module(instance)))
            }
            Section::Component(instance) => {
                let place = range.start + begins..range.end + begins;
                let it = with_counters(file, Some(place), room)?;
                let outlet = Outlet::Component(instance, it.outlets);
                (it.outlets > 0).then_some((it.component, it.edges, it.left_out, outlet))
            }
            Section::Other => None,
        };
        let Some((octets, edges, left_out, outlet)) = changed else {
            let data = &component[range.clone()];
            whole.section(&RawSection { id: *id, data });
            continue;
        };
        whole.section(&RawSection {
            id: *id,
            data: &octets,
        });
        room -= edges;
        made.edges += edges;
        made.left_out += left_out;
        outlets.push(outlet);
    }
    if let Some(have) = counts(file, inner)? {
        made.outlets = add_outlets(&mut whole, &have, &outlets);
    }
    made.component = whole.finish();
    Ok(made)
}

/// A section that may be changed, with the one instance of what is in it.
enum Section {
    Module(u32),
    Component(u32),
    Other,
}

/// What hands out counts: an instance of a core module, or of a component with so many outlets.
enum Outlet {
    Module(u32),
    Component(u32, u32),
}

/// What stands where in a component.
#[derive(Default)]
struct Layout {
    /// Its sections, the custom ones left out: kind, and where its content is.
    sections: Vec<(u8, Range<usize>)>,
    /// Which of them are core modules, by index; none where one comes from elsewhere.
    modules: Vec<Option<Range<usize>>>,
    /// The module of each core instance; none where it is put together of other things.
    instances: Vec<Option<u32>>,
    /// The components in it, by index; none where one comes from elsewhere.
    components: Vec<Option<Range<usize>>>,
    /// The component of each instance; none where it comes from elsewhere.
    component_instances: Vec<Option<u32>>,
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
            } => self.modules.push(Some(unchecked_range.clone())),
            Payload::ComponentSection {
                unchecked_range, ..
            } => self.components.push(Some(unchecked_range.clone())),
            Payload::InstanceSection(section) => {
                for instance in section.clone() {
                    self.instances.push(match instance? {
                        Instance::Instantiate { module_index, .. } => Some(module_index),
                        Instance::FromExports(_) => None,
                    });
                }
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section.clone() {
                    self.component_instances.push(match instance? {
                        ComponentInstance::Instantiate {
                            component_index, ..
                        } => Some(component_index),
                        ComponentInstance::FromExports(_) => None,
                    });
                }
            }
            other => self.number_others(other)?,
        }
        self.sections.extend(payload.as_section());
        Ok(())
    }

    /// What an import, an alias or an export gives a number.
    fn number_others(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ComponentImportSection(section) => {
                for import in section.clone() {
                    self.numbered(import?.ty.kind());
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section.clone() {
                    self.numbered(export?.kind);
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section.clone() {
                    match alias? {
                        ComponentAlias::InstanceExport { kind, .. } => self.numbered(kind),
                        ComponentAlias::Outer { kind, .. } => match kind {
                            ComponentOuterAliasKind::CoreModule => {
                                self.numbered(ComponentExternalKind::Module);
                            }
                            ComponentOuterAliasKind::Component => {
                                self.numbered(ComponentExternalKind::Component);
                            }
                            _ => {}
                        },
                        ComponentAlias::CoreInstanceExport { .. } => {}
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn numbered(&mut self, kind: ComponentExternalKind) {
        match kind {
            ComponentExternalKind::Module => self.modules.push(None),
            ComponentExternalKind::Component => self.components.push(None),
            ComponentExternalKind::Instance => self.component_instances.push(None),
            _ => {}
        }
    }

    /// What a section is, if there is just one instance of it.
    fn what(&self, section: &Range<usize>) -> Section {
        let place = |all: &[Option<Range<usize>>]| {
            let mut all = all.iter();
            all.position(|it| it.as_ref() == Some(section))
        };
        let module = place(&self.modules).and_then(|it| only_instance(&self.instances, it));
        let component = place(&self.components);
        let component = component.and_then(|it| only_instance(&self.component_instances, it));
        match (module, component) {
            (Some(instance), _) => Section::Module(instance),
            (_, Some(instance)) => Section::Component(instance),
            (None, None) => Section::Other,
        }
    }
}

/// The instance of a module or component, if it has just the one.
fn only_instance(instances: &[Option<u32>], of: usize) -> Option<u32> {
    let is_of = |it: &Option<u32>| it.is_some_and(|index| index as usize == of);
    let mut found = (0..).zip(instances).filter(|(_, it)| is_of(it));
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Some(index),
        _ => None,
    }
}

/// How much of each kind a component has: what is added gets the next numbers.
struct Counts {
    types: u32,
    functions: u32,
    core_functions: u32,
    core_memories: u32,
}

/// Those of the file, or of the component that stands there in it. One inside may name types
/// of those around it, so it is read with them.
fn counts(file: &[u8], inner: Option<Range<usize>>) -> Result<Option<Counts>, BinaryReaderError> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let mut open = vec![None];
    for payload in Parser::new(0).parse_all(file) {
        let payload = payload?;
        if let Payload::ModuleSection {
            unchecked_range, ..
        }
        | Payload::ComponentSection {
            unchecked_range, ..
        } = &payload
        {
            open.push(Some(unchecked_range.clone()));
        }
        if let ValidPayload::End(types) = validator.payload(&payload)?
            && open.pop() == Some(inner.clone())
        {
            let types = types.as_ref();
            return Ok(Some(Counts {
                types: types.component_type_count(),
                functions: types.component_function_count(),
                core_functions: types.function_count(),
                core_memories: types.memory_count(),
            }));
        }
    }
    Ok(None)
}

/// Exports `func() -> list<u8>` for each module that counts, its own and those of components
/// inside it; how many those are.
fn add_outlets(whole: &mut wasm_encoder::Component, have: &Counts, outlets: &[Outlet]) -> u32 {
    let mut types = ComponentTypeSection::new();
    types.defined_type().list(PrimitiveValType::U8);
    let list = ComponentValType::Type(have.types);
    let no_params: [(&str, ComponentValType); 0] = [];
    types.function().params(no_params).result(Some(list));
    let (mut aliases, mut lifted, mut handed_on) = (
        ComponentAliasSection::new(),
        CanonicalFunctionSection::new(),
        ComponentAliasSection::new(),
    );
    let mut modules = 0;
    for outlet in outlets {
        let Outlet::Module(instance) = outlet else {
            continue;
        };
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
        let memory = CanonicalOption::Memory(have.core_memories + modules);
        lifted.lift(have.core_functions + modules, have.types + 1, [memory]);
        modules += 1;
    }
    let mut all = modules;
    for outlet in outlets {
        let Outlet::Component(instance, outlets) = outlet else {
            continue;
        };
        for outlet in 0..*outlets {
            handed_on.alias(Alias::InstanceExport {
                instance: *instance,
                kind: ComponentExportKind::Func,
                name: &outlet_name(outlet),
            });
        }
        all += outlets;
    }
    // An export is one more function of the component, after all that were lifted or aliased.
    let mut exports = ComponentExportSection::new();
    for outlet in 0..all {
        let (name, function) = (outlet_name(outlet), have.functions + outlet);
        exports.export(name.as_str(), ComponentExportKind::Func, function, None);
    }
    whole.section(&types).section(&aliases).section(&lifted);
    whole.section(&handed_on).section(&exports);
    all
}

#[cfg(test)]
mod tests;
