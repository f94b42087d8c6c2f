//! Looks at a component before it is compiled: cheap, without running any of it.
//!
//! Compilers need time and memory that grow faster than their input. What would keep
//! ours busy for minutes is refused here by counting, with the place where it stands;
//! what slips through meets the bounds of the process that compiles ([`crate::compiler`]).
//!
//! Not here: whether it is valid at all (wasmtime), what it imports and answers
//! ([`crate::Component`]).

use std::ops::Range;

use wasmparser::{
    BinaryReaderError, ElementItems, ElementSectionReader, FunctionBody, Parser, Payload,
};

/// How much a component may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// The file.
    pub octets: usize,
    /// Functions of all modules in it.
    pub functions: u32,
    /// The body of one function.
    pub body_octets: usize,
    /// Locals of one function; every one costs the compiler at every branch.
    pub locals: u64,
    /// Core modules, adapters included.
    pub modules: u32,
    /// Components in it, one inside another or side by side: every exported interface brings
    /// one.
    pub components: u32,
    /// Items of one section of the component itself: types, instances, aliases.
    pub items: u32,
    /// Segments of data and of table entries of all modules. Those for a memory or table of
    /// another module become code, all of them one function, and compilers need time that
    /// grows with the square of it: 10,000 kept ours busy for 12 s.
    pub segments: u32,
    /// Table entries in those segments: likewise, where they are expressions.
    pub entries: u32,
    /// Types within types of one section. Reading them takes stack for each level: 10,000
    /// overflowed 8 MiB. Levels are not counted but bounded: each begins with one of three
    /// octets, so there are no more levels than such octets. Policies have one or two.
    pub type_levels: u32,
}

/// What speaks against a component, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Not a WebAssembly file, or damaged.
    #[error("at octet {at}: {problem}")]
    Malformed {
        /// Where in the file.
        at: usize,
        /// What wasmparser says.
        problem: String,
    },
    /// A core module, not a component.
    #[error("it is a core module; make a component of it (`wasm-tools component new`)")]
    NotAComponent,
    /// Too much of something.
    #[error("{place}: {count} {what}, the limit is {limit}")]
    TooMuch {
        /// Where: the file, a module, a function.
        place: String,
        /// How many there are.
        count: u64,
        /// Of what.
        what: &'static str,
        /// How many there may be.
        limit: u64,
    },
}

impl Default for Bounds {
    /// What the largest known guest needs, a Python runtime with its library, and not
    /// much more. An operator who wants no language runtimes says so by the size of a
    /// component (`policy.component_octets_max`).
    fn default() -> Self {
        Self {
            octets: 32 * 1024 * 1024,
            functions: 60_000,
            body_octets: 512 * 1024,
            locals: 5_000,
            modules: 64,
            components: 64,
            items: 10_000,
            segments: 8_000,
            entries: 50_000,
            type_levels: 100,
        }
    }
}

/// Refuses what is no component or holds too much.
///
/// # Errors
/// [`Unfit`], with the place.
pub fn check(octets: &[u8], bounds: &Bounds) -> Result<(), Unfit> {
    within(
        "the file",
        octets.len() as u64,
        "octets",
        bounds.octets as u64,
    )?;
    let mut looked = Looked::default();
    for payload in Parser::new(0).parse_all(octets) {
        let payload = payload?;
        if let Some(section) = types(&payload) {
            within_levels(octets.get(section).unwrap_or_default(), bounds)?;
        }
        looked.at(payload, bounds)?;
    }
    Ok(())
}

/// Where the section stands, if it holds types that may hold types.
fn types(payload: &Payload<'_>) -> Option<Range<usize>> {
    match payload {
        Payload::ComponentTypeSection(section) => Some(section.range()),
        Payload::CoreTypeSection(section) => Some(section.range()),
        _ => None,
    }
}

/// More levels than this has octets that may begin one there cannot be.
fn within_levels(section: &[u8], bounds: &Bounds) -> Result<(), Unfit> {
    const COMPONENT: u8 = 0x41;
    const INSTANCE: u8 = 0x42;
    const MODULE: u8 = 0x50;
    let begins = |octet: &&u8| matches!(**octet, COMPONENT | INSTANCE | MODULE);
    let levels = section.iter().filter(begins).count() as u64;
    let limit = bounds.type_levels.into();
    within(
        "one section",
        levels,
        "octets that may begin a type within a type",
        limit,
    )
}

/// What was met so far.
#[derive(Default)]
struct Looked {
    modules: u32,
    functions: u32,
    /// Bodies of the module at hand.
    bodies: u32,
    components: u32,
    segments: u32,
    entries: u32,
}

impl Looked {
    fn at(&mut self, payload: Payload<'_>, bounds: &Bounds) -> Result<(), Unfit> {
        match payload {
            Payload::Version { encoding, .. } if self.components == 0 && self.modules == 0 => {
                match encoding {
                    wasmparser::Encoding::Component => Ok(()),
                    wasmparser::Encoding::Module => Err(Unfit::NotAComponent),
                }
            }
            Payload::ModuleSection { .. } => self.module(bounds),
            Payload::ComponentSection { .. } => {
                self.components += 1;
                within(
                    "the file",
                    self.components.into(),
                    "components in components",
                    bounds.components.into(),
                )
            }
            Payload::FunctionSection(section) => {
                self.functions = self.functions.saturating_add(section.count());
                within(
                    "the file",
                    self.functions.into(),
                    "functions",
                    bounds.functions.into(),
                )
            }
            Payload::CodeSectionEntry(body) => self.body(&body, bounds),
            Payload::DataSection(section) => self.segments(section.count(), bounds),
            Payload::ElementSection(section) => self.elements(&section, bounds),
            other => items(&other, bounds),
        }
    }

