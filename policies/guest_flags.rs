//! How guests in Rust are built, for `host/policy/build.rs` and `relaygate policy build`.

/// Nothing of an operating system: what a policy may ask is in `wit/`.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Small stack and memory: what is never touched need never be wiped between
/// calls. 256 KiB hold the headers of ordinary mail without `memory.grow`.
pub(crate) const GUEST_FLAGS: [&str; 4] = [
    "-Clinker-flavor=wasm-ld",
    "-Clink-arg=-zstack-size=32768",
    "-Clink-arg=--initial-memory=262144",
    "-Ctarget-feature=+simd128",
];
