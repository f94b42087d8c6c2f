//! How the buggy policies are built; whoever tests with them takes this file in with `#[path]`.

use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "../../policies/guest_flags.rs"]
mod guest_flags;

use guest_flags::{GUEST_FLAGS, TARGET};

/// Builds them into that target directory; the directory the components are in. `root` is that
/// of the checkout.
pub(crate) fn built(root: &Path, target: &Path) -> PathBuf {
    let linker = PathBuf::from(rustc("sysroot"))
        .join("lib/rustlib")
        .join(rustc("host-tuple"))
        .join("bin/wasm-component-ld");
    let built = Command::new("cargo")
        .current_dir(root.join("tests/buggy-policies"))
        .args(["build", "--release", "--examples", "--locked"])
        .args(["--target", TARGET])
        .args(["--config", &format!("target.{TARGET}.linker={linker:?}")])
        .args([
            "--config",
            &format!("target.{TARGET}.rustflags={GUEST_FLAGS:?}"),
        ])
        .env("CARGO_TARGET_DIR", target)
        .status()
        .expect("cargo starts");
    assert!(built.success(), "the buggy policies do not build");
    target.join(TARGET).join("release/examples")
}

fn rustc(what: &str) -> String {
    let output = Command::new("rustc").args(["--print", what]).output();
    let output = output.expect("rustc starts");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