    fn module(&mut self, bounds: &Bounds) -> Result<(), Unfit> {
        self.modules += 1;
        self.bodies = 0;
        within(
            "the file",
            self.modules.into(),
            "modules",
            bounds.modules.into(),
        )
    }

    fn segments(&mut self, more: u32, bounds: &Bounds) -> Result<(), Unfit> {
        self.segments = self.segments.saturating_add(more);
        let (count, limit) = (self.segments.into(), bounds.segments.into());
        within("the file", count, "segments", limit)
    }

    fn elements(
        &mut self,
        section: &ElementSectionReader<'_>,
        bounds: &Bounds,
    ) -> Result<(), Unfit> {
        self.segments(section.count(), bounds)?;
        for segment in section.clone() {
            let more = match segment?.items {
                ElementItems::Functions(items) => items.count(),
                ElementItems::Expressions(_, items) => items.count(),
            };
            self.entries = self.entries.saturating_add(more);
        }
        let (count, limit) = (self.entries.into(), bounds.entries.into());
        within("the file", count, "table entries", limit)
    }

    fn body(&mut self, body: &FunctionBody<'_>, bounds: &Bounds) -> Result<(), Unfit> {
        let place = format!("function {} of module {}", self.bodies, self.modules);
        self.bodies += 1;
        within(
            &place,
            body.as_bytes().len() as u64,
            "octets",
            bounds.body_octets as u64,
        )?;
        let mut locals = 0_u64;
        for group in body.get_locals_reader()? {
            locals = locals.saturating_add(group?.0.into());
        }
        within(&place, locals, "locals", bounds.locals)
    }
}

/// The sections of a component whose entries are cheap to write and dear to read.
fn items(payload: &Payload<'_>, bounds: &Bounds) -> Result<(), Unfit> {
    let (what, count) = match payload {
        Payload::TypeSection(section) => ("core types", section.count()),
        Payload::ImportSection(section) => ("core imports", section.count()),
        Payload::ExportSection(section) => ("core exports", section.count()),
        Payload::ComponentTypeSection(section) => ("types", section.count()),
        Payload::ComponentInstanceSection(section) => ("instances", section.count()),
        Payload::InstanceSection(section) => ("core instances", section.count()),
        Payload::ComponentAliasSection(section) => ("aliases", section.count()),
        Payload::ComponentCanonicalSection(section) => ("canonical functions", section.count()),
        Payload::ComponentImportSection(section) => ("imports", section.count()),
        Payload::ComponentExportSection(section) => ("exports", section.count()),
        _ => return Ok(()),
    };
    within("one section", count.into(), what, bounds.items.into())
}

fn within(place: &str, count: u64, what: &'static str, limit: u64) -> Result<(), Unfit> {
    match count <= limit {
        true => Ok(()),
        false => Err(Unfit::TooMuch {
            place: place.to_owned(),
            count,
            what,
            limit,
        }),
    }
}

impl From<BinaryReaderError> for Unfit {
    fn from(error: BinaryReaderError) -> Self {
        Self::Malformed {
            at: error.offset(),
            problem: error.message().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_policies_are_within_bounds() {
        for (name, octets) in crate::built_in::ALL {
            assert_eq!(check(octets, &Bounds::default()), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_is_too_much_is_told_with_its_place() {
        let (_, octets) = crate::built_in::ALL[0];
        let refused = |bounds: Bounds| check(octets, &bounds).unwrap_err().to_string();
        let usual = Bounds::default;
        let told = refused(Bounds {
            octets: 100,
            ..usual()
        });
        assert!(
            told.starts_with("the file: ") && told.ends_with("the limit is 100"),
            "{told}"
        );
        let told = refused(Bounds {
            body_octets: 64,
            ..usual()
        });
        assert!(
            told.starts_with("function ") && told.contains(" of module 1: "),
            "{told}"
        );
        assert!(
            refused(Bounds {
                functions: 3,
                ..usual()
            })
            .contains("functions")
        );
        assert!(
            refused(Bounds {
                locals: 0,
                ..usual()
            })
            .contains("locals")
        );
        assert!(
            refused(Bounds {
                modules: 0,
                ..usual()
            })
            .contains("modules")
        );
    }

    #[test]
    fn a_core_module_and_a_text_are_named() {
        let module = b"\0asm\x01\0\0\0";
        assert_eq!(check(module, &Bounds::default()), Err(Unfit::NotAComponent));
        let told = check(b"(component)", &Bounds::default()).unwrap_err();
        assert!(matches!(told, Unfit::Malformed { .. }), "{told}");
    }

    /// Cut anywhere, a component is refused or found to be another one; never a panic.
    #[test]
    fn a_component_cut_anywhere_is_read_without_panic() {
        let (_, octets) = crate::built_in::ALL[2];
        for end in 0..octets.len() {
            let _ = check(&octets[..end], &Bounds::default());
        }
    }
}
