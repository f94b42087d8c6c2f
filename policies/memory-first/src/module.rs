//! One core module made two: the memory with who finds room in it, and the rest.

use std::collections::BTreeSet;

use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, FunctionSection, ImportSection,
    MemorySection, Module, RawSection,
};
use wasmparser::{
    ExternalKind, FunctionBody, ImportSectionReader, MemoryType, Operator, Parser, Payload, TypeRef,
};

use crate::numbers::{NotSo, Numbers};

/// What the rest imports its memory from.
pub(crate) const HEAP: &str = "heap";
/// Name of the memory the heap exports.
pub(crate) const MEMORY: &str = "memory";
/// Name of the function of the heap that finds room.
pub(crate) const REALLOC: &str = "realloc";

/// The two modules.
pub(crate) struct Split {
    /// Memory, what stands in it from the beginning, and who finds room.
    pub(crate) heap: Vec<u8>,
    /// All the rest, in the old order.
    pub(crate) policy: Vec<u8>,
}

/// Splits a module; the function of that name finds room.
pub(crate) fn split(module: &[u8], realloc: Option<&str>) -> Result<Split, Error<NotSo>> {
    let seen = Seen::of(module, realloc)?;
    Ok(Split {
        heap: seen.heap()?,
        policy: seen.policy()?,
    })
}

const TYPE: u8 = 1;
const IMPORT: u8 = 2;
const MEMORIES: u8 = 5;
const DATA: u8 = 11;

#[derive(Default)]
struct Seen<'a> {
    /// Kind and content of every section, in order.
    sections: Vec<(u8, &'a [u8])>,
    imports: Option<ImportSectionReader<'a>>,
    functions_imported: u32,
    /// Types of the functions that are not imported.
    functions: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
    memory: Option<MemoryType>,
    realloc: Option<u32>,
}

impl<'a> Seen<'a> {
    fn of(module: &'a [u8], realloc: Option<&str>) -> Result<Self, Error<NotSo>> {
        let mut seen = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            let payload = payload?;
            if let Some((id, range)) = payload.as_section() {
                let data = module.get(range).ok_or(Error::UserError(NotSo))?;
                seen.sections.push((id, data));
            }
            seen.at(payload, realloc)?;
        }
        match seen.realloc.is_some() == realloc.is_some() {
            true => Ok(seen),
            false => Err(Error::UserError(NotSo)),
        }
    }

    fn at(&mut self, payload: Payload<'a>, realloc: Option<&str>) -> Result<(), Error<NotSo>> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    let import = import?;
                    let function = matches!(import.ty, TypeRef::Func(_));
                    // Another memory, or something by the name of ours.
                    if !function || import.module == HEAP {
                        return Err(Error::UserError(NotSo));
                    }
                    self.functions_imported += 1;
                }
                self.imports = Some(section);
            }
            Payload::FunctionSection(section) => {
                self.functions = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::MemorySection(section) if section.count() == 1 => {
                self.memory = section.into_iter().next().transpose()?;
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func && Some(export.name) == realloc {
                        self.realloc = Some(export.index);
                    }
                }
            }
            // Then code may name data, which will stand in the other module.
            Payload::DataCountSection { .. } => return Err(Error::UserError(NotSo)),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
        Ok(())
    }

    fn memory(&self) -> Result<wasm_encoder::MemoryType, Error<NotSo>> {
        self.memory.map(Into::into).ok_or(Error::UserError(NotSo))
    }

    fn heap(&self) -> Result<Vec<u8>, Error<NotSo>> {
        let wanted = self.called_by_realloc()?;
        let mut numbers = Numbers::default();
        let last = wanted.last().map_or(0, |last| last + 1);
        for function in 0..last {
            match wanted.contains(&function) {
                true => numbers.kept(),
                false => drop(numbers.gone()),
            }
        }
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for function in &wanted {
            let (ty, body) = self.function(*function)?;
            functions.function(ty);
            numbers.parse_function_body(&mut code, body.clone())?;
        }
        let (mut memories, mut exports) = (MemorySection::new(), ExportSection::new());
        memories.memory(self.memory()?);
        exports.export(MEMORY, ExportKind::Memory, 0);
        if let Some(realloc) = self.realloc {
            exports.export(REALLOC, ExportKind::Func, numbers.function_index(realloc)?);
        }
        let mut heap = Module::new();
        self.copy(TYPE, &mut heap);
        heap.section(&functions).section(&memories);
        heap.section(&exports).section(&code);
        self.copy(DATA, &mut heap);
        Ok(heap.finish())
    }

    /// The function that finds room, and all it calls. What else it may use is not looked at:
    /// it is not there in the other module, and so that one would not be valid.
    fn called_by_realloc(&self) -> Result<BTreeSet<u32>, Error<NotSo>> {
        let (mut called, mut open) = (BTreeSet::new(), Vec::from_iter(self.realloc));
        while let Some(function) = open.pop() {
            if !called.insert(function) {
                continue;
            }
            for operator in self.function(function)?.1.get_operators_reader()? {
                if let Operator::Call { function_index } = operator? {
                    open.push(function_index);
                }
            }
        }
        Ok(called)
    }

    /// Type and body of a function that is not imported.
    fn function(&self, index: u32) -> Result<(u32, &FunctionBody<'a>), Error<NotSo>> {
        let place = index.checked_sub(self.functions_imported);
        let place = place.map(|place| place as usize);
        let found = place.and_then(|place| {
            let ty = self.functions.get(place)?;
            Some((*ty, self.bodies.get(place)?))
        });
        found.ok_or(Error::UserError(NotSo))
    }

    fn copy(&self, kind: u8, to: &mut Module) {
        for (id, data) in self.sections.iter().filter(|(id, _)| *id == kind) {
            to.section(&RawSection { id: *id, data });
        }
    }

    /// The module with its memory imported and without what stands in it.
    fn policy(&self) -> Result<Vec<u8>, Error<NotSo>> {
        let mut imports = ImportSection::new();
        if let Some(section) = self.imports.clone() {
            RoundtripReencoder
                .parse_import_section(&mut imports, section)
                .map_err(|_| Error::UserError(NotSo))?;
        }
        imports.import(HEAP, MEMORY, EntityType::Memory(self.memory()?));
        let mut policy = Module::new();
        for (id, data) in &self.sections {
            match *id {
                IMPORT => drop(policy.section(&imports)),
                MEMORIES | DATA => {}
                id => drop(policy.section(&RawSection { id, data })),
            }
        }
        Ok(policy.finish())
    }
}
