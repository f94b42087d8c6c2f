//! What a component says of itself, in a custom section at its end: the schema its
//! settings have to fit. Whatever the language it was written in, the section is added
//! to the finished component.
//!
//! Not here: checking settings against the schema (the program), flattening them
//! ([`crate::Settings`]).

use wasmparser::{Parser, Payload};

/// Name of the section that holds a JSON schema (draft 2020-12).
pub const SETTINGS_SCHEMA: &str = "relaygate:settings-schema";

/// A schema longer than this is no schema.
const SCHEMA_OCTETS_MAX: usize = 64 * 1024;

/// The schema of a component's settings, if it brings one. That of the component itself,
/// not of one inside it.
pub fn settings_schema(component: &[u8]) -> Option<&str> {
    let mut inside = 0_u32;
    let mut found = None;
    for payload in Parser::new(0).parse_all(component) {
        match payload.ok()? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => inside += 1,
            Payload::End(_) => inside = inside.saturating_sub(1),
            Payload::CustomSection(section) if inside == 0 && section.name() == SETTINGS_SCHEMA => {
                found = Some(section.data());
            }
            _ => {}
        }
    }
    let schema = found.filter(|schema| schema.len() <= SCHEMA_OCTETS_MAX)?;
    std::str::from_utf8(schema).ok()
}

/// The component with that schema.
pub fn with_settings_schema(mut component: Vec<u8>, schema: &str) -> Vec<u8> {
    let mut section = Vec::new();
    put_length(&mut section, SETTINGS_SCHEMA.len());
    section.extend(SETTINGS_SCHEMA.as_bytes());
    section.extend(schema.as_bytes());
    component.push(CUSTOM_SECTION);
    put_length(&mut component, section.len());
    component.extend(section);
    component
}

/// WebAssembly's unsigned LEB128.
fn put_length(octets: &mut Vec<u8>, mut length: usize) {
    loop {
        let low = (length & 0x7f) as u8;
        length >>= 7;
        octets.push(if length == 0 { low } else { low | 0x80 });
        if length == 0 {
            return;
        }
    }
}

/// The kind of a custom section, in modules and components alike.
const CUSTOM_SECTION: u8 = 0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::built_in::TAGGING;
    use crate::inspect::{self, Bounds};

    #[test]
    fn a_schema_is_found_again() {
        assert_eq!(settings_schema(TAGGING), None);
        for schema in ["{}", &"x".repeat(300)] {
            let with = with_settings_schema(TAGGING.to_vec(), schema);
            assert_eq!(settings_schema(&with), Some(schema));
            assert_eq!(inspect::check(&with, &Bounds::default()), Ok(()));
        }
        let twice = with_settings_schema(with_settings_schema(TAGGING.to_vec(), "1"), "2");
        assert_eq!(settings_schema(&twice), Some("2"), "the last one counts");
        let long = with_settings_schema(TAGGING.to_vec(), &"x".repeat(SCHEMA_OCTETS_MAX + 1));
        assert_eq!(settings_schema(&long), None);
        assert_eq!(settings_schema(&long[..100]), None);
    }
}
