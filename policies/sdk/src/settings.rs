//! The policy's settings, with the default beside the question.

use alloc::string::String;
use alloc::vec::Vec;

use crate::imports::settings;

/// A whole number; `default` if it is not set or is negative.
pub fn number(key: &str, default: u64) -> u64 {
    settings::number(key).map_or(default, |number| u64::try_from(number).unwrap_or(default))
}

/// A switch.
pub fn flag(key: &str, default: bool) -> bool {
    settings::flag(key).unwrap_or(default)
}

/// A text.
pub fn text(key: &str, default: &str) -> String {
    settings::text(key).unwrap_or_else(|| String::from(default))
}

/// A list of texts; empty if it is not set.
pub fn texts(key: &str) -> Vec<String> {
    settings::texts(key)
}

/// Whether a list of texts has that entry, without regard to ASCII case.
pub fn contains(key: &str, value: &str) -> bool {
    settings::contains(key, value)
}
