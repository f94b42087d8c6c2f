//! What the house promises about itself: borders between crates, licences,
//! documents, and that every requirement and fault names its tests.
//!
//! Nothing here runs the program. A failing test names the file and the rule.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use relaygate_tests::{process, repository};
use serde::Deserialize;
use serde_json::Value;

/// Every row of the requirements names its tests, or the issue that brings them.
#[test]
fn every_requirement_is_mapped() {
    let ids: Vec<String> = (1..=REQUIREMENTS_LAST)
        .map(|number| format!("R{number}"))
        .collect();
    check_map("tests/requirements.toml", &ids);
}

/// The same for the fault catalogue.
#[test]
fn every_fault_is_mapped() {
    let ids: Vec<String> = FAULTS
        .iter()
        .flat_map(|(area, last)| (1..=*last).map(move |number| format!("{area}-{number:02}")))
        .collect();
    check_map("tests/faults.toml", &ids);
}

/// Who may know whom, as the comment in the root `Cargo.toml` says.
#[test]
fn crates_know_only_whom_they_may() {
    let packages = own_packages();
    let ours: BTreeSet<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    for package in &packages {
        let allowed = allowed_neighbours(&package.name);
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| ours.contains(dependency.as_str()))
        {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{} must not depend on {dependency}",
                package.name
            );
        }
    }
}

/// The sandbox, the database and the sockets each have one home.
#[test]
fn engines_and_stores_have_one_home() {
    let homes: [(&str, &[&str]); 6] = [
        ("wasmtime", &["relaygate-policy"]),
        ("sled", &["relaygate-storage"]),
        (
            "postcard",
            &["relaygate-storage", "relaygate-desk", "relaygate"],
        ),
        ("hickory-resolver", &["relaygate"]),
        ("axum", &["relaygate"]),
        ("wit-bindgen", &["relaygate-policy-sdk"]),
    ];
    for package in own_packages() {
        for (dependency, homes) in &homes {
            let uses = package.dependencies.iter().any(|name| name == dependency);
            assert!(
                !uses || homes.contains(&package.name.as_str()),
                "{} must not use {dependency}",
                package.name
            );
        }
    }
}

/// `mail` is what the RFCs say: no sockets, no clock, no serialisation, no sandbox.
#[test]
fn mail_is_free_of_io() {
    let banned = [
        "tokio",
        "rustls",
        "tokio-rustls",
        "serde",
        "serde_json",
        "wasmtime",
        "sled",
        "postcard",
    ];
    let packages = own_packages();
    let mail = packages
        .iter()
        .find(|package| package.name == "relaygate-mail")
        .expect("there is a mail crate");
    for name in banned {
        assert!(
            !mail
                .dependencies
                .iter()
                .any(|dependency| dependency == name),
            "mail must not use {name}"
        );
    }
    for path in sources("host/mail/src")
        .into_iter()
        .filter(|path| !is_test_file(path))
    {
        for word in [
            "TcpStream",
            "UdpSocket",
            "ToSocketAddrs",
            "std::fs",
            "SystemTime::now",
            "Instant::now",
        ] {
            let found = code_lines(&path).any(|line| line.contains(word));
            assert!(!found, "{}: {word} has no place in mail", path.display());
        }
    }
}

/// Nothing that reads mail can unpack anything: an archive is octets to us (RES-09). mail-auth
/// brings a decompressor for reports we never read; that none of it gets into the program,
/// `it/hostile.rs` sees.
#[test]
fn mail_has_no_decompressor() {
    let printed = cargo(&[
        "tree",
        "-p",
        "relaygate-mail",
        "-e",
        "normal",
        "--prefix",
        "none",
    ]);
    let names: Vec<&str> = printed
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert!(names.contains(&"mail-parser"), "{names:?}");
    let unpacks = |name: &&str| {
        DECOMPRESSORS.iter().any(|word| name.contains(word)) && !UNLINKED.contains(name)
    };
    let found: Vec<&str> = names.into_iter().filter(unpacks).collect();
    assert!(found.is_empty(), "{found:?}");
    for path in sources("host/mail/src")
        .into_iter()
        .chain(sources("host/relaygate/src"))
    {
        let unpacking = code_lines(&path).find(|line| {
            let named = |name: &str| line.contains(&format!("{name}::"));
            DECOMPRESSORS.into_iter().any(named) || line.contains("mail_auth::report")
        });
        assert!(unpacking.is_none(), "{}: {unpacking:?}", path.display());
    }
}

