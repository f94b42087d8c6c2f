//! Writes random worlds as components: `worlds DIRECTORY COUNT`.
//!
//! Each number is a seed. A package of worlds is written as it is (`N.package.wasm`, types
//! only), and each of its worlds as a component that has just what the world says, with code
//! that does nothing (`N.world-M.wasm`).

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use arbitrary::Unstructured;
use wit_component::{ComponentEncoder, DecodedWasm, StringEncoding, decode, dummy_module};
use wit_component::embed_component_metadata;
use wit_parser::{ManglingAndAbi, Resolve, WorldId};
use wit_smith::Config;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, directory, count] = arguments.as_slice() else {
        eprintln!("worlds DIRECTORY COUNT");
        return ExitCode::FAILURE;
    };
    let count = count.parse().unwrap_or(0);
    for number in 0..count {
        write_one(Path::new(directory), number);
    }
    ExitCode::SUCCESS
}

/// What a seed makes; some make nothing.
fn write_one(directory: &Path, number: u64) {
    let octets = octets(number);
    let Ok(package) = wit_smith::smith(&config(number), &mut Unstructured::new(&octets)) else {
        return;
    };
    write(directory, &format!("{number}.package.wasm"), &package);
    let Ok(DecodedWasm::WitPackage(resolve, _)) = decode(&package) else {
        return;
    };
    for (at, (world, _)) in resolve.worlds.iter().enumerate() {
        if let Some(component) = component(&resolve, world) {
            write(directory, &format!("{number}.world-{at}.wasm"), &component);
        }
    }
}

/// A component of that world; the encoder cannot make one of every world.
fn component(resolve: &Resolve, world: WorldId) -> Option<Vec<u8>> {
    let mut module = dummy_module(resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8).ok()?;
    let encoder = ComponentEncoder::default().module(&module).ok()?;
    encoder.validate(false).encode().ok()
}

/// Every second one small.
fn config(number: u64) -> Config {
    let large = Config::default();
    match number % 2 {
        0 => large,
        _ => Config {
            max_packages: 2,
            max_type_size: 10,
            max_interface_items: 3,
            max_world_items: 3,
            ..large
        },
    }
}

fn write(directory: &Path, name: &str, octets: &[u8]) {
    if let Err(error) = fs::write(directory.join(name), octets) {
        eprintln!("{name}: {error}");
    }
}

/// The same number, the same octets (SplitMix64).
fn octets(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let word = |_| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).to_le_bytes()
    };
    (0..WORDS).flat_map(word).collect()
}

const WORDS: usize = 1_024;
