//! Builds the built-in policies as WebAssembly components for `include_bytes!`, their memory
//! first.
//!
//! A cargo of its own with a target directory of its own, so that it waits for no
//! lock the outer one holds. Linker and flags are given here and not in a
//! `.cargo/config.toml`, so that the policies' native tests are built as always.

use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

#[path = "../../policies/guest_flags.rs"]
mod guest_flags;

use guest_flags::{GUEST_FLAGS, TARGET};

const POLICIES: [&str; 4] = ["address-limits", "header-check", "tagging", "routing"];

/// Built along, for the tests only: one does everything a policy should not, the other
/// imports what a standard library insists on.
const EXAMPLES: [&str; 2] = ["mischief", "insistent"];

fn main() {
    let workspace = Path::new(&manifest_directory()).join("../..");
    for watched in ["policies", "wit", "Cargo.toml"] {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(watched).display()
        );
    }
    println!("cargo::rerun-if-changed=build.rs");
    let sysroot = sysroot();
    demand_target(&sysroot);
    let out = PathBuf::from(variable("OUT_DIR"));
    let built = out.join("guest");
    build(&workspace, &sysroot, &built);
    let built = built.join(TARGET).join("guest");
    for name in POLICIES.map(|name| format!("{}.wasm", name.replace('-', "_"))) {
        copy(&built.join(&name), &out.join(&name));
    }
    for name in EXAMPLES.map(|name| format!("{name}.wasm")) {
        copy(&built.join("examples").join(&name), &out.join(&name));
    }
}

fn copy(from: &Path, to: &Path) {
    let copied = std::fs::read(from).and_then(|component| {
        let component = memory_first::memory_first(&component).unwrap_or(component);
        let plain = without_names(&component).ok_or(ErrorKind::InvalidData)?;
        std::fs::write(to, plain)
    });
    if let Err(error) = copied {
        give_up(&format!("copy {}: {error}", from.display()));
    }
}

/// A component without its custom sections: names of its parts and of what made it, some 2 KB
/// that nobody reads. A schema of settings would be one, too; the built-in policies bring none.
///
/// A section is an octet that says which, its length in LEB128, and so many octets; 0 is a
/// custom one.
fn without_names(component: &[u8]) -> Option<Vec<u8>> {
    const PREAMBLE_OCTETS: usize = 8;
    let (preamble, mut rest) = component.split_at_checked(PREAMBLE_OCTETS)?;
    let mut plain = preamble.to_vec();
    while let Some((kind, after)) = rest.split_first() {
        let (octets, length) = leb128(after)?;
        let (section, next) = rest.split_at_checked(1 + length + octets)?;
        if *kind != 0 {
            plain.extend_from_slice(section);
        }
        rest = next;
    }
    Some(plain)
}

/// A number, and how many octets it takes.
fn leb128(octets: &[u8]) -> Option<(usize, usize)> {
    let mut number = 0;
    for (at, octet) in octets.iter().take(5).enumerate() {
        number |= usize::from(octet & 0x7f) << (7 * at);
        if octet & 0x80 == 0 {
            return Some((number, at + 1));
        }
    }
    None
}

fn build(workspace: &Path, sysroot: &Path, target_dir: &Path) {
    let linker = sysroot
        .join("lib/rustlib")
        .join(variable("HOST"))
        .join("bin/wasm-component-ld");
    let mut cargo = Command::new(variable("CARGO"));
    cargo.current_dir(workspace);
    cargo.args([
        "build",
        "--quiet",
        "--locked",
        "--profile",
        "guest",
        "--target",
        TARGET,
    ]);
    cargo.args(["--config", &format!("target.{TARGET}.linker={linker:?}")]);
    cargo.args([
        "--config",
        &format!("target.{TARGET}.rustflags={:?}", flags()),
    ]);
    cargo.arg("--target-dir").arg(target_dir);
    for name in POLICIES {
        cargo.args(["--package", name]);
    }
    cargo.args(["--lib", "--package", "relaygate-policy-sdk"]);
    for name in EXAMPLES {
        cargo.args(["--example", name]);
    }
    outer_cargo_is_not_ours(&mut cargo);
    match cargo.status() {
        Ok(status) if status.success() => {}
        Ok(_) => give_up("the built-in policies do not build; see above"),
        Err(error) => give_up(&format!("start cargo: {error}")),
    }
}

/// Those of every guest, and: symbols are stripped here, too, since a profile with an `opt-level`
/// for one of its packages forgets to strip that; and numbers in the code take no more room than
/// they need (a linker leaves five octets for each), which it cannot do beside debug information.
fn flags() -> Vec<&'static str> {
    let mut flags = GUEST_FLAGS.to_vec();
    flags.push("-Cstrip=symbols");
    flags.push("-Clink-arg=--compress-relocations");
    flags
}

/// What the outer cargo told us about itself would mislead the inner one: host
/// flags, clippy's or a coverage tool's compiler, its target directory.
fn outer_cargo_is_not_ours(cargo: &mut Command) {
    const MISLEADING: [&str; 8] = [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CLIPPY_ARGS",
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_TARGET",
        "CARGO_BUILD_RUSTFLAGS",
    ];
    for name in MISLEADING {
        cargo.env_remove(name);
    }
    let ours = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_CFG_");
    for (name, _) in env::vars().filter(|(name, _)| ours(name)) {
        cargo.env_remove(name);
    }
}

fn sysroot() -> PathBuf {
    match Command::new(variable("RUSTC"))
        .args(["--print", "sysroot"])
        .output()
    {
        Ok(output) => PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()),
        Err(error) => give_up(&format!("ask rustc for its sysroot: {error}")),
    }
}

fn demand_target(sysroot: &Path) {
    if !sysroot.join("lib/rustlib").join(TARGET).exists() {
        give_up(&format!(
            "this toolchain cannot build WebAssembly, which the built-in policies are; \
             run `rustup target add {TARGET}`"
        ));
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| give_up(&format!("cargo did not set {name}")))
}

fn give_up(why: &str) -> ! {
    println!("cargo::error={why}");
    exit(1)
}

/// Asked when we run: what `env!` says is where we were compiled, which is another checkout if two
/// share a target directory, and then its guests would be built.
fn manifest_directory() -> String {
    std::env::var("CARGO_MANIFEST_DIR").expect("cargo tells where the package is")
}