/// Policies see nothing but the contract, and the contract is documented.
#[test]
fn the_contract_is_documented() {
    for path in files_ending("wit/", ".wit") {
        let text = repository::read(&path);
        let mut above = "";
        for line in text.lines().map(str::trim) {
            assert!(
                !is_wit_item(line) || above.starts_with("///"),
                "{}: no doc comment above `{line}`",
                path.display()
            );
            above = line;
        }
    }
}

/// Code under no licence that would bind ours, and no second TLS library.
#[test]
fn dependencies_are_free_and_chosen() {
    for (name, licence) in built_packages() {
        assert!(is_acceptable(&licence), "{name} is under {licence}");
        assert!(
            !BANNED.contains(&name.as_str()),
            "{name} is banned (deny.toml says why)"
        );
    }
}

/// Every line of `[workspace.dependencies]` says what the crate spares us.
#[test]
fn every_dependency_says_why() {
    let text = repository::read(Path::new("Cargo.toml"));
    let section = text
        .split("[workspace.dependencies]")
        .nth(1)
        .expect("the section is there");
    let section = section.split("\n[").next().unwrap_or("");
    for line in section
        .lines()
        .filter(|line| line.contains(" = ") && !line.trim_start().starts_with('#'))
    {
        assert!(
            line.contains("path = ") || line.contains(" # "),
            "Cargo.toml: no reason given: {line}"
        );
    }
}

/// `forbid(unsafe_code)` everywhere but in the two places that were reviewed: the guests' allocator, and loading compiled code.
#[test]
fn unsafe_code_has_two_places() {
    for path in files_ending("", "Cargo.toml")
        .into_iter()
        .filter(|path| path.parent() != Some(Path::new("")))
    {
        let text = repository::read(&path);
        let inherits = text.contains("[lints]\nworkspace = true");
        let reviewed = is_reviewed(&path) || path == Path::new("host/policy/Cargo.toml");
        assert!(
            inherits || reviewed || is_example(&path),
            "{}: lints are not inherited",
            path.display()
        );
    }
    for path in sources("")
        .into_iter()
        .filter(|path| !is_reviewed(path) && !is_example(path))
    {
        let unsafe_line = code_lines(&path).find(|line| {
            line.contains("allow(unsafe_code")
                || line.contains("unsafe {")
                || line.contains("unsafe fn")
        });
        let own = path.ends_with("tests/tests/tidy.rs");
        assert!(
            own || unsafe_line.is_none(),
            "{}: {}",
            path.display(),
            unsafe_line.unwrap_or_default()
        );
    }
}

/// Two kinds of rows in one table would read each other's.
#[test]
fn every_table_has_a_name_of_its_own() {
    // One counts for the installation, the other for an account: they never meet.
    const SHARED: [&str; 1] = ["const TABLE: Table = Table(\"counter\");"];
    let mut seen = BTreeMap::new();
    for path in sources("host/desk/") {
        for line in code_lines(&path).filter(|line| line.contains("const TABLE: Table = ")) {
            let line = line.trim().to_owned();
            let shared = SHARED.contains(&line.as_str());
            let before = seen.insert(line.clone(), path.clone());
            assert!(
                shared || before.is_none(),
                "{}: {line} is that of {before:?}, too",
                path.display()
            );
        }
    }
    assert!(seen.len() > 20, "only {} tables were found", seen.len());
}

/// A file is read at a sitting, and begins by saying what it is for.
#[test]
fn files_are_short_and_introduce_themselves() {
    for path in sources("").into_iter().chain(files_ending("wit/", ".wit")) {
        let lines = repository::read(&path).lines().count();
        assert!(
            lines <= LINES_MAX,
            "{}: {lines} lines, the limit is {LINES_MAX}",
            path.display()
        );
    }
    for path in sources("host/")
        .into_iter()
        .chain(sources("policies/"))
        .chain(sources("tests/"))
    {
        let introduced = repository::read(&path).starts_with("//!") || is_test_file(&path);
        assert!(introduced, "{}: no module header", path.display());
    }
}

/// What is left to do is in an issue, not in the code.
#[test]
fn nothing_is_left_for_later() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("HA", "CK"),
        concat!("XX", "X:"),
    ];
    for path in repository::files().into_iter().filter(|path| is_text(path)) {
        for (number, line) in repository::read(&path).lines().enumerate() {
            let word = line
                .split(|c: char| !c.is_alphanumeric() && c != ':')
                .find(|word| marks.contains(word));
            assert!(word.is_none(), "{}:{}: {line}", path.display(), number + 1);
        }
    }
}

