//! One core module: its code with counters, a memory for them, a function that shows them.

use wasm_encoder::{Encode, Instruction, MemArg, RawSection};
use wasmparser::{BinaryReader, BinaryReaderError, FunctionBody, Parser, Payload, TypeRef};

use super::body::{Counters, with_counters};

/// Name of the exported core function that returns where the counters are.
pub(super) const OUTLET: &str = "relaygate:edges";
/// Name of the exported memory they are in.
pub(super) const COUNTERS: &str = "relaygate:counters";

/// The counters begin here; before them stand address and length, as the canonical ABI
/// wants a list.
const FIRST_COUNTER: u32 = 8;
/// A page of memory less what stands before them.
const EDGES_MAX: u32 = 64 * 1024 - FIRST_COUNTER;

/// A module that counts.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) octets: Vec<u8>,
    pub(super) edges: u32,
    pub(super) left_out: u32,
}

/// The module with so many counters at most; none for one that has no memory, which only
/// connects others.
pub(super) fn count_edges(module: &[u8], room: u32) -> Result<Option<Counted>, BinaryReaderError> {
    let seen = Seen::of(module)?;
    if seen.memories == 0 || seen.bodies.is_empty() {
        return Ok(None);
    }
    let room = room.min(EDGES_MAX);
    if room == 0 {
        return Ok(None);
    }
    let with = |room: u32, every: u32| Counters {
        memory: seen.memories,
        next: FIRST_COUNTER,
        end: FIRST_COUNTER + room,
        every,
        met: 0,
        left_out: 0,
    };
    // Where there are too many, those that are counted are spread over all of its code.
    let mut all = with(0, 1);
    code(&seen.bodies, &mut all)?;
    let mut counters = with(room, all.met.div_ceil(room).max(1));
    let code = code(&seen.bodies, &mut counters)?;
    let edges = counters.next - FIRST_COUNTER;
    let mut whole = wasm_encoder::Module::new();
    for (id, content) in seen.sections(module, code) {
        let data = match addition(id, &seen) {
            Some((count, entries)) => with_entries(&content, count, &entries)?,
            None if id == CODE => with_entries(&content, 1, &outlet(seen.memories, edges))?,
            None => content,
        };
        whole.section(&RawSection { id, data: &data });
    }
    Ok(Some(Counted {
        octets: whole.finish(),
        edges,
        left_out: counters.left_out,
    }))
}

const TYPE: u8 = 1;
const FUNCTION: u8 = 3;
const MEMORY: u8 = 5;
const EXPORT: u8 = 7;
const CODE: u8 = 10;

/// Their order in a file; it is not that of their numbers.
const ORDER: [u8; 13] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/// What there is in a module.
#[derive(Default)]
struct Seen<'a> {
    ranges: Vec<(u8, std::ops::Range<usize>)>,
    types: u32,
    functions: u32,
    memories: u32,
    bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Seen<'a> {
    fn of(module: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let mut seen = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            seen.at(payload?)?;
        }
        Ok(seen)
    }

    fn at(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        if !matches!(payload, Payload::CustomSection(_)) {
            self.ranges.extend(payload.as_section());
        }
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    self.types += u32::try_from(group?.types().len()).unwrap_or(u32::MAX);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    match import?.ty {
                        TypeRef::Func(_) => self.functions += 1,
                        TypeRef::Memory(_) => self.memories += 1,
                        _ => {}
                    }
                }
            }
            Payload::FunctionSection(section) => self.functions += section.count(),
            Payload::MemorySection(section) => self.memories += section.count(),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
        Ok(())
    }

    /// The sections to write, in order: those there are, with the new code, and an empty
    /// one where something has to be added and there is none.
    fn sections(&self, module: &[u8], code: Vec<u8>) -> Vec<(u8, Vec<u8>)> {
        let content = |id: u8| {
            let found = self.ranges.iter().find(|(it, _)| *it == id);
            found.map(|(_, range)| module[range.clone()].to_vec())
        };
        let mut code = Some(code);
        let sections = ORDER.into_iter().filter_map(|id| match id {
            CODE => code.take().map(|code| (id, code)),
            MEMORY | EXPORT => Some((id, content(id).unwrap_or_else(|| vec![0]))),
            _ => content(id).map(|content| (id, content)),
        });
        sections.collect()
    }
}

/// What comes to a section besides code: how many entries, and they.
fn addition(id: u8, seen: &Seen<'_>) -> Option<(u32, Vec<u8>)> {
    let mut entry = Vec::new();
    match id {
        // No parameters, an i32.
        TYPE => entry.extend([0x60, 0, 1, 0x7f]),
        FUNCTION => seen.types.encode(&mut entry),
        // One page, and never more.
        MEMORY => entry.extend([1, 1, 1]),
        EXPORT => {
            OUTLET.encode(&mut entry);
            entry.push(0);
            seen.functions.encode(&mut entry);
            COUNTERS.encode(&mut entry);
            entry.push(2);
            seen.memories.encode(&mut entry);
        }
        _ => return None,
    }
    Some((if id == EXPORT { 2 } else { 1 }, entry))
}

/// A section with so many entries more at its end.
fn with_entries(content: &[u8], more: u32, entries: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut reader = BinaryReader::new(content, 0);
    let count = reader.read_var_u32()?;
    let mut whole = Vec::with_capacity(content.len() + entries.len() + 5);
    (count + more).encode(&mut whole);
    whole.extend(&content[reader.original_position()..]);
    whole.extend(entries);
    Ok(whole)
}

/// The code section with counters in every body.
fn code(
    bodies: &[FunctionBody<'_>],
    counters: &mut Counters,
) -> Result<Vec<u8>, BinaryReaderError> {
    let mut code = Vec::new();
    bodies.len().encode(&mut code);
    for body in bodies {
        with_counters(body, counters)?.encode(&mut code);
    }
    Ok(code)
}

/// The function that writes where the counters are and returns where it wrote that.
fn outlet(memory: u32, edges: u32) -> Vec<u8> {
    let at = |offset: u64| MemArg {
        offset,
        align: 2,
        memory_index: memory,
    };
    let number = |value: u32| Instruction::I32Const(value.cast_signed());
    let mut function = wasm_encoder::Function::new([]);
    function
        .instruction(&number(0))
        .instruction(&number(FIRST_COUNTER))
        .instruction(&Instruction::I32Store(at(0)))
        .instruction(&number(0))
        .instruction(&number(edges))
        .instruction(&Instruction::I32Store(at(4)))
        .instruction(&number(0))
        .instruction(&Instruction::End);
    let mut octets = Vec::new();
    function.encode(&mut octets);
    octets
}
