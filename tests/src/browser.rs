//! A real browser in front of our pages: Debian's Chromium, driven by Playwright in a
//! script of `tests/browser/`.
//!
//! A script reads one JSON object from its standard input and prints one; whatever it
//! finds wrong ends it, and with it the test. `tests/browser/house.mjs` is what all of
//! them stand on: it also sees to it that no page opens a dialog, asks another host or
//! breaks a rule of accessibility.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::process::{self, installed};
use crate::relaygate::Relaygate;
use crate::repository;

/// Why no browser can be had here.
pub fn unavailable() -> Option<&'static str> {
    if !installed(CHROMIUM) {
        return Some("there is no Chromium (tests/setup.sh installs it)");
    }
    if !installed("node") {
        return Some("there is no node (tests/setup.sh installs it)");
    }
    match modules().join("node_modules/playwright-core").is_dir() {
        true => None,
        false => Some("there is no playwright-core (tests/setup.sh installs it)"),
    }
}

/// Runs a script against a program, which is reached by its address or by the `url` that is
/// given; gives what it printed.
pub fn run(relay: &Relaygate, script: &str, mut input: Value) -> Value {
    let folder = repository::root().join("tests/browser");
    if input["url"].is_null() {
        input["url"] = json!(format!("https://127.0.0.1:{}", relay.ports().web));
    }
    input["chromium"] = json!(CHROMIUM);
    let mut command = Command::new("timeout");
    command
        .args(["--kill-after=5", LIMIT_SECONDS, "node"])
        .arg(folder.join(script))
        .env("RELAYGATE_BROWSER", modules());
    let output = process::run(&mut command, input.to_string().as_bytes());
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "{script}: {}\n{stdout}{stderr}",
        output.status
    );
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{script}: {error}: {stdout}"))
}

/// Invites somebody by the command line; the path of the link.
pub fn invite(relay: &Relaygate, account: Option<&str>, address: &str, role: &str) -> String {
    let mut arguments = vec!["login", "invite", address, "--role", role];
    arguments.extend(account.iter().flat_map(|account| ["-a", account]));
    let link = relay.cli(&arguments)["link"].clone();
    let link = link.as_str().expect("a link is printed");
    let path = link
        .find("/invitation/")
        .expect("it leads to an invitation");
    link[path..].to_owned()
}

/// Where `tests/setup.sh` puts the packages: outside the tree.
fn modules() -> PathBuf {
    if let Some(folder) = env::var_os("RELAYGATE_BROWSER") {
        return folder.into();
    }
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cache");
    cache.unwrap_or_else(home).join("relaygate/browser")
}

const CHROMIUM: &str = "/usr/bin/chromium";
/// How long one script may take on a slow machine.
const LIMIT_SECONDS: &str = "300";