/// Only the listener and the couriers open mail connections; the web listener is a listener.
#[test]
fn sockets_are_opened_in_few_places() {
    for path in sources("host/")
        .into_iter()
        .filter(|path| !is_test_file(path))
    {
        let text = path.to_string_lossy().into_owned();
        let at_home = SOCKET_HOMES.iter().any(|home| text.starts_with(home));
        for word in ["TcpListener::bind", "TcpStream::connect", "TcpSocket::new"] {
            let found = code_lines(&path).any(|line| line.contains(word));
            assert!(
                at_home || !found,
                "{text}: {word} belongs to the listener or a courier"
            );
        }
    }
}

/// A row of a map: tests, or the issue that will bring them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default)]
    tests: Vec<String>,
    later: Option<String>,
}

/// A package of the workspace with the names it depends on, tests' own needs left out.
struct Package {
    name: String,
    dependencies: Vec<String>,
}

fn check_map(file: &str, ids: &[String]) {
    let map: BTreeMap<String, Row> = toml::from_str(&repository::read(Path::new(file)))
        .unwrap_or_else(|error| panic!("{file}: {error}"));
    let wanted: BTreeSet<&String> = ids.iter().collect();
    for id in ids {
        let row = map
            .get(id)
            .unwrap_or_else(|| panic!("{file}: {id} is missing"));
        match &row.later {
            Some(issue) => assert!(
                ISSUES.contains(&issue.as_str()),
                "{file}: {id}: no issue called {issue}"
            ),
            None => assert!(!row.tests.is_empty(), "{file}: {id} names no test"),
        }
        for test in &row.tests {
            assert!(exists(test), "{file}: {id}: there is no test {test}");
        }
    }
    let unknown: Vec<&String> = map.keys().filter(|id| !wanted.contains(id)).collect();
    assert!(unknown.is_empty(), "{file}: nobody knows {unknown:?}");
}

/// A test is `path/to/file.rs::name`, or a transcript's path.
fn exists(test: &str) -> bool {
    match test.split_once("::") {
        Some((file, name)) => {
            let text = repository::read(Path::new(file));
            let start = format!("fn {name}");
            text.match_indices(&start)
                .any(|(at, _)| text[at + start.len()..].starts_with(['(', '<']))
        }
        None => test.ends_with(".smtp") && repository::root().join(test).is_file(),
    }
}

fn allowed_neighbours(package: &str) -> Vec<&'static str> {
    match package {
        "relaygate" => vec![
            "relaygate-desk",
            "relaygate-policy",
            "relaygate-storage",
            "relaygate-mail",
            // `policy bench` times the same code outside the sandbox.
            "address-limits",
            "header-check",
            "routing",
            "tagging",
            "relaygate-policy-sdk",
            // `policy build` gives a component its last form.
            "relaygate-memory-first",
            // The demo's customer, where there is no Postfix.
            "customer-server",
            // Tests in process meet the same misbehaving server as those from outside.
            "relaygate-tests",
        ],
        "relaygate-desk" => vec!["relaygate-mail", "relaygate-storage"],
        "relaygate-mail"
        | "relaygate-storage"
        | "relaygate-memory-first"
        | "relaygate-policy-sdk"
        | "customer-server"
        | "skip" => vec![],
        // Its `build.rs` does the same with the built-in policies.
        "relaygate-policy" => vec!["relaygate-memory-first"],
        "relaygate-tests" => vec![
            "relaygate-mail",
            "relaygate-storage",
            "customer-server",
            "skip",
        ],
        _ => vec!["relaygate-policy-sdk"],
    }
}

fn own_packages() -> Vec<Package> {
    metadata(&["--no-deps"])
        .iter()
        .map(|package| Package {
            name: package["name"].as_str().unwrap_or("").to_owned(),
            dependencies: package["dependencies"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|dependency| dependency["kind"] != "dev")
                .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
                .collect(),
        })
        .collect()
}

/// Name and licence of every package that is built on this machine.
fn built_packages() -> BTreeSet<(String, String)> {
    let printed = cargo(&[
        "tree",
        "--workspace",
        "--prefix",
        "none",
        "--format",
        "{p}|{l}",
    ]);
    printed
        .lines()
        .filter_map(|line| line.split_once('|'))
        .map(|(package, licence)| {
            let name = package.split(' ').next().unwrap_or(package);
            (name.to_owned(), licence.trim_end_matches(" (*)").to_owned())
        })
        .collect()
}

fn metadata(options: &[&str]) -> Vec<Value> {
    let printed = cargo(&[&["metadata", "--format-version", "1"], options].concat());
    let printed: Value = serde_json::from_str(&printed).expect("cargo prints JSON");
    printed["packages"].as_array().cloned().unwrap_or_default()
}

fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let output = process::run(command.args(arguments).current_dir(repository::root()), b"");
    assert!(
        output.status.success(),
        "cargo {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Each part that has to be heeded leaves a choice without a copyleft that reaches us.
fn is_acceptable(licence: &str) -> bool {
    !licence.is_empty()
        && licence.split(" AND ").all(|part| {
            part.split(" OR ")
                .flat_map(|choice| choice.split('/'))
                .any(|choice| !choice.contains("GPL"))
        })
}

fn is_wit_item(line: &str) -> bool {
    let named = [
        "interface ",
        "world ",
        "record ",
        "variant ",
        "enum ",
        "flags ",
        "resource ",
        "type ",
    ];
    named.iter().any(|word| line.starts_with(word)) || line.contains(": func(")
}

fn is_reviewed(path: &Path) -> bool {
    path.starts_with("policies/sdk") || path == Path::new("host/policy/src/code.rs")
}

fn is_example(path: &Path) -> bool {
    path.starts_with("examples")
}

fn is_test_file(path: &Path) -> bool {
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    ["tests", "properties"].contains(&name.as_str())
        || name.ends_with("_tests")
        || path.iter().any(|part| part == "tests")
}

fn is_text(path: &Path) -> bool {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or("");
    [
        "rs", "wit", "toml", "sh", "py", "md", "smtp", "html", "txt", "cf",
    ]
    .contains(&extension)
}

fn sources(below: &str) -> Vec<PathBuf> {
    files_ending(below, ".rs")
}

fn files_ending(below: &str, end: &str) -> Vec<PathBuf> {
    let mut files = repository::files();
    files.retain(|path| {
        let text = path.to_string_lossy();
        text.starts_with(below) && text.ends_with(end)
    });
    files
}

/// Lines that are not comments, up to the file's own tests.
fn code_lines(path: &Path) -> impl Iterator<Item = String> {
    let text = repository::read(path);
    let code = text.split("#[cfg(test)]").next().unwrap_or("").to_owned();
    let lines: Vec<String> = code
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
        .map(str::to_owned)
        .collect();
    lines.into_iter()
}

/// The last row of the requirements.
const REQUIREMENTS_LAST: u32 = 116;

/// The areas of the fault catalogue and the last row of each.
const FAULTS: [(&str, u32); 12] = [
    ("SMG", 7),
    ("TLS", 6),
    ("AUTH", 10),
    ("RES", 12),
    ("ID", 11),
    ("LOOP", 6),
    ("WEB", 4),
    ("OUT", 5),
    ("SEC", 5),
    ("WASM", 13),
    ("STO", 14),
    ("OPS", 6),
];

/// Issues a row may wait for.
const ISSUES: [&str; 3] = [
    "Hardening",
    "Admin center and API",
    "Policies as a platform",
];

/// What unpacks archives and streams, by what their crates are called.
const DECOMPRESSORS: [&str; 20] = [
    "flate2",
    "miniz",
    "zlib",
    "inflate",
    "zip",
    "brotli",
    "zstd",
    "lzma",
    "xz2",
    "bzip2",
    "lz4",
    "snap",
    "tar",
    "unrar",
    "sevenz",
    "deflate",
    "libarchive",
    "compress_tools",
    "async-compression",
    "lzw",
];

/// Of those, what mail-auth depends on.
const UNLINKED: [&str; 2] = ["flate2", "miniz_oxide"];

/// A second TLS library is a second set of advisories; `ring` doubles aws-lc.
const BANNED: [&str; 4] = ["openssl", "openssl-sys", "native-tls", "ring"];

/// Where the program may open TCP sockets.
const SOCKET_HOMES: [&str; 8] = [
    "host/relaygate/src/listener",
    "host/relaygate/src/courier",
    "host/relaygate/src/web",
    "host/relaygate/src/demo",
    "host/relaygate/src/serve",
    "host/relaygate/src/sockets",
    "host/relaygate/src/registry",
    "host/relaygate/src/resolver",
];

/// What can be read at a sitting, tests included.
const LINES_MAX: usize = 900;
